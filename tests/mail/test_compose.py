"""Letters as they go out: every template in both languages, with and without links."""

from __future__ import annotations

import email
import email.policy
import pickle
import re
import shutil
from dataclasses import fields, replace
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from mailproc.errors import ConfigError, NeedsPerson
from mailproc.mail.compose import Composer
from mailproc.model import (
    Absence,
    Approval,
    Built,
    Conditions,
    Corrected,
    Doubts,
    Form,
    Item,
    Known,
    Letter,
    Person,
    Question,
    Refused,
    Standing,
    State,
    Trust,
)
from mailproc.parsers import reader
from mailproc.parsers.answer import read_answer
from mailproc.texts import LANGUAGES, Compiled
from mailproc.workflow.manners import TOGETHER
from tests.factories import (
    NOW,
    a_built,
    a_catalogue,
    a_form,
    a_letter,
    a_person,
    a_prepared,
    a_question,
    a_request,
    an_item,
    an_office,
)
from tests.test_defang import AUTO_LINK, PAYLOADS

TEMPLATES = Path(__file__).parents[2] / "templates"
_NOT_KINDS = re.compile(
    r"(kit|layout|parts|several|footer|approval_(details|reply|ways|conditions|numbers))\."
)
_FILES = [path.name for path in (TEMPLATES / "mail").glob("*.j2")]
KINDS = sorted({name.partition(".")[0] for name in _FILES if not _NOT_KINDS.match(name)})
LINKS = {
    "codes": "app list",
    "decide": "https://data.example.org/d/AbCdEfGhIjKlMnOpQrStUv",
    "status": "https://data.example.org/s/ZyXwVuTsRqPoNmLkJiHgFe",
}
# A reply to us and to nobody else: one address, a subject and a body, nothing of which is read.
BEGUN_REPLY = re.compile(
    r"mailto:data@example\.org\?subject=[A-Za-z0-9%._~-]*&amp;body=[A-Za-z0-9%._~-]*"
)
WITHOUT_REQUEST = (
    "too_big",
    "noted",
    "how_to_decide",
    "officer_quarantined",
    "officer_held",
    "officer_undelivered",
    "stand_in",
    "away",
    "alarm",
    "alarm_mended",
)
WITH_FILE = ("dataset", "officer_handover")
TO_FILL_IN = ("ask", "form")  # their labels wait for values
DIRECTOR = (
    *("approval", "approval_reminder", "decided", "how_to_decide"),
    *("reply_decided", "reply_elsewhere"),
)
QUESTIONS = (
    Question("purpose", "missing"),
    a_question(),
    Question("dataset", "unknown", "ข้อมูลเด็ก", ("จำนวนนักเรียน", "ทำเนียบโรงเรียน")),
)
HEADERS = {
    "From": 1,
    "To": 1,
    "Subject": 1,
    "Message-ID": 1,
    "In-Reply-To": 1,
    "References": 1,
    "Date": 1,
    "Auto-Submitted": 1,
    "X-Auto-Response-Suppress": 1,
    "X-Mailproc": 1,
    "X-Mailproc-About": 1,
    "Content-Language": 1,
    "MIME-Version": 1,
    "Content-Type": 1,
}


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer(an_office(), (TEMPLATES,), a_catalogue())


@pytest.fixture(scope="module")
def unreachable() -> Composer:
    return Composer(an_office(public_url=""), (TEMPLATES,), a_catalogue())


def links_in(html: str) -> set[str]:
    """All links but those that begin a reply to us."""
    hrefs = set(re.findall(r'href="([^"]*)"', html))
    return {href for href in hrefs if not BEGUN_REPLY.fullmatch(href)}


def a_full_letter(kind: str, language: str = "th", **changes: Any) -> Letter:
    request = a_request(decided_by="นายธงชัย มั่นคง", decided_at=NOW, asks=1)
    letter = a_letter(kind, language=language, request=request, note="ขอเพิ่มอีก 2 โรงเรียน")
    if kind == "ask":
        letter = replace(letter, questions=QUESTIONS)
    return replace(letter, **changes)


def files_of(kind: str) -> tuple[Built, ...]:
    return (a_built(),) if kind in WITH_FILE else ()


def read(wire: bytes) -> EmailMessage:
    message = email.message_from_bytes(wire, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def subject_of(wire: bytes) -> str:
    """By the old reader: the new one adds spaces inside long Thai words (cpython#128110)."""
    raw = email.message_from_bytes(wire, policy=email.policy.compat32)["Subject"]
    return str(make_header(decode_header(raw.replace("\r\n", "").replace("\n", ""))))


def bodies(wire: bytes) -> tuple[str, str]:
    message = read(wire)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def shown(html: str) -> str:
    """What a reader sees of the HTML part, without tags."""
    text = re.sub(r"<head>.*?</head>", "", html, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", text)
    for name, char in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#34;", '"'),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ):
        text = text.replace(name, char)
    return text


def assert_fit_for_the_wire(wire: bytes) -> None:
    assert wire.isascii()
    assert b"\0" not in wire
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", wire) is None
    assert max(map(len, wire.split(b"\r\n"))) <= 998


def test_every_template_is_of_a_letter_that_something_sends() -> None:
    package = TEMPLATES.parent / "mailproc"
    code = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert [kind for kind in KINDS if f'"{kind}"' not in code] == []


def test_every_kind_that_is_asked_for_has_both_languages(composer: Composer) -> None:
    expected = (
        "receipt ask confirm confirm_recipient dataset refused cancelled expired noted handover "
        "too_big "
        "too_late needs_person approval approval_reminder decided how_to_decide "
        "officer_needs_person officer_handover officer_quarantined officer_note "
        "officer_held officer_undelivered officer_stopped officer_flood officer_unplaced "
        "explain scan linked status which form too_many encrypted unreadable passed_on personal "
        "approval_withdrawn waiting correction reply_decided reply_elsewhere standing_account "
        "security approval_list escalated officer_overdue overdue nudged stand_in away "
        "alarm alarm_mended officer_tell entered question paper_decision "
        "approver_noted list_decided officer_morning taken_back officer_taken_back"
    )
    assert set(KINDS) == set(expected.split())
    names = {path.name for path in (TEMPLATES / "mail").iterdir()}
    assert {f"{kind}.{x}.j2" for kind in KINDS for x in ("th", "en")} <= names
    assert composer.faults() == []


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_whole(composer: Composer, kind: str, language: str) -> None:
    wire = composer.compose(a_full_letter(kind, language), LINKS, files_of(kind))
    assert_fit_for_the_wire(wire)
    message = read(wire)
    assert {name: len(message.get_all(name, [])) for name in message.keys()} == HEADERS  # noqa: SIM118
    assert message["Content-Language"] == language
    assert message.defects == []
    text, html = bodies(wire)
    words = re.findall(r"[\w@/][\w.@/]+(?<!\.)", text)  # Thai marks end a run
    assert set(words) <= set(re.findall(r"[\w@/][\w.@/]+(?<!\.)", shown(html)))
    assert "None" not in text + html
    assert "{{" not in text + html
    assert "Undefined" not in text + html


@pytest.mark.parametrize("level", ["", "area"])
def test_who_approved_ahead_reads_what_was_given(composer: Composer, level: str) -> None:
    until = NOW + timedelta(days=30)
    given = Standing(1, "student_count", "government", level, 2, None, NOW, until)
    letter = a_full_letter("security", reason="ahead_set", request=None, standing=given)
    text, _ = bodies(composer.compose(letter, LINKS))
    assert "จำนวนนักเรียน" in text
    assert "ผู้ที่ระบุว่าเป็นหน่วยงานของรัฐ" in text
    assert ("ภาพรวมเขตพื้นที่" in text) == bool(level)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["th", "en"])
def test_every_letter_reads_well_without_links(
    unreachable: Composer, kind: str, language: str
) -> None:
    text, html = bodies(unreachable.compose(a_full_letter(kind, language), {}, files_of(kind)))
    assert "http" not in text
    assert "href" not in html
    assert "0 2000 1234" in text  # a way to reach a person is always there
    assert not re.search(r"ลิงก์|\blink\b", text)


@pytest.mark.parametrize("kind", WITHOUT_REQUEST)
@pytest.mark.parametrize("language", ["th", "en"])
def test_letters_about_no_request_need_none(composer: Composer, kind: str, language: str) -> None:
    letter = a_full_letter(kind, language, request=None, in_reply_to="", references=())
    message = read(composer.compose(letter, {}))
    assert message["In-Reply-To"] is None
    assert message["References"] is None


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "dataset"])
@pytest.mark.parametrize("language", ["th", "en"])
def test_a_request_that_says_almost_nothing_gets_its_letter(
    composer: Composer, kind: str, language: str
) -> None:
    request = a_request(form=Form(), prepared=None, trust=Trust.FAILED)
    text, _ = bodies(composer.compose(a_full_letter(kind, language, request=request), {}))
    assert "None" not in text
    assert kind in TO_FILL_IN or not re.search(
        r"(?m)^[^\n:]+: *$", text
    )  # no label without a value


SEVERAL = sorted({name.partition(".")[0] for name in _FILES if ".several." in name})


def test_every_kind_that_goes_together_has_a_mail_for_several() -> None:
    assert set(SEVERAL) >= TOGETHER


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("kind", sorted(TOGETHER))
def test_a_mail_about_several_requests_names_each(
    composer: Composer, unreachable: Composer, kind: str, language: str
) -> None:
    letter = a_full_letter(kind, language)
    asked = (Question("purpose", "missing"), QUESTIONS[2])
    one, two = (
        replace(letter.request or a_request(), id=id_, number=f"2569/000{id_}", questions=asked)
        for id_ in (13, 14)
    )
    letter = replace(letter, request=one, others=(two,))
    links = LINKS | {"status 14": "https://data.example.org/s/Other"}
    files = (a_built(), a_built(filename="b.xlsx")) if kind == "dataset" else ()
    for wire in (composer.compose(letter, links, files), unreachable.compose(letter, {}, files)):
        assert_fit_for_the_wire(wire)
        text, html = bodies(wire)
        if kind not in ("ask", "standing_account"):
            assert one.number in subject_of(wire)
        for number in (one.number, two.number):
            assert number in text
            assert number in shown(html)
        assert "None" not in text + html
        assert "0 2000 1234" in text
        if kind in ("ask", "confirm"):
            assert len(re.findall(r"(?m)^\d\) ", text)) == 2, "what both lack is asked once"


# ---------------------------------------------------------------- what the letters say


def test_the_receipt_says_all_that_the_law_asks_for(composer: Composer) -> None:
    wire = composer.compose(a_letter("receipt"), LINKS)
    text, _ = bodies(wire)
    assert subject_of(wire) == "ได้รับคำขอข้อมูล เลขที่ 2569/00012"
    for words in (
        "2569/00012",
        "22 พฤศจิกายน 2569 เวลา 09:05 น.",
        "22 พฤศจิกายน 2569 เวลา 09:15 น.",
        "จำนวนนักเรียนจำแนกตามชั้นและเพศ",
        "2568 รอบที่ 1",
        "อำเภอเมืองตัวอย่าง",
        "เพื่อวางแผนจัดชั้นเรียน",
        "นางสาวดาวเรือง ใจเย็น",
        "0 2000 1234 ต่อ 12",
        "พระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562",
        "ยกเลิก",
        LINKS["status"],
    ):
        assert words in text, words
    assert LINKS["decide"] not in text


def test_the_receipt_names_the_catalogue_title_before_the_data_is_prepared(
    composer: Composer,
) -> None:
    text, _ = bodies(composer.compose(a_letter(request=a_request(prepared=None)), {}))
    assert "ข้อมูลที่ขอ: จำนวนนักเรียนจำแนกตามชั้นและเพศ\n" in text
    unknown = a_request(prepared=None, form=a_form(items=(an_item(dataset_id=None),)))
    text, _ = bodies(composer.compose(a_letter(request=unknown), {}))
    assert "ข้อมูลที่ขอ: จำนวนนักเรียน แยกชั้น เพศ\n" in text


def test_an_office_notice_replaces_the_default_privacy_notice() -> None:
    office = an_office(privacy_th="ประกาศความเป็นส่วนตัวของสำนักงาน")
    text, _ = bodies(Composer(office, (TEMPLATES,)).compose(a_letter("receipt"), {}))
    assert "ประกาศความเป็นส่วนตัวของสำนักงาน" in text
    assert "พ.ศ. 2562" not in text


def test_the_question_mail_names_each_problem_offer_and_line_to_fill_in(
    composer: Composer,
) -> None:
    text, html = bodies(composer.compose(a_full_letter("ask"), LINKS))
    assert "1) «วัตถุประสงค์» ยังไม่ได้ระบุ" in text
    assert "ท่านระบุว่า «2571»" in text
    assert "   2. ปีการศึกษา 2567 รอบที่ 3\n" in text
    assert "\nวัตถุประสงค์: \nปีการศึกษา: \nข้อมูลที่ขอ: \n" in text
    assert "แจ้งผลภายใน" in text  # the first answer is the receipt too
    assert html.count("<li") == 4


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_question_about_several_requests_shows_all_and_names_what_could_not_be_opened(
    composer: Composer, language: str
) -> None:
    """It is as whole as one about a single request: what is known, the files, the blank form."""
    missing = tuple(
        Question(name, "missing") for name in ("requester_name", "purpose", "dataset", "level")
    )
    refused = Doubts(refused=(Refused("แบบคำขอ.zip", "encrypted"),))
    form = a_form(requester_name=None, purpose=None, items=(an_item(level=None),))
    one, two = (
        a_request(id=id_, form=form, prepared=None, questions=missing, doubts=refused, asks=1)
        for id_ in (13, 14)
    )
    letter = a_letter("ask", language=language, request=one, questions=missing, others=(two,))
    wire = composer.compose(letter, LINKS)
    text, _ = bodies(wire)
    names = [part.get_filename() or "" for part in read(wire).iter_attachments()]
    assert {name.rpartition(".")[2] for name in names} >= {"docx", "xlsx"}
    assert text.count("แบบคำขอ (zip)") == 1, "the mail brought it once"
    for known in ("โรงเรียนบ้านดอนแก้ว", "08 0000 1234", "อำเภอเมืองตัวอย่าง"):
        assert known in text
    few = replace(letter, questions=missing[:2], others=(replace(two, questions=missing[:2]),))
    assert list(read(composer.compose(few, LINKS)).iter_attachments()) == []


def test_a_question_mail_does_not_promise_what_waits_for_the_answer(composer: Composer) -> None:
    asked = a_full_letter("ask", request=a_request(asks=1, asked_at=NOW))
    text, _ = bodies(composer.compose(asked, LINKS))
    assert "09:15 น. (เลื่อนออกไปเท่าเวลาที่รอคำตอบจากท่าน)" in text
    text, _ = bodies(composer.compose(a_letter("receipt"), LINKS))
    assert "เลื่อนออกไป" not in text


def test_the_reply_address_is_given_where_the_server_allows_it() -> None:
    letter = a_letter(message_id=f"<{'0f' * 16}.mailproc@example.org>")
    plain = Composer(an_office(), (TEMPLATES,), a_catalogue())
    assert read(plain.compose(letter, LINKS))["Reply-To"] is None
    plus = Composer(an_office(plus_addressing=True), (TEMPLATES,), a_catalogue())
    wire = plus.compose(letter, LINKS)
    assert_fit_for_the_wire(wire)
    assert f"<data+{'0f' * 16}@example.org>" in str(read(wire)["Reply-To"])
    long = an_office(plus_addressing=True, address=f"{'d' * 40}@example.org")
    assert read(Composer(long, (TEMPLATES,)).compose(letter, LINKS))["Reply-To"] is None


def filled_in(text: str, values: dict[str, str]) -> str:
    """The mail as a careless client quotes it, answers written behind its labels."""
    for label, value in values.items():
        assert text.count(f"\n{label}: \n") == 1
        text = text.replace(f"\n{label}: \n", f"\n{label}: {value}\n")
    return "".join(f"> {line}\n" for line in text.split("\n"))


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_answer_to_a_question_mail_can_be_read(composer: Composer, language: str) -> None:
    item = an_item(dataset="ข้อมูลเด็ก", dataset_id=None, academic_years=(2571,))
    request = a_request(prepared=None, asks=1, form=a_form(purpose=None, items=(item,)))
    wire = composer.compose(a_full_letter("ask", language, request=request), LINKS)
    text, _ = bodies(wire)
    known = Known(datasets=(("student_count", ("จำนวนนักเรียน",)), ("schools", ("ทำเนียบโรงเรียน",))))
    labels = {
        "th": ("วัตถุประสงค์", "ปีการศึกษา", "ข้อมูลที่ขอ"),
        "en": ("Purpose", "Academic year", "Dataset"),
    }[language]
    values = dict(zip(labels, ("วางแผนอัตรากำลัง", "2568", "2"), strict=True))
    copied = "".join(f"{label}: {value}\n" for label, value in values.items())
    quoted = filled_in(text, {})
    for body in (copied, f"{copied}\n{quoted}", filled_in(text, values)):
        answer = read_answer(reader.read(a_reply(wire, body), known), QUESTIONS, known)
        assert answer.purpose == "วางแผนอัตรากำลัง"
        assert answer.items[0].academic_years == (2568,)
        assert answer.items[0].dataset_id == "schools"
    for body in ("รับทราบค่ะ\n\n" + quoted, quoted):
        answer = read_answer(reader.read(a_reply(wire, body), known), QUESTIONS, known)
        assert answer == Form()  # what we wrote is never taken for an answer


def a_reply(wire: bytes, body: str) -> bytes:
    message = read(wire)
    reply = EmailMessage(policy=email.policy.SMTP)
    reply["From"], reply["To"] = "somsri@school.example.org", "data@example.org"
    reply["Subject"], reply["In-Reply-To"] = "Re: ขอข้อมูล", message["Message-ID"]
    reply.set_content("\n" + body)
    return reply.as_bytes()


def test_a_later_question_mail_does_not_repeat_the_receipt(composer: Composer) -> None:
    request = a_request(asks=2)
    text, _ = bodies(composer.compose(a_full_letter("ask", request=request), LINKS))
    assert "แจ้งผลภายใน" not in text
    assert "พ.ศ. 2562" not in text


def test_the_director_reads_who_asks_for_what_why_and_how_much(composer: Composer) -> None:
    form = a_form(email="other@example.com")
    request = a_request(form=form, prepared=a_prepared(hidden_cells=4, rows=1390))
    wire = composer.compose(a_full_letter("approval", request=request), LINKS)
    assert subject_of(wire) == (
        "ขออนุญาต: นางสมศรี ตั้งใจสอน/โรงเรียนบ้านดอนแก้ว ขอจำนวนนักเรียนจำแนกตามชั้นและเพศ "
        "ปี 2568 (คำขอ 2569/00012)"
    )
    text, html = bodies(wire)
    for words in (
        "ครูชำนาญการ",
        "บุคลากรในสังกัด",
        "somsri@school.example.org",
        "ยืนยันแล้วว่าส่งจากที่อยู่นี้จริง",
        "> เพื่อวางแผนจัดชั้นเรียน",
        "10 มิถุนายน 2568",
        "รายโรงเรียน",
        "1,390 แถว 7 คอลัมน์",
        "เปิดเผยได้ทั่วไป",
        "ปกปิดตัวเลข: 4 ช่อง",
        "อีเมลที่แจ้งไว้: other[at]example[.]com",
        "22 พฤศจิกายน 2569 เวลา 09:05 น.",
    ):
        assert words in text, words
    assert "อีเมลที่แจ้งไว้" not in bodies(composer.compose(a_full_letter("approval"), LINKS))[0]
    # Once behind the first lines, and once where all is read.
    assert re.findall(r'href="(http[^"]*)"', html) == [LINKS["decide"]] * 2
    begun = re.findall(r'href="(mailto:[^"]*)"', html)
    assert [bool(BEGUN_REPLY.fullmatch(href)) for href in begun] == [True, True]
    assert re.findall(r"https?://\S+", text) == [LINKS["decide"]] * 2


@pytest.mark.parametrize("kind", ["approval", "dataset"])
def test_what_an_approver_narrowed_is_told_to_approver_and_requester(
    composer: Composer, kind: str
) -> None:
    narrow = Conditions(without=("หญิง", "รวม"), level="district", until="2026-12-31")
    request = a_request(conditions=narrow, renewed="conditions")
    text, html = bodies(composer.compose(a_full_letter(kind, request=request), LINKS))
    for words in ("ไม่รวมคอลัมน์ หญิง, รวม", "จัดทำเป็นรายอำเภอ", "ใช้ข้อมูลได้ถึงวันที่ 31 ธันวาคม 2569"):
        assert words in " ".join(text.split())
        assert words in shown(html)
    if kind == "approval":
        assert "จัดทำข้อมูลตามเงื่อนไขที่กำหนดในการพิจารณาแล้ว" in " ".join(text.split())
    plain, _ = bodies(composer.compose(a_full_letter(kind), LINKS))
    assert "เงื่อนไขของผู้อนุญาต" not in plain


def test_a_yes_given_ahead_is_told_as_such(composer: Composer) -> None:
    request = a_request(decided_by="นายธงชัย มั่นคง", decided_at=NOW, standing_id=4)
    text, _ = bodies(composer.compose(a_full_letter("dataset", request=request), LINKS))
    assert "นายธงชัย มั่นคง (อนุญาตล่วงหน้า)" in text
    ended = a_request(renewed="standing")
    text, _ = bodies(composer.compose(a_full_letter("approval", request=ended), LINKS))
    assert "การอนุญาตล่วงหน้าที่ใช้กับคำขอนี้สิ้นสุดแล้ว" in text
    assert "ฉบับก่อน" not in text, "there was none"


def test_the_first_lines_of_the_approval_mail_decide_alone(composer: Composer) -> None:
    """What a telephone shows of a mail in its list; none of it is an office's name."""
    request = a_request(
        inside=False,
        form=a_form(needed_by="2026-11-23"),
        prepared=a_prepared(sensitivity="personal"),
        remark="ตรวจหนังสือนำแล้ว",
    )
    wire = composer.compose(a_full_letter("approval", request=request), LINKS)
    text, html = bodies(wire)
    assert text.split("\n\n")[0].split("\n") == [
        "[ด่วน] [มีข้อมูลส่วนบุคคล]",
        "ผู้ขอต้องการใช้ภายในวันที่ 23 พฤศจิกายน 2569",
        "ผู้ขอ: นางสมศรี ตั้งใจสอน/โรงเรียนบ้านดอนแก้ว",
        "ตรวจแล้ว: ไม่อยู่ในรายชื่อหน่วยงานในสังกัด · ยืนยันแล้วว่าส่งจากที่อยู่นี้จริง",
        "วัตถุประสงค์: «เพื่อวางแผนจัดชั้นเรียนและอัตรากำลังครูของกลุ่มโรงเรียน ปีการศึกษา 2570»",
        "ข้อมูล: จำนวนนักเรียนจำแนกตามชั้นและเพศ ปีการศึกษา 2568 รอบที่ 1 · รายโรงเรียน"
        " · อำเภอเมืองตัวอย่าง · จำนวน 37 แถว · มีข้อมูลส่วนบุคคล",
        "ส่งให้: somsri@school.example.org",
        "ความเห็นเจ้าหน้าที่: ตรวจหนังสือนำแล้ว",
    ]
    assert shown(html).split()[0] == "ด่วน"
    assert subject_of(wire).startswith("[ด่วน] ขออนุญาต: ")


def test_what_is_late_is_marked_and_the_thread_stays_one(composer: Composer) -> None:
    """Mail programs compare subjects without what stands in brackets (RFC 5256, 2.1)."""
    late = NOW + timedelta(hours=30)
    first = composer.compose(a_full_letter("approval"), LINKS)
    again = composer.compose(a_full_letter("approval_reminder", created_at=late), LINKS)
    assert subject_of(again).startswith("Re: [เลยกำหนด] ")
    bare = re.compile(r"^(?:Re: )?(?:\[[^\]]*\] )?")
    assert bare.sub("", subject_of(again)) == subject_of(first)
    assert bodies(again)[0].startswith("[เลยกำหนด]\nเลยเวลาที่แจ้งผู้ขอไว้แล้ว")
    assert read(first)["References"] == read(again)["References"]


def test_words_of_the_requester_cannot_pass_for_ours_in_the_first_lines(
    composer: Composer,
) -> None:
    purpose = "งานวิจัย»\nตรวจแล้ว: อยู่ในสังกัด «x"
    letter = a_full_letter("approval", request=a_request(form=a_form(purpose=purpose)))
    text, html = bodies(composer.compose(letter, LINKS))
    assert 'วัตถุประสงค์: «งานวิจัย" ตรวจแล้ว: อยู่ในสังกัด "x»' in text
    assert "\n> ตรวจแล้ว: อยู่ในสังกัด" in text
    assert "\nตรวจแล้ว: อยู่ในสังกัด" not in text
    assert "<p" not in html[html.index("«") : html.index("»")]


def test_whoever_stands_in_is_addressed_by_name(composer: Composer) -> None:
    letter = a_full_letter("approval", to_name="นางแก้ว ใจดี", for_name="นายธงชัย มั่นคง")
    text, _ = bodies(composer.compose(letter, LINKS))
    assert "เรียน นางแก้ว ใจดี ผู้รักษาราชการแทน นายธงชัย มั่นคง" in text


def test_one_of_name_and_organisation_is_enough_for_the_director_s_subject(
    composer: Composer,
) -> None:
    for form, asker in (
        (a_form(requester_name=None), "โรงเรียนบ้านดอนแก้ว"),
        (a_form(organisation=None), "นางสมศรี ตั้งใจสอน"),
        (Form(items=(Item(dataset="x", latest=True),)), "ผู้ขอข้อมูล"),
    ):
        letter = a_full_letter("approval", request=a_request(form=form))
        assert subject_of(composer.compose(letter, LINKS)).startswith(f"ขออนุญาต: {asker} ขอ")


def test_a_refusal_states_reason_date_officer_and_appeal(composer: Composer) -> None:
    text, _ = bodies(composer.compose(a_full_letter("refused", reason="ระบุตัวเด็กได้"), {}))
    for words in ("> ระบุตัวเด็กได้", "22 พฤศจิกายน 2569", "มาตรา 18", "15 วัน", "นางสาวดาวเรือง"):
        assert words in text, words


def test_the_dataset_letter_carries_the_file_and_says_how_to_object(composer: Composer) -> None:
    wire = composer.compose(a_full_letter("dataset"), LINKS, (a_built(),))
    (attached,) = read(wire).iter_attachments()
    assert attached.get_filename() == a_built().filename
    assert attached.get_payload(decode=True) == a_built().content
    assert attached.get_content_type() == a_built().media_type
    assert "หากข้อมูลไม่ตรงตามที่ขอ โปรดตอบกลับเมลฉบับนี้" in bodies(wire)[0]


def test_the_officer_reads_a_reason_in_words_and_the_command(composer: Composer) -> None:
    text, _ = bodies(
        composer.compose(a_full_letter("officer_needs_person", reason="ask_limit"), {})
    )
    assert "> ถามข้อมูลเพิ่มครบจำนวนครั้ง" in text
    assert "python3 -m run requests show 2569/00012\n" in text


# ---------------------------------------------------------------- headers


def test_letters_thread_and_say_that_a_machine_wrote_them(composer: Composer) -> None:
    message = read(composer.compose(a_letter("receipt"), {}))
    assert message["In-Reply-To"] == message["References"] == "<first@school.example.org>"
    assert message["Message-ID"] == "<k3v9.12.3@data.example.org>"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Mailproc"] == "1"
    assert message["Date"].datetime == a_letter().created_at
    assert (
        read(composer.compose(a_full_letter("approval"), {}))["Auto-Submitted"] == "auto-generated"
    )
    first = a_letter("receipt", in_reply_to="", references=())
    assert read(composer.compose(first, {}))["Auto-Submitted"] == "auto-generated"


def test_the_same_letter_gives_the_same_bytes(composer: Composer) -> None:
    other = Composer(an_office(), (TEMPLATES,), a_catalogue())
    letter = a_full_letter("dataset")
    assert composer.compose(letter, LINKS, (a_built(),)) == other.compose(
        letter, LINKS, (a_built(),)
    )


def test_a_composer_that_got_its_templates_compiled_writes_the_same_bytes(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = Compiled()
    first = Composer(an_office(), (TEMPLATES,), a_catalogue(), compiled)
    letters = [a_full_letter("ask", language) for language in LANGUAGES]
    written = [first.compose(letter, LINKS) for letter in letters]
    handed = pickle.loads(pickle.dumps(compiled))  # noqa: S301 - our own, as a child gets it
    monkeypatch.delattr(Compiled, "dump_bytecode")  # compiling anything now is an error
    other = Composer(an_office(), (TEMPLATES,), a_catalogue(), handed)
    assert [other.compose(letter, LINKS) for letter in letters] == written
    assert [composer.compose(letter, LINKS) for letter in letters] == written


def test_a_letter_to_what_is_not_one_address_waits_for_a_person(composer: Composer) -> None:
    for address in ("", "a@x.org, b@y.org", "a@x.org\r\nBcc: b@y.org"):
        with pytest.raises(NeedsPerson):
            composer.compose(a_letter(to_addr=address), {})


CONTROLS = [chr(c) for c in (0, 7, 8, 9, 10, 11, 12, 13, 27, 0x85, 0x2028, 0x2029, 0x202E)]
INJECTIONS = [f"x{c}Bcc: evil@evil.example" for c in CONTROLS] + [
    f"x{end}{field}"
    for end in ("\r\n", "\n", "\r", "\r\n\r\n", "\n ", "\r\n\t")
    for field in (
        "Bcc: evil@evil.example",
        "To: evil@evil.example",
        "Content-Type: text/html",
        "Subject: =?utf-8?q?a=0d=0aBcc:_evil@evil.example?=",
        "\r\n<script>",
        "--=_a\r\nContent-Type: text/html\r\n\r\n<b>",
        ".\r\nMAIL FROM:<evil@evil.example>",
    )
]
STRINGS = [f.name for f in fields(Form) if f.name not in ("consent", "items")]


@pytest.mark.parametrize("kind", ["approval", "ask", "officer_note"])
def test_no_value_adds_a_header_or_a_part(composer: Composer, kind: str) -> None:
    assert len(INJECTIONS) >= 50
    for payload in INJECTIONS:
        form = a_form(**dict.fromkeys(STRINGS, payload))
        item = an_item(dataset=payload, dataset_id=None, filters=(payload,))
        request = a_request(form=replace(form, items=(item,)), prepared=None, reason=payload)
        letter = a_full_letter(
            kind,
            request=request,
            to_name=payload,
            subject=payload,
            reason=payload,
            note=payload,
            in_reply_to=payload,
            references=(payload, "<first@school.example.org>"),
            questions=(Question("purpose", "unclear", payload, (payload,)),),
        )
        wire = composer.compose(letter, LINKS, (a_built(filename=payload, media_type=payload),))
        assert_fit_for_the_wire(wire)
        head = wire.partition(b"\r\n\r\n")[0]
        names = re.findall(rb"(?m)^([A-Za-z-]+):", head)
        assert sorted(n.decode() for n in names) == sorted(HEADERS.keys() - {"In-Reply-To"})
        message = read(wire)
        assert [a.addr_spec for a in message["To"].addresses] == ["somsri@school.example.org"]
        assert [part.get_content_type() for part in message.walk()] == [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "application/octet-stream",
        ]


# ---------------------------------------------------------------- a stranger's words


@pytest.mark.parametrize("kind", ["approval", "receipt", "ask", "officer_note", "refused"])
def test_a_stranger_s_words_bring_no_link_and_no_markup(unreachable: Composer, kind: str) -> None:
    clean = bodies(unreachable.compose(a_full_letter(kind), {}))[1]
    tags = set(re.findall(r"<(\w+)", clean)) | {"br", "ol", "li", "blockquote"}
    marks = ("{{77*77}}", "{% raw %}", "</blockquote><h1>x", "'\" onload=x", "<style>*{}</style>")
    for payload in (*PAYLOADS, *marks):
        names = [n for n in STRINGS if n != "requester_type"]
        form = a_form(**dict.fromkeys(names, payload))
        item = an_item(dataset=payload, dataset_id=None, filters=(payload,))
        request = a_request(form=replace(form, items=(item,)), prepared=None)
        question = Question("purpose", "unclear", payload, (payload,))
        letter = a_full_letter(
            kind, request=request, reason=payload, note=payload, questions=(question,)
        )
        text, html = bodies(unreachable.compose(letter, {}))
        assert set(re.findall(r"<(\w+)", html)) <= tags
        assert not re.search(r"<[^>]*\s(on\w+|href|src)=|5929", html)
        for part in (text, shown(html)):
            part = part.replace("data@example.org", "").replace("somsri@school.example.org", "")
            assert not AUTO_LINK.search(part), AUTO_LINK.search(part)


def test_requester_words_are_quoted_line_by_line(composer: Composer) -> None:
    request = a_request(form=a_form(purpose="บรรทัดแรก\r\nส่งไปที่: evil\n\n\n\nท้าย"))
    text, html = bodies(composer.compose(a_full_letter("approval", request=request), LINKS))
    assert "\n> บรรทัดแรก\n> ส่งไปที่: evil\n> \n> ท้าย\n" in text
    assert re.search(r"<blockquote[^>]*>บรรทัดแรก<br>ส่งไปที่: evil<br><br>ท้าย</blockquote>", html)


def test_the_html_part_fetches_nothing(composer: Composer) -> None:
    for kind in KINDS:
        _, html = bodies(composer.compose(a_full_letter(kind), LINKS, files_of(kind)))
        assert not re.search(
            r"(?i)<(img|script|style|link|iframe|form|object)|url\(|@import|src=", html
        )
        assert links_in(html) <= set(LINKS.values())
        assert len(html.encode()) < 50_000


# ---------------------------------------------------------------- an office's own templates


def own(folder: Path, name: str, text: str) -> Composer:
    (folder / "mail").mkdir()
    (folder / "mail" / name).write_text(text, encoding="utf-8")
    return Composer(an_office(), (folder, TEMPLATES))


def test_an_office_s_own_template_and_words_win(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    words = '[fields]\npurpose = "เหตุที่ขอ"\n'
    (tmp_path / "texts" / "th.toml").write_text(words, encoding="utf-8")
    body = "{% block subject %}S {{ request.number }}{% endblock %}{% block body %}"
    body += '{% call p() %}ของเรา <b>{{ field_label("purpose") }}</b>{% endcall %}{% endblock %}'
    composer = own(tmp_path, "receipt.th.j2", body)
    wire = composer.compose(a_letter("receipt"), {})
    assert subject_of(wire) == "S 2569/00012"
    assert "ของเรา <b>เหตุที่ขอ</b>" in bodies(wire)[1]
    assert "ขอข้อมูลเพิ่มเติม" in subject_of(composer.compose(a_full_letter("ask"), {}))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("{{ nothing_of_this_name }}", UndefinedError),
        ("{{ request.form.no_such_field }}", UndefinedError),
        ("{{ ''.__class__.__mro__ }}", SecurityError),
        ("{{ request.__class__.__init__.__globals__ }}", SecurityError),
        ("{{ office.__class__ }}", SecurityError),
        ("{% set x = links.update({'decide': 'x'}) %}", SecurityError),
    ],
)
def test_a_template_is_held_in_its_sandbox(
    tmp_path: Path, body: str, error: type[Exception]
) -> None:
    text = "{% block subject %}s{% endblock %}{% block body %}" + body + "{% endblock %}"
    composer = own(tmp_path, "receipt.th.j2", text)
    with pytest.raises(error):
        composer.compose(a_letter("receipt"), LINKS)


def test_faults_of_templates_are_listed_by_name(tmp_path: Path) -> None:
    composer = own(tmp_path, "receipt.th.j2", "{% block subject %}")
    (fault,) = composer.faults()
    assert fault.startswith("receipt.th.j2: ")


def test_missing_or_broken_texts_are_a_fault_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"texts/th\.toml"):
        Composer(an_office(), (tmp_path,))
    shutil.copytree(TEMPLATES, tmp_path / "own")
    (tmp_path / "own" / "texts" / "en.toml").write_text("[fields", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"en\.toml"):
        Composer(an_office(), (tmp_path / "own",))


# ---------------------------------------------------------------- talking


_ALL = tuple(
    Question(name, "missing", offers=("จำนวนนักเรียน", "ทำเนียบโรงเรียน") if name == "dataset" else ())
    for name in ("requester_name", "organisation", "purpose", "dataset", "academic_years")
)
_KNOWN = Known(datasets=(("student_count", ("จำนวนนักเรียน",)), ("schools", ("ทำเนียบโรงเรียน",))))


def _blank_letter(kind: str, language: str) -> Letter:
    scans = Doubts(scans=("IMG_1.jpg",))
    request = a_request(
        state=State.INCOMPLETE, form=Form(), prepared=None, asks=1, questions=_ALL, doubts=scans
    )
    return a_full_letter(kind, language, request=request, questions=_ALL)


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("kind", ["ask", "explain", "scan", "linked", "status", "form"])
def test_what_we_wrote_is_never_taken_for_an_answer(
    composer: Composer, kind: str, language: str
) -> None:
    wire = composer.compose(_blank_letter(kind, language), LINKS)
    quoted = filled_in(bodies(wire)[0], {})
    for body in (quoted, "ขอบคุณค่ะ\n\n" + quoted):
        reading = reader.read(a_reply(wire, body), _KNOWN)
        assert read_answer(reading, _ALL, _KNOWN) == Form()


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_two_lines_for_who_sent_a_picture_are_read_back(
    composer: Composer, language: str
) -> None:
    wire = composer.compose(_blank_letter("scan", language), LINKS)
    text = bodies(wire)[0]
    said = ("นางสมศรี ตั้งใจสอน", "โรงเรียนบ้านดอนแก้ว", "วางแผนอัตรากำลัง", "2", "2568")
    lines = [line for line in text.split("\n") if ": ......" in line]
    assert len(lines) == 2
    filled, values = "", iter(said)
    for line in lines:
        filled += re.sub(r"\.{4,}", lambda _: next(values), line) + "\n"
    quoted = filled_in(text, {})
    answer = read_answer(reader.read(a_reply(wire, f"{filled}\n{quoted}"), _KNOWN), _ALL, _KNOWN)
    assert (answer.requester_name, answer.organisation, answer.purpose) == said[:3]
    assert answer.items[0].dataset_id == "schools"
    assert answer.items[0].academic_years == (2568,)


def test_the_blank_form_goes_with_the_mail_that_was_asked_for_or_lacks_nearly_all(
    composer: Composer,
) -> None:
    for kind in ("form", "ask"):
        message = read(composer.compose(_blank_letter(kind, "th"), LINKS))
        names = [part.get_filename() or "" for part in message.iter_attachments()]
        assert {name.rpartition(".")[2] for name in names} >= {"docx", "xlsx"}
        assert all(name in bodies(message.as_bytes())[0] for name in names)
    few = read(composer.compose(a_full_letter("ask"), LINKS))
    assert list(few.iter_attachments()) == []


def test_a_file_that_could_not_be_opened_is_named_with_what_to_do(composer: Composer) -> None:
    refused = Doubts(refused=tuple(Refused(f"{n}.zip", n) for n in _REFUSALS))
    for kind in ("receipt", "ask", "scan", "needs_person", "officer_needs_person"):
        for language in ("th", "en"):
            letter = a_full_letter(kind, language, request=a_request(doubts=refused))
            text = bodies(composer.compose(letter, LINKS))[0]
            for reason in _REFUSALS:
                assert f"«{reason} (zip)» " in text
                assert f"«{reason} (zip)» {reason}" not in text, "the reason has words"


_REFUSALS = (
    "too_large bomb doctype encrypted damaged wrong_type unsupported too_slow too_many"
).split()


def test_the_director_is_told_that_a_request_was_changed(composer: Composer) -> None:
    letter = a_full_letter("approval", request=a_request(amended=True))
    assert "แทนฉบับก่อน" in bodies(composer.compose(letter, LINKS))[0]
    assert "แทนฉบับก่อน" not in bodies(composer.compose(a_full_letter("approval"), LINKS))[0]


def test_the_requesters_own_words_stand_beside_what_an_officer_corrected(
    composer: Composer,
) -> None:
    beside = (
        Corrected("purpose", "เอาไปใช้ http://x.example.net", "จัดทำแผน", "นางสาวเจ้าหน้าที่", NOW),
        Corrected("level", "", "district", "นางสาวเจ้าหน้าที่", NOW),
    )
    letter = a_full_letter("approval", request=a_request(corrected=beside))
    text = " ".join(bodies(composer.compose(letter, LINKS))[0].split())
    assert "ผู้ขอเขียนว่า «เอาไปใช้ hxxp[:]//x[.]example[.]net» นางสาวเจ้าหน้าที่ แก้เป็น «จัดทำแผน»" in text
    assert "ผู้ขอไม่ได้ระบุ นางสาวเจ้าหน้าที่ แก้เป็น «รายอำเภอ»" in text
    assert "ข้อความของผู้ขอ" not in text
    english = a_full_letter("approval", "en", request=a_request(corrected=beside))
    assert "Corrected by an officer" in bodies(composer.compose(english, LINKS))[0]


@pytest.mark.parametrize(
    ("person", "dear"),
    [
        (a_person(), "เรียน ผู้อำนวยการกลุ่มนโยบายและแผน"),
        (a_person(role="area_deputy", position=""), "เรียน รองผู้อำนวยการสำนักงานเขตพื้นที่การศึกษา"),
        (a_person(role="area_deputy", position="รอง ผอ.สพป.ตัวอย่าง"), "เรียน รอง ผอ.สพป.ตัวอย่าง"),
        (a_person(role="deputy", position="", name="นายสอง ใจดี"), "เรียน นายสอง ใจดี"),
    ],
)
def test_each_who_decides_is_addressed_by_the_own_post(
    composer: Composer, person: Person, dear: str
) -> None:
    for kind in ("approval", "approval_reminder", "approval_withdrawn"):
        letter = a_full_letter(kind, request=a_request(), to_name=person.name, to_post=person.post)
        assert dear in bodies(composer.compose(letter, LINKS))[0].splitlines()


def test_where_several_have_to_approve_the_mail_says_so_and_who_has(composer: Composer) -> None:
    yes = Approval(0, 7, "นางสาวหนึ่ง", "นายศูนย์", NOW, a_request().content_hash)
    letter = a_full_letter("approval", request=a_request(approvals=(yes,)), needed=2)
    text = bodies(composer.compose(letter, LINKS))[0]
    said = "ต้องมีผู้อนุญาตครบ 2 ท่าน อนุญาตแล้ว: นางสาวหนึ่ง ในฐานะผู้รักษาราชการแทน นายศูนย์"
    assert said in " ".join(text.split())
    usual = bodies(composer.compose(a_full_letter("approval"), LINKS))[0]
    assert "ต้องมีผู้อนุญาต" not in usual


def test_who_had_approved_reads_who_refused(composer: Composer) -> None:
    request = a_request(state=State.REFUSED, decided_by="นายเขต รองอำนวย")
    text = bodies(composer.compose(a_full_letter("approval_withdrawn", request=request), LINKS))[0]
    assert "นายเขต รองอำนวย พิจารณาแล้วไม่อนุญาต" in " ".join(text.split())


def test_who_had_approved_reads_who_sent_it_back_and_that_it_comes_again(
    composer: Composer,
) -> None:
    request = a_request(state=State.RETURNED, decided_by="นายเขต รองอำนวย", reason="ใช้กับโรงเรียนใด")
    text = bodies(composer.compose(a_full_letter("approval_withdrawn", request=request), LINKS))[0]
    said = " ".join(text.split())
    assert "นายเขต รองอำนวย ส่งกลับให้ผู้ขอแก้ไขหรือชี้แจง" in said
    assert "จะเสนอท่านพิจารณาใหม่" in said
    assert "> ใช้กับโรงเรียนใด" in text


@pytest.mark.parametrize(
    ("amended", "said"), [(True, "ผู้ขอแจ้งแก้ไข และยังรอข้อมูล"), (False, "ที่เสนอไว้ ยังรอข้อมูล")]
)
def test_a_question_of_the_officer_is_not_told_as_a_change_of_the_requester(
    composer: Composer, amended: bool, said: str
) -> None:
    request = a_request(state=State.INCOMPLETE, amended=amended)
    text = bodies(composer.compose(a_full_letter("approval_withdrawn", request=request), LINKS))[0]
    assert said in " ".join(text.split())


@pytest.mark.parametrize(
    ("language", "subject", "first"),
    [
        ("th", "ได้รับข้อมูลที่แก้ไขแล้ว คำขอเลขที่", "ได้รับข้อมูลที่ท่านแก้ไขหรือชี้แจงเพิ่มเติมแล้ว"),
        ("en", "Your answer received, no.", "We have received your answer."),
    ],
)
def test_the_receipt_after_a_return_does_not_read_as_if_the_request_were_new(
    composer: Composer, language: str, subject: str, first: str
) -> None:
    again = a_request(shown=a_request().form)
    wire = composer.compose(a_full_letter("receipt", language, request=again), LINKS)
    assert subject_of(wire).startswith(subject)
    assert first in " ".join(bodies(wire)[0].split())
    several = a_full_letter("receipt", language, request=again, others=(again,))
    assert first in " ".join(bodies(composer.compose(several, LINKS))[0].split())
    mixed = a_full_letter("receipt", language, request=again, others=(a_request(),))
    assert first not in " ".join(bodies(composer.compose(mixed, LINKS))[0].split())


@pytest.mark.parametrize(
    ("said", "th", "en"),
    [
        ("5.2.2 552 5.2.2 Mailbox full", "กล่องเมลของผู้รับเต็ม", "The mailbox is full."),
        ("550 5.1.1 No such user", "ไม่มีที่อยู่นี้ที่ระบบเมลปลายทาง", "There is no such address;"),
        ("5.7.26 unauthenticated", "นโยบายหรือสงสัยว่าเป็นเมลขยะ", "as suspected spam."),
        ("5.3.2 closed for today", "", ""),
    ],
)
def test_the_officer_reads_why_a_mail_came_back(
    composer: Composer, said: str, th: str, en: str
) -> None:
    for kind, reason in (("officer_needs_person", "bounced"), ("officer_undelivered", "rejected")):
        for language, words in (("th", th), ("en", en)):
            told = {"reason": reason, "note": f"a@example.org\n{said}"}
            text = bodies(composer.compose(a_full_letter(kind, language, **told), LINKS))[0]
            assert (words in text, said in text) == (True, True)
            blames = "อาจไม่มีอยู่จริงหรือพิมพ์ผิด" in text or "may not exist or be misspelt" in text
            assert blames is (kind == "officer_undelivered" and not words)


def test_an_english_question_quotes_a_period_in_english_and_words_as_they_were(
    composer: Composer,
) -> None:
    asked = (
        Question("academic_years", "unavailable", "ปีการศึกษา 2567"),
        Question("level", "unavailable", "รายอำเภอ"),
        Question("purpose", "unclear", "ปีการศึกษาใหม่"),
    )
    text = bodies(composer.compose(a_full_letter("ask", "en", questions=asked), LINKS))[0]
    said = " ".join(text.split())
    assert "You wrote «academic year (B.E.) 2567»" in said
    assert "You wrote «by district»" in said
    assert "You wrote «ปีการศึกษาใหม่»" in said
    thai = bodies(composer.compose(a_full_letter("ask", questions=asked), LINKS))[0]
    assert "«ปีการศึกษา 2567»" in thai


def test_what_was_returned_is_laid_again_in_words_that_say_so(composer: Composer) -> None:
    again = a_request(shown=a_request().form)
    text = bodies(composer.compose(a_full_letter("approval", request=again), LINKS))[0]
    assert "ผู้ขอแก้ไขหรือชี้แจงตามที่ส่งกลับแล้ว จึงเสนอใหม่" in " ".join(text.split())


@pytest.mark.parametrize(
    ("language", "label"), [("th", "คำถามเมื่อส่งกลับ"), ("en", "Asked when it was sent back")]
)
def test_the_question_of_who_returned_it_stands_beside_the_answer(
    composer: Composer, language: str, label: str
) -> None:
    again = a_request(shown=a_request().form, sent_back="ใช้รายอำเภอได้หรือไม่")
    text = bodies(composer.compose(a_full_letter("approval", language, request=again), LINKS))[0]
    assert text.index(label) < text.index("ใช้รายอำเภอได้หรือไม่")
    told = replace(again.form, purpose="ใช้ประชุม\n«ใช้รายอำเภอได้หรือไม่» ได้")
    for other in (replace(again, form=told), replace(again, shown=None)):
        text = bodies(composer.compose(a_full_letter("approval", language, request=other), LINKS))[
            0
        ]
        assert label not in text


def test_who_is_away_by_an_automatic_reply_reads_why(composer: Composer) -> None:
    absence = Absence(1, 2, NOW, NOW + timedelta(days=1))
    told: dict[str, Any] = {
        "request": None,
        "absence": absence,
        "absent": "นางเอ",
        "deputies": ("นายบี",),
    }
    by_reply = a_full_letter("away", reason="out_of_office", **told)
    assert "ได้รับเมลตอบกลับอัตโนมัติจากท่าน" in bodies(composer.compose(by_reply, LINKS))[0]
    entered = a_full_letter("away", **told)
    assert "ตอบกลับอัตโนมัติ" not in bodies(composer.compose(entered, LINKS))[0]


def test_english_mails_say_conditions_and_source_in_english(composer: Composer) -> None:
    prepared = a_prepared(filters=("ชั้น ป.1 ถึง ป.3", "เฉพาะเพศหญิง"))
    letter = a_full_letter("dataset", "en", request=a_request(prepared=prepared))
    text = bodies(composer.compose(letter, LINKS, (a_built(),)))[0]
    assert "Filter: grades P.1 to P.3, girls only" in text


@pytest.mark.parametrize("kind", ["status", "linked"])
@pytest.mark.parametrize("state", [state for state in State if state is not State.NEW])
def test_where_a_request_stands_is_told_with_what_comes_next(
    composer: Composer, kind: str, state: State
) -> None:
    request = a_request(state=state, questions=(Question("purpose", "missing"),))
    for language in ("th", "en"):
        text = bodies(composer.compose(a_full_letter(kind, language, request=request), {}))[0]
        assert "2569/00012" in text
        assert language == "en" or state.value not in text, "no code in place of words"


def test_which_request_is_meant_can_be_answered_by_number(composer: Composer) -> None:
    other = a_request(id=13, number="2569/00013")
    for language in ("th", "en"):
        letter = a_full_letter("which", language, reason="cancel", others=(other,))
        text = bodies(composer.compose(letter, LINKS))[0]
        assert re.search(r"   2\. .*2569/00013", text)
