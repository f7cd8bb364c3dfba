from __future__ import annotations

import pytest

from mailproc.datasets.query import Selection
from tests.datasets.conftest import Asking

# What people write -> grades, sexes, number of schools (None: all of them).
CLEAR: list[tuple[str, str, str, int | None]] = [
    ("ป.๖", "ป.6", "mf", None),
    ("ป 6", "ป.6", "mf", None),
    ("ชั้นประถมศึกษาปีที่ 6", "ป.6", "mf", None),
    ("ระดับประถมศึกษา ชั้น ป.6", "ป.6", "mf", None),
    ("ป.1-ป.3", "ป.1 ป.2 ป.3", "mf", None),
    ("ป.๑ ถึง ป.๓", "ป.1 ป.2 ป.3", "mf", None),
    ("ป.1-3", "ป.1 ป.2 ป.3", "mf", None),
    ("ป.1, 2 และ 5-6", "ป.1 ป.2 ป.5 ป.6", "mf", None),
    ("อ.3-ป.1", "อ.3 ป.1", "mf", None),
    ("อนุบาล 2", "อ.2", "mf", None),
    ("ก่อนประถมศึกษา", "อ.1 อ.2 อ.3", "mf", None),
    ("อนุบาล", "อ.1 อ.2 อ.3", "mf", None),
    ("ประถมศึกษา", "ป.1 ป.2 ป.3 ป.4 ป.5 ป.6", "mf", None),
    ("ประถมศึกษาตอนปลาย", "ป.4 ป.5 ป.6", "mf", None),
    ("ม.ต้น", "ม.1 ม.2 ม.3", "mf", None),
    ("ระดับมัธยมศึกษาตอนต้น เพศหญิง", "ม.1 ม.2 ม.3", "f", None),
    ("ม.ปลาย เฉพาะชาย", "ม.4 ม.5 ม.6", "m", None),
    ("P.6", "ป.6", "mf", None),
    ("Grade 1–3 primary", "ป.1 ป.2 ป.3", "mf", None),
    ("Grade 7", "ม.1", "mf", None),
    ("lower secondary, girls only", "ม.1 ม.2 ม.3", "f", None),
    ("ทุกโรงเรียน ทุกชั้น ทุกเพศ", "", "mf", None),
    ("จำแนกชายหญิง", "", "mf", None),
    ("all schools", "", "mf", None),
    ("ปีการศึกษา 2568 ป.2", "ป.2", "mf", None),
    ("โรงเรียนขนาดเล็ก", "", "mf", 53),
    ("ไม่เกิน 120 คน", "", "mf", 53),
    ("โรงเรียนที่มีนักเรียนน้อยกว่า ๑๒๐ คน", "", "mf", 51),
    ("โรงเรียนขนาดเล็ก (ไม่เกิน 60 คน)", "", "mf", 17),
    ("นักเรียน 121 ถึง 600 คน", "", "mf", 73),
    ("โรงเรียนขนาดกลาง", "", "mf", 73),
    ("ขนาดเล็กและขนาดกลาง", "", "mf", 126),
    ("เกิน 20 คน แต่ไม่เกิน 60 คน", "", "mf", 15),
    ("1,500 คนขึ้นไป", "", "mf", 2),
    ("small schools up to 60 pupils", "", "mf", 17),
]


@pytest.mark.parametrize(("words", "grades", "sexes", "schools"), CLEAR)
def test_what_people_write_is_understood(
    ask: Asking, words: str, grades: str, sexes: str, schools: int | None
) -> None:
    selection = Selection.parse(ask.prepared(words).query)
    assert selection.grades == tuple(grades.split()) or (not grades and len(selection.grades) == 15)
    assert "".join(selection.sexes) == sexes
    found = len(selection.schools) if selection.schools is not None else None
    assert found == schools


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("57030025", {"57030025"}),
        ("รหัสโรงเรียน ๕๗๐๓๐๐๒๕", {"57030025"}),
        ("โรงเรียนบ้านแม่คำ", {"57030066"}),
        ("ร.ร.บ้าน แม่คำ (ประชานุเคราะห์)", {"57030033"}),
        ("ไทยรัฐวิทยา 86", {"57030006"}),
        ("โรงเรียนบ้านป่าตึง", {"57030032"}),
        ("บ้านสันโค้ง (57030124)", {"57030124"}),
        ("ตำรวจตระเวนชายแดนศรีสมวงศ์", {"57030180"}),
        ("บ้านโป่ง, บ้านโป่งน้ำร้อน", {"57030102", "57030026"}),
        ("ธรรมจาริกอุปถัมภ์ ๑", {"57030039"}),
    ],
)
def test_a_school_is_found_by_code_or_by_name_as_people_write_it(
    ask: Asking, words: str, codes: set[str]
) -> None:
    assert set(Selection.parse(ask.prepared(words).query).schools or ()) == codes


def test_a_name_that_two_schools_bear_is_asked_about_with_their_codes(ask: Asking) -> None:
    (question,) = ask.questions("โรงเรียนบ้านสันโค้ง ป.6")
    assert (question.field, question.problem) == ("filters", "unclear")
    assert question.said == "บ้านสันโค้ง"
    assert question.offers == ("บ้านสันโค้ง (57030025)", "บ้านสันโค้ง (57030124)")


def test_a_short_name_that_may_mean_several_is_asked_about(ask: Asking) -> None:
    (question,) = ask.questions("สันทราย")
    assert [offer[-9:-1] for offer in question.offers] == ["57030048", "57030113", "57030110"]


def test_a_misspelt_school_is_answered_with_those_that_resemble_it(ask: Asking) -> None:
    (question,) = ask.questions("โรงเรียนบ้านสันโคง")
    assert question.said == "โรงเรียนบ้านสันโคง"
    assert "บ้านสันโค้ง (57030025)" in question.offers


@pytest.mark.parametrize(
    "words",
    [
        "ยกเว้น ป.6",
        "ป.1 ไม่รวมเด็กพิเศษ",
        "ป.6/1",
        "ป.9",
        "ป.3-ป.1",
        "ปีการศึกษา 2567",
        "ศาสนาพุทธ",
        "99999999",
        "except girls",
        "ป.6 เฉพาะ 2 โรงเรียนแรก",
    ],
)
def test_words_that_are_not_understood_whole_become_a_question(ask: Asking, words: str) -> None:
    (question,) = ask.questions(words)
    assert (question.problem, question.said) == ("unclear", words)
    assert question.offers == (), "examples are not to be picked by number"
    assert len(question.hints) == 5
    assert "ป.6" in question.hints[1]


def test_all_that_is_unclear_is_asked_at_once(ask: Asking) -> None:
    questions = ask.questions("xyz", "บ้านสันโค้ง", level="district")
    assert [(q.field, q.said) for q in questions] == [
        ("level", "รายอำเภอ"),
        ("filters", "xyz"),
        ("filters", "บ้านสันโค้ง"),
    ]


def test_conditions_that_no_school_meets_become_a_question(ask: Asking) -> None:
    (question,) = ask.questions("57030128", "โรงเรียนขนาดเล็ก")
    assert question.said == "57030128, โรงเรียนขนาดเล็ก"


def test_what_was_understood_is_said_in_words(ask: Asking) -> None:
    assert ask.prepared("บ้านแม่คำ", "ป.1-3 และ ป.6", "หญิง").filters == (
        "โรงเรียนบ้านแม่คำ (57030066)",
        "ชั้น ป.1 ถึง ป.3",
        "ชั้น ป.6",
        "เฉพาะเพศหญิง",
    )
    assert ask.prepared("โรงเรียนขนาดเล็ก").filters == ("โรงเรียนที่มีนักเรียนไม่เกิน 120 คน",)
