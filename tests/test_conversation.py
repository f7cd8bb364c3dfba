"""Talking with a requester by mail: whole turns on a real store, each as people do it."""

from __future__ import annotations

import email.policy
import random
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailproc.intake import Intake
from mailproc.model import Reading, Refused, Request, State
from mailproc.parsers import kind
from mailproc.requestform import request_form
from mailproc.sandbox import Failed
from mailproc.store import schema, waiting
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests.factories import a_catalogue, a_dataset, an_office
from tests.requestform.conftest import FOLDERS
from tests.requestform.filling import mail as filled
from tests.test_intake import FORM, HABITS, OFFICE, TEACHER, Office, Reader, a_mail, a_reply
from tests.walk import OFFICER, RULES, data_prepared

_M = schema.messages
_STAMP = "Authentication-Results: mx.example.org; dmarc=pass header.from=school.example.org\n"
_INCOMPLETE = FORM.replace("วัตถุประสงค์: เพื่อวางแผนอัตรากำลัง\n", "")
_HOUR = timedelta(hours=1)


class _Pictures(Reader):
    """A mail with «X-Scan» has a picture, one with «X-Refused» a file that can't be read."""

    def read(self, mails: Sequence[bytes]) -> Iterable[Reading | Failed]:
        for raw, reading in zip(mails, super().read(mails), strict=True):
            assert isinstance(reading, Reading)
            if b"X-Scan" in raw:
                reading = replace(reading, scans=("IMG_0042.jpg",))
            if b"X-Refused" in raw:
                reading = replace(reading, refused=(Refused("แบบคำขอ.zip", "encrypted"),))
            yield reading


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    office = Office(sqlite_database)
    office.intake = Intake(sqlite_database, _Pictures(), HABITS, RULES, "me")
    return office


@pytest.fixture
def several(sqlite_database: Database) -> Office:
    """An office with figures for two datasets."""
    rooms = a_dataset(
        id="classrooms", title_th="จำนวนห้องเรียน", title_en="Classrooms", names=("จำนวนห้องเรียน",)
    )
    catalogue = a_catalogue(datasets=(a_dataset(), rooms))
    known = replace(HABITS.known, datasets=tuple((d.id, d.names) for d in catalogue.datasets))
    habits, rules = replace(HABITS, known=known), replace(RULES, catalogue=catalogue)
    office = Office(sqlite_database)
    office.intake = Intake(sqlite_database, Reader(known), habits, rules, "me")
    return office


def _delivered(office: Office) -> Request:
    request = office.walk.built()
    return office.walk.happen(request.id, e.AllSent()).after


def _kinds(office: Office, audience: str = "requester") -> list[str]:
    return [letter.kind for letter in office.letters() if letter.audience == audience]


# ---------------------------------------------------------------- the same asked twice


def test_the_same_asked_twice_is_linked_and_told(office: Office) -> None:
    assert office.bring(a_mail()) == ["opened"]
    again = FORM.replace("เพื่อวางแผนอัตรากำลัง", "ใช้ในการประชุม")
    assert office.bring(a_mail(again)) == ["linked"]
    (request,) = office.requests
    (letter,) = office.letters("linked")
    assert (letter.to_addr, letter.request_id) == (TEACHER, request.id)
    assert office.walk.rows(_M)[-1].request_id == request.id


def test_many_equal_mails_in_one_batch_open_one_request(office: Office) -> None:
    verdicts = office.bring(*(a_mail() for _ in range(5)))
    assert verdicts == ["opened", "linked", "linked", "linked", "linked"]
    assert len(office.requests) == 1


@pytest.mark.parametrize(
    "other",
    [
        FORM.replace("2568", "2567"),
        FORM + "รอบข้อมูล: 2\n",
        FORM + "ระดับข้อมูล: ภาพรวมเขต\n",
        FORM + "เงื่อนไข: ป.6\n",
        FORM + "รูปแบบไฟล์: CSV\n",
        FORM + "\nขอใหม่อีกครั้งครับ",
        FORM + "\nฉบับนี้เป็นฉบับแก้ไข",
    ],
)
def test_other_data_or_a_word_that_it_is_meant_anew_opens_a_second(
    office: Office, other: str
) -> None:
    assert office.bring(a_mail(), a_mail(other)) == ["opened", "opened"]


def test_another_person_or_another_week_opens_a_second(office: Office) -> None:
    office.bring(a_mail(), a_mail(sender="other@school.example.org"))
    office.walk.now += timedelta(days=8)
    assert office.bring(a_mail()) == ["opened"]
    assert len(office.requests) == 3


def test_after_a_cancel_the_same_may_be_asked_for_again(office: Office) -> None:
    office.bring(a_mail())
    office.walk.happen(office.requests[0].id, e.Cancelled())
    assert office.bring(a_mail()) == ["opened"]


def test_a_second_mail_that_completes_the_first_is_an_answer(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE, head=_STAMP))
    assert office.requests[0].state is State.INCOMPLETE
    assert office.bring(a_mail(head=_STAMP)) == ["merged"]
    (request,) = office.requests
    assert (request.state, request.form.purpose) == (State.PREPARING, "เพื่อวางแผนอัตรากำลัง")


def test_who_is_not_authenticated_answers_by_reply_alone(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE))
    assert office.bring(a_mail()) == ["linked"]
    assert office.requests[0].state is State.INCOMPLETE
    (letter,) = office.letters("linked")
    assert office.bring(a_reply(letter, "วัตถุประสงค์: ใช้ทำรายงาน")) == ["merged"]
    assert [request.state for request in office.requests] == [State.PREPARING]


def test_what_is_new_in_a_mail_is_opened_and_what_is_not_is_told(office: Office) -> None:
    office.bring(a_mail())
    assert office.bring(a_mail(FORM.replace("2568", "2568 และ 2567"))) == ["opened"]
    assert [r.item.academic_years for r in office.requests] == [(2568,), (2567,)]
    assert len(office.letters("linked")) == 1


_FAILED = "Authentication-Results: mx.example.org; dmarc=fail header.from=school.example.org\n"
_TURNED = "\n".join(reversed(FORM.strip().split("\n")))
_SPELT = [
    _TURNED,
    FORM.replace("2568", "๒๕๖๘"),
    FORM.replace("2568", "68"),
    FORM.replace("ปีการศึกษา: 2568", "ปี พ.ศ. ๒๕๖๘"),
    FORM.replace("ข้อมูลที่ต้องการ: จำนวนนักเรียน", "ชื่อชุดข้อมูล : จำนวนนักเรียนจำแนกตามชั้นและเพศ"),
    FORM.replace("แบบคำขอใช้บริการข้อมูล\n", "เรียน ผู้อำนวยการ\n\nขอข้อมูลดังนี้ครับ\n\n") + "\nขอบคุณครับ\n",
    FORM + "รูปแบบไฟล์: Excel\nระดับข้อมูล: รายโรงเรียน\n",
]


@pytest.mark.parametrize("spelt", _SPELT)
def test_the_same_form_in_other_words_is_the_same(office: Office, spelt: str) -> None:
    assert office.bring(a_mail(), a_mail(spelt)) == ["opened", "linked"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ป.1, ป.2", "ป.๒ และ ป.๑"),
        ("อำเภอเมืองตัวอย่าง, ป.6", "ป.6\nเงื่อนไข: อำเภอเมืองตัวอย่าง"),
        ("ป.1-ป.3", "ป.1 - ป.3"),
    ],
)
def test_the_same_conditions_in_another_order_are_the_same(
    office: Office, one: str, other: str
) -> None:
    mails = [a_mail(f"{FORM}เงื่อนไข: {said}\n") for said in (one, other)]
    assert office.bring(*mails) == ["opened", "linked"]


def test_the_same_form_as_a_word_file_is_the_same(office: Office) -> None:
    form = request_form(an_office(), a_catalogue(), "th", FOLDERS)
    answers = {
        "requester_name": "นางสมศรี ตั้งใจสอน",
        "dataset": "student_count",
        "academic_years": "2568",
        "purpose": "เพื่อวางแผนอัตรากำลัง",
    }
    mails = [filled(form, shape, answers) for shape in ("docx", "xlsx", "text")]
    named = [raw.replace(b"<1@", f"<{at}@".encode()) for at, raw in enumerate(mails, 77)]
    assert office.bring(a_mail(), *named) == ["opened", "linked", "linked", "linked"]


def test_a_trend_of_several_years_asked_twice_is_linked(office: Office) -> None:
    """Of a table that spans years only the last one counts, in whatever words they are named."""
    known = replace(HABITS.known, spanning=frozenset({a_dataset().id}))
    office.intake = Intake(
        office.walk.database, Reader(), replace(HABITS, known=known), RULES, "me"
    )
    years = [FORM.replace("2568", said) for said in ("2566-2568", "2566, 2567 และ 2568")]
    assert office.bring(*map(a_mail, years)) == ["opened", "linked"]
    assert office.bring(a_mail(years[0])) == ["linked"]
    (request,) = office.requests
    assert request.item.academic_years == (2568,)


# ---------------------------------------------------------------- the reply address


def test_an_answer_without_references_and_quote_is_tied_by_its_address(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE, head=_STAMP))
    (letter,) = office.letters("ask")
    cc = f"Cc: {kind.reply_address(OFFICE, letter.message_id)}\n"
    assert office.bring(a_mail("ใช้วางแผนอัตรากำลัง", head=cc, subject="ตอบ")) == ["merged"]
    (request,) = office.requests
    assert (request.state, request.form.purpose) == (State.PREPARING, "ใช้วางแผนอัตรากำลัง")


def test_a_new_form_to_an_old_reply_address_is_a_new_request(office: Office) -> None:
    """An address book keeps such addresses for years."""
    request = _delivered(office)
    letter = next(row for row in office.letters() if row.request_id == request.id)
    cc = f"Cc: {kind.reply_address(OFFICE, letter.message_id)}\n"
    assert office.bring(a_mail(head=cc, sender="ครู <other@school.example.org>")) == ["opened"]


@pytest.mark.parametrize("token", ["abc", "0" * 32])
def test_a_made_up_reply_address_ties_nothing(office: Office, token: str) -> None:
    office.bring(a_mail(_INCOMPLETE, head=_STAMP))
    cc = f"Cc: data+{token}@example.org\n"
    assert office.bring(a_mail("ใช้วางแผนอัตรากำลัง", head=cc, subject="ตอบ")) == ["unplaced"]


# ---------------------------------------------------------------- an answer that picks several


def test_an_answer_that_names_two_years_makes_two_requests(office: Office) -> None:
    office.bring(a_mail(FORM.replace("ปีการศึกษา: 2568\n", ""), head=_STAMP))
    (asked,) = office.letters("ask")
    assert office.bring(a_reply(asked, "ปีการศึกษา: 2568 และ 2567", head=_STAMP)) == ["merged"]
    years = [request.item.academic_years for request in office.requests]
    assert years == [(2567,), (2568,)]
    assert {request.form.purpose for request in office.requests} == {"เพื่อวางแผนอัตรากำลัง"}
    assert [r.state for r in office.requests] == [State.INCOMPLETE, State.PREPARING], (
        "2567 is not here"
    )


def test_an_answer_that_picks_two_datasets_makes_two_requests(several: Office) -> None:
    several.bring(a_mail(FORM.replace("จำนวนนักเรียน", "ข้อมูลเด็ก"), head=_STAMP))
    (asked,) = several.letters("ask")
    offers = load_letter(asked.letter).questions[0].offers
    assert len(offers) == 2
    assert several.bring(a_reply(asked, "ทั้งสองอย่างค่ะ", head=_STAMP)) == ["merged"]
    assert [r.item.dataset_id for r in several.requests] == ["student_count", "classrooms"]
    assert {r.state for r in several.requests} == {State.PREPARING}
    assert several.requests[1].form.purpose == several.requests[0].form.purpose


def test_what_is_picked_beside_and_was_asked_for_before_is_not_opened_again(
    several: Office,
) -> None:
    several.bring(a_mail(FORM.replace("จำนวนนักเรียน", "จำนวนห้องเรียน"), head=_STAMP))
    several.bring(a_mail(FORM.replace("จำนวนนักเรียน", "ข้อมูลเด็ก"), head=_STAMP))
    several.bring(a_reply(several.letters("ask")[0], "1 และ 2", head=_STAMP))
    assert [r.item.dataset_id for r in several.requests] == ["classrooms", "student_count"]


def test_a_colleague_who_answers_opens_nothing_of_his_own(several: Office) -> None:
    several.bring(a_mail(FORM.replace("จำนวนนักเรียน", "ข้อมูลเด็ก"), head=_STAMP))
    letter = several.letters("ask")[0]
    several.bring(a_reply(letter, "1 และ 2", sender="other@school.example.org"))
    (request,) = several.requests
    assert request.item.dataset_id == "student_count"


# ---------------------------------------------------------------- who waits for a round


def _waiting(office: Office) -> Request:
    office.bring(a_mail(FORM + "รอบข้อมูล: 2\n", head=_STAMP))
    (asked,) = office.letters("ask")
    office.bring(a_reply(asked, "รอได้ค่ะ"))
    (request,) = office.requests
    assert request.state is State.WAITING
    return request


@pytest.mark.parametrize("words", ["เมื่อไรจะได้คะ?", "ไม่ทราบว่าจะได้เดือนไหน", "ขอบคุณมากค่ะ"])
def test_a_question_meanwhile_leaves_the_request_waiting(office: Office, words: str) -> None:
    """It was once put back to the missing fields, where the open round did not find it."""
    _waiting(office)
    assert office.bring(a_reply(office.letters("waiting")[0], words)) == ["note"]
    (request,) = office.requests
    assert request.state is State.WAITING
    office.walk.happen(request.id, e.RoundOpened())
    assert office.requests[0].state is State.PREPARING


@pytest.mark.parametrize("words", ["ปีการศึกษา 2568 รอบที่ 1", "ขอเปลี่ยนเป็นรอบที่ 1 ครับ", "รอบที่ 1"])
def test_who_waits_may_choose_a_round_that_is_there(office: Office, words: str) -> None:
    _waiting(office)
    assert office.bring(a_reply(office.letters("waiting")[0], words)) == ["merged"]
    (request,) = office.requests
    assert (request.state, request.item.round) == (State.PREPARING, 1)


def test_the_promise_stands_still_while_a_round_is_waited_for(office: Office) -> None:
    before = _waiting(office).promised_at
    office.walk.now += timedelta(days=7)
    after = office.walk.happen(office.requests[0].id, e.RoundOpened()).after
    assert after.promised_at > before + timedelta(days=6)


# ---------------------------------------------------------------- who may not have written at all


def test_who_never_confirmed_gets_the_confirmation_and_nothing_else(office: Office) -> None:
    office.bring(a_mail(head=_FAILED))
    assert office.bring(a_mail(head=_FAILED), a_mail(head=_FAILED)) == ["linked", "linked"]
    office.walk.happen(office.requests[0].id, e.Silent())
    assert office.requests[0].state is State.EXPIRED
    assert _kinds(office) == ["confirm"]


def test_who_asks_again_a_day_later_is_asked_to_confirm_once_more(office: Office) -> None:
    """Perhaps the first mail was lost: a clear request is never met with silence."""
    office.bring(a_mail(_INCOMPLETE, head=_FAILED))
    office.walk.now += timedelta(hours=25)
    assert office.bring(*(a_mail(_INCOMPLETE, head=_FAILED) for _ in range(3))) == ["linked"] * 3
    assert _kinds(office) == ["confirm", "confirm"]
    letter = office.letters("confirm")[-1]
    assert [q.field for q in load_letter(letter.letter).questions] == ["purpose"]
    assert office.bring(a_reply(letter, "ยืนยัน\nวัตถุประสงค์: ใช้ทำแผน")) == ["merged"]
    assert office.requests[0].state is State.PREPARING


# ---------------------------------------------------------------- pictures and refused files


def test_a_picture_goes_to_the_officer_and_its_sender_gets_a_short_form(office: Office) -> None:
    mail = a_mail("", subject="หนังสือขอข้อมูลโรงเรียน", head="X-Scan: yes\n")
    assert office.bring(mail) == ["opened"]
    (request,) = office.requests
    assert (request.state, request.reason) == (State.NEEDS_PERSON, "scan")
    assert request.doubts.scans == ("IMG_0042.jpg",)
    assert _kinds(office) == ["scan"]
    assert _kinds(office, "officer") == ["officer_needs_person"]


def test_the_short_form_filled_in_goes_on_without_the_officer(office: Office) -> None:
    office.bring(a_mail("", subject="หนังสือขอข้อมูลโรงเรียน", head="X-Scan: yes\n"))
    (letter,) = office.letters("scan")
    filled = (
        "ชื่อ-นามสกุล: นางสมศรี ตั้งใจสอน      หน่วยงาน: โรงเรียนบ้านดอนแก้ว      วัตถุประสงค์: ใช้ทำรายงาน\n"
        "ข้อมูลที่ขอ: 1      ปีการศึกษา: 2568\n"
    )
    assert office.bring(a_reply(letter, filled)) == ["merged"]
    (request,) = office.requests
    assert request.state is State.PREPARING
    assert request.form.organisation == "โรงเรียนบ้านดอนแก้ว"
    assert request.item.dataset_id == "student_count"


def test_thanks_for_the_short_form_leave_the_picture_with_the_officer(office: Office) -> None:
    office.bring(a_mail("", subject="หนังสือขอข้อมูลโรงเรียน", head="X-Scan: yes\n"))
    (letter,) = office.letters("scan")
    office.bring(a_reply(letter, "ขอบคุณค่ะ"))
    assert office.requests[0].state is State.NEEDS_PERSON


def test_a_picture_with_a_complete_form_needs_nobody(office: Office) -> None:
    office.bring(a_mail(head="X-Scan: yes\n"))
    assert office.requests[0].state is State.PREPARING


def test_a_picture_among_private_mail_is_left_alone(office: Office) -> None:
    mail = a_mail("รูปงานเมื่อวาน", subject="งานเลี้ยง", head="X-Scan: yes\n")
    assert office.bring(mail) == ["unplaced"]
    assert office.letters() == []


def test_a_file_that_cannot_be_read_is_kept_for_the_answer(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE, head="X-Refused: yes\n"))
    (ask,) = office.letters("ask")
    told = load_letter(ask.letter).request
    assert told is not None
    assert told.doubts.refused == (Refused("แบบคำขอ.zip", "encrypted"),)
    office.bring(a_reply(ask, "วัตถุประสงค์: ใช้ทำรายงาน"))
    assert office.requests[0].doubts.refused == (), "it is told once"


def _photo(width: int, height: int) -> bytes:
    """A grey PNG with noise in it, as large as a photo of a page."""
    noise = random.Random(1)
    rows = b"".join(b"\0" + noise.randbytes(width) for _ in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows, 1)), chunk(b"IEND", b""))
    )


def test_a_real_photo_without_a_word_is_a_request(office: Office) -> None:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Message-ID"] = TEACHER, "data@example.org", "<p@example.org>"
    mail["Subject"] = "ขอข้อมูลนักเรียน"
    mail.set_content("")
    mail.add_attachment(_photo(900, 1200), maintype="image", subtype="png", filename="IMG_1.png")
    assert office.bring(mail.as_bytes()) == ["opened"]
    assert office.requests[0].reason == "scan"
    assert _kinds(office) == ["scan"]


# ---------------------------------------------------------------- asking back


def test_a_year_that_is_none_is_named_and_not_called_missing(office: Office) -> None:
    office.bring(a_mail(FORM.replace("2568", "25688")))
    (question,) = office.requests[0].questions
    assert (question.field, question.problem, question.said) == (
        "academic_years",
        "unclear",
        "25688",
    )


def test_a_wrong_answer_is_named_too(office: Office) -> None:
    office.bring(a_mail(FORM.replace("ปีการศึกษา: 2568\n", "")))
    (ask,) = office.letters("ask")
    office.bring(a_reply(ask, "25688 ครับ"))
    (question,) = office.requests[0].questions
    assert (question.problem, question.said) == ("unclear", "25688 ครับ")


def test_the_nearest_datasets_stand_first_and_a_number_picks_one(office: Office) -> None:
    office.bring(a_mail(FORM.replace("จำนวนนักเรียน", "นักเรียนจำนวนทั้งหมดเท่าไร")))
    (question,) = office.requests[0].questions
    assert (question.problem, question.near) == ("unknown", 1)
    (ask,) = office.letters("ask")
    assert office.bring(a_reply(ask, "1")) == ["merged"]
    assert office.requests[0].state is State.PREPARING


def test_who_does_not_understand_is_helped_and_not_asked_the_same_again(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE))
    (ask,) = office.letters("ask")
    assert office.bring(a_reply(ask, "งงครับ ต้องทำอะไร")) == ["note"]
    assert _kinds(office) == ["ask", "explain"]
    (told,) = office.letters("officer_note")
    assert load_letter(told.letter).note == "งงครับ ต้องทำอะไร"
    (request,) = office.requests
    assert (request.state, request.asks) == (State.INCOMPLETE, 2)
    (explain,) = office.letters("explain")
    assert office.bring(a_reply(explain, "ใช้วางแผนอัตรากำลังครู")) == ["merged"]
    assert office.requests[0].state is State.PREPARING


def test_after_three_rounds_an_officer_takes_over_and_a_full_answer_still_counts(
    office: Office,
) -> None:
    office.bring(a_mail(_INCOMPLETE))
    for _ in range(3):
        office.bring(a_reply(office.letters()[0], "ไม่เข้าใจครับ"))
    (request,) = office.requests
    assert (request.state, request.reason) == (State.NEEDS_PERSON, "ask_limit")
    (letter,) = office.letters("needs_person")
    office.bring(a_reply(letter, "วัตถุประสงค์: ใช้ทำรายงาน"))
    assert office.requests[0].state is State.PREPARING


def test_mere_thanks_are_not_asked_again(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE))
    (ask,) = office.letters("ask")
    assert office.bring(a_reply(ask, "ขอบคุณค่ะ")) == ["note"]
    assert len(office.letters()) == 1
    assert office.requests[0].asks == 1


# ---------------------------------------------------------------- amending


def test_an_amendment_voids_the_link_and_both_sides_are_told(office: Office) -> None:
    request = office.walk.prepared()
    (receipt,) = office.letters("receipt")
    assert office.bring(a_reply(receipt, "วัตถุประสงค์: เพื่อการวิจัย")) == ["merged"]
    links = office.walk.rows(schema.links, schema.links.c.purpose == "decide")
    assert all(link.voided_at for link in links)
    changed = office.walk.get(request.id)
    assert (changed.state, changed.amended) == (State.PREPARING, True)
    office.walk.happen(request.id, data_prepared(changed))
    assert _kinds(office) == ["receipt", "receipt"]
    assert _kinds(office, "director") == ["approval", "approval"]
    (told,) = [load_letter(x.letter) for x in office.letters("approval")[1:]]
    assert told.request is not None
    assert told.request.amended


@pytest.mark.parametrize("first", ["ขอแก้ไขวัตถุประสงค์", "ขอเปลี่ยนวัตถุประสงค์ใหม่ดังนี้ค่ะ"])
def test_to_name_what_is_put_right_is_no_wish_of_its_own(office: Office, first: str) -> None:
    request = office.walk.prepared()
    (receipt,) = office.letters("receipt")
    words = f"{first}\nวัตถุประสงค์: วางแผนซ่อมอาคารเรียน"
    assert office.bring(a_reply(receipt, words)) == ["merged"]
    after = office.walk.get(request.id)
    assert (after.state, after.form.purpose) == (State.PREPARING, "วางแผนซ่อมอาคารเรียน")
    assert _kinds(office, "officer") == []


def test_to_name_it_without_saying_how_reaches_somebody(office: Office) -> None:
    request = office.walk.prepared()
    (receipt,) = office.letters("receipt")
    office.bring(a_reply(receipt, "ขอแก้ไขวัตถุประสงค์"))
    asked = office.walk.get(request.id).state is not State.AWAITING_DECISION
    assert asked or _kinds(office, "officer")


def test_a_sentence_amends_too(office: Office) -> None:
    request = office.walk.prepared()
    (receipt,) = office.letters("receipt")
    assert office.bring(a_reply(receipt, "ขอเปลี่ยนปีการศึกษาเป็น 2567 ครับ")) == ["merged"]
    assert office.walk.get(request.id).item.academic_years == (2567,)


def test_the_director_is_told_when_an_amendment_leaves_something_open(office: Office) -> None:
    request = office.walk.prepared()
    (receipt,) = office.letters("receipt")
    office.bring(a_reply(receipt, "ปีการศึกษา: 2571"))
    assert office.walk.get(request.id).state is State.INCOMPLETE
    assert _kinds(office, "director") == ["approval", "approval_withdrawn"]


def test_the_director_is_told_of_a_cancel(office: Office) -> None:
    office.walk.prepared()
    (receipt,) = office.letters("receipt")
    assert office.bring(a_reply(receipt, "ยกเลิก")) == ["command"]
    assert _kinds(office, "director") == ["approval", "approval_withdrawn"]


# ---------------------------------------------------------------- commands


def test_a_reply_with_the_word_status_is_answered(office: Office) -> None:
    office.walk.prepared()
    (receipt,) = office.letters("receipt")
    assert office.bring(a_reply(receipt, "สถานะ")) == ["command"]
    (letter,) = office.letters("status")
    assert (letter.to_addr, letter.audience) == (TEACHER, "requester")


def test_who_holds_a_forwarded_mail_learns_nothing_himself(office: Office) -> None:
    office.walk.prepared()
    (receipt,) = office.letters("receipt")
    office.bring(a_reply(receipt, "สถานะ", sender="else@elsewhere.example.org"))
    assert {letter.to_addr for letter in office.letters("status")} == {TEACHER}


def test_a_file_is_sent_again_three_times_a_day(office: Office) -> None:
    _delivered(office)
    (letter,) = office.letters("dataset")
    for _ in range(4):
        assert office.bring(a_reply(letter, "ขอส่งใหม่")) == ["command"]
    assert len(office.letters("dataset")) == 1 + 3
    (told,) = office.letters("status")
    assert load_letter(told.letter).reason == "resend_limit"
    office.walk.now += timedelta(days=1, minutes=1)
    office.bring(a_reply(letter, "ขอส่งใหม่"))
    assert len(office.letters("dataset")) == 1 + 4


def test_a_file_that_is_not_there_yet_cannot_be_sent_again(office: Office) -> None:
    office.walk.prepared()
    (receipt,) = office.letters("receipt")
    office.bring(a_reply(receipt, "ขอส่งใหม่"))
    (told,) = office.letters("status")
    assert load_letter(told.letter).reason == "resend_not_yet"


@pytest.mark.parametrize("body", ["ขอแบบฟอร์ม", "help"])
def test_anybody_gets_the_form(office: Office, body: str) -> None:
    mail = a_mail(body, subject="สอบถาม", sender="new@elsewhere.example.org")
    assert office.bring(mail) == ["command"]
    (letter,) = office.letters("form")
    assert letter.to_addr == "new@elsewhere.example.org"


def test_a_command_from_the_authenticated_address_needs_no_reply(office: Office) -> None:
    office.bring(a_mail())
    assert office.bring(a_mail("ยกเลิก", subject="ยกเลิก", head=_STAMP)) == ["command"]
    assert office.requests[0].state is State.CANCELLED


def test_any_other_address_may_be_forged_so_a_person_looks(office: Office) -> None:
    office.bring(a_mail())
    assert office.bring(a_mail("ยกเลิก", subject="ยกเลิก")) == ["unplaced"]
    assert office.requests[0].state is State.PREPARING
    assert _kinds(office) == ["passed_on"]
    (row,) = office.walk.rows(_M, _M.c.verdict == "unplaced")
    assert waiting.guesses(row)[0]["request"] == office.requests[0].number


def test_of_several_requests_the_one_meant_is_asked_for(office: Office) -> None:
    office.bring(a_mail(), a_mail(FORM.replace("2568", "ล่าสุด")))
    office.bring(a_mail("ยกเลิก", subject="ยกเลิก", head=_STAMP))
    (which,) = office.letters("which")
    listed = load_letter(which.letter)
    assert [r.id for r in (listed.request, *listed.others) if r] == [2, 1], "newest first"
    assert {r.state for r in office.requests} == {State.PREPARING}
    assert office.bring(a_reply(which, "ข้อ 2 ครับ")) == ["command"]
    assert [r.state for r in office.requests] == [State.CANCELLED, State.PREPARING]


@pytest.mark.parametrize("answer", ["ทั้งหมด", "1 และ 2", "2569/00001 กับ 2569/00002"])
def test_all_of_them_can_be_meant(office: Office, answer: str) -> None:
    office.bring(a_mail(), a_mail(FORM.replace("2568", "ล่าสุด")))
    office.bring(a_mail("ยกเลิก", subject="ยกเลิก", head=_STAMP))
    office.bring(a_reply(office.letters("which")[0], answer))
    assert {r.state for r in office.requests} == {State.CANCELLED}


def test_not_what_was_asked_for_is_told_to_the_officer(office: Office) -> None:
    _delivered(office)
    (letter,) = office.letters("dataset")
    assert office.bring(a_reply(letter, f"ไม่ใช่ข้อมูลที่ขอ\n\n{FORM}")) == ["note"]
    assert len(office.requests) == 1
    assert len(office.letters("officer_note")) == 1


# ---------------------------------------------------------------- what nobody can place


def test_private_mail_is_not_for_us_and_waits_for_nobody(office: Office) -> None:
    assert office.bring(a_mail("พรุ่งนี้ประชุมกี่โมง", subject="ประชุม")) == ["unplaced"]
    (row,) = office.walk.rows(_M)
    assert row.guess is None
    assert office.letters() == []


def test_an_unclear_mail_waits_with_the_best_guess_first(office: Office) -> None:
    office.bring(a_mail(subject="ขอข้อมูลนักเรียน"))
    mail = a_mail("ขอสอบถามเรื่องเดิมค่ะ 2569/00001", subject="Re: ขอข้อมูลนักเรียน")
    assert office.bring(mail) == ["unplaced"]
    row = office.walk.rows(_M)[-1]
    best = waiting.guesses(row)[0]
    assert (best["request"], best["score"]) == ("2569/00001", 1.0)
    assert set(best["because"]) >= {"number", "sender", "subject"}


def test_the_officer_is_told_once_an_hour_with_the_newest_count(office: Office) -> None:
    unclear = ("ขอข้อมูลหน่อยครับ", "ขอความอนุเคราะห์ข้อมูล", "ต้องการข้อมูลด่วน")
    for body in unclear:
        assert office.bring(a_mail(body, subject="สอบถาม")) == ["unplaced"]
    (notice,) = office.letters("officer_unplaced")
    assert (notice.to_addr, load_letter(notice.letter).reason) == (OFFICER.address, "3")
    with office.walk.database.write() as connection:
        connection.execute(schema.outbox.update().values(state="sent", due_at=None))
    office.walk.now += timedelta(minutes=5)
    office.bring(a_mail("ขอข้อมูลอีกเรื่อง", subject="สอบถาม"))
    second = office.letters("officer_unplaced")[1]
    assert second.due_at == notice.recorded_at + _HOUR


def _place(office: Office, where: str) -> str | None:
    row = office.walk.rows(_M, _M.c.verdict == "unplaced")[-1]
    with office.walk.database.write() as connection:
        assert waiting.place(connection, row.id, where, office.walk.now)
    office.turn()
    verdict: str | None = office.walk.rows(_M, _M.c.id == row.id)[0].verdict
    return verdict


def test_a_person_places_a_mail_as_a_request(office: Office) -> None:
    office.bring(a_mail("ขอข้อมูลหน่อยครับ", subject="สอบถาม"))
    assert _place(office, "new") == "opened"
    assert office.requests[0].state is State.INCOMPLETE


def test_a_person_places_a_mail_as_an_answer(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE))
    office.bring(a_mail("ใช้วางแผนอัตรากำลังครู", subject="ตอบเรื่อง 2569/00001"))
    assert _place(office, office.requests[0].number) == "merged"
    assert office.requests[0].form.purpose == "ใช้วางแผนอัตรากำลังครู"


def test_a_mail_that_is_not_for_us_waits_no_longer(office: Office) -> None:
    office.bring(a_mail("ขอข้อมูลหน่อยครับ", subject="สอบถาม"))
    with office.walk.database.write() as connection:
        assert waiting.count(connection) == 1
        assert waiting.dismiss(connection, 1)
        assert waiting.count(connection) == 0
        assert not waiting.place(connection, 99, "new", office.walk.now)


def test_more_than_ten_at_once_go_to_a_person_and_the_sender_is_told(office: Office) -> None:
    years = ", ".join(str(year) for year in range(2556, 2569))
    assert office.bring(a_mail(FORM.replace("2568", years))) == ["unplaced"]
    (letter,) = office.letters("too_many")
    assert (letter.to_addr, load_letter(letter.letter).reason) == (TEACHER, "13")
    assert office.requests == []


def test_a_request_through_a_list_waits_and_the_list_is_not_answered(office: Office) -> None:
    assert office.bring(a_mail(head="List-Id: <schools.example.org>\n")) == ["unplaced"]
    assert _kinds(office) == []
    assert _kinds(office, "officer") == ["officer_unplaced"]


_PGP = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"


def test_encrypted_mail_is_answered_with_what_to_do(office: Office) -> None:
    assert office.bring(a_mail(_PGP)) == ["unplaced"]
    assert _kinds(office) == ["encrypted"]
    office.walk.prepared()
    (receipt,) = office.letters("receipt")
    assert office.bring(a_reply(receipt, _PGP)) == ["note"]
    assert len(office.letters("encrypted")) == 2


def test_a_mailbox_for_requests_alone_answers_an_unclear_mail_once(
    sqlite_database: Database,
) -> None:
    office = Office(sqlite_database)
    habits = replace(HABITS, dedicated=True)
    office.intake = Intake(sqlite_database, Reader(), habits, RULES, "me")
    assert office.bring(a_mail("พรุ่งนี้เปิดไหมคะ", subject="สอบถาม")) == ["unplaced"]
    office.bring(a_mail("สอบถามหน่อยค่ะ", subject="สอบถาม"))
    (letter,) = office.letters("form")
    assert load_letter(letter.letter).reason == "unclear"
    assert len(office.letters("officer_unplaced")) == 1


# ---------------------------------------------------------------- commands that name requests


def _three(office: Office) -> list[str]:
    """Three requests of one mail, which share their letters."""
    several = _INCOMPLETE.replace("ปีการศึกษา: 2568", "ปีการศึกษา: 2566, 2567, 2568")
    assert office.bring(a_mail(several, head=_STAMP)) == ["opened"]
    first, *others = office.letters("ask")
    with office.walk.database.write() as connection:
        for letter in others:
            bundled = schema.outbox.update().where(schema.outbox.c.id == letter.id)
            connection.execute(bundled.values(bundled_into=first.id))
    return [request.number for request in office.requests]


def _cancelled(office: Office) -> list[str]:
    return [r.number for r in office.requests if r.state is State.CANCELLED]


def test_a_reply_cancels_only_the_requests_that_it_names(office: Office) -> None:
    first, _, third = _three(office)
    assert office.bring(a_reply(office.letters("ask")[0], f"ยกเลิก {first} และ {third} ค่ะ")) == [
        "command"
    ]
    assert _cancelled(office) == [first, third]


@pytest.mark.parametrize("words", ["ยกเลิกข้อ 2 ค่ะ", "ยกเลิกปี 2567", "ยกเลิกคำขอ 2569/99999"])
def test_a_cancel_of_some_that_are_not_named_by_number_is_asked_about(
    office: Office, words: str
) -> None:
    _three(office)
    office.bring(a_reply(office.letters("ask")[0], words))
    assert _cancelled(office) == []


def test_a_bare_cancel_takes_back_all_that_the_letter_spoke_of(office: Office) -> None:
    numbers = _three(office)
    office.bring(a_reply(office.letters("ask")[0], "ยกเลิก"))
    assert _cancelled(office) == numbers


def test_nobody_cancels_the_request_of_another_by_its_number(office: Office) -> None:
    office.bring(a_mail(sender="other@school.example.org"))
    (other,) = office.requests
    office.bring(a_mail(_INCOMPLETE))
    office.bring(a_reply(office.letters("ask")[-1], f"ยกเลิก {other.number}"))
    office.bring(a_mail(f"ยกเลิก {other.number}", subject="ยกเลิก", head=_STAMP))
    assert _cancelled(office) == []


def test_a_number_in_a_mail_of_its_own_says_which_request_is_meant(office: Office) -> None:
    _, second, _ = _three(office)
    mail = a_mail("", subject=f"ยกเลิก {second}", head=_STAMP)
    assert office.bring(mail) == ["command"]
    assert _cancelled(office) == [second]


# ---------------------------------------------------------------- what is not understood


def _prepared(office: Office, form: str = FORM) -> None:
    office.bring(a_mail(form))
    (request,) = office.requests
    office.walk.happen(request.id, data_prepared(office.walk.get(request.id)))


def test_all_that_a_sentence_changes_is_changed(office: Office) -> None:
    _prepared(office, FORM + "เงื่อนไข: ป.1 ถึง ป.3, โรงเรียนขนาดเล็ก\nรูปแบบไฟล์: CSV\n")
    words = "ขอแก้ไขครับ ขอเป็น ป.4-ป.6 และขอไฟล์ PDF แทน CSV"
    assert office.bring(a_reply(office.letters("receipt")[0], words)) == ["merged"]
    (item,) = office.requests[0].form.items
    assert (item.filters, item.format) == (("โรงเรียนขนาดเล็ก", "ป.4-ป.6"), "pdf")
    assert _kinds(office, "officer") == []


def test_a_wish_that_is_not_understood_is_asked_about_and_never_skipped(office: Office) -> None:
    _prepared(office)
    words = "ขอเปลี่ยนเป็นไฟล์ CSV ครับ ขอเฉพาะเด็กที่มาจากนอกเขตบริการ"
    office.bring(a_reply(office.letters("receipt")[0], words))
    (request,) = office.requests
    assert request.item.format == "csv"
    assert request.state is State.INCOMPLETE
    assert [(q.field, q.problem, q.said) for q in request.questions] == [
        ("filters", "unclear", "ขอเฉพาะเด็กที่มาจากนอกเขตบริการ")
    ]
    (told,) = office.letters("officer_note")
    assert load_letter(told.letter).note == "ขอเฉพาะเด็กที่มาจากนอกเขตบริการ"


@pytest.mark.parametrize(
    "words", ["Only the small schools, please. Thank you", "Could you please, only small schools"]
)
def test_a_courtesy_is_no_wish(office: Office, words: str) -> None:
    _prepared(office)
    office.bring(a_reply(office.letters("receipt")[0], words))
    (request,) = office.requests
    assert (request.item.filters, request.questions) == (("small schools",), ())


def test_nothing_is_approved_that_its_requester_objects_to(office: Office) -> None:
    _prepared(office)
    words = "ขอเฉพาะเด็กที่มาจากนอกเขตบริการเท่านั้นค่ะ"
    office.bring(a_reply(office.letters("receipt")[0], words))
    (request,) = office.requests
    assert request.state is State.INCOMPLETE
    assert [(q.field, q.problem) for q in request.questions] == [("filters", "unclear")]
    assert "approval_withdrawn" in _kinds(office, "director")


@pytest.mark.parametrize("words", ["ขอบคุณค่ะ ขอให้ได้เร็ว ๆ นะคะ", "จะได้เมื่อไหร่คะ", "รับทราบครับ"])
def test_a_remark_leaves_the_request_with_the_director(office: Office, words: str) -> None:
    _prepared(office)
    office.bring(a_reply(office.letters("receipt")[0], words))
    assert office.requests[0].state is State.AWAITING_DECISION


def test_a_question_beside_an_answer_reaches_the_officer(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE))
    words = "วัตถุประสงค์: เพื่อวางแผน\nทำไมต้องกรอกหลายรอบคะ"
    office.bring(a_reply(office.letters("ask")[0], words))
    assert office.requests[0].state is State.PREPARING
    (told,) = office.letters("officer_note")
    assert load_letter(told.letter).note == "ทำไมต้องกรอกหลายรอบคะ"


def test_an_answer_and_a_wish_are_told_apart(office: Office) -> None:
    office.bring(a_mail(FORM.replace("หน่วยงาน", "สิ่งอื่น")))
    words = "บุคคลทั่วไปค่ะ และขอเป็นภาพรวมทั้งเขตนะคะ ไม่ต้องรายโรงเรียน"
    (ask,) = office.letters("ask")
    assert {q.field for q in office.requests[0].questions} == {"organisation"}
    office.bring(a_reply(ask, words))
    (request,) = office.requests
    assert (request.form.organisation, request.item.level) == ("บุคคลทั่วไป", "area")
    assert _kinds(office, "officer") == []


def test_what_is_refused_is_never_taken_for_wanted(office: Office) -> None:
    _three(office)
    before = [request.item.academic_years for request in office.requests]
    words = "วัตถุประสงค์: ทำแผน\nปี 2566 กับ 2567 ไม่เอาแล้วค่ะ"
    office.bring(a_reply(office.letters("ask")[0], words))
    assert [request.item.academic_years for request in office.requests] == before
    told = [load_letter(letter.letter).note for letter in office.letters("officer_note")]
    assert told == ["ปี 2566 กับ 2567 ไม่เอาแล้วค่ะ"]


def test_a_colleague_with_the_same_mailbox_has_a_request_of_his_own(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE, head=_STAMP))
    other = FORM.replace("นางสมศรี ตั้งใจสอน", "นายก้อง ขาวดี")
    assert office.bring(a_mail(other, head=_STAMP)) == ["opened"]
    names = {request.form.requester_name for request in office.requests}
    assert len(names) == 2


def test_a_mail_of_its_own_is_about_the_numbers_it_writes_and_not_those_it_quotes(
    office: Office,
) -> None:
    first, second, third = _three(office)
    body = f"ยกเลิก {second} ค่ะ\n\n> คำขอเลขที่ {first}\n> คำขอเลขที่ {third}"
    assert office.bring(a_mail(body, subject="ยกเลิก", head=_STAMP)) == ["command"]
    assert _cancelled(office) == [second]


@pytest.mark.parametrize("words", ["ขอเฉพาะเด็กที่มาจากนอกเขตบริการค่ะ", "ไม่สะดวกแจ้งค่ะ"])
def test_a_wish_is_nobodys_name(office: Office, words: str) -> None:
    office.bring(a_mail(FORM.replace("ชื่อ-สกุล: นางสมศรี ตั้งใจสอน\n", "")))
    office.bring(a_reply(office.letters("ask")[0], words))
    (request,) = office.requests
    assert (request.form.requester_name, request.state) == (None, State.INCOMPLETE)
    assert office.letters("officer_note")
