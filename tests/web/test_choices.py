"""Conditions, returns, devices and what comes after, as an approver makes them on the page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from mailproc.demo.server import EmbeddedMail
from mailproc.model import ApprovalPolicy, State
from mailproc.store import devices, people, schema
from mailproc.workflow import events as e
from tests.factories import a_person
from tests.web.conftest import CODE, Room, csrf_of
from tests.web.test_decision import MAILBOXES, approve

OURS = {"origin": "http://127.0.0.1:8025"}


def columns_of(html: str) -> list[str]:
    return re.findall(r'name="column" value="(\d+)" checked', html)


def narrow(room: Room, client: TestClient, one: int, **changed: Any) -> Any:
    """Approves under conditions; every column stays ticked unless `column` says otherwise."""
    page = client.get(room.link(one)).text
    form = {"csrf": csrf_of(page), "choice": "conditions", "code": CODE}
    return client.post(room.link(one), data=form | {"column": columns_of(page)} | changed)


# ---------------------------------------------------------------- conditions


def test_columns_level_and_last_day_narrow_the_data_and_it_is_shown_once_more(room: Room) -> None:
    one, _ = room.opened(2)
    columns = room.request(one).prepared.columns  # type: ignore[union-attr]
    kept = [str(n) for n in range(len(columns) - 2)]
    with room.browser() as client:
        told = narrow(room, client, one, column=kept, until="๓๑ ธ.ค. ๒๖๐๐")
    assert "บันทึกเงื่อนไขแล้ว" in told.text
    assert room.request(one).number in told.text
    assert "ยังมีอีก 1 เรื่องรอท่านพิจารณา" in told.text
    request = room.request(one)
    assert request.state is State.PREPARING
    assert request.conditions.without == columns[-2:]
    assert request.conditions.until == "2057-12-31"
    while room.fulfil.turn(room.desk(), room.clock()):
        pass
    with room.browser() as client:
        page = client.get(room.link(one)).text
        assert "31 ธันวาคม 2600" in page
        assert len(columns_of(page)) == len(columns) - 2
        told_last = approve(room, client, one).text
    assert "บันทึกผลแล้ว: อนุญาต" in told_last
    assert re.findall("<li><b>(.*?)</b>", told_last) == ["อนุญาตแบบมีเงื่อนไข", "อนุญาต"]
    assert room.request(one).state is State.APPROVED


def test_a_second_narrowing_keeps_the_first(room: Room) -> None:
    (one,) = room.opened()
    columns = room.request(one).prepared.columns  # type: ignore[union-attr]
    with room.browser() as client:
        narrow(room, client, one, column=[str(n) for n in range(len(columns) - 1)])
        while room.fulfil.turn(room.desk(), room.clock()):
            pass
        narrow(room, client, one, until="31/12/2600")
    conditions = room.request(one).conditions
    assert (conditions.without, conditions.until) == (columns[-1:], "2057-12-31")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "ยังไม่ได้กำหนดเงื่อนไข"),
        ({"column": []}, "อย่างน้อยหนึ่งคอลัมน์"),
        ({"until": "สิ้นปี"}, "อ่านวันที่ไม่ได้"),
        ({"until": "1 มกราคม 2560"}, "วันนี้หรือหลังจากนี้"),
        ({"level": "school"}, "กว้างกว่าที่เสนอ"),
        ({"level": "../x"}, "กว้างกว่าที่เสนอ"),
    ],
)
def test_conditions_that_can_t_be_are_asked_again_with_all_that_was_typed(
    room: Room, changed: dict[str, Any], words: str
) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        again = narrow(room, client, one, private_note="ถามแล้ว", **changed)
    assert again.status_code == 422
    assert words in again.text
    assert "ถามแล้ว</textarea>" in again.text.replace("\n", "")
    assert 'value="conditions" checked' in again.text
    assert CODE not in again.text
    assert room.verdicts(one) == []


# ---------------------------------------------------------------- return


def test_a_return_asks_the_requester_and_says_so(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        none = approve(room, client, one, choice="return", reason="ไม่ใช่ช่องนี้")
        assert none.status_code == 422
        told = approve(room, client, one, choice="return", question="ใช้กับโรงเรียนใด")
    assert "บันทึกผลแล้ว: ส่งกลับให้ผู้ขอแก้ไข" in told.text
    assert "ใช้กับโรงเรียนใด" in told.text
    assert (room.request(one).state, room.verdicts(one)) == (State.RETURNED, ["returned"])


def test_what_changed_since_it_was_shown_is_marked_with_old_and_new(room: Room) -> None:
    (one,) = room.opened()
    form = room.request(one).form
    asked = "ใช้กับ <i>โรงเรียน</i> ใด"
    room.put(one, shown=replace(form, purpose="เพื่อ <b>ใช้</b>"), sent_back=asked)
    with room.browser() as client:
        page = client.get(room.link(one)).text
    assert "คำถามเมื่อส่งกลับ" in page
    assert "ใช้กับ &lt;i&gt;โรงเรียน&lt;/i&gt; ใด" in page
    assert "สิ่งที่เปลี่ยนจากที่เสนอครั้งก่อน" in page
    assert re.search(r"<del>.*เพื่อ &lt;b&gt;ใช้&lt;/b&gt;</del>", page)
    assert re.search(r"<ins>.*เพื่อวางแผนจัดชั้นเรียน.*</ins>", page)
    assert page.count("<mark>") == 1


# ---------------------------------------------------------------- devices


def remembered(room: Room, client: TestClient, one: int) -> None:
    """The person decides one request with the code, and lets the browser be remembered."""
    assert approve(room, client, one, remember="1").status_code == 200


def test_a_remembered_device_needs_no_code(room: Room) -> None:
    one, two = room.opened(2)
    with room.browser() as client:
        remembered(room, client, one)
        page = client.get(room.link(two)).text
        assert 'name="code"' not in page
        assert "ไม่ต้องใส่รหัส" in page
        form = {"csrf": csrf_of(page), "choice": "approve"}
        answer = client.post(room.link(two), data=form, headers=OURS)
    assert "บันทึกผลแล้ว: อนุญาต" in answer.text
    assert "เครื่องที่จำไว้" in answer.text
    (device,) = room.rows(schema.devices)
    proofs = [row.device for row in room.rows(schema.decisions)]
    assert proofs == ["code", f"device {device.id}"]
    assert "device_remembered" in [row.event for row in room.rows(schema.people_log)]


def test_without_the_tick_nothing_is_remembered(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        approve(room, client, one)
    assert room.rows(schema.devices) == []


def test_a_wrong_code_remembers_nothing(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        approve(room, client, one, code="918273", remember="1")
    assert room.rows(schema.devices) == []


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_a_device_counts_only_where_the_browser_says_that_our_page_sent_it(
    room: Room, headers: dict[str, str]
) -> None:
    one, two = room.opened(2)
    with room.browser() as client:
        remembered(room, client, one)
        form = {"csrf": csrf_of(client.get(room.link(two)).text), "choice": "approve"}
        assert client.post(room.link(two), data=form, headers=headers).status_code in (403, 422)
    assert room.verdicts(two) == []


def test_a_device_that_was_ended_needs_the_code_again(room: Room) -> None:
    one, two, three = room.opened(3)
    with room.browser() as client:
        remembered(room, client, one)
        with room.database.write() as connection:
            assert devices.revoke(connection, room.director, room.clock()) == 1
        assert 'name="code"' in client.get(room.link(two)).text
        remembered(room, client, two)
        room.clock.pass_by(days=31)
        assert 'name="code"' in client.get(room.link(three)).text


def test_the_device_of_one_person_is_none_of_another(room: Room) -> None:
    one, two = room.opened(2)
    other = room.add(a_person(id=0, address="second@example.org", has_code=False))
    with room.browser() as client:
        remembered(room, client, one)
        assert "เครื่องนี้จำไว้แล้ว" in client.get(room.link(two)).text
        with room.database.write() as connection:
            link = schema.links
            mine = link.update().where(link.c.request_id == two, link.c.purpose == "decide")
            connection.execute(mine.values(person_id=other))
        assert "เครื่องนี้จำไว้แล้ว" not in client.get(room.link(two)).text


# ---------------------------------------------------------------- afterwards


def test_a_file_that_was_attached_can_t_be_called_back_and_the_page_says_so(room: Room) -> None:
    (one,) = room.opened()
    path = room.link(one)
    with room.browser() as client:
        approve(room, client, one)
    with EmbeddedMail(MAILBOXES, imap_port=0, smtp_port=0) as mail:
        room.deliver(mail)
    assert room.request(one).state is State.DELIVERED
    with room.browser() as client:
        page = client.get(path).text
        assert "เรียกคืนจากเมลของผู้รับไม่ได้" in page
        form = {"csrf": csrf_of(page), "choice": "revoke"}
        assert client.post(path, data=form).status_code == 422
        assert client.post(path, data={**form, "code": "918273"}).status_code == 403
        assert room.request(one).revoked_at is None
        told = client.post(path, data={**form, "code": CODE}).text
        assert "ระงับแล้วเมื่อ" in told
        assert '<h1 class="no">ระงับไฟล์ที่ส่งแล้ว</h1>' in told
        assert "ผู้ขอได้รับไฟล์ทางเมลไปแล้ว" in told
        again = client.post(path, data={**form, "code": CODE})
    assert "ไม่เปลี่ยนผล" in again.text
    assert room.request(one).revoked_at is not None
    assert room.verdicts(one) == ["approved", "revoked"]


def test_one_yes_of_two_says_that_another_is_awaited(room: Room) -> None:
    second = room.add(a_person(id=0, name="นางวิภา รอบคอบ", address="second@example.org"))
    room.rules = replace(
        room.rules,
        approval=(ApprovalPolicy(seats=(("director@example.org",), ("second@example.org",))),),
    )
    (one,) = room.opened()
    assert second
    links = room.rows(schema.links, schema.links.c.purpose == "decide")
    mine = next(row for row in links if row.person_id == room.director)
    path = f"/d/{room.desk().token(mine.id, 'decide', mine.request_version)}"
    with room.browser() as client:
        form = room.form(client, path, choice="approve", code=CODE)
        told = client.post(path, data=form).text
    assert "รอผู้อนุญาตอีก 1 ท่าน" in told
    assert "นายธงชัย มั่นคง" in told
    assert room.request(one).state is State.AWAITING_DECISION


def test_who_reads_of_another_s_yes_is_not_asked_to_change_her_mind(room: Room) -> None:
    second = room.add(a_person(id=0, name="นางวิภา รอบคอบ", address="second@example.org"))
    (one,) = room.opened()
    links = {row.person_id: row for row in room.rows(schema.links) if row.person_id}

    def page(client: TestClient, person: int) -> str:
        link = links[person]
        return client.get(f"/d/{room.desk().token(link.id, 'decide', link.request_version)}").text

    request = room.request(one)
    yes = e.Approved(by="นายธงชัย", content_hash=request.content_hash, person_id=room.director)
    room.happens(one, yes)
    with room.browser() as client:
        assert "<h2>หากต้องการเปลี่ยนผลการพิจารณา</h2>" in page(client, room.director)
        assert "<h2>ยกเลิกการอนุญาต</h2>" in page(client, second)


def test_a_request_that_is_handed_over_is_not_said_to_be_sent(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        assert "ระบบจะส่งข้อมูลตามรายการข้างต้น" in client.get(room.link(one)).text
        room.put(one, form=replace(room.request(one).form, delivery="pickup"))
        assert "เจ้าหน้าที่จะส่งมอบข้อมูลตามรายการข้างต้น" in client.get(room.link(one)).text


def test_of_three_in_order_each_page_says_who_has_approved_and_how_many_are_awaited(
    room: Room,
) -> None:
    (one,) = room.opened()
    names = ("director@example.org", "second@example.org", "third@example.org")
    ids = [room.add(a_person(id=0, name=f"นาง{at}", address=at)) for at in names[1:]]
    seats = tuple((name,) for name in names)
    room.rules = replace(room.rules, approval=(ApprovalPolicy(seats, in_order=True),))

    def path(person: int) -> str:
        (link,) = room.rows(schema.links, schema.links.c.person_id == person)
        return f"/d/{room.desk().token(link.id, 'decide', link.request_version)}"

    with room.browser() as client:
        first = client.get(path(room.director)).text
        assert "ต้องมีผู้อนุญาตครบ 3 ท่าน ยังไม่มีผู้อนุญาต" in first
        assert "ข้อมูลจะส่งเมื่ออนุญาตครบทุกท่าน" in first
        form = room.form(client, path(room.director), choice="approve", code=CODE)
        assert "รอผู้อนุญาตอีก 2 ท่าน" in client.post(path(room.director), data=form).text
        second = client.get(path(ids[0])).text
        assert "ต้องมีผู้อนุญาตครบ 3 ท่าน อนุญาตแล้ว: นายธงชัย มั่นคง" in second
        room.happens(one, e.Refused(by="นางสอง", reason="ยังไม่ครบ"))
        after = client.get(path(room.director)).text
    assert "ไม่อนุญาต" in after
    assert "รอผู้อนุญาต" not in after, "nobody is awaited any more"


def test_a_stand_in_reads_for_whom_she_decides(room: Room) -> None:
    (one,) = room.opened()
    deputy = room.add(a_person(id=0, name="นางวิภา รอบคอบ", address="d@example.org", role="deputy"))
    with room.database.write() as connection:
        slip = people.new_slip(connection, deputy, room.clock())
        pepper = room.config.secret("pepper")
        assert people.redeem_slip(connection, deputy, slip, CODE, pepper, room.clock())
        connection.execute(
            schema.absences.insert().values(
                person_id=room.director,
                deputy_id=deputy,
                since=room.clock() - timedelta(days=1),
                until=None,
                source="command",
                entered_at=room.clock(),
            )
        )
        link = schema.links
        mine = link.update().where(link.c.request_id == one, link.c.purpose == "decide")
        connection.execute(mine.values(person_id=deputy, for_person_id=room.director))
    with room.browser() as client:
        page = client.get(room.link(one)).text
        assert "ในฐานะผู้รักษาราชการแทน นายธงชัย มั่นคง" in page
        told = approve(room, client, one).text
    assert "นางวิภา รอบคอบ ในฐานะผู้รักษาราชการแทน นายธงชัย มั่นคง" in told
