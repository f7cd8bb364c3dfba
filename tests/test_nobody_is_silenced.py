"""Nobody who writes to us is met with silence: whole turns on a real store."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

import pytest

from mailproc.config import ROOT
from mailproc.intake import Intake
from mailproc.mail.compose import Composer
from mailproc.model import Letter
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from tests.factories import a_catalogue, an_office
from tests.test_conversation import _Pictures as Pictures
from tests.test_intake import FORM, HABITS, Office, a_mail, a_reply
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
