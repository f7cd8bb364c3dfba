"""The approver's page: GET never decides, POST decides once, and only with the person's code."""

from __future__ import annotations

import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from mailproc.demo.boxes import Boxes
from mailproc.demo.server import EmbeddedMail
from mailproc.model import Corrected, State
from mailproc.store import people, people_log, schema
from mailproc.workflow import events as e
from tests.factories import a_person
from tests.web.conftest import CODE, Room, csrf_of

MAILBOXES = {
    "office": ("data@example.org", "a"),
    "requester": ("somsri@school.example.org", "b"),
    "director": ("director@example.org", "c"),
    "officer": ("officer@example.org", "d"),
}


def approve(room: Room, client: TestClient, request_id: int, **changed: str) -> Any:
    path = room.link(request_id)
    fields = {"choice": "approve", "code": CODE} | changed
    return client.post(path, data=room.form(client, path, **fields))


def at_once(url: str, bodies: list[dict[str, str]]) -> list[int]:
    """Posts all of them together; gives the statuses."""
    start = threading.Barrier(min(len(bodies), 50))

    def post(body: dict[str, str]) -> int:
        start.wait(30)
        data = urllib.parse.urlencode(body).encode()
        try:
            with urllib.request.urlopen(url, data, timeout=60) as answer:  # noqa: S310
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                error.read()
                return error.code

    with ThreadPoolExecutor(50) as pool:
        return list(pool.map(post, bodies))


# ---------------------------------------------------------------- deciding


def test_who_has_decided_is_led_on_to_what_else_waits(room: Room) -> None:
    one, other = room.opened(2)
    with room.browser() as client:
        assert "/q/" not in client.get(room.link(one)).text
        answer = approve(room, client, one)
        found = re.search(r'href="(/q/[^"]+)">ยังมีอีก 1 เรื่องรอท่านพิจารณา', answer.text)
        assert found is not None
        assert room.request(other).number in client.get(found[1]).text
        assert "/q/" not in client.get(room.link(one)).text, "only the person who typed the code"
        assert "ยังมีอีก" not in approve(room, client, other).text


def test_who_decides_while_the_requester_is_asked_back_reads_why_nothing_counts(room: Room) -> None:
    (one,) = room.opened()
    path = room.link(one)
    with room.browser() as client:
        page = client.get(path).text
        room.happens(one, e.OfficerAsked(by="officer", note="ใช้กับโรงเรียนใด"))
        assert room.request(one).state is State.INCOMPLETE
        late = client.post(path, data={"csrf": csrf_of(page), "choice": "approve", "code": CODE})
        again = client.get(path)
    for answer in (late, again):
        assert (answer.status_code, "คำขอนี้ยังรอข้อมูลจากผู้ขอ" in answer.text) == (410, True)
    assert room.verdicts(one) == []


def test_the_code_approves_and_the_page_says_so(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        answer = approve(room, client, one)
        assert answer.status_code == 200
        assert "บันทึกผลแล้ว: อนุญาต" in answer.text
        assert "นายธงชัย มั่นคง" in answer.text
    request = room.request(one)
    assert request.state is State.APPROVED
    assert request.decided_at_hash == request.content_hash
    assert room.verdicts(one) == ["approved"]


def test_a_refusal_needs_a_reason_and_tells_it(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        none = approve(room, client, one, choice="refuse", reason="ขอหนังสือ")
        assert none.status_code == 422
        assert "เลือกเหตุที่ไม่อนุญาต" in none.text
        empty = approve(room, client, one, choice="refuse", ground="s15_5", reason="  ")
        assert empty.status_code == 422
        assert "เขียนเหตุผล" in empty.text
        said = {"ground": "s15_5", "reason": "ขอหนังสือ\r\nจากต้นสังกัด", "private_note": "โทรถามแล้ว"}
        told = approve(room, client, one, choice="refuse", **said)
    assert "บันทึกผลแล้ว: ไม่อนุญาต" in told.text
    request = room.request(one)
    assert (request.state, request.reason) == (State.REFUSED, "ขอหนังสือ\nจากต้นสังกัด")
    assert request.ground == "s15_5"
    (row,) = room.rows(schema.decisions)
    assert (row.verdict, row.ground, row.private_note) == ("refused", "s15_5", "โทรถามแล้ว")


def test_thai_digits_and_spaces_are_the_same_code(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        assert approve(room, client, one, code=" ๔๘๒ ๙๑๕ ").status_code == 200
    assert room.verdicts(one) == ["approved"]


def test_what_was_typed_is_still_there_after_a_wrong_code_but_never_the_code(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        said = {
            "ground": "s15_6",
            "reason": "ไม่ครบ",
            "private_note": "ถามแล้ว",
            "until": "31/12/2570",
        }
        again = approve(room, client, one, choice="refuse", code="918273", **said)
    assert again.status_code == 403
    shown = again.text.replace("\n", "")
    assert "ไม่ครบ</textarea>" in shown
    assert "ถามแล้ว</textarea>" in shown
    assert 'value="s15_6" selected' in shown
    assert 'value="31/12/2570"' in shown
    assert "918273" not in again.text
    assert 'value="refuse" checked' in again.text


@pytest.mark.parametrize("choice", ["", "undo", "return", "APPROVE", "approve\0x"])
def test_no_other_choice_decides(room: Room, choice: str) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        answer = approve(room, client, one, choice=choice)
    assert answer.status_code in (409, 422)
    assert room.verdicts(one) == []


def test_a_second_click_shows_what_was_decided(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        form = room.form(client, room.link(one), choice="approve", code=CODE)
        client.post(room.link(one), data=form)
        before = room.everything()
        second = client.post(room.link(one), data=form)
        other = client.post(room.link(one), data={**form, "choice": "refuse", "reason": "x"})
        seen = client.get(room.link(one))
    for page in (second, other, seen):
        assert page.status_code == 200
        assert "บันทึกผลแล้ว: อนุญาต" in page.text
    assert "ไม่เปลี่ยนผล" in other.text
    assert "ไม่เปลี่ยนผล" not in seen.text
    assert room.everything() == before


def test_an_undo_in_the_hold_gives_the_form_back(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        approved = approve(room, client, one).text
        assert "ยกเลิกการอนุญาต" in approved
        assert "ระบบจะเริ่มส่งในอีกประมาณ 60 วินาที" in approved
        undone = approve(room, client, one, choice="undo")
        assert 'name="choice"' in undone.text
        assert "ยกเลิกการอนุญาตแล้ว" in undone.text
        assert "ยกเลิกการอนุญาตแล้ว" not in client.get(room.link(one)).text
        assert room.request(one).state is State.AWAITING_DECISION
        assert "บันทึกผลแล้ว: อนุญาต" in approve(room, client, one).text
    assert room.verdicts(one) == ["approved", "undone", "approved"]


def test_an_undo_that_comes_too_late_is_told_so(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        approve(room, client, one)
        form = room.form(client, room.link(one), choice="undo", code=CODE)
        room.clock.pass_by(minutes=2)
        room.deadlines.turn(room.desk(), room.clock())
        late = client.post(room.link(one), data=form)
    assert "ยกเลิกการอนุญาตไม่ทัน" in late.text
    assert room.verdicts(one) == ["approved"]


def test_a_hold_that_is_over_offers_no_undo(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        approve(room, client, one)
        room.clock.pass_by(minutes=2)
        assert "<form" not in client.get(room.link(one)).text


# ---------------------------------------------------------------- at once


def test_a_hundred_posts_at_once_make_one_decision_and_one_dataset_mail(
    real_codes: None, room: Room
) -> None:
    (one,) = room.opened()
    with room.served() as url, room.browser() as client:
        body = room.form(client, room.link(one), choice="approve", code=CODE)
        statuses = at_once(url + room.link(one), [body] * 100)
    assert statuses == [200] * 100
    assert room.verdicts(one) == ["approved"]
    assert room.events(one).count("Approved") == 1
    with EmbeddedMail(MAILBOXES, imap_port=0, smtp_port=0) as mail:
        room.deliver(mail)
        room.deliver(mail)
        mails = Boxes(mail).mails("requester")
    assert [len(one.files) for one in mails] == [1, 0]  # the dataset, and before it the receipt
    assert room.request(one).state is State.DELIVERED


def test_approvals_and_refusals_at_once_make_one_decision(real_codes: None, room: Room) -> None:
    (one,) = room.opened()
    with room.served() as url, room.browser() as client:
        yes = room.form(client, room.link(one), choice="approve", code=CODE)
        no = {**yes, "choice": "refuse", "ground": "s15_5", "reason": "ไม่ครบ"}
        assert at_once(url + room.link(one), [yes, no] * 25) == [200] * 50
    (verdict,) = room.verdicts(one)
    state = room.request(one).state
    assert (verdict, state) in {("approved", State.APPROVED), ("refused", State.REFUSED)}


def test_no_request_of_sixty_is_both_undone_and_sent(
    real_codes: None, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """300 undos, each let go together with the end of its hold."""
    ids = room.opened(60)
    with room.browser() as client:
        forms = {one: room.form(client, room.link(one), choice="undo", code=CODE) for one in ids}
    for one in ids:
        room.happens(one, e.Approved(by="x", content_hash=room.request(one).content_hash))
        room.clock.pass_by(seconds=1)  # so that a turn of the clock ends one hold
    checked = people.code_is_right
    gates = {room.link(one): threading.Barrier(2) for one in ids}
    gate: list[threading.Barrier] = []

    def then_race(*arguments: Any) -> bool:
        right = checked(*arguments)
        gate[0].wait(30)
        return right

    monkeypatch.setattr(people, "code_is_right", then_race)

    def end_hold(due: Any) -> None:
        gate[0].wait(30)
        room.deadlines.turn(room.desk(), due)

    statuses = []
    with room.served() as url, ThreadPoolExecutor(1) as pool:
        for one, (path, barrier) in zip(ids, gates.items(), strict=True):
            gate[:] = [barrier]
            clock = pool.submit(end_hold, room.request(one).due_at)
            statuses += at_once(url + path, [forms[one]] * 5)
            clock.result(30)
    assert len(statuses) == 300
    assert set(statuses) <= {200, 409}
    with EmbeddedMail(MAILBOXES, imap_port=0, smtp_port=0) as mail:
        room.deliver(mail)
        files = sum(len(one.files) for one in Boxes(mail).mails("requester"))
    ends = [(room.verdicts(one), room.events(one), room.request(one).state) for one in ids]
    for verdicts, events, state in ends:
        undone = state is State.AWAITING_DECISION
        assert verdicts == (["undone"] if undone else [])
        assert events.count("Undone") == undone
        assert events.count("HoldElapsed") == (not undone)
        assert state in (State.AWAITING_DECISION, State.DELIVERED)
    assert files == sum(state is State.DELIVERED for _, _, state in ends)


# ---------------------------------------------------------------- robots


def test_a_thousand_visits_change_nothing(room: Room) -> None:
    (one,) = room.opened()
    links = [room.link(one), room.link(one, "status")]
    before = room.everything()
    with room.browser() as client:
        for number in range(1000):
            method = ("GET", "HEAD", "OPTIONS", "GET")[number % 4]
            answer = client.request(method, links[number % 2])
            assert answer.status_code == (405 if method == "OPTIONS" else 200)
    assert room.everything() == before
    assert len(room.rows(schema.link_opens)) == 50


def test_a_robot_that_fills_in_and_presses_everything_approves_nothing(room: Room) -> None:
    (one,) = room.opened()
    path = room.link(one)
    with room.browser() as client:
        page = client.get(path).text
        words = set(re.findall(r"[0-9]{3,}", page)) | set(re.findall(r"[0-9][0-9 -]+[0-9]", page))
        words |= {"", "on", "1", "123456", "000000", path, path.removeprefix("/d/"), csrf_of(page)}
        names = re.findall(r'name="(\w+)"', page)
        for word in sorted(words - {CODE}):
            for choice in ("approve", "refuse", "undo", word):
                room.clock.pass_by(hours=2)  # a patient one
                fields = dict.fromkeys(names, word) | {"csrf": csrf_of(page), "choice": choice}
                client.post(path, data=fields)
                client.post(path, data=dict.fromkeys(names, word))
    assert room.verdicts(one) == []
    assert room.request(one).state is State.AWAITING_DECISION


# ---------------------------------------------------------------- codes


def test_wrong_codes_are_counted_and_wait_longer_each_time(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        statuses = [approve(room, client, one, code="918273").status_code for _ in range(4)]
        assert statuses == [403, 403, 403, 429]
        assert "รอสักครู่" in approve(room, client, one).text  # the right one waits as well
        pauses = []
        for _ in range(4):
            (row,) = room.rows(schema.code_tries)
            pauses.append(row.next_at - room.clock())
            room.clock.now = row.next_at
            assert approve(room, client, one, code="918273").status_code == 403
        assert pauses == sorted(set(pauses))
        assert pauses[0] >= timedelta(seconds=15)
        (row,) = room.rows(schema.code_tries)
        room.clock.now = row.next_at
        assert approve(room, client, one).status_code == 200
    assert room.verdicts(one) == ["approved"]
    assert room.rows(schema.code_tries) == []


def test_guesses_at_once_don_t_outrun_the_count(real_codes: None, room: Room) -> None:
    (one,) = room.opened()
    with room.served() as url, room.browser() as client:
        body = room.form(client, room.link(one), choice="approve")
        guesses = [{**body, "code": f"{number:06d}"} for number in range(700000, 700050)]
        statuses = at_once(url + room.link(one), guesses)
    assert sorted(statuses) == [403] * 3 + [429] * 47
    (row,) = room.rows(schema.code_tries)
    assert row.tries == 3


def test_wrong_codes_of_one_person_lock_nobody_else_out(room: Room) -> None:
    """Behind a proxy all come from one address; only person and link count."""
    other = room.add(a_person(id=0, name="นางสาวอีกคน", address="second@example.org"))
    first, second = room.opened(2)
    table = schema.links
    theirs = room.rows(table, table.c.request_id == first, table.c.person_id == other)
    assert len(theirs) == 1  # each director has a link of their own
    with room.browser() as client:
        mine = room.rows(table, table.c.request_id == first, table.c.person_id == room.director)
        token = room.desk().token(mine[0].id, "decide", mine[0].request_version)
        body = {"csrf": csrf_of(client.get(f"/d/{token}").text), "choice": "approve"}
        for _ in range(5):
            client.post(f"/d/{token}", data={**body, "code": "918273"})
        assert client.post(f"/d/{token}", data={**body, "code": CODE}).status_code == 429
        rows = room.rows(table, table.c.request_id == second, table.c.person_id == room.director)
        free = f"/d/{room.desk().token(rows[0].id, 'decide', rows[0].request_version)}"
        assert client.post(
            free, data=room.form(client, free, choice="approve", code=CODE)
        ).is_success
    assert (room.verdicts(first), room.verdicts(second)) == ([], ["approved"])


def test_first_use_takes_the_slip_and_a_new_code(blank_room: Room) -> None:
    room, (first, second) = blank_room, blank_room.opened(2)
    slip = room.slip()
    new = {"slip": slip.lower().replace("-", " "), "new_code": "739146", "new_code_again": "739146"}
    with room.browser() as client:
        assert 'name="slip"' in client.get(room.link(first)).text
        assert "อนุญาต" in approve(room, client, first, **new).text
        assert 'name="slip"' not in client.get(room.link(second)).text
        assert approve(room, client, second, code="739146").status_code == 200
    assert room.verdicts(first) == room.verdicts(second) == ["approved"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"slip": ""}, "ใบตั้งรหัสครั้งแรก"),
        ({"slip": "AAAA-BBBB-CCCC"}, "ไม่ถูกต้อง หรือใช้ไปแล้ว"),
        ({"new_code": "73914", "new_code_again": "73914"}, "อย่างน้อย 6 ตัว"),
        ({"new_code": "secret1", "new_code_again": "secret1"}, "อย่างน้อย 6 ตัว"),
        ({"new_code": "๗๓๙๑๔²", "new_code_again": "๗๓๙๑๔²"}, "อย่างน้อย 6 ตัว"),
        ({"new_code": "111111", "new_code_again": "111111"}, "เดาง่าย"),
        ({"new_code": "123456", "new_code_again": "123456"}, "เดาง่าย"),
        ({"new_code": "654321", "new_code_again": "654321"}, "เดาง่าย"),
        ({"new_code": "121212", "new_code_again": "121212"}, "เดาง่าย"),
        ({"new_code": "739146", "new_code_again": "739147"}, "ไม่ตรงกัน"),
    ],
)
def test_a_slip_and_a_code_that_won_t_do(
    blank_room: Room, changed: dict[str, str], says: str
) -> None:
    room, (one,) = blank_room, blank_room.opened()
    fields = {"slip": room.slip(), "new_code": "739146", "new_code_again": "739146"} | changed
    with room.browser() as client:
        answer = approve(room, client, one, **fields)
    assert answer.status_code in (403, 422)
    assert says in answer.text
    assert room.verdicts(one) == []


def test_a_slip_is_good_once_and_a_reset_ends_the_old_code(room: Room) -> None:
    first, second = room.opened(2)
    slip = room.slip()  # a reset
    new = {"slip": slip, "new_code": "739146", "new_code_again": "739146"}
    with room.browser() as client:
        assert approve(room, client, first).status_code == 422  # the old code is no answer now
        assert approve(room, client, first, **new).status_code == 200
        again = {"slip": slip, "new_code": "828282", "new_code_again": "828282", "code": ""}
        assert approve(room, client, second, **again).status_code == 422
        assert approve(room, client, second).status_code == 403
        assert approve(room, client, second, code="739146").status_code == 200


def test_an_old_slip_is_no_slip(blank_room: Room) -> None:
    room = blank_room
    slip = room.slip()
    room.clock.pass_by(days=31)
    (one,) = room.opened()
    new = {"slip": slip, "new_code": "739146", "new_code_again": "739146"}
    with room.browser() as client:
        assert approve(room, client, one, **new).status_code == 403
    assert room.verdicts(one) == []


# ---------------------------------------------------------------- links that are no good any more


def _expired(room: Room, one: int) -> None:
    room.clock.pass_by(days=61)


def _voided(room: Room, one: int) -> None:
    with room.database.write() as connection:
        connection.execute(schema.links.update().values(voided_at=room.clock()))


def _changed(room: Room, one: int) -> None:
    room.put(one, content_hash="f" * 64)


def _to_a_person(room: Room, one: int) -> None:
    room.put(one, state=State.NEEDS_PERSON, resume=State.AWAITING_DECISION)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_expired, "ลิงก์นี้ใช้ไม่ได้แล้ว"),
        (_voided, "ลิงก์นี้ใช้ไม่ได้แล้ว"),
        (_to_a_person, "ลิงก์นี้ใช้ไม่ได้แล้ว"),
        (_changed, "คำขอนี้เปลี่ยนไปแล้ว"),
    ],
)
def test_a_link_that_is_no_good_says_so_kindly_and_decides_nothing(
    room: Room, spoil: Callable[[Room, int], None], says: str
) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        form = room.form(client, room.link(one), choice="approve", code=CODE)
        spoil(room, one)
        answers = [client.get(room.link(one)), client.post(room.link(one), data=form)]
        assert client.head(room.link(one)).status_code == 410
    for answer in answers:
        assert answer.status_code == 410
        assert says in answer.text
        assert "<form" not in answer.text
    assert room.verdicts(one) == []


def test_a_cancelled_request_says_so(room: Room) -> None:
    (one,) = room.opened()
    room.happens(one, e.Cancelled(by="requester"))
    with room.browser() as client:
        page = client.get(room.link(one)).text
    assert "ยกเลิกแล้วตามที่ผู้ขอแจ้ง" in page
    assert "ส่งไปที่" not in page  # nothing was sent


def test_a_delivered_request_shows_the_decision(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client, EmbeddedMail(MAILBOXES, imap_port=0, smtp_port=0) as mail:
        approve(room, client, one)
        room.deliver(mail)
        page = client.get(room.link(one))
    assert page.status_code == 200
    assert "ส่งข้อมูลแล้ว" in page.text


def test_who_holds_no_role_any_more_can_t_decide(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        form = room.form(client, room.link(one), choice="approve", code=CODE)
        with room.database.write() as connection:
            people.end_role(connection, room.director, room.clock())
        room.clock.pass_by(seconds=1)
        assert client.post(room.link(one), data=form).status_code == 404
    assert room.verdicts(one) == []


# ---------------------------------------------------------------- the register of people


def test_a_first_code_and_guesses_stand_in_the_register_of_people(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        for _ in range(5):
            approve(room, client, one, code="918273")
            room.clock.pass_by(hours=2)
    with room.database.read() as connection:
        (entry,) = people_log.listed(connection, room.director)
    assert (entry.event, entry.facts) == ("codes_wrong", {"tries": 5})


def test_what_an_officer_corrected_stands_beside_the_requesters_own_words(room: Room) -> None:
    (one,) = room.opened()
    put, officer = "จัดทำแผนอัตรากำลัง", "นางสาวเจ้าหน้าที่"
    beside = (
        Corrected("purpose", "เอาไปใช้ <b>งาน</b>", put, officer, room.clock()),
        Corrected("needed_by", "", "2026-08-01", officer, room.clock()),
    )
    with room.browser() as client:
        usual = client.get(room.link(one)).text
        assert "ข้อความของผู้ขอ" in usual
        assert "เจ้าหน้าที่แก้ไข" not in usual
        form = replace(room.request(one).form, purpose=put)
        room.put(one, form=form, corrected=beside)
        page = client.get(room.link(one)).text
    assert 'ผู้ขอเขียนว่า <q dir="ltr">เอาไปใช้ &lt;b&gt;งาน&lt;/b&gt;</q>' in page
    assert f"{officer} แก้เป็น <ins>{put}</ins>" in page
    assert f"ผู้ขอไม่ได้ระบุ<br>{officer} แก้เป็น <ins>1 สิงหาคม 2569</ins>" in page
    assert "ข้อความของผู้ขอ" not in page, "these are no longer the requester's words"
