"""The screen for telephone and counter, used as an officer uses it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from mailproc.datasets.phrases import candidate
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
    school = room.site().schools()[30].name
    answer = enter(officer, filters=f"{school}งง")
    assert answer.status_code == 422
    fault = answer.text.partition('id="filters-fault"')[2].partition("</fieldset>")[0]
    assert school in fault.partition("เลือกแทนได้")[2]
    assert room.rows(schema.requests) == []
    kept = enter(officer, filters=f"{school}งง", anyway="1")
    while room.fulfil.turn(room.desk(), room.clock()):
        pass
    asked = officer.get(kept.url.path).text
    assert f"«{school}งง»" in asked, "the page names what has to be asked"
    assert "do=correct" in asked


def test_a_condition_that_is_like_no_name_is_told_with_what_can_be_asked_for(
    officer: TestClient,
) -> None:
    fault = enter(officer, filters="ปีที่แล้ว").text.partition('id="filters-fault"')[2]
    told = fault.partition("</p>")[0]
    assert "ไม่เข้าใจเงื่อนไขนี้" in told
    assert "ชื่อเหมือนกัน" not in told
    assert "ป.1-ป.3" in told


def test_a_school_that_is_not_known_is_told_together_with_all_else(
    room: Room, officer: TestClient
) -> None:
    wrong = f"{room.site().schools()[30].name}งง"
    page = enter(officer, filters=wrong, needed_by="วันหลัง", purpose="").text
    for name in ("filters", "needed_by", "purpose"):
        assert f'id="{name}-fault"' in page, name


def test_a_wrong_school_is_put_right_by_one_choice_and_the_send_button(
    room: Room, officer: TestClient
) -> None:
    school = room.site().schools()[30]
    typed = f"ป.6, {school.name}งง"
    page = enter(officer, filters=typed).text
    offered = re.findall(r'<input type="radio" name="instead_filters" value="([^"]+)"', page)
    assert "checked" not in page.partition('class="instead"')[2].partition("</fieldset>")[0]
    assert unescape(offered[0]) == f"ป.6, {candidate(school)}"
    enter(officer, filters=typed, was_filters=typed, instead_filters=unescape(offered[0]))
    assert room.request(1).item.filters == ("ป.6", candidate(school))


def test_what_is_typed_after_a_choice_counts_in_its_place(room: Room, officer: TestClient) -> None:
    one, other = (room.site().schools()[place].name for place in (30, 40))
    enter(officer, filters=other, was_filters="อื่น", instead_filters=one)
    assert room.request(1).item.filters == (other,)


def test_after_a_fault_typing_goes_on_where_the_fault_is(room: Room, officer: TestClient) -> None:
    def here(page: str) -> list[str]:
        return re.findall(r'name="(\w+)"[^>]* autofocus', page)

    assert here(officer.get("/desk/entry").text) == ["phone"]
    assert here(enter(officer, purpose="", email="ไม่ใช่").text) == ["purpose"]
    assert here(enter(officer, filters=f"{room.site().schools()[30].name}งง").text) == [
        "instead_filters"
    ]
    assert here(officer.get(enter(officer).url.path.replace("/1", "?again=1")).text) == ["dataset"]


def test_what_can_be_had_instead_is_told_in_the_words_of_the_list(
    room: Room, officer: TestClient
) -> None:
    page = enter(officer, format="pdf", dataset="students_and_rooms", level="district").text
    for name, value, words in (("format", "csv", "CSV"), ("level", "area", "ภาพรวมเขตพื้นที่")):
        ways = page.partition(f'id="{name}-fault"')[2].partition("</fieldset>")[0]
        assert f'name="instead_{name}" value="{value}"><span>{words}<' in ways
    enter(
        officer,
        dataset="students_and_rooms",
        format="pdf",
        was_format="pdf",
        instead_format="csv",
    )
    assert room.request(1).item.format == "csv"
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


def test_who_asked_before_is_known_and_the_rest_is_asked_anew(
    room: Room, officer: TestClient
) -> None:
    enter(officer, channel="counter")
    known = values_of(officer.get("/desk/entry?from=1").text)
    assert known["requester_name"] == CALL["requester_name"]
    assert (known["purpose"], known["channel"], known["delivery"]) == ("", "phone", "email")


def test_another_request_of_the_same_talk_leaves_the_data_alone_to_be_chosen(
    room: Room, officer: TestClient
) -> None:
    letter = {"letter_no": "ตย 0001/123", "letter_date": "20/11/2569", "needed_by": "1 ธ.ค. 2569"}
    page = enter(officer, channel="counter", delivery="paper", **letter).text
    assert 'href="/desk/entry?again=1"' in page
    known = values_of(officer.get("/desk/entry?again=1").text)
    assert {name: known[name] for name in ("requester_name", "purpose")} == {
        name: CALL[name] for name in ("requester_name", "purpose")
    }
    assert (known["channel"], known["delivery"]) == ("counter", "paper")
    assert (known["letter_no"], known["letter_date"]) == ("ตย 0001/123", "20/11/2569")
    assert known["needed_by"] == "01/12/2569"
    assert officer.get("/desk/entry?again=77").status_code == 200


def test_a_letter_is_taken_down_with_its_number_and_its_date(
    room: Room, officer: TestClient
) -> None:
    answer = enter(officer, letter_no="ตย 0001/123", letter_date="20/11/2569")
    assert room.request(1).form.letter_date == "2026-11-20"
    for page in (answer.text, officer.get("/desk/requests/1").text):
        assert "ตย 0001/123" in page
        assert "20 พฤศจิกายน 2569" in page
    unclear = enter(officer, letter_date="วันก่อน").text
    assert "ไม่เข้าใจวันที่" in unclear.partition('id="letter_date-fault"')[2].partition("</p>")[0]


def test_who_asks_for_himself_needs_no_organisation(room: Room, officer: TestClient) -> None:
    page = enter(officer, organisation="").text
    assert "บุคคลทั่วไป" in page.partition('id="organisation-fault"')[2].partition("</p>")[0]
    enter(officer, organisation="-", requester_type="public")
    assert room.request(1).form.organisation == "บุคคลทั่วไป"


def test_data_of_single_pupils_is_refused_in_words_to_be_said(
    room: Room, officer: TestClient
) -> None:
    page = enter(officer, dataset="personal").text
    assert "โปรดขออภัยผู้ขอ" in page.partition('id="dataset-fault"')[2].partition("</p>")[0]
    assert 'name="anyway"' not in page
    enter(officer, dataset="personal", anyway="1")
    assert room.rows(schema.requests) == []


def test_words_that_may_ask_for_single_pupils_are_looked_at_by_the_officer(
    room: Room, officer: TestClient
) -> None:
    for name, words in {"purpose": "ขอรายชื่อนักเรียน", "filters": "รายชื่อนักเรียน ป.6"}.items():
        page = enter(officer, **{name: words}).text
        fault = page.partition(f'id="{name}-fault"')[2].partition("</p>")[0]
        assert "ข้อมูลรายบุคคล" in fault, name
    assert "ไม่ใช่ข้อมูลรายบุคคล บันทึกคำขอ" in enter(officer, purpose="ขอรายชื่อนักเรียน").text
    enter(officer, purpose="ขอรายชื่อนักเรียน", anyway="1")
    assert room.request(1).state is State.PREPARING


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
