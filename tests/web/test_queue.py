"""All that waits on one page: ticks, one code, each decision by its own link."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from mailproc.model import ApprovalPolicy, Request, State
from mailproc.store import absences, devices, people, person_links, schema
from mailproc.store.codec import load_request
from mailproc.web.queue_sent import PER_PAGE
from mailproc.workflow import events as e
from tests.factories import a_form, a_person
from tests.web.conftest import CODE, Room, csrf_of

PAYLOADS = "{{7*7}} <b>x</b> javascript:alert(1) http://evil.example.net \u202egnp"


def _ids(html: str) -> list[str]:
    """What can be ticked, in order."""
    return re.findall(r'name="take" value="(\w+)"', html)


def _post(client: TestClient, page: Any, ticked: list[str], **fields: str) -> Any:
    body: dict[str, Any] = {"csrf": csrf_of(page.text), "choice": "approve", "code": CODE}
    return client.post(page.url.path, data=body | fields | {"take": ticked})


def test_three_ticks_and_one_code_approve_three(room: Room) -> None:
    ids = room.opened(4)
    with room.browser() as client:
        page = client.get(room.queue())
        assert "มี 4 เรื่องรอท่านพิจารณา" in page.text
        done = _post(client, page, _ids(page.text)[:3])
    assert done.status_code == 200
    assert "บันทึกแล้ว: อนุญาต 3 เรื่อง" in done.text
    assert "ยังมีอีก 1 เรื่อง" in done.text
    assert [room.verdicts(one) for one in ids] == [["approved"]] * 3 + [[]]
    rows = room.rows(schema.decisions)
    assert {(row.via, row.device, row.person_id) for row in rows} == {
        ("queue", "code", room.director)
    }
    assert all(row.content_hash == room.request(row.request_id).content_hash for row in rows)


def test_the_oldest_stands_first_and_what_is_late_is_marked(room: Room) -> None:
    (first,) = room.opened(promised_at=room.clock() + timedelta(days=2))
    room.clock.pass_by(hours=1)
    (late,) = room.opened(promised_at=room.clock() - timedelta(minutes=1))
    with room.browser() as client:
        text = client.get(room.queue()).text
    numbers = re.findall(r'class="see"[^>]*>[^<]*?(\d{4}/\d{5})', text)
    assert numbers == [room.request(first).number, room.request(late).number]
    assert text.count("เลยกำหนด") == 1


def test_one_refusal_for_all_tells_each_requester_the_reason(room: Room) -> None:
    ids = room.opened(2)
    with room.browser() as client:
        page = client.get(room.queue())
        ground = re.findall(r'<option value="(\w+)"', page.text)
        fields = {"choice": "refuse"} | ({"ground": ground[0]} if ground else {})
        empty = _post(client, page, _ids(page.text), **fields)
        assert empty.status_code == 422
        assert "เขียนเหตุผล" in empty.text
        assert empty.text.count("checked") == 3  # both ticks and the choice are still there
        done = _post(client, page, _ids(page.text), **fields, reason="ขอหนังสือจากต้นสังกัด")
    assert "ไม่อนุญาต 2 เรื่อง" in done.text
    for one in ids:
        request = room.request(one)
        assert (request.state, request.reason) == (State.REFUSED, "ขอหนังสือจากต้นสังกัด")
    letters = room.rows(schema.outbox, schema.outbox.c.kind == "refused")
    assert len(letters) == 2


def test_what_changed_meanwhile_is_told_and_not_decided(room: Room) -> None:
    ids = room.opened(3)
    with room.browser() as client:
        page = client.get(room.queue())
        ticked = _ids(page.text)
        room.happens(ids[0], e.Refused(by="นายอื่น", reason="ไม่ครบ"))
        room.happens(ids[1], e.Cancelled(by="requester"))
        done = _post(client, page, ticked)
    assert "อนุญาต 1 เรื่อง" in done.text
    assert done.text.count("มีผลบันทึกไว้ก่อนแล้ว") == 2
    assert "นายอื่น" in done.text
    states = [room.request(one).state for one in ids]
    assert states == [State.REFUSED, State.CANCELLED, State.APPROVED]


def test_a_second_click_decides_nothing_twice(room: Room) -> None:
    ids = room.opened(2)
    with room.browser() as client:
        page = client.get(room.queue())
        _post(client, page, _ids(page.text))
        again = _post(client, page, _ids(page.text))
    assert again.status_code == 200
    assert "ไม่มีการบันทึกผล" in again.text
    assert [room.verdicts(one) for one in ids] == [["approved"]] * 2


def test_all_are_taken_back_with_one_press_within_the_hold(room: Room) -> None:
    ids = room.opened(2)
    with room.browser() as client:
        page = client.get(room.queue())
        done = _post(client, page, _ids(page.text))
        undone = client.post(page.url.path, data=_undo(done.text))
    assert "ยกเลิกการอนุญาตแล้ว 2 เรื่อง" in undone.text
    assert [room.verdicts(one) for one in ids] == [["approved", "undone"]] * 2
    assert {room.request(one).state for one in ids} == {State.AWAITING_DECISION}


def test_an_undo_after_the_hold_or_with_other_ids_does_nothing(room: Room) -> None:
    ids = room.opened(2)
    with room.browser() as client:
        page = client.get(room.queue())
        first, second = _ids(page.text)
        done = _post(client, page, [first])
        fields = _undo(done.text)
        assert client.post(page.url.path, data=fields | {"take": second}).status_code == 403
        assert client.post(page.url.path, data=fields | {"key": "9.code.x"}).status_code == 403
        room.clock.pass_by(minutes=2)
        assert "ยกเลิกไม่ทัน" in client.post(page.url.path, data=fields).text
    assert [room.verdicts(one) for one in ids] == [["approved"], []]


def _undo(html: str) -> dict[str, Any]:
    form = html[html.index("<form") :]
    key = re.findall(r'name="key" value="([^"]+)"', form)[0]
    return {"csrf": csrf_of(form), "choice": "undo", "key": unescape(key), "take": _ids(form)}


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("code", ["", "918273", "48291", "4829155"])
def test_without_the_code_nothing_is_decided(room: Room, code: str) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        page = client.get(room.queue())
        answer = _post(client, page, _ids(page.text), code=code)
    assert answer.status_code in (403, 422)
    assert room.verdicts(one) == []


def test_wrong_codes_wait_longer_each_time(room: Room) -> None:
    room.opened()
    with room.browser() as client:
        page = client.get(room.queue())
        ids = _ids(page.text)
        statuses = [_post(client, page, ids, code="918273").status_code for _ in range(4)]
    assert statuses == [403, 403, 403, 429]


def test_a_link_of_another_person_is_not_decided_by_this_one(room: Room) -> None:
    other = room.add(a_person(id=0, name="นายสอง", address="two@example.org", has_code=False))
    (one,) = room.opened()
    links = {row.person_id: row.id for row in room.rows(schema.links) if row.person_id}
    assert set(links) == {room.director, other}
    with room.browser() as client:
        page = client.get(room.queue())
        done = _post(client, page, [links[other], "no-such-link"])
    assert "ไม่มีการบันทึกผล" in done.text
    assert room.verdicts(one) == []


def test_data_about_persons_is_opened_and_not_ticked(room: Room) -> None:
    plain, personal = room.opened(2)
    request = room.request(personal)
    assert request.prepared is not None
    room.put(personal, prepared=replace(request.prepared, sensitivity="personal"))
    links = {row.request_id: row.id for row in room.rows(schema.links) if row.person_id}
    with room.browser() as client:
        page = client.get(room.queue())
        assert _ids(page.text) == [links[plain]]
        assert "ต้องเปิดอ่านและพิจารณาทีละเรื่อง" in page.text
        done = _post(client, page, [links[personal]])
        assert "ไม่มีการบันทึกผล" in done.text
        assert room.verdicts(personal) == []
        room.rules = replace(room.rules, batch_sensitive=True)
        page = client.get(room.queue())
        assert len(_ids(page.text)) == 2


def test_a_stand_in_sees_for_whom_and_the_row_says_so(room: Room) -> None:
    deputy = room.add(
        a_person(id=0, name="นางรอง ใจดี", address="d@example.org", role="deputy", has_code=False)
    )
    room.away(room.director, deputy)
    (one,) = room.opened()
    slip = room.slip(deputy)
    with room.browser() as client:
        page = client.get(room.queue(deputy))
        assert "พิจารณาแทน" in page.text
        fields = {"slip": slip, "new_code": "739158", "new_code_again": "739158"}
        _post(client, page, _ids(page.text), **fields)
    (row,) = room.rows(schema.decisions, schema.decisions.c.request_id == one)
    assert (row.person_id, row.for_person_id, row.verdict) == (deputy, room.director, "approved")


def test_what_several_have_to_approve_is_not_promised_to_be_sent_at_once(room: Room) -> None:
    room.opened()
    later = "จะส่งเมื่ออนุญาตครบทุกท่าน"
    with room.browser() as client:
        assert later not in client.get(room.queue()).text
        seats = (("group_director",), ("second@example.org",))
        room.rules = replace(room.rules, approval=(ApprovalPolicy(seats),))
        assert later in client.get(room.queue()).text


def test_a_stand_in_whose_time_is_over_is_shown_nothing_any_more(room: Room) -> None:
    deputy = room.add(a_person(id=0, address="d@example.org", role="deputy", has_code=False))
    room.away(room.director, deputy)
    room.opened()
    with room.browser() as client:
        assert len(_ids(client.get(room.queue(deputy)).text)) == 1
        room.clock.pass_by(hours=1)
        with room.database.write() as connection:
            assert absences.end(connection, room.director, room.clock()) == 1
        assert "ไม่มีเรื่องรอท่านพิจารณา" in client.get(room.queue(deputy)).text


# ---------------------------------------------------------------- the address, robots, sizes


def test_of_many_only_those_on_the_page_are_read(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.opened(2 * PER_PAGE + 1)
    loaded: list[str] = []

    def load(body: str) -> Request:
        loaded.append(body)
        return load_request(body)

    monkeypatch.setattr("mailproc.store.requests.load_request", load)
    with room.browser() as client:
        page = client.get(room.queue())
        assert len(_ids(page.text)) == len(loaded) == PER_PAGE
        rest = client.get(f"{page.url.path}?page=3")
    assert f"มี {2 * PER_PAGE + 1} เรื่องรอท่านพิจารณา" in rest.text
    assert len(_ids(rest.text)) == 1


def test_the_address_bar_holds_no_token_and_works_without_cookies(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        path = room.queue()
        page = client.get(path)
        assert page.url.path.startswith("/q/open/")
        assert path.removeprefix("/q/") not in str(page.url) + page.text
        client.cookies.clear()
        page = client.get(page.url.path)
        assert "1 เรื่องรอท่าน" in page.text
        room.clock.pass_by(minutes=11)
        assert client.get(page.url.path).status_code == 403  # what a history holds shows nothing
        client.cookies.clear()
        assert _post(client, page, _ids(page.text)).status_code == 200
    assert room.verdicts(one) == ["approved"]


@pytest.mark.parametrize("path", ["/q/x", "/q/open/x", "/q/open/a.b.c", "/q/open/a.7fffffff.00"])
def test_what_is_no_link_leads_nowhere(room: Room, path: str) -> None:
    with room.browser() as client:
        assert client.get(path).status_code == 404


def test_a_void_link_and_a_person_without_a_role_see_nothing(room: Room) -> None:
    room.opened()
    with room.browser() as client:
        path = room.queue()
        with room.database.write() as connection:
            person_links.void(connection, room.director, room.clock())
        assert client.get(path).status_code == 410
        path = room.queue()
        with room.database.write() as connection:
            people.end_role(connection, room.director, room.clock())
        assert client.get(path).status_code == 410


def test_visits_change_nothing(room: Room) -> None:
    room.opened(2)
    with room.browser() as client:
        path = room.queue()
        before = room.everything()
        page = client.get(path)
        links = re.findall(r'href="(/q/open/[^"]+)"', page.text)
        for href in [path, *map(unescape, links)]:
            for method in ("GET", "HEAD"):
                client.request(method, href, follow_redirects=False)
            assert client.request("OPTIONS", href).status_code == 405
    assert room.everything() == before


def test_a_robot_that_presses_everything_decides_nothing(room: Room) -> None:
    ids = room.opened(2)
    with room.browser() as client:
        page = client.get(room.queue())
        words = set(re.findall(r"[0-9]{3,}", page.text)) - {CODE} | {"", "on", "123456"}
        for word in sorted(words):
            room.clock.pass_by(hours=2)
            for choice in ("approve", "refuse", "undo", word):
                fields = dict.fromkeys(("code", "key", "reason", "slip", "new_code"), word)
                _post(client, page, _ids(page.text), **fields, choice=choice)
    assert [room.verdicts(one) for one in ids] == [[], []]


def test_a_foreign_page_cannot_post(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        page = client.get(room.queue())
        fields = {"csrf": csrf_of(page.text), "choice": "approve", "code": CODE}
        body = fields | {"take": _ids(page.text)}
        evil = client.post(page.url.path, data=body, headers={"origin": "https://evil.example.net"})
        assert evil.status_code == 403
        assert client.post(page.url.path, data=body | {"csrf": "0" * 64}).status_code == 403
    assert room.verdicts(one) == []


def test_a_hundred_waiting_are_pages_of_at_most_50_kb(room: Room) -> None:
    long_ = "ใช้ประกอบการวางแผนจัดการเรียนการสอนและจัดสรรงบประมาณประจำปี " * 30
    room.opened(100, form=a_form(purpose=long_, organisation="โรงเรียน" + "ก" * 200))
    with room.browser() as client:
        page = client.get(room.queue())
        assert "มี 100 เรื่อง" in page.text
        seen = list(_ids(page.text))
        assert len(seen) == PER_PAGE
        for number in range(2, 6):
            other = client.get(page.url.path, params={"page": number, "all": ""})
            assert len(other.content) <= 50_000
            assert other.text.count("checked") == PER_PAGE
            seen += _ids(other.text)
        done = _post(client, page, seen[:PER_PAGE])
    assert len(page.content) <= 50_000
    assert len(done.content) <= 50_000
    assert len(set(seen)) == 100
    assert "อนุญาต 20 เรื่อง" in done.text


def test_words_of_requesters_stay_words(room: Room) -> None:
    form = a_form(purpose=PAYLOADS, requester_name=PAYLOADS, organisation=PAYLOADS)
    room.opened(form=form)
    with room.browser() as client:
        page = client.get(room.queue())
        done = _post(client, page, _ids(page.text))
    for text in (page.text, done.text):
        assert "<b>x</b>" not in text
        assert "evil.example.net" not in text
        assert "\u202e" not in text
        assert "{{7*7}}" in unescape(text)


def test_an_empty_queue_says_so(room: Room) -> None:
    with room.browser() as client:
        page = client.get(room.queue())
    assert "ไม่มีเรื่องรอท่านพิจารณา" in page.text
    assert "<form" not in page.text


def test_the_link_to_a_case_leads_to_its_own_page_without_a_token_in_the_list(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        page = client.get(room.queue())
        assert room.link(one) not in page.text
        (href,) = re.findall(r'class="see" href="([^"]+)"', page.text)
        case = client.get(href)
        assert case.status_code == 200
        assert room.request(one).number in case.text
        other = href.rpartition("/")[0] + "/" + "0" * 32
        assert client.get(other).status_code == 404


# ---------------------------------------------------------------- remembered browsers, previews


def test_a_remembered_browser_needs_no_code_and_another_persons_does(room: Room) -> None:
    ids = room.opened(2)
    with room.database.write() as connection:
        mine = devices.remember(connection, room.director, "Chrome, Android", room.clock())
        theirs = devices.remember(connection, room.officer, "Firefox", room.clock())
    with room.browser() as client:
        client.cookies.set("device", theirs)
        page = client.get(room.queue())
        headers = {"origin": room.public_url}
        body = {"csrf": csrf_of(page.text), "choice": "approve", "take": _ids(page.text)}
        assert client.post(page.url.path, data=body, headers=headers).status_code == 422
        client.cookies.set("device", mine)
        page = client.get(page.url.path)
        assert "ไม่ต้องใส่รหัส" in page.text
        assert client.post(page.url.path, data=body).status_code == 422  # says not where from
        done = client.post(page.url.path, data=body, headers=headers)
    assert "อนุญาต 2 เรื่อง" in done.text
    assert [room.verdicts(one) for one in ids] == [["approved"]] * 2
    assert all(row.device.startswith("device ") for row in room.rows(schema.decisions))


def test_one_code_is_enough_for_page_after_page_where_the_browser_is_remembered(
    room: Room,
) -> None:
    ids = room.opened(6)
    with room.browser() as client:
        client.headers["origin"] = room.public_url
        page = client.get(room.queue())
        assert 'name="remember"' in page.text
        wrong = _post(client, page, _ids(page.text)[:4], code="918273", remember="1")
        assert (wrong.status_code, 'name="remember" value="1" checked' in wrong.text) == (403, True)
        done = _post(client, page, _ids(page.text)[:4], remember="1").text
        assert done.index("ยังมีอีก 2 เรื่อง") < done.index('class="cases"'), "nobody scrolls for it"
        rest = client.get(room.queue())
        assert 'name="code"' not in rest.text
        assert _post(client, rest, _ids(rest.text), code="").status_code == 200
        events = [row.event for row in room.rows(schema.people_log)]
        _post(client, page, _ids(page.text), code="", remember="1")
        assert [row.event for row in room.rows(schema.people_log)] == events, "known already"
    assert [room.verdicts(one) for one in ids] == [["approved"]] * 6
    assert events.count("device_remembered") == 1
    ways = {row.device.split(" ")[0] for row in room.rows(schema.decisions)}
    assert ways == {"code", "device"}


def test_a_preview_in_a_chat_shows_nobody_a_word(room: Room) -> None:
    room.opened()
    with room.browser() as client:
        robot = {"user-agent": "facebookexternalhit/1.1;line-poker/1.0"}
        shown = client.get(room.queue(), headers=robot)
    assert shown.status_code == 200
    assert "รอท่านพิจารณา" not in shown.text
    assert "สมศรี" not in shown.text
