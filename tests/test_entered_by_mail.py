"""A form that somebody of the office or of its roster mails for a requester."""

from __future__ import annotations

import pytest

from mailproc.model import State, Trust
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests.test_intake import FORM, Office, a_mail
from tests.walk import OFFICER, data_prepared

CALLED = f"{FORM}โทรศัพท์: 081-234-5678\nช่องทาง: โทรศัพท์\n"
STAFF = f"ดาวเรือง <{OFFICER.address}>"
CLERK = "ธุรการ <clerk@school.example.org>"


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


def test_the_officer_enters_and_the_form_names_the_requester(office: Office) -> None:
    assert office.bring(a_mail(CALLED, sender=STAFF)) == ["opened"]
    (request,) = office.requests
    assert (request.channel, request.entered_by) == ("phone", OFFICER.name)
    assert (request.entered_by_id, request.vouched) == (OFFICER.id, "officer")
    assert request.form.requester_name == "นางสมศรี ตั้งใจสอน"
    assert (request.requester_addr, request.state) == ("", State.PREPARING)
    (told,) = office.letters()
    assert (told.kind, told.to_addr, told.audience) == ("entered", OFFICER.address, "officer")


def test_without_an_address_nothing_is_mailed_and_the_officer_is_told(office: Office) -> None:
    office.bring(a_mail(CALLED.replace("วัตถุประสงค์: เพื่อวางแผนอัตรากำลัง", ""), sender=STAFF))
    (request,) = office.requests
    assert request.state is State.INCOMPLETE
    assert {row.audience for row in office.letters()} == {"officer"}
    (tell,) = office.letters("officer_tell")
    letter = load_letter(tell.letter)
    assert (letter.reason, [q.field for q in letter.questions]) == ("ask", ["purpose"])


def test_with_an_address_the_requester_is_mailed_and_the_sender_is_not(office: Office) -> None:
    form = f"{CALLED}อีเมล: somchai@example.com\n"
    office.bring(a_mail(form, sender=STAFF))
    (request,) = office.requests
    office.walk.happen(request.id, data_prepared(request))
    (receipt,) = office.letters("receipt")
    assert receipt.to_addr == "somchai@example.com"
    assert [row.to_addr for row in office.letters("entered")] == [OFFICER.address]


def test_a_strangers_line_is_ignored(office: Office) -> None:
    office.bring(a_mail(CALLED, sender="x@elsewhere.example.com"))
    (request,) = office.requests
    assert (request.channel, request.entered_by) == ("email", "")
    assert request.requester_addr == "x@elsewhere.example.com"
    assert request.form.channel == "phone", "what was said stays"


def test_a_forged_officer_enters_nothing(office: Office) -> None:
    stamp = "Authentication-Results: mx.example.org; dmarc=fail header.from=example.org\n"
    office.bring(a_mail(CALLED, sender=STAFF, head=stamp))
    (request,) = office.requests
    assert (request.trust, request.entered_by) == (Trust.FAILED, "")


def test_for_a_school_an_unknown_address_confirms_itself_first(office: Office) -> None:
    """Else a form mailed by a school would send our mail, and data, wherever it names."""
    office.bring(a_mail(f"{CALLED}อีเมล: somchai@example.com\n", sender=CLERK))
    (request,) = office.requests
    assert (request.entered_by, request.vouched) == ("ธุรการ", "")
    assert request.state is State.UNCONFIRMED
    (confirm,) = office.letters("confirm")
    assert confirm.to_addr == "somchai@example.com"


def test_a_school_may_enter_for_one_without_an_address(office: Office) -> None:
    office.bring(a_mail(CALLED, sender=CLERK))
    (request,) = office.requests
    assert (request.state, request.vouched) == (State.PREPARING, "roster")
    assert [row.to_addr for row in office.letters()] == ["clerk@school.example.org"]


def test_who_asks_to_be_called_has_taken_down_no_call(office: Office) -> None:
    office.bring(a_mail(CALLED, sender="นางสมศรี ตั้งใจสอน <somsri@school.example.org>"))
    (request,) = office.requests
    assert (request.entered_by, request.requester_addr) == ("", "somsri@school.example.org")


def test_two_callers_for_the_same_data_are_two_requests(office: Office) -> None:
    other = CALLED.replace("นางสมศรี ตั้งใจสอน", "นายมานะ อดทน").replace("5678", "9999")
    office.bring(a_mail(CALLED, sender=STAFF), a_mail(other, sender=STAFF))
    assert len(office.requests) == 2
    office.bring(a_mail(CALLED, sender=STAFF, subject="อีกครั้ง"))
    assert len(office.requests) == 2, "the same caller asked for the same"


@pytest.mark.parametrize(
    ("event", "reason"),
    [(e.Refused(reason="ข้อมูลลับ"), "refused"), (e.Returned(reason="ไม่ชัด"), "ask")],
)
def test_a_refusal_and_a_question_are_told_by_the_officer(
    office: Office, event: e.Event, reason: str
) -> None:
    office.bring(a_mail(CALLED, sender=STAFF))
    (request,) = office.requests
    shown = office.walk.happen(request.id, data_prepared(request)).after
    assert shown.state is State.AWAITING_DECISION
    office.walk.happen(request.id, event)
    letter = load_letter(office.letters("officer_tell")[-1].letter)
    assert letter.reason == reason
    assert letter.note == getattr(event, "reason", "")
    assert not [row for row in office.letters() if row.audience == "requester"]


def test_the_file_is_handed_over_where_no_mail_can_reach(office: Office) -> None:
    office.bring(a_mail(CALLED, sender=STAFF))
    (request,) = office.requests
    shown = office.walk.happen(request.id, data_prepared(request)).after
    office.walk.happen(request.id, e.Approved(by="x", content_hash=shown.content_hash))
    office.walk.happen(request.id, e.HoldElapsed())
    built = office.walk.happen(request.id, e.DataBuilt(file_id=1)).after
    assert (built.state, built.reason) == (State.NEEDS_PERSON, "handover")
    assert office.letters("officer_handover")
    assert not [row for row in office.letters() if row.audience == "requester"]
