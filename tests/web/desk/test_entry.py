"""The screen for telephone and counter, used as an officer uses it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from mailproc.model import State
from mailproc.store import schema
from tests.factories import a_form
from tests.web.conftest import Room, csrf_of

CALL = {
    "channel": "phone",
    "phone": "081-234-5678",
    "requester_name": "นายสมชาย ใจดี",
    "organisation": "โรงเรียนบ้านหนองน้ำใส",
    "dataset": "student_count",
    "year": "latest",
    "purpose": "วางแผนอัตรากำลัง",
    "delivery": "pickup",
}
# Card, Moran and Newell, «The Keystroke-Level Model» (1980): an average typist's stroke, a choice
# by the pointer, and a thought before each field.
STROKE, POINT, THOUGHT = 0.28, 1.1, 1.35


def enter(client: TestClient, **changes: str) -> Any:
    csrf = csrf_of(client.get("/desk/entry").text)
    return client.post("/desk/entry", data={"csrf": csrf} | CALL | changes)


def seconds(page: str, typed: dict[str, str], chosen: tuple[str, ...]) -> float:
    """How long the fields take that a page does not fill in by itself."""
    strokes = sum(len(words) + 1 for words in typed.values())  # and the Tab key
    assert all(f'name="{name}"' in page for name in (*typed, *chosen))
    return strokes * STROKE + len(chosen) * POINT + (len(typed) + len(chosen)) * THOUGHT


def values_of(page: str) -> dict[str, str]:
    """What stands in the fields of the screen."""
    inputs = re.findall(r'<input id="(\w+)" name="\w+"[^>]* value="([^"]*)"', page)
    picked = re.findall(r'<select id="(\w+)".*?<option value="([^"]*)" selected', page, re.DOTALL)
    ticked = re.findall(r'type="radio" name="(\w+)" value="(\w+)" checked', page)
    return {name: unescape(value) for name, value in (*inputs, *picked, *ticked)}


def test_a_call_becomes_a_request_with_its_number_and_what_happens_next(
    room: Room, officer: TestClient
) -> None:
    answer = enter(officer)
    assert answer.status_code == 200
    (row,) = room.rows(schema.requests)
    request = room.request(row.id)
    assert (request.channel, request.entered_by, request.requester_addr) == (
        "phone",
        a_name(room),
        "",
    )
    assert request.number in answer.text
    assert f"/desk/requests/{row.id}/form" in answer.text
    assert "กำลังเตรียมข้อมูล" in answer.text
    while room.fulfil.turn(room.desk(), room.clock()):
        pass
    assert room.request(row.id).state is State.AWAITING_DECISION
    assert "เสนอผู้มีอำนาจอนุญาตแล้ว" in officer.get(f"/desk/entry/{row.id}").text
    assert {row.audience for row in room.rows(schema.outbox)} == {"director"}


def a_name(room: Room) -> str:
    return next(p.name for p in room.desk().people["officer"])


def test_the_director_reads_by_which_way_it_came_and_who_took_it_down(
    room: Room, officer: TestClient
) -> None:
    enter(officer)
    while room.fulfil.turn(room.desk(), room.clock()):
        pass
    with room.with_code().browser() as browser:
        page = browser.get(room.link(1)).text
    assert f"โทรศัพท์ บันทึกคำขอโดย {a_name(room)}" in page


def test_faults_stand_at_their_fields_and_what_was_typed_is_kept(
    room: Room, officer: TestClient
) -> None:
    answer = enter(officer, purpose="", email="ไม่ใช่อีเมล", dataset="")
    assert answer.status_code == 422
    for name in ("purpose", "email", "dataset"):
        assert f'id="{name}-fault"' in answer.text
        assert re.search(rf'name="{name}"[^>]*aria-invalid="true"', answer.text), name
    kept = values_of(answer.text)
    assert (kept["requester_name"], kept["email"]) == (CALL["requester_name"], "ไม่ใช่อีเมล")
    assert (kept["delivery"], kept["channel"]) == ("pickup", "phone")
    assert room.rows(schema.requests) == []


def test_a_school_that_is_not_known_is_told_with_the_nearest_before_it_is_entered(
    room: Room, officer: TestClient
) -> None:
    school = room.site().schools()[30]
    answer = enter(officer, filters=f"{school}งง")
    assert answer.status_code == 422
    fault = answer.text.partition('id="filters-fault"')[2].partition("</p>")[0]
    assert school in fault.partition("ที่มีให้")[2]
    assert room.rows(schema.requests) == []
    kept = enter(officer, filters=f"{school}งง", anyway="1")
    while room.fulfil.turn(room.desk(), room.clock()):
        pass
    asked = officer.get(kept.url.path).text
    assert f"«{school}งง»" in asked, "the page names what has to be asked"
    assert "do=correct" in asked


def test_what_can_be_had_instead_is_told_in_the_words_of_the_list(
    room: Room, officer: TestClient
) -> None:
    page = enter(officer, format="pdf", dataset="students_and_rooms", level="district").text
    for name, words in {"format": "Excel (XLSX) / CSV", "level": "ภาพรวมเขตพื้นที่"}.items():
        assert words in page.partition(f'id="{name}-fault"')[2].partition("</p>")[0]
    missing = enter(officer, dataset="").text
    assert "ที่มีให้" not in missing.partition('id="dataset-fault"')[2].partition("</p>")[0]


def test_the_receipt_repeats_all_that_was_taken_down(room: Room, officer: TestClient) -> None:
    page = enter(officer, delivery="paper", needed_by="30/11/2569", position="ครู").text
    for words in (CALL["purpose"], "เอกสาร รับด้วยตนเอง", "30 พฤศจิกายน 2569", "ครู"):
        assert words in page, words
    assert "ปีการศึกษาล่าสุด" in page
    assert "ปีการศึกษา ปีล่าสุด" not in page


def test_what_a_caller_does_not_know_yet_is_asked_later(room: Room, officer: TestClient) -> None:
    assert 'name="anyway"' in enter(officer, purpose="").text
    assert 'name="anyway"' not in enter(officer, purpose="", delivery="email").text
    answer = enter(officer, purpose="", anyway="1")
    assert "โปรดถามผู้ขอ" in answer.text
    assert room.request(1).state is State.INCOMPLETE


def test_a_known_telephone_number_brings_the_rest(room: Room, officer: TestClient) -> None:
    enter(officer)
    enter(
        officer, requester_name="", organisation="", phone="0812345678", dataset="school_directory"
    )
    assert room.request(2).form.requester_name == CALL["requester_name"]
    assert room.request(2).form.organisation == CALL["organisation"]


def test_requesters_are_found_by_name_organisation_and_first_digits(
    room: Room, officer: TestClient
) -> None:
    enter(officer)
    enter(officer, requester_name="นางมานี มีนา", phone="042-611-234", purpose="วิจัยสมชาย")
    for words in ("สมชาย", "หนองน้ำใส", "0812", "๐๘๑"):
        page = officer.get("/desk/entry", params={"q": words}).text
        assert "/desk/entry?from=1" in page or values_of(page)["phone"] == "081-234-5678", words
    assert values_of(officer.get("/desk/entry?q=สมชาย").text)["requester_name"] == "นายสมชาย ใจดี"
    assert "ไม่พบผู้ขอเดิม" in officer.get("/desk/entry?q=ไม่มีใคร%25").text


def test_another_request_of_the_same_person_keeps_the_person_alone(
    room: Room, officer: TestClient
) -> None:
    enter(officer)
    known = values_of(officer.get("/desk/entry?from=1&channel=counter").text)
    assert known["requester_name"] == CALL["requester_name"]
    assert (known["purpose"], known["channel"]) == ("", "counter")


def test_the_same_asked_twice_is_shown_and_entered_only_when_meant(
    room: Room, officer: TestClient
) -> None:
    enter(officer)
    answer = enter(officer)
    assert answer.status_code == 422
    assert "/desk/entry/1" in answer.text
    enter(officer, anyway="1")
    assert len(room.rows(schema.requests)) == 2


def test_schools_and_years_are_offered(officer: TestClient) -> None:
    page = officer.get("/desk/entry").text
    schools = re.search(r'<datalist id="schools">(.*?)</datalist>', page, re.DOTALL)
    assert schools is not None
    assert schools[1].count("<option") > 100
    assert 'value="latest" selected' in page
    assert "<script" not in page


def test_a_call_takes_less_than_a_minute(room: Room, officer: TestClient) -> None:
    """Counted, not timed: fields that have to be typed or chosen, at a typist's usual pace."""
    page = officer.get("/desk/entry").text
    typed = {name: CALL[name] for name in ("phone", "requester_name", "organisation", "purpose")}
    typed["organisation"] = "หนองน้ำใส"  # then the suggestion
    assert seconds(page, typed, ("organisation", "dataset", "delivery")) < 40
    known = {name: CALL[name] for name in ("phone", "purpose")}
    assert seconds(page, known, ("dataset", "delivery")) < 20
    enter(officer)
    sent = {"channel": "phone", "year": "latest"} | known
    answer = enter(
        officer,
        **dict.fromkeys(CALL, "") | sent | {"dataset": "school_directory", "delivery": "pickup"},
    )
    assert answer.status_code == 200
    assert len(room.rows(schema.requests)) == 2, "what was not typed was not needed"


def test_who_may_only_look_sees_no_form_and_enters_nothing(
    room: Room, director: TestClient, officer: TestClient
) -> None:
    page = director.get("/desk/entry").text
    assert 'name="requester_name"' not in page
    assert director.post("/desk/entry", data=CALL).status_code == 403
    assert room.rows(schema.requests) == []


def test_words_of_a_requester_stay_words(room: Room, officer: TestClient) -> None:
    answer = enter(officer, requester_name='<b onload="x">นายชื่อ', purpose='"><script>1</script>')
    assert "<script" not in answer.text
    assert "<b onload" not in answer.text
    room.opened(form=a_form(requester_name="<i>ก</i>", organisation="<i>ข</i>"))
    assert "<i>" not in officer.get("/desk/entry?q=<i>").text
