from __future__ import annotations

import pytest

from mailproc.datasets.plan import Plan
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
    ("ม.4 ขึ้นไป", "ม.4 ม.5 ม.6", "mf", None),
    ("ตั้งแต่ ม.4", "ม.4 ม.5 ม.6", "mf", None),
    ("ตั้งแต่ชั้น ม.๔ ขึ้นไป", "ม.4 ม.5 ม.6", "mf", None),
    ("ตั้งแต่ ป.4 ถึง ป.6", "ป.4 ป.5 ป.6", "mf", None),
    ("ไม่เกิน ป.1", "อ.1 อ.2 อ.3 ป.1", "mf", None),
    ("ป.1 ลงมา", "อ.1 อ.2 อ.3 ป.1", "mf", None),
    ("ต่ำกว่า ป.1", "อ.1 อ.2 อ.3", "mf", None),
    ("สูงกว่า ม.5", "ม.6", "mf", None),
    ("M.5 and above", "ม.5 ม.6", "mf", None),
    ("มัธยมศึกษาตอนปลายขึ้นไป", "ม.4 ม.5 ม.6", "mf", None),
    ("ขยายโอกาส", "", "mf", 51),
    ("โรงเรียนขยายโอกาสทางการศึกษา ชั้น ม.1-ม.3", "ม.1 ม.2 ม.3", "mf", 51),
    ("ยกเว้นโรงเรียนขยายโอกาส", "", "mf", 88),
    ("เฉพาะโรงเรียนขนาดเล็กและขยายโอกาส", "", "mf", 8),
    ("ประถมศึกษา ยกเว้น ป.6", "ป.1 ป.2 ป.3 ป.4 ป.5", "mf", None),
    ("ประถมศึกษา ยกเว้น ป.5 และ ป.6", "ป.1 ป.2 ป.3 ป.4", "mf", None),
    ("ประถมศึกษา ยกเว้น ป.5, ป.6 เฉพาะหญิง", "ป.1 ป.2 ป.3 ป.4", "f", None),
    ("ไม่รวมอนุบาลและมัธยม", "ป.1 ป.2 ป.3 ป.4 ป.5 ป.6", "mf", None),
    ("except girls", "", "m", None),
    ("ยกเว้นโรงเรียนขนาดเล็ก", "", "mf", 86),
    ("ทุกโรงเรียน ยกเว้นโรงเรียนบ้านแม่คำ", "", "mf", 138),
    (
        "ขอจำนวนนักเรียนชั้น ป.1-ป.3 เฉพาะเพศหญิง ของโรงเรียนขนาดเล็ก ยกเว้นโรงเรียนบ้านแม่คำ",
        "ป.1 ป.2 ป.3",
        "f",
        52,
    ),
    ("โรงเรียนที่มีนักเรียนตั้งแต่ 61 ถึง 200 คน และเป็นโรงเรียนขยายโอกาส ชั้น ม.ต้น", "ม.1 ม.2 ม.3", "mf", 18),
]


@pytest.mark.parametrize(("words", "grades", "sexes", "schools"), CLEAR)
def test_what_people_write_is_understood(
    ask: Asking, words: str, grades: str, sexes: str, schools: int | None
) -> None:
    plan = Plan.parse(ask.prepared(words).query)
    assert plan.where.get("grade", ()) == tuple(grades.split())
    assert "".join(plan.where.get("sex", ("m", "f"))) == sexes
    found = len(plan.schools) if plan.schools is not None else None
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
    assert set(Plan.parse(ask.prepared(words).query).schools or ()) == codes


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
        "ป.1 ไม่รวมเด็กพิเศษ",
        "ป.6/1",
        "ป.9",
        "ป.3-ป.1",
        "ปีการศึกษา 2567",
        "ศาสนาพุทธ",
        "99999999",
        "ป.6 เฉพาะ 2 โรงเรียนแรก",
        "ยกเว้น",
        "ไม่รวม",
        "ยกเว้น ป.1 หญิง",
        "ไม่รวม ป.1-ป.3 ชั้น ม.1",
        "ป.1 หรือ หญิง",
        "ขนาดเล็ก หรือ ป.6",
        "น้อยกว่า 20 คน หรือ มากกว่า 500 คน",
        "ตั้งแต่ ม.4 ลงมา",
        "ม.4-ม.5 ขึ้นไป",
        "7 ขนาด",
        "อำเภอแม่จัน",
        "กลุ่มโรงเรียนดอยตุง",
    ],
)
def test_words_that_are_not_understood_whole_become_a_question(ask: Asking, words: str) -> None:
    (question,) = ask.questions(words)
    assert (question.problem, question.said) == ("unclear", words)
    assert question.offers == (), "examples are not to be picked by number"
    assert question.hints
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


def test_what_was_left_out_is_said_by_what_is_left(ask: Asking) -> None:
    assert ask.prepared("ยกเว้น ป.1 และ ม.ปลาย").filters == ("ชั้น อ.1 ถึง อ.3", "ชั้น ป.2 ถึง ม.3")
    assert ask.prepared("ยกเว้นโรงเรียนบ้านแม่คำ").filters == ("ยกเว้นโรงเรียนบ้านแม่คำ (57030066)",)


def test_a_school_left_out_by_a_name_that_two_bear_is_asked_about_as_such(ask: Asking) -> None:
    (question,) = ask.questions("ยกเว้นโรงเรียนบ้านสันโค้ง")
    assert question.offers[0] == "ยกเว้นบ้านสันโค้ง (57030025)"
    chosen = Plan.parse(ask.prepared(question.offers[0]).query)
    assert chosen.schools is not None
    assert "57030025" not in chosen.schools
    assert len(chosen.schools) == 138


def test_a_named_school_is_never_narrowed_away_in_silence(ask: Asking) -> None:
    (question,) = ask.questions("บ้านแม่คำ, บ้านป่าตึง", "โรงเรียนขนาดใหญ่")
    assert question.problem == "unclear"


def test_what_a_dataset_is_not_counted_by_is_asked_back(ask: Asking) -> None:
    (question,) = ask.questions("หญิง", dataset_id="classrooms")
    assert question.said == "หญิง"
    assert all("เพศ" not in hint for hint in question.hints)


def test_the_name_of_the_dataset_narrows_nothing_down(ask: Asking) -> None:
    plan = Plan.parse(ask.prepared("จำนวนห้องเรียนรายชั้น ป.6", dataset_id="classrooms").query)
    assert plan.where == {"grade": ("ป.6",)}
    assert plan.schools is None
