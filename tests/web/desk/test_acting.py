"""What an officer does on the pages: one press, one act, one plain answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from mailproc.errors import Stale
from mailproc.model import State
from mailproc.store import decisions, handovers, jobs, requests, schema
from mailproc.workflow import events as e
from tests.factories import a_built, a_form
from tests.officer.conftest import PNG, a_workbook, prepare
from tests.web.conftest import Room, csrf_of
from tests.web.desk.conftest import press

_FILE = {
    "a_title": "อาคารเรียน",
    "a_class": "open",
    "a_year": "2568",
    "a_as_of": "2025-06-10",
    "a_source": "กลุ่มนโยบายและแผน",
}


def _page(request_id: int) -> str:
    return f"/desk/requests/{request_id}"


def _act(client: TestClient, request_id: int, name: str, **fields: str) -> str:
    """The page that answers."""
    page = client.get(f"{_page(request_id)}/{name}").text
    version = page.split('name="version" value="')[1].split('"')[0]
    done = client.post(
        f"{_page(request_id)}/{name}", data={"csrf": csrf_of(page), "version": version} | fields
    )
    return str(done.text)


def test_a_request_that_moves_on_without_end_is_told_as_such(
    room: Room, officer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = room.opened()

    def always_later(*_: object) -> None:
        raise Stale("another was faster")

    monkeypatch.setattr(requests, "apply", always_later)
    told = _act(officer, one, "remark", remark="โทรแล้ว")
    assert 'role="alert"' in told
    assert "โทรแล้ว" in told


def _upload(
    client: TestClient,
    request_id: int,
    name: str,
    field: str,
    file: tuple[str, bytes],
    **fields: str,
) -> str:
    page = client.get(f"{_page(request_id)}/{name}").text
    sent = {"csrf": csrf_of(page)} | fields
    done = client.post(f"{_page(request_id)}/{name}", data=sent, files={field: file})
    return str(done.text)


def _to_hand_over(room: Room) -> int:
    (one,) = room.opened(form=a_form(delivery="pickup"))
    content = room.request(one).content_hash
    room.happens(one, e.Approved(by="x", content_hash=content, person_id=1))
    room.happens(one, e.HoldElapsed())
    with room.database.write() as connection:
        file = jobs.keep_file(connection, one, a_built(), room.desk(), room.clock())
    room.happens(one, e.DataBuilt(file_id=file))
    return one


def test_a_question_goes_out_and_the_page_says_so(room: Room, officer: TestClient) -> None:
    (one,) = room.opened()
    assert "ส่งคำถามถึงผู้ขอแล้ว" in _act(officer, one, "ask", question="ใช้ปีใด")
    assert room.request(one).state is State.INCOMPLETE
    (*_, last) = room.rows(schema.history, schema.history.c.request_id == one)
    name = room.rows(schema.people, schema.people.c.id == room.officer)[0].name
    assert name in last.personal


def test_only_what_has_a_place_is_offered(room: Room, officer: TestClient) -> None:
    (one,) = room.opened()
    page = officer.get(_page(one)).text
    for name in ("ask", "cancel", "remark", "correct", "attach", "paper"):
        assert f'href="?do={name}#acts"' in page
        asked = officer.get(f"{_page(one)}?do={name}").text
        assert f'action="{_page(one)}/{name}"' in asked
    for name in ("submit", "settle", "hand", "again"):
        assert f"do={name}#acts" not in page
        assert f'action="{_page(one)}/{name}"' not in officer.get(f"{_page(one)}?do={name}").text
    room.happens(one, e.Cancelled(by="x"))
    assert "ไม่มีสิ่งที่ต้องดำเนินการ" in officer.get(_page(one)).text


def test_whoever_may_only_look_is_offered_nothing_and_can_do_nothing(
    room: Room, director: TestClient
) -> None:
    (one,) = room.opened()
    before = room.request(one)
    page = director.get(_page(one)).text
    assert f'action="{_page(one)}/' not in page
    sent = {"csrf": csrf_of(page), "question": "x"}
    assert director.post(f"{_page(one)}/ask", data=sent).status_code == 403
    assert room.request(one) == before


def test_a_field_is_put_right_and_the_words_stand_beside_it(
    room: Room, officer: TestClient
) -> None:
    (one,) = room.opened()
    before = room.request(one)
    sent = {"c_purpose": "วิจัยในชั้นเรียน", "c_phone": before.form.phone or ""}
    _act(officer, one, "correct", **sent)
    page = officer.get(f"{_page(one)}?do=correct").text
    after = room.request(one)
    assert after.form == replace(before.form, purpose="วิจัยในชั้นเรียน")
    assert [x.field for x in after.corrected] == ["purpose"]
    assert (before.form.purpose or "") in page


def test_the_whole_form_sent_back_unchanged_changes_nothing(
    room: Room, officer: TestClient
) -> None:
    (one,) = room.opened()
    before = room.request(one)
    from mailproc.officer.correcting import EDITABLE
    from mailproc.web.desk.offered import shown_value

    sent = {f"c_{name}": shown_value(before, name) for name in EDITABLE}
    assert "ยังไม่มีช่องใดเปลี่ยน" in _act(officer, one, "correct", **sent)
    assert room.request(one) == before


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(
    room: Room, officer: TestClient
) -> None:
    (one,) = room.opened()
    page = _act(officer, one, "correct", c_academic_years="ปีหน้า", c_purpose="อื่น")
    assert 'href="#c_academic_years"' in page
    assert 'value="ปีหน้า"' in page
    assert ">\nอื่น</textarea>" in page


def test_an_old_page_changes_nothing_and_tells_what_happened_meanwhile(
    room: Room, officer: TestClient
) -> None:
    (one,) = room.opened()
    page = officer.get(f"{_page(one)}?do=ask").text
    seen = room.request(one).version
    room.happens(one, e.Remarked(by="นางสาวอีกคน ใจดี", note="x"))
    sent = {"csrf": csrf_of(page), "version": str(seen), "question": "ใช้ปีใด"}
    answer = officer.post(f"{_page(one)}/ask", data=sent)
    assert answer.status_code == 409
    assert "เจ้าหน้าที่บันทึกความเห็น" in answer.text
    assert "นางสาวอีกคน ใจดี" in answer.text
    assert "ใช้ปีใด" in answer.text, "what was typed is kept"
    assert room.request(one).state is State.AWAITING_DECISION


def test_a_file_of_her_own_is_laid_before_the_director(room: Room, officer: TestClient) -> None:
    (one,) = room.opened()
    file = ("อาคาร.xlsx", a_workbook())
    assert "ระบบกำลังตรวจไฟล์" in _upload(officer, one, "attach", "a_file", file, **_FILE)
    prepare(room)
    request = room.request(one)
    assert request.state is State.AWAITING_DECISION
    assert request.prepared is not None
    assert request.prepared.file is not None
    page = officer.get(f"{_page(one)}?do=attach").text
    assert "ไฟล์ที่แนบอยู่" in page
    assert "อาคารเรียน" in page


def test_a_decision_on_paper_is_entered_with_its_picture(room: Room, officer: TestClient) -> None:
    (one,) = room.opened()
    page = officer.get(f"{_page(one)}?do=paper").text
    signer = page.split('id="p_signer"')[1].split('<option value="')[2].split('"')[0]
    fields = {"p_signer": signer, "p_choice": "approve"}
    assert "โปรดแนบภาพเอกสาร" in _upload(officer, one, "paper", "p_none", ("a", b"x"), **fields)
    done = _upload(officer, one, "paper", "p_picture", ("หน้า.png", PNG), **fields)
    assert "บันทึกผลการพิจารณาจากเอกสารแล้ว" in done
    assert room.request(one).state is State.APPROVED
    with room.database.read() as connection:
        (row,) = decisions.of_request(connection, one)
    assert (row["via"], row["by"]) == ("paper", "นายธงชัย มั่นคง")


def _signed(room: Room, officer: TestClient, request_id: int, **fields: str) -> str:
    page = officer.get(f"{_page(request_id)}?do=paper").text
    signer = page.split('id="p_signer"')[1].split('<option value="')[2].split('"')[0]
    given = {"p_signer": signer, "p_choice": "conditions"} | fields
    return _upload(officer, request_id, "paper", "p_picture", ("หน้า.png", PNG), **given)


def test_conditions_on_paper_narrow_the_data_as_on_the_page(
    room: Room, officer: TestClient
) -> None:
    (one,) = room.opened()
    prepared = room.request(one).prepared
    assert prepared is not None
    last = len(prepared.columns)
    page = _signed(room, officer, one, p_without=str(last), p_until="๓๑/๑๒/๒๕๙๙")
    assert "บันทึกเงื่อนไขแล้ว" in page
    kept = room.request(one).conditions
    assert (kept.without, kept.until) == ((prepared.columns[-1],), "2056-12-31")
    with room.database.read() as connection:
        assert decisions.of_request(connection, one)[0]["via"] == "paper"
    while room.fulfil.turn(room.desk(), room.clock()):
        pass
    assert "บันทึกผลการพิจารณาจากเอกสารแล้ว" in _signed(room, officer, one, p_choice="approve")
    assert room.request(one).state is State.APPROVED


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "p_without"),
        ({"p_without": "ไม่มีคอลัมน์นี้"}, "p_without"),
        ({"p_until": "เร็ว ๆ นี้"}, "p_until"),
        ({"p_until": "1/1/2560"}, "p_until"),
        ({"p_level": "province"}, "p_level"),
        ({"p_without": "1-500"}, "p_without"),
    ],
)
def test_conditions_that_can_not_be_met_are_told_at_their_field(
    room: Room, officer: TestClient, fields: dict[str, str], field: str
) -> None:
    (one,) = room.opened()
    page = _signed(room, officer, one, **fields)
    assert f'href="#{field}"' in page
    assert room.request(one).state is State.AWAITING_DECISION


def test_a_page_that_was_scanned_before_is_picture_enough(room: Room, officer: TestClient) -> None:
    one, other = room.opened(2)
    page = officer.get(f"{_page(one)}/papers").text
    files = {"scan": ("ลงนามแล้ว.png", PNG)}
    officer.post(f"{_page(one)}/papers", data={"csrf": csrf_of(page)}, files=files)
    fields = {"p_choice": "approve", "p_kept": "1"}
    for request_id, state in ((other, State.AWAITING_DECISION), (one, State.APPROVED)):
        page = officer.get(f"{_page(request_id)}?do=paper").text
        signer = page.split('id="p_signer"')[1].split('<option value="')[2].split('"')[0]
        _upload(officer, request_id, "paper", "p_none", ("a", b"x"), p_signer=signer, **fields)
        assert room.request(request_id).state is state
    assert [row.content for row in room.rows(schema.papers)] == [PNG, PNG]


def test_a_day_is_typed_in_the_buddhist_era_and_shown_so(room: Room, officer: TestClient) -> None:
    (one,) = room.opened()
    page = officer.get(f"{_page(one)}/correct").text
    assert 'type="date"' not in page
    assert "แก้ไขคำขอแล้ว" in _act(officer, one, "correct", c_needed_by="๒๕/๑๒/๒๕๖๙")
    assert room.request(one).form.needed_by == "2026-12-25"
    assert 'value="25 ธันวาคม 2569"' in officer.get(f"{_page(one)}/correct").text
    sent = {"c_needed_by": "25 ธันวาคม 2569", "c_phone": "0898765432"}
    _act(officer, one, "correct", **sent)
    form = room.request(one).form
    assert (form.needed_by, form.phone) == ("2026-12-25", "089-876-5432")


def test_a_hand_over_is_marked_with_who_took_it(room: Room, officer: TestClient) -> None:
    one = _to_hand_over(room)
    assert '<details class="act" open><summary>บันทึกการส่งมอบ' in officer.get(_page(one)).text
    assert "โปรดพิมพ์ชื่อผู้รับ" in _act(officer, one, "hand", h_way="pickup")
    page = _act(officer, one, "hand", h_way="pickup", h_taken_by="นายมานะ รักเรียน")
    assert "บันทึกการส่งมอบแล้ว" in page
    assert "นายมานะ รักเรียน" in page
    assert room.request(one).state is State.DELIVERED
    with room.database.read() as connection:
        assert handovers.of_request(connection, one)[0].person_id == room.officer


@pytest.mark.parametrize("name", ["place", "new", "not_ours", "replay"])
def test_a_mail_that_nobody_could_place_is_placed(
    room: Room, officer: TestClient, name: str
) -> None:
    (one,) = room.opened()
    with room.database.write() as connection:
        raw = b"From: a@example.org\r\nSubject: x\r\n\r\nhello\r\n"
        values = {"account": "a", "folder": "INBOX", "uid_validity": 1, "uid": 1}
        values |= {"internal_date": room.clock(), "size": len(raw), "raw": raw}
        values |= {"stored_at": room.clock(), "verdict": "unplaced", "guess": "[]", "tries": 0}
        new = schema.messages.insert().values(**values).returning(schema.messages.c.id)
        mail = connection.scalar(new)
    number = room.request(one).number
    page = f"/desk/mails/{mail}"
    if name == "place":
        assert "ไม่พบคำขอเลขที่นี้" in press(officer, f"{page}/place", page, m_number="1/1").text
    done = press(officer, f"{page}/{name}", page, m_number=number)
    assert done.status_code == 200
    (row,) = room.rows(schema.messages)
    placed = {"place": number, "new": "new", "not_ours": "not for us", "replay": None}[name]
    assert row.placed == placed
    assert (row.verdict is None) is (name != "not_ours")


def test_what_was_chosen_from_the_list_is_not_shown_as_other_words(
    room: Room, officer: TestClient
) -> None:
    told = {"requester_name": "นายเอก", "organisation": "โรงเรียนบ้านจ้อง", "phone": "0812345678"}
    chosen = {"channel": "phone", "dataset": "student_count", "year": "latest"}
    answer = press(officer, "/desk/entry", **told, **chosen, purpose="วางแผน", delivery="pickup")
    page = officer.get(answer.url.path.replace("entry", "requests") + "?do=correct").text
    assert 'value="student_count" selected' in page
    assert 'id="c_dataset-hint"' not in page
    (written,) = room.opened()
    assert 'id="c_dataset-hint"' in officer.get(f"/desk/requests/{written}?do=correct").text


def test_an_address_that_is_changed_by_voice_is_rung_back_for(
    room: Room, officer: TestClient
) -> None:
    for email, warned in (("suda@example.org", True), (None, False)):
        (request_id,) = room.opened(form=a_form(email=email))
        page = officer.get(f"/desk/requests/{request_id}?do=correct").text
        assert ('id="c_email-hint"' in page) is warned, email


def _delivered(room: Room) -> int:
    one = _to_hand_over(room)
    room.happens(one, e.HandedOver(by="x", file_id=room.request(one).file_id or 0))
    return one


def test_a_delivered_file_is_taken_back_with_a_reason_that_stays_in_the_office(
    room: Room, officer: TestClient
) -> None:
    one = _delivered(room)
    assert "โปรดพิมพ์เหตุผลที่ระงับไฟล์" in _act(officer, one, "take_back", back_reason=" ")
    assert room.request(one).revoked_at is None
    page = _act(officer, one, "take_back", back_reason="ตัวเลขผิดทั้งแถว")
    assert "ระงับไฟล์แล้ว" in page
    assert room.request(one).revoked_at == room.clock()
    (*_, row) = room.rows(schema.history, schema.history.c.request_id == one)
    assert (row.event, "ตัวเลขผิดทั้งแถว" in row.personal) == ("AccessRevoked", True)
    letters = [row for row in room.rows(schema.outbox) if "taken_back" in row.kind]
    assert [row.kind for row in letters] == ["taken_back"], "who did it need not be told"
    assert "ตัวเลขผิดทั้งแถว" not in letters[0].letter
    for name in ("again", "take_back"):
        assert f"do={name}#acts" not in page


def test_a_file_that_nobody_got_yet_is_not_offered_to_be_taken_back(
    room: Room, officer: TestClient
) -> None:
    assert "do=take_back#acts" not in officer.get(_page(_to_hand_over(room))).text


def test_what_came_as_a_picture_is_typed_first(room: Room, officer: TestClient) -> None:
    (one,) = room.opened()
    room.put(one, state=State.NEEDS_PERSON, reason="scan")
    page = officer.get(_page(one)).text
    assert f'action="{_page(one)}/correct"' in page
    assert f'action="{_page(one)}/settle"' not in page
