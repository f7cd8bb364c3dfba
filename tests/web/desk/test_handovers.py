"""Files handed over by a person, and requesters whom only a voice can reach."""

from __future__ import annotations

from starlette.testclient import TestClient

from mailproc.model import State
from mailproc.store import schema
from mailproc.workflow import events as e
from tests.web.conftest import Room
from tests.web.desk.conftest import press
from tests.web.desk.test_entry import CALL, enter
from tests.web.desk.test_printing import ready

PATH = "/desk/handovers"


def test_a_file_that_is_ready_is_a_task_with_file_and_cover(
    room: Room, officer: TestClient
) -> None:
    enter(officer)
    assert "/file" not in officer.get(PATH).text
    ready(room)
    page = officer.get(PATH).text
    assert room.request(1).number in page
    assert "/desk/requests/1/cover.pdf" in page
    file = officer.get(f"{PATH}/1/file")
    assert file.content.startswith(b"PK")
    assert file.headers["content-disposition"].startswith("attachment")


def test_who_took_it_and_how_is_written_down_and_the_request_is_delivered(
    room: Room, officer: TestClient
) -> None:
    enter(officer)
    ready(room)
    answer = press(
        officer, PATH, action="handed", request="1", way="line", taken_by="นายผู้รับ แทน", note="ดึก"
    )
    assert "บันทึกการส่งมอบแล้ว" in answer.text
    assert room.request(1).state is State.DELIVERED
    (row,) = room.rows(schema.handovers)
    assert (row.way, row.taken_by, row.note, row.person_id) == (
        "line",
        "นายผู้รับ แทน",
        "ดึก",
        room.officer,
    )
    assert row.file_id == room.request(1).file_id
    assert "/file" not in officer.get(PATH).text
    assert not [r for r in room.rows(schema.outbox) if r.audience == "requester"]


def test_nobody_took_it_is_a_fault_at_its_field_and_what_was_typed_stays(
    room: Room, officer: TestClient
) -> None:
    enter(officer)
    ready(room)
    answer = press(officer, PATH, action="handed", request="1", way="pickup", note="ฝากไว้")
    assert answer.status_code == 422
    assert 'id="fault-1"' in answer.text
    assert 'value="ฝากไว้"' in answer.text
    assert room.rows(schema.handovers) == []


def test_what_the_officer_did_not_see_is_not_handed_over(room: Room, officer: TestClient) -> None:
    enter(officer)
    ready(room)
    stale = str(room.request(1).version - 1)
    answer = press(
        officer, PATH, action="handed", request="1", way="pickup", taken_by="ก", seen=stale
    )
    assert answer.status_code == 422
    assert room.request(1).state is State.NEEDS_PERSON


def test_a_refusal_is_told_by_voice_and_written_down(room: Room, officer: TestClient) -> None:
    enter(officer)
    while room.fulfil.turn(room.desk(), room.clock()):
        pass
    room.happens(1, e.Refused(by="ผู้อำนวยการ", reason="เป็นข้อมูลลับ"))
    page = officer.get(PATH).text
    assert "เป็นข้อมูลลับ" in page
    assert CALL["phone"] in page
    press(officer, PATH, action="told", request="1", taken_by="นายสมชาย ใจดี")
    assert "เป็นข้อมูลลับ" not in officer.get(PATH).text
    (row,) = room.rows(schema.handovers)
    assert (row.way, row.file_id, row.taken_by) == ("other", None, "นายสมชาย ใจดี")
    assert room.request(1).state is State.REFUSED


def test_a_question_is_asked_by_voice_until_it_is_answered(room: Room, officer: TestClient) -> None:
    enter(officer, purpose="", anyway="1")
    page = officer.get(PATH).text
    assert "วัตถุประสงค์" in page
    assert "บันทึกคำตอบที่หน้าคำขอ" in page


def test_who_can_be_mailed_is_nobody_s_task(room: Room, officer: TestClient) -> None:
    enter(officer, purpose="", anyway="1", email="somchai@example.com", delivery="email")
    assert room.request(1).number not in officer.get(PATH).text


def test_who_may_only_look_takes_no_file_and_marks_nothing(
    room: Room, officer: TestClient, director: TestClient
) -> None:
    enter(officer)
    ready(room)
    page = director.get(PATH).text
    assert room.request(1).number in page
    assert "/file" not in page
    assert director.get(f"{PATH}/1/file").status_code == 404
    sent = {"action": "handed", "request": "1", "way": "pickup", "taken_by": "ก"}
    assert director.post(PATH, data=sent).status_code == 403


def test_no_file_leaves_before_it_was_decided_upon(room: Room, officer: TestClient) -> None:
    enter(officer)
    assert officer.get(f"{PATH}/1/file").status_code == 404
    ready(room)
    room.put(1, decided_at_hash="")
    assert officer.get(f"{PATH}/1/file").status_code == 404
