"""Copies of our own mails that no program marked: never taken for the requester's words."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailproc.mail.compose import Composer
from mailproc.model import Form, Item, Question, Reading
from mailproc.parsers import quoting, read, read_answer
from tests.factories import a_built, a_catalogue, a_letter, a_request, an_office
from tests.parsers.known import KNOWN, OUR_ID, mail

TEMPLATES = Path(__file__).parents[2] / "templates"
YEAR, PURPOSE = Question("academic_years", "missing"), Question("purpose", "missing")
KINDS = ("ask", "receipt", "confirm", "cancelled", "refused", "dataset", "expired")
LINKS = {"status": "https://data.example.org/s/abc"}
NOW = datetime(2026, 6, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer(an_office(), (TEMPLATES,), a_catalogue())


def _ours(composer: Composer, kind: str, language: str) -> str:
    """The text of a letter of ours as a mail program shows it."""
    request = a_request(decided_by="นายธงชัย มั่นคง", decided_at=NOW, asks=1, reason="ไม่มีข้อมูล")
    letter = a_letter(kind, language=language, request=request)
    if kind == "ask":
        letter = replace(letter, questions=(YEAR, PURPOSE))
    files = (a_built(),) if kind == "dataset" else ()
    wire = composer.compose(letter, LINKS, files)
    message = message_from_bytes(wire, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).strip()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["th", "en"])
def test_a_plain_copy_of_ours_is_no_word_of_the_writer(
    composer: Composer, kind: str, language: str
) -> None:
    ours = _ours(composer, kind, language)
    for text in (f"รับทราบค่ะ\n\n{ours}", f"{ours}\n\nรับทราบค่ะ", f"รับทราบค่ะ\n{ours}\nรับทราบค่ะ"):
        written = quoting.split(text)
        assert set(written.text.split()) == {"รับทราบค่ะ"}
        assert "042-" not in written.signature


@pytest.mark.parametrize("language", ["th", "en"])
def test_what_was_filled_in_within_a_plain_copy_is_read(composer: Composer, language: str) -> None:
    text = _ours(composer, "ask", language)
    for label, value in (
        ("ปีการศึกษา:", "2567"),
        ("วัตถุประสงค์:", "วางแผน"),
        ("Academic year:", "2567"),
        ("Purpose:", "วางแผน"),
    ):
        text = text.replace(f"\n{label}\n", f"\n{label} {value}\n").replace(
            f"\n{label} \n", f"\n{label} {value}\n"
        )
    written = quoting.split(f"กรอกแล้วค่ะ\n\n{text}")
    reading = Reading("reply", text=written.text, quoted=written.quoted)
    form = read_answer(reading, (YEAR, PURPOSE), KNOWN)
    assert form == Form(purpose="วางแผน", items=(Item(academic_years=(2567,)),))


@pytest.mark.parametrize("kind", KINDS)
def test_a_plain_copy_amends_nothing(composer: Composer, kind: str) -> None:
    text = f"รับทราบค่ะ\n\n{_ours(composer, kind, 'th')}"
    reading = read(mail(text, head=f"In-Reply-To: {OUR_ID}\n"), KNOWN)
    assert (reading.kind, reading.form) == ("reply", None)
    assert read_answer(reading, (), KNOWN) == Form()


def test_a_copy_without_its_frame_is_known_by_its_sentences(composer: Composer) -> None:
    lines = _ours(composer, "receipt", "th").split("\n")
    start = next(at for at, line in enumerate(lines) if line.startswith("คำขอที่ได้รับ"))
    written = quoting.split("\n".join(["ขอบคุณค่ะ", "", *lines[start : start + 8]]))
    assert "ชุดข้อมูล" not in written.text
    assert "ขอบคุณค่ะ" in written.text


@pytest.mark.parametrize(
    "text",
    [
        "ขอข้อมูลจำนวนห้องเรียน\nปีการศึกษา: 2568\nวัตถุประสงค์: วางแผน",
        "เรียน เจ้าหน้าที่\n\nได้รับเมลแล้ว ปีการศึกษา 2568 ค่ะ",
        "กลุ่มนโยบายและแผน\nสพป.ตัวอย่าง\n\nขอข้อมูลค่ะ",
    ],
)
def test_what_people_write_themselves_stays(text: str) -> None:
    assert quoting.split(text).text == text
