"""Labels on lines of their own, and labels that no list holds."""

from __future__ import annotations

import pytest

from mailproc.parsers import command, fields, html, stacked
from mailproc.parsers.details import whole_level
from mailproc.parsers.items import several
from tests.parsers.known import KNOWN

ALTERNATING = """ชื่อผู้วิจัย/ผู้ขอ *
นายมานะ ใจดี
คณะ/สถาบัน/หน่วยงาน
มหาวิทยาลัยตัวอย่าง
เบอร์ติดต่อกลับ
ไม่มีคำตอบ
ข้อมูลที่ขอความอนุเคราะห์
จำนวนนักเรียน
ปีการศึกษาใด
2568
เอาไปใช้ทำอะไร
ทำวิทยานิพนธ์
"""


def said(text: str) -> dict[str, str]:
    return {one.name: one.value for one in fields.find(text)}


def test_lines_that_alternate_are_labels_and_values() -> None:
    assert said(ALTERNATING) == {
        "requester_name": "นายมานะ ใจดี",
        "organisation": "มหาวิทยาลัยตัวอย่าง",
        "phone": "-",
        "dataset": "จำนวนนักเรียน",
        "academic_years": "2568",
        "purpose": "ทำวิทยานิพนธ์",
    }


def test_a_question_without_an_answer_does_not_take_the_next_question() -> None:
    gone = ALTERNATING.replace("2568\n", "")
    assert said(gone)["academic_years"] == "-"
    assert said(gone)["purpose"] == "ทำวิทยานิพนธ์"


@pytest.mark.parametrize(
    "text",
    [
        "เรียน ผู้อำนวยการ\n\nขอข้อมูลนักเรียน\nเพื่อทำวิจัย\n\nขอบคุณครับ\nมานะ",
        "ชื่อ-สกุล:\nหน่วยงาน:\nโทรศัพท์:\nอีเมล:\nปีการศึกษา:\nวัตถุประสงค์:\nรูปแบบไฟล์:\nระดับ:",
    ],
)
def test_letters_and_blank_forms_are_left_as_they_are(text: str) -> None:
    assert not any(one.value.strip(" -") for one in fields.find(text))


@pytest.mark.parametrize("sign", [" = ", " => ", " → ", " >> ", " | "])
def test_a_sign_stands_between_an_unlisted_label_and_its_value(sign: str) -> None:
    assert said(f"ผู้ประสานงาน/ผู้ขอข้อมูล{sign}นายมานะ ใจดี")["requester_name"] == "นายมานะ ใจดี"


@pytest.mark.parametrize("between", ["; ", "   ", " / ", " , "])
def test_several_unlisted_labels_share_a_line(between: str) -> None:
    line = between.join(
        ["ตำแหน่ง: ครู", "คณะ/สถาบัน/หน่วยงาน: คณะตัวอย่าง", "ข้อมูลที่ขอความอนุเคราะห์: ทำเนียบโรงเรียน"]
    )
    assert said(line) == {
        "position": "ครู",
        "organisation": "คณะตัวอย่าง",
        "dataset": "ทำเนียบโรงเรียน",
    }


def test_a_wide_gap_parts_an_unlisted_label_only_within_a_form() -> None:
    form = "๑. ชื่อผู้วิจัย/ผู้ขอ  นายมานะ ใจดี\n๒. ตำแหน่ง  ครู\n๓. โทรศัพท์  081-234-5678\n"
    form += "๔. อีเมล  a_1@b.example.org"
    assert said(form)["requester_name"] == "นายมานะ ใจดี"
    assert said(form)["email"] == "a_1@b.example.org"
    assert said("ผู้ประสานงานของเรา  จะมาวันพุธ") == {}


def test_a_merged_column_names_the_part_before_the_label() -> None:
    assert said("ผู้ขอ\tชื่อครู/บุคลากร\tนายมานะ ใจดี") == {"requester_name": "นายมานะ ใจดี"}


def test_two_elements_of_a_box_are_parted_and_runs_of_a_sentence_are_not() -> None:
    pair = '<div><span class="l">อีเมลติดต่อ</span><span class="v">a@b.example.org</span></div>'
    assert html.to_text(pair)[0] == "อีเมลติดต่อ\ta@b.example.org"
    assert html.to_text("<div><span>ขอ</span><span>ข้อมูล</span></div>")[0] == "ขอข้อมูล"
    three = "<p>" + "".join(f'<span class="{c}">{c}</span>' for c in "abc") + "</p>"
    assert html.to_text(three)[0] == "abc"


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("ยอดรวมทั้งเขต", "area"),
        ("จำแนกเป็นรายอำเภอ", "district"),
        ("ระดับโรงเรียน", "school"),
        ("เฉพาะอำเภอนาคำ", None),
        ("โรงเรียนขยายโอกาส", None),
    ],
)
def test_words_that_are_wholly_a_level(words: str, level: str | None) -> None:
    assert whole_level(words) == level


def test_what_each_school_has_is_no_dataset_of_its_own() -> None:
    words = "รายชื่อโรงเรียนพร้อมที่อยู่และเบอร์โทรศัพท์"
    assert several(words, KNOWN) == [words]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("please cancel my request 2569/00012", "cancel"),
        ("We no longer need the data.", "cancel"),
        ("Could you send the file again?", "resend"),
        ("Please send it again", "resend"),
        ("ขอไฟล์อีกครั้งได้ไหมครับ", "resend"),
        ("Could you tell me the status of my request?", "status"),
        ("Where is my request?", "status"),
        ("Could you send the data for 2567?", None),
        ("May I have the data?", None),
        ("Where is the school?", None),
        ("ขอข้อมูลนักเรียนได้ไหมครับ", None),
    ],
)
def test_polite_sentences_that_are_commands(words: str, name: str | None) -> None:
    assert command.find(words) == name


def test_few_lines_are_no_layout() -> None:
    lines = ["ชื่อ-สกุล", "นายมานะ ใจดี"]
    assert stacked.joined(lines) is lines
