"""Nobody who writes to us is met with silence: whole turns on a real store."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

import pytest

from mailproc.config import ROOT
from mailproc.intake import Intake
from mailproc.mail.compose import Composer
from mailproc.model import Letter, State
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests.factories import a_catalogue, a_dataset, an_office
from tests.test_conversation import _Pictures as Pictures
from tests.test_intake import FORM, HABITS, Office, Reader, a_mail, a_reply
from tests.walk import RULES

_STAMP = "Authentication-Results: mx.example.org; dmarc=pass header.from=school.example.org\n"
_INCOMPLETE = FORM.replace("วัตถุประสงค์: เพื่อวางแผนอัตรากำลัง\n", "")


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    office = Office(sqlite_database)
    office.intake = Intake(sqlite_database, Pictures(), HABITS, RULES, "me")
    return office


def _kinds(office: Office, audience: str = "requester") -> list[str]:
    return [letter.kind for letter in office.letters() if letter.audience == audience]


def written(letter: Letter, kind: str = "plain") -> str:
    """A letter as its reader gets it, on one line."""
    composer = Composer(an_office(), (ROOT / "templates",), a_catalogue())
    mail = email.message_from_bytes(composer.compose(letter, {}), policy=email.policy.default)
    part = mail.get_body((kind,))
    assert part is not None
    return f"{mail['Subject']} " + " ".join(str(part.get_content()).split())


def newest(office: Office, kind: str) -> Letter:
    return load_letter(office.letters(kind)[-1].letter)


# ---------------------------------------------------------------- a person is never silenced


def _last(office: Office) -> list[bool]:
    rows = [row for row in office.letters() if row.audience == "requester"]
    return [load_letter(row.letter).last for row in rows]


def test_new_words_that_ask_something_are_always_answered(office: Office) -> None:
    office.walk.prepared()
    (receipt,) = office.letters("receipt")
    asked = [
        "สถานะ",
        "เรื่องถึงไหนแล้วคะ",
        "ทำไมช้าจังคะ",
        "ช่วยเร่งให้หน่อยได้ไหมคะ",
        "จะได้ภายในวันนี้หรือเปล่าคะ",
        "รบกวนโทรกลับด้วยค่ะ",
    ]
    for words in asked:
        office.bring(a_reply(receipt, words, head=_STAMP))
    assert len(_kinds(office)) == 1 + len(asked)
    assert not any(_last(office))


def test_the_same_words_again_are_answered_three_times_and_the_last_says_so(
    office: Office,
) -> None:
    office.walk.prepared()
    (receipt,) = office.letters("receipt")
    for number in range(5):
        office.bring(a_reply(receipt, f"สถานะ\n{number}", head=_STAMP))
    assert _kinds(office) == ["receipt", "status", "status", "status"]
    assert _last(office) == [False, False, False, True]
    assert [load_letter(row.letter).note for row in office.letters("officer_note")] == [
        "status"
    ] * 2
    letter = newest(office, "status")
    assert "เจ้าหน้าที่จะอ่านและติดต่อท่านเอง" in written(letter)
    for kind in ("plain", "html"):
        assert an_office().officer_phone in written(letter, kind)
    assert "read by an officer" in written(replace(letter, language="en"))


def test_an_unplaced_mail_can_be_judged_from_the_officers_mail_alone(office: Office) -> None:
    office.bring(a_mail())
    text = "ขอสอบถามเรื่องเดิมค่ะ 2569/00001\nดูที่ http://evil.example.com นะคะ"
    office.bring(a_mail(text, subject="Re: <b>ด่วน</b>", sender="ครูแดง <d@elsewhere.example.org>"))
    office.bring(a_mail("ขอข้อมูลหน่อยครับ", subject="สอบถาม"))
    letter = newest(office, "officer_unplaced")
    assert [one.id for one in letter.waiting] == [2, 3]
    for language, guessed in (
        ("th", "น่าจะเกี่ยวกับคำขอเลขที่ 2569/00001"),
        ("en", "request no. 2569/00001"),
    ):
        for kind in ("plain", "html"):
            mail = written(replace(letter, language=language), kind)
            assert "ครูแดง" in mail
            assert "d@elsewhere.example.org" in mail.replace("[at]", "@")
            assert "ขอสอบถามเรื่องเดิมค่ะ" in mail
            assert guessed in mail
            assert "http://evil" not in mail
            assert kind == "plain" or "<b>ด่วน" not in mail
            assert "ขอข้อมูลหน่อยครับ" in mail


def test_the_answer_to_our_own_question_never_counts(office: Office) -> None:
    office.bring(a_mail(), a_mail(FORM.replace("2568", "ล่าสุด")))
    for _ in range(3):
        office.bring(a_mail("สถานะ", subject="สถานะ", head=_STAMP))
    (which, *_) = office.letters("which")
    for _ in range(3):
        office.bring(a_reply(which, "1", head=_STAMP))
    assert len(office.letters("status")) == 3


def test_a_complaint_of_a_requester_who_starts_a_new_mail_is_answered(office: Office) -> None:
    office.bring(a_mail())
    mail = a_mail("ทำไมไม่มีใครตอบเลยคะ เรื่องข้อมูลจำนวนนักเรียน", subject="ร้องเรียน", head=_STAMP)
    assert office.bring(mail) == ["unplaced"]
    assert _kinds(office) == ["passed_on"]


# ---------------------------------------------------------------- data that is not there


@pytest.fixture
def bare(sqlite_database: Database) -> Office:
    """An office that knows a dataset of teachers and has no figures for it."""
    teachers = a_dataset(
        id="teachers",
        title_th="จำนวนครู",
        title_en="Teachers",
        names=("จำนวนครู", "Teachers"),
        rounds=(),
    )
    catalogue = a_catalogue(datasets=(a_dataset(), teachers))
    known = replace(HABITS.known, datasets=tuple((d.id, d.names) for d in catalogue.datasets))
    habits, rules = replace(HABITS, known=known), replace(RULES, catalogue=catalogue)
    office = Office(sqlite_database)
    office.intake = Intake(sqlite_database, Reader(known), habits, rules, "me")
    return office


_TEACHERS = "แบบคำขอใช้บริการข้อมูล\nข้อมูลที่ต้องการ: จำนวนครู\n"


def test_of_data_that_is_not_there_nothing_else_is_asked(bare: Office) -> None:
    bare.bring(a_mail(_TEACHERS, head=_STAMP))
    letter = newest(bare, "ask")
    assert [(q.field, q.problem) for q in letter.questions] == [("dataset", "unavailable")]
    mail = written(letter)
    assert "ยังไม่มีข้อมูล «จำนวนครู»" in mail
    assert "ให้ตอบว่า ไม่มี" in mail
    assert mail.index("ยังไม่มีข้อมูล") < mail.index("จำนวนนักเรียนจำแนก")
    (told,) = bare.letters("officer_note")
    assert load_letter(told.letter).reason == "not_held"


def test_who_wonders_about_it_is_told_the_same_again_and_the_officer_once(bare: Office) -> None:
    bare.bring(a_mail(_TEACHERS, head=_STAMP))
    bare.bring(a_reply(bare.letters("ask")[0], "ไม่มีเหรอคะ แล้วจะมีเมื่อไหร่"))
    assert "ยังไม่มีข้อมูล «จำนวนครู»" in written(newest(bare, "explain"))
    reasons = [load_letter(row.letter).reason for row in bare.letters("officer_note")]
    assert reasons == ["not_held", "confused"]


@pytest.mark.parametrize(
    "words", ["ไม่มีค่ะ", "รอค่ะ", "ไม่มีข้อมูลที่ต้องการครับ", "แจ้งเจ้าหน้าที่ด้วยค่ะ", "None of these"]
)
def test_none_of_these_brings_it_to_the_officer(bare: Office, words: str) -> None:
    bare.bring(a_mail(_TEACHERS, head=_STAMP))
    ask = bare.letters("ask")[0]
    assert bare.bring(a_reply(ask, words)) == ["merged"]
    (request,) = bare.requests
    assert (request.state, request.reason) == (State.NEEDS_PERSON, "none_fits")
    assert _kinds(bare) == ["ask", "needs_person"]
    assert "officer_needs_person" in _kinds(bare, "officer")
    bare.bring(a_reply(ask, "1"))
    (request,) = bare.requests
    assert (request.state, request.item.dataset_id) == (State.INCOMPLETE, "student_count")


# ---------------------------------------------------------------- personal data

_PERSONAL = [
    "ขอรายชื่อนักเรียนชั้น ป.6 พร้อมเลขประจำตัวประชาชน โรงเรียนบ้านดอนแก้วครับ",
    "เรียน ผู้อำนวยการ\n\nขอเบอร์โทรศัพท์ผู้ปกครองนักเรียน ป.1 ทุกคนค่ะ",
    "Please provide the names of all pupils of grade 6.",
    FORM.replace("จำนวนนักเรียน", "รายชื่อนักเรียน เลขบัตรประชาชน 13 หลัก และเบอร์โทรผู้ปกครอง"),
]


@pytest.mark.parametrize("text", _PERSONAL)
def test_data_of_single_pupils_is_refused_with_the_reason(office: Office, text: str) -> None:
    assert office.bring(a_mail(text, subject="ขอความอนุเคราะห์", head=_STAMP)) == ["unplaced"]
    assert office.requests == []
    assert _kinds(office) == ["personal"]
    assert _kinds(office, "officer") == ["officer_unplaced"]
    letter = replace(newest(office, "personal"), language="th")
    for words in ("พ.ศ. 2562", "มาตรา 15 (5)", "มาตรา 24", "จำนวนนักเรียนจำแนกตามชั้นและเพศ"):
        assert words in written(letter)
    assert "sections 15 (5) and 24" in written(replace(letter, language="en"))


@pytest.mark.parametrize(
    "text",
    [
        FORM + "เลขประจำตัวประชาชน: ไม่ระบุ\n",
        FORM.replace("เพื่อวางแผนอัตรากำลัง", "จัดทำรายชื่อนักเรียนที่ต้องติดตาม"),
        FORM + "\nขอเป็นจำนวน ไม่ต้องมีรายชื่อนักเรียนค่ะ",
        FORM + "\nขอรายชื่อโรงเรียนที่มีนักเรียนน้อยด้วยครับ",
    ],
)
def test_counts_are_not_taken_for_personal_data(office: Office, text: str) -> None:
    assert office.bring(a_mail(text, head=_STAMP)) == ["opened"]


def test_a_school_that_hands_in_a_list_of_pupils_is_not_answered(office: Office) -> None:
    mail = a_mail("ขอส่งรายชื่อนักเรียนที่จบการศึกษา ตามไฟล์แนบค่ะ", subject="ส่งรายชื่อ")
    assert office.bring(mail) == ["unplaced"]
    assert _kinds(office) == []


# ---------------------------------------------------------------- how a question reads


def test_the_purpose_is_asked_for_with_the_reason(office: Office) -> None:
    office.bring(a_mail(_INCOMPLETE, head=_STAMP))
    letter = newest(office, "ask")
    assert "ที่ต้องทราบวัตถุประสงค์ เพราะ" in written(letter)
    assert "We have to know the purpose" in written(replace(letter, language="en"))


@pytest.mark.parametrize("language", ["th", "en"])
def test_why_a_file_could_not_be_read_comes_first(office: Office, language: str) -> None:
    office.bring(a_mail(_INCOMPLETE, head=f"{_STAMP}X-Refused: yes\n"))
    mail = written(replace(newest(office, "ask"), language=language))
    missing = "ยังไม่ได้ระบุ" if language == "th" else "not stated yet"
    assert mail.index("แบบคำขอ (zip)") < mail.index(missing)


def test_a_number_is_no_name_and_a_year_ahead_is_asked_back(office: Office) -> None:
    form = FORM.replace("นางสมศรี ตั้งใจสอน", "12345").replace("จำนวนนักเรียน", "ข้อมูลปลาทอง")
    office.bring(a_mail(form.replace("2568", "2575"), head=_STAMP))
    asked = {q.field: (q.problem, q.said) for q in newest(office, "ask").questions}
    assert asked["requester_name"] == ("unclear", "12345")
    assert asked["academic_years"] == ("unavailable", "ปีการศึกษา 2575")


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("สมศรี ใจดี", "เรียน คุณสมศรี ใจดี"),
        ("นางสมศรี ใจดี", "เรียน นางสมศรี ใจดี"),
        ("ดร.สมศรี ใจดี", "เรียน ดร.สมศรี ใจดี"),
        ("โรงเรียนบ้านดอนแก้ว ธุรการ", "เรียน โรงเรียนบ้านดอนแก้ว ธุรการ"),
        ("John Smith", "เรียน John Smith"),
    ],
)
def test_a_person_without_a_title_is_addressed_politely(
    office: Office, name: str, greeting: str
) -> None:
    office.bring(a_mail(_INCOMPLETE.replace("นางสมศรี ตั้งใจสอน", "นางสาวมาลี ดี"), head=_STAMP))
    letter = replace(newest(office, "ask"), request=None, to_name=name, kind="passed_on")
    assert greeting in written(letter)


# ---------------------------------------------------------------- after delivery


def _delivered(office: Office) -> None:
    office.walk.happen(office.walk.built().id, e.AllSent())


@pytest.mark.parametrize("words", ["ขอบคุณมากค่ะ", "ได้รับแล้ว ขอบคุณครับ", "Thank you very much!"])
def test_mere_thanks_after_delivery_cost_nobody_a_mail(office: Office, words: str) -> None:
    _delivered(office)
    before = len(office.letters())
    assert office.bring(a_reply(office.letters("dataset")[0], words)) == ["note"]
    assert len(office.letters()) == before


@pytest.mark.parametrize("words", ["ไม่ตรงที่ขอค่ะ ขอเป็นแม่จัน", "ได้รับแล้วค่ะ แต่ข้อมูลไม่ครบ"])
def test_what_is_wrong_with_a_file_goes_to_the_officer_and_its_writer_is_told(
    office: Office, words: str
) -> None:
    _delivered(office)
    for _ in range(3):
        office.bring(a_reply(office.letters("dataset")[0], "สถานะ"))
    assert office.bring(a_reply(office.letters("dataset")[0], words)) == ["note"]
    mail = written(newest(office, "noted"))
    assert "ส่งต่อให้เจ้าหน้าที่" in mail
    assert an_office().officer_phone in mail
    assert load_letter(office.letters("officer_note")[-1].letter).note == words
