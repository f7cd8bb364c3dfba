from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailproc.model import Form, Item, Known, Question, Reading, Request, State
from mailproc.placing import ITEMS_LIMIT, NOTES_LIMIT, Found, Placing, place
from mailproc.placing.commands import chosen
from mailproc.store.messages import VERDICTS
from mailproc.workflow import events as e
from tests.factories import a_form, a_question, a_request, an_item

KNOWN = Known()
REQUESTER = a_request().requester_addr
DIRECTOR = "director@example.org"


def _mail(kind: str = "reply", **changes: Any) -> Reading:
    return replace(Reading(kind, from_addr=REQUESTER, text="ยังอยู่ที่เดิมค่ะ"), **changes)


def _letter(request: Request | None, **changes: Any) -> Found:
    found = Found(letter_kind="receipt", audience="requester", letter_to=REQUESTER, request=request)
    return replace(found, **changes)


_TO_DIRECTOR = {"letter_kind": "approval", "audience": "director", "letter_to": DIRECTOR}


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("request", "opened"),
        ("reply", "unplaced"),
        ("command", "unplaced"),
        ("encrypted", "unplaced"),
        ("unreadable", "unplaced"),
        ("other", "unplaced"),
        ("auto_reply", "ignored_automatic"),
        ("bounce", "ignored_automatic"),
        ("report", "ignored_automatic"),
        ("list", "ignored_automatic"),
        ("own", "ignored_own"),
    ],
)
def test_each_kind_of_mail_that_answers_nothing_has_its_verdict(kind: str, verdict: str) -> None:
    placing = place(_mail(kind, form=a_form()), Found(), KNOWN)
    assert placing.verdict == verdict
    assert placing.verdict in VERDICTS
    assert placing.answer == ("encrypted" if kind == "encrypted" else "")
    assert placing.event is None
    assert bool(placing.forms) is (kind == "request")


@pytest.mark.parametrize("kind", ["auto_reply", "report", "list", "own"])
@pytest.mark.parametrize("state", [State.INCOMPLETE, State.AWAITING_DECISION, State.DELIVERED])
def test_a_robot_that_answers_our_letter_moves_nothing(kind: str, state: State) -> None:
    placing = place(_mail(kind, command="cancel"), _letter(a_request(state=state)), KNOWN)
    assert placing.verdict.startswith("ignored_")
    assert (placing.event, placing.answer, placing.forms) == (None, "", ())


@pytest.mark.parametrize("kind", ["request", "reply", "command", "bounce", "other", "list"])
def test_a_second_copy_does_nothing_whatever_it_is(kind: str) -> None:
    found = _letter(a_request(), duplicate=True)
    placing = place(_mail(kind, form=a_form(), command="cancel"), found, KNOWN)
    assert placing.verdict == "duplicate"
    assert (placing.event, placing.answer, placing.forms) == (None, "", ())


# ---------------------------------------------------------------- requests


def test_each_dataset_and_year_becomes_a_request_of_its_own() -> None:
    items = (an_item(academic_years=(2567, 2568)), an_item(dataset_id="rooms"))
    placing = place(_mail("request", form=a_form(items=items)), Found(), KNOWN)
    asked = [(form.item_id, form.years) for form in map(_Asked, placing.forms)]
    assert asked == [
        ("student_count", (2567,)),
        ("student_count", (2568,)),
        ("rooms", (2568,)),
    ]
    assert {form.requester_name for form in placing.forms} == {a_form().requester_name}


class _Asked:
    def __init__(self, form: Form) -> None:
        (item,) = form.items
        self.item_id, self.years = item.dataset_id, item.academic_years


@pytest.mark.parametrize("form", [None, Form(), Form(items=(Item(latest=True),))])
def test_a_request_without_a_dataset_is_opened_and_asked_back(form: Form | None) -> None:
    placing = place(_mail("request", form=form), Found(), KNOWN)
    assert placing.verdict == "opened"
    assert len(placing.forms) == 1
    assert len(placing.forms[0].items) == 1


@pytest.mark.parametrize(
    "subject",
    [
        "Fwd: ขออนุญาต: นางสมศรี ใจดี ขอทำเนียบโรงเรียน ปี 2568 (คำขอ 2569/00008)",
        "FW: [ด่วน] ขออนุญาต: ก/ข ขอจำนวนห้องเรียน ปี 2568 (คำขอ 2569/00008) รหัส 123456",
        "Approval wanted: A B asks for Classrooms 2568 (request 2569/00008)",
    ],
)
def test_a_forwarded_approval_mail_asks_for_nothing_anew(subject: str) -> None:
    placing = place(_mail("request", form=a_form(), subject=subject), Found(), KNOWN)
    assert (placing.verdict, placing.forms, placing.waits) == ("unplaced", (), True)
    assert placing.answer == "passed_on"
    asked = _mail("request", form=a_form(), subject="ขออนุญาต: ใช้ข้อมูลทำเนียบโรงเรียน")
    assert place(asked, Found(), KNOWN).verdict == "opened"


def test_a_mail_that_asks_for_very_much_goes_to_a_person() -> None:
    def asked(count: int) -> Reading:
        years = (an_item(academic_years=(2500 + n,)) for n in range(count))
        return _mail("request", form=a_form(items=tuple(years)))

    assert place(asked(ITEMS_LIMIT), Found(), KNOWN).verdict == "opened"
    placing = place(asked(ITEMS_LIMIT + 1), Found(), KNOWN)
    assert (placing.verdict, placing.forms, placing.waits) == ("unplaced", (), True)
    assert (placing.answer, placing.reason) == ("too_many", str(ITEMS_LIMIT + 1))


def test_a_reply_to_somebody_elses_mail_can_be_a_request() -> None:
    assert place(_mail(clear_sign=True, form=a_form()), Found(), KNOWN).verdict == "opened"


# ---------------------------------------------------------------- replies of the requester


@pytest.mark.parametrize("state", [State.INCOMPLETE, State.RETURNED])
def test_an_answer_is_merged_into_what_was_said_before(state: State) -> None:
    request = a_request(
        state=state,
        form=a_form(purpose=None),
        questions=(a_question(field="purpose", problem="missing", offers=()),),
    )
    placing = place(_mail(text="ใช้วางแผนอัตรากำลัง"), _letter(request), KNOWN)
    assert placing.verdict == "merged"
    assert isinstance(placing.event, e.Answered)
    assert placing.event.form.purpose == "ใช้วางแผนอัตรากำลัง"
    assert placing.event.form.requester_name == a_form().requester_name


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("ใช้เฉพาะ 5 โรงเรียนในอำเภอเดียว", "ใช้ประชุม\n«ใช้กับโรงเรียนใด» ใช้เฉพาะ 5 โรงเรียนในอำเภอเดียว"),
        ("ทุกแห่งในอำเภอเมือง", "ใช้ประชุม\n«ใช้กับโรงเรียนใด» ทุกแห่งในอำเภอเมือง"),
        ("วัตถุประสงค์: วิจัยในชั้นเรียน", "วิจัยในชั้นเรียน"),
        ("ขอเปลี่ยนเป็นรายอำเภอ", "ใช้ประชุม"),
    ],
)
def test_the_answer_to_an_approver_explains_the_purpose_and_does_not_replace_it(
    text: str, purpose: str
) -> None:
    asked = Question("purpose", "unclear", said="ใช้กับโรงเรียนใด")
    request = a_request(state=State.RETURNED, form=a_form(purpose="ใช้ประชุม"), questions=(asked,))
    placing = place(_mail(text=text), _letter(request), KNOWN)
    assert isinstance(placing.event, e.Answered)
    assert placing.event.form.purpose == purpose


def test_a_reply_from_the_address_itself_confirms_it() -> None:
    request = a_request(state=State.UNCONFIRMED)
    own = place(_mail(from_addr=REQUESTER.upper(), text=""), _letter(request), KNOWN)
    assert (own.verdict, type(own.event)) == ("merged", e.Confirmed)
    other = place(_mail(from_addr="else@example.org"), _letter(request), KNOWN)
    assert (other.verdict, type(other.event)) == ("note", e.Noted)


@pytest.mark.parametrize(
    "text", ["ขอบคุณสำหรับอีเมลของท่าน เราจะตอบกลับโดยเร็ว", "ไม่ได้ขอค่ะ", "I did not ask"]
)
def test_other_words_confirm_nothing(text: str) -> None:
    request = a_request(state=State.UNCONFIRMED)
    placing = place(_mail(text=text), _letter(request), KNOWN)
    assert (placing.verdict, type(placing.event)) == ("note", e.Noted)


@pytest.mark.parametrize("text", ["", "ยืนยันค่ะ", "Yes, that was me."])
def test_the_owner_of_the_forms_address_says_that_the_file_may_come(text: str) -> None:
    request = a_request(form=a_form(email="else@example.org"))
    found = replace(_letter(request), letter_kind="confirm_recipient", letter_to="else@example.org")
    owner = place(_mail(text=text, from_addr="Else@example.org"), found, KNOWN)
    assert owner.event == e.RecipientProved(by="recipient", address="else@example.org")
    other = place(_mail(text=text), found, KNOWN)
    assert isinstance(other.event, e.Noted)


@pytest.mark.parametrize("state", [s for s in State if s is not State.NEW])
def test_the_word_cancel_is_a_command_in_every_state(state: State) -> None:
    placing = place(_mail("command", command="cancel"), _letter(a_request(state=state)), KNOWN)
    assert (placing.verdict, placing.event) == ("command", e.Cancelled(by="requester"))


_NO_ANSWER_AWAITED = [
    state
    for state in State
    if state not in (State.NEW, State.UNCONFIRMED, State.INCOMPLETE, State.RETURNED, State.WAITING)
]


@pytest.mark.parametrize("state", _NO_ANSWER_AWAITED)
def test_other_words_about_a_request_are_a_note(state: State) -> None:
    placing = place(_mail(), _letter(a_request(state=state)), KNOWN)
    assert (placing.verdict, placing.event) == ("note", e.Noted(by="requester", note="ยังอยู่ที่เดิมค่ะ"))


def test_a_long_note_is_cut() -> None:
    placing = place(_mail(text="ก" * 9000), _letter(a_request()), KNOWN)
    assert isinstance(placing.event, e.Noted)
    assert len(placing.event.note) == 2000


def test_robots_that_answer_each_other_stop_after_three_notes_a_day() -> None:
    found = _letter(a_request(state=State.DELIVERED))
    answered = place(_mail(), replace(found, notes_today=NOTES_LIMIT - 1), KNOWN).event
    assert isinstance(answered, e.Noted)
    assert not answered.quiet
    stopped = replace(found, notes_today=NOTES_LIMIT)
    placing = place(_mail(), stopped, KNOWN)
    assert (placing.verdict, placing.answer) == ("note", "")
    assert isinstance(placing.event, e.Noted)
    assert placing.event.quiet, "the officer is told, the robot is not answered"
    for command in ("cancel", "status", "resend", "form"):
        placing = place(_mail("command", command=command), stopped, KNOWN)
        assert (placing.verdict, placing.answer) == ("command", "")
        assert isinstance(placing.event, e.Noted)
        assert placing.event.quiet


def test_a_labelled_correction_amends_a_request_before_the_director() -> None:
    found = _letter(a_request(state=State.AWAITING_DECISION))
    placing = place(_mail(text="วัตถุประสงค์: เพื่อการวิจัย"), found, KNOWN)
    assert placing.verdict == "merged"
    assert isinstance(placing.event, e.Answered)
    assert placing.event.form.purpose == "เพื่อการวิจัย"
    assert isinstance(place(_mail(text="ขอบคุณค่ะ"), found, KNOWN).event, e.Noted)


def test_a_cancel_that_still_counts_is_never_held_back() -> None:
    found = _letter(a_request(state=State.AWAITING_DECISION), notes_today=99)
    placing = place(_mail("command", command="cancel"), found, KNOWN)
    assert placing.event == e.Cancelled(by="requester")


# ---------------------------------------------------------------- director and officer


def test_a_reply_of_the_director_says_what_it_decides_and_moves_nothing_by_itself() -> None:
    found = _letter(a_request(state=State.AWAITING_DECISION), **_TO_DIRECTOR)
    for words, choice in (("อนุมัติ 123456", "approve"), ("ยกเลิก", "")):
        placing = place(_mail(from_addr=DIRECTOR, text=words, command="cancel"), found, KNOWN)
        assert (placing.verdict, placing.event) == ("note", None)
        assert placing.said is not None
        assert placing.said.choice == choice


@pytest.mark.parametrize(
    ("sender", "subject", "away"),
    [
        (DIRECTOR, "Automatic reply: ขออนุญาต", True),
        (DIRECTOR, "ได้รับเมลของท่านแล้ว", False),
        ("else@example.org", "Automatic reply: ขออนุญาต", False),
    ],
)
def test_only_the_directors_own_absence_is_one(sender: str, subject: str, away: bool) -> None:
    found = _letter(a_request(state=State.AWAITING_DECISION), **_TO_DIRECTOR)
    mail = _mail("auto_reply", from_addr=sender, subject=subject, text="อนุญาต\nรหัส: 123456")
    placing = place(mail, found, KNOWN)
    assert (placing.verdict, placing.said, placing.away) == ("ignored_automatic", None, away)


def test_a_director_with_a_robot_is_answered_three_times_a_day() -> None:
    found = _letter(a_request(), **_TO_DIRECTOR, notes_today=NOTES_LIMIT)
    assert place(_mail(from_addr=DIRECTOR), found, KNOWN).answer == ""


def test_a_reply_of_the_officer_is_a_note() -> None:
    found = _letter(a_request(), audience="officer", letter_kind="officer_note")
    placing = place(_mail(command="cancel"), found, KNOWN)
    assert (placing.verdict, placing.event, placing.answer) == ("note", None, "")


# ---------------------------------------------------------------- what came back


def test_a_file_that_came_back_goes_to_a_person() -> None:
    found = _letter(a_request(state=State.DELIVERED), letter_kind="dataset")
    placing = place(_mail("bounce"), found, KNOWN)
    assert placing.verdict == "delivery_report"
    assert placing.fate == "bounced"
    assert isinstance(placing.event, e.BounceReceived)
    full = place(_mail("bounce", diagnosis="5.2.2 552 5.2.2 Mailbox full"), found, KNOWN).event
    assert isinstance(full, e.BounceReceived)
    assert full.note == f"{found.letter_to}\n5.2.2 552 5.2.2 Mailbox full"


def test_an_approval_mail_that_came_back_is_told_to_the_officer() -> None:
    found = _letter(a_request(state=State.AWAITING_DECISION), **_TO_DIRECTOR)
    placing = place(_mail("bounce"), found, KNOWN)
    assert isinstance(placing.event, e.DeliveryFailed)


@pytest.mark.parametrize("kind", ["receipt", "ask", "noted"])
def test_another_letter_that_came_back_is_only_recorded(kind: str) -> None:
    found = _letter(a_request(state=State.DELIVERED), letter_kind=kind)
    placing = place(_mail("bounce"), found, KNOWN)
    assert (placing.verdict, placing.fate, placing.event) == ("delivery_report", "bounced", None)


def test_a_file_that_is_only_delayed_troubles_nobody() -> None:
    found = _letter(a_request(state=State.DELIVERED), letter_kind="dataset")
    placing = place(_mail("bounce", delayed=True), found, KNOWN)
    assert (placing.verdict, placing.fate, placing.event) == ("delivery_report", "delayed", None)


# ---------------------------------------------------------------- without a letter of ours


def _own(*states: State) -> tuple[Request, ...]:
    return tuple(
        a_request(id=n, number=f"2569/{n:05d}", state=state) for n, state in enumerate(states, 1)
    )


def _command(command: str, found: Found) -> Placing:
    return place(_mail("command", command=command, text=command), found, KNOWN)


def test_a_command_needs_the_authenticated_sender_and_one_request_it_fits() -> None:
    own = _own(State.INCOMPLETE, State.DELIVERED)
    verified = Found(verified=True, own=own)
    assert _command("cancel", verified).event == e.Cancelled(by="requester")
    assert _command("cancel", verified).about == own[:1]
    assert (_command("status", verified).answer, _command("status", verified).about) == (
        "status",
        own[:1],
    )
    assert _command("resend", verified).about == own[1:]
    for command in ("cancel", "status", "resend"):
        placing = _command(command, replace(verified, verified=False))
        assert (placing.verdict, placing.event, placing.waits) == ("unplaced", None, True)
        assert placing.answer == "passed_on"


def test_of_several_requests_the_sender_is_asked_which() -> None:
    own = _own(State.INCOMPLETE, State.WAITING, State.DELIVERED)
    placing = _command("cancel", Found(verified=True, own=own))
    assert (placing.verdict, placing.answer, placing.reason) == ("command", "which", "cancel")
    assert placing.about == own[:2]


def test_a_command_of_nobody_we_know_is_not_for_us() -> None:
    placing = _command("cancel", Found(verified=True))
    assert (placing.verdict, placing.answer, placing.waits) == ("unplaced", "", False)


def test_the_form_is_for_everybody() -> None:
    assert _command("form", Found()).answer == "form"


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("1", (1,)),
        ("ข้อ ๒ ครับ", (2,)),
        ("1, 3", (1, 3)),
        ("ทั้งหมด", (1, 2, 3)),
        ("all of them", (1, 2, 3)),
        ("2569/00003", (3,)),
        ("7", ()),
        ("", ()),
        ("ขอบคุณ", ()),
    ],
)
def test_an_answer_picks_requests_by_place_or_number(text: str, picked: tuple[int, ...]) -> None:
    own = _own(State.INCOMPLETE, State.WAITING, State.CHECKING)
    assert tuple(request.id for request in chosen(text, own)) == picked


def test_a_picture_with_words_that_ask_is_a_request_and_without_them_is_not() -> None:
    picture = _mail("other", scans=("IMG_1.jpg",), text="", subject="ขอความอนุเคราะห์ข้อมูล")
    assert place(picture, Found(), KNOWN).verdict == "opened"
    assert place(replace(picture, subject="รูปงาน"), Found(), KNOWN).verdict == "unplaced"
    assert not place(replace(picture, subject="รูปงาน"), Found(), KNOWN).waits


def test_guesses_are_scored_and_the_best_comes_first() -> None:
    own = _own(State.INCOMPLETE, State.DELIVERED)
    own = (own[0], replace(own[1], subject="ขอข้อมูลห้องเรียน"))
    mail = _mail("other", subject="Re: ขอข้อมูลห้องเรียน", text="ขอข้อมูลเพิ่มหน่อย")
    placing = place(mail, Found(own=own, mentioned=own[1:]), KNOWN)
    assert placing.waits
    first = placing.guesses[0]
    assert (first.number, first.because) == (own[1].number, ("number", "sender", "subject"))
    assert [guess.score for guess in placing.guesses] == sorted(
        (guess.score for guess in placing.guesses), reverse=True
    )
    assert "" in {guess.number for guess in placing.guesses}, "it may be a request of its own"


def test_an_unclear_mail_waits_in_a_mailbox_for_requests_and_is_answered_once() -> None:
    mail = _mail("other", text="พรุ่งนี้เปิดไหม")
    assert not place(mail, Found(), KNOWN).waits
    dedicated = place(mail, Found(dedicated=True), KNOWN)
    assert (dedicated.waits, dedicated.answer, dedicated.reason) == (True, "form", "unclear")
    assert place(mail, Found(dedicated=True, forms_lately=1), KNOWN).answer == ""


def test_what_cannot_be_read_is_answered_where_it_is_surely_for_us() -> None:
    mail = _mail("unreadable", text="")
    assert place(mail, Found(), KNOWN).answer == ""
    assert place(mail, Found(own=_own(State.INCOMPLETE)), KNOWN).answer == "unreadable"
    assert place(mail, Found(dedicated=True), KNOWN).answer == "unreadable"
    assert place(mail, _letter(a_request()), KNOWN).answer == "unreadable"
    talk = _mail("encrypted", references=("<x@elsewhere.example.org>",))
    assert place(talk, Found(), KNOWN).answer == "", "others talk with each other"


def test_a_question_that_came_back_is_told_to_the_officer() -> None:
    for state, kind in ((State.INCOMPLETE, "ask"), (State.UNCONFIRMED, "confirm")):
        found = _letter(a_request(state=state), letter_kind=kind)
        event = place(_mail("bounce"), found, KNOWN).event
        told = {"by": "mail server", "note": found.letter_to}
        assert event == e.DeliveryFailed(problem=f"{kind}_bounced", **told)


def test_the_same_dataset_named_twice_in_a_mail_is_one_request() -> None:
    twice = a_form(items=(an_item(), an_item()))
    assert len(place(_mail("request", form=twice), Found(), KNOWN).forms) == 1
