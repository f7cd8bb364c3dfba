from typing import Any

import pytest

from mailproc.model import Form, Item, Question, Reading
from mailproc.parsers import read_answer
from tests.parsers.known import KNOWN

YEAR = Question("academic_years", "missing")
YEAR_OFFERED = Question("academic_years", "unavailable", offers=("2567", "2568"))
PURPOSE = Question("purpose", "missing")
ROUND = Question("round", "missing", offers=("1", "2", "3"))
DATASET = Question("dataset", "unknown", "ห้อง", ("ทำเนียบโรงเรียน", "จำนวนห้องเรียน"))
FILTERS = Question("filters", "unclear", "ป.9")


def _answer(text: str, *questions: Question, quoted: str = "") -> Form:
    return read_answer(Reading("reply", text=text, quoted=quoted), questions, KNOWN)


def _item(**fields: Any) -> Form:
    return Form(items=(Item(**fields),))


@pytest.mark.parametrize(
    ("text", "question", "form"),
    [
        ("1", DATASET, _item(dataset="ทำเนียบโรงเรียน", dataset_id="school_directory")),
        ("ข้อ ๒ ค่ะ", DATASET, _item(dataset="จำนวนห้องเรียน", dataset_id="classrooms")),
        ("ชุดข้อมูล: 2", DATASET, _item(dataset="จำนวนห้องเรียน", dataset_id="classrooms")),
        ("จำนวน ห้องเรียน", DATASET, _item(dataset="จำนวนห้องเรียน", dataset_id="classrooms")),
        ("อย่างอื่น", DATASET, _item(dataset="อย่างอื่น")),
        ("9", DATASET, _item(dataset="9")),
        ("2568", YEAR, _item(academic_years=(2568,))),
        ("ขอเป็นปี 2567 ครับ", YEAR, _item(academic_years=(2567,))),
        ("ปีการศึกษา ๒๕๖๗ ค่ะ", YEAR, _item(academic_years=(2567,))),
        ("ล่าสุดค่ะ", YEAR, _item(latest=True)),
        ("2", YEAR_OFFERED, _item(academic_years=(2568,))),
        ("2", ROUND, _item(round=2)),
        ("ไม่ทราบค่ะ", YEAR, Form()),
        ("เพื่อวางแผนค่ะ", PURPOSE, Form(purpose="เพื่อวางแผน")),
        ("เรียน เจ้าหน้าที่\n\nเพื่อวิจัย\n\nขอแสดงความนับถือ\nมะลิ", PURPOSE, Form(purpose="เพื่อวิจัย")),
        ("ขอบคุณค่ะ", PURPOSE, Form()),
        ("ก" * 2_000, PURPOSE, Form()),
        ("ป.1 และ ป.2", FILTERS, _item(filters=("ป.1", "ป.2"))),
    ],
)
def test_one_question_is_answered_without_a_label(
    text: str, question: Question, form: Form
) -> None:
    assert _answer(text, question) == form


def test_labelled_lines_answer_and_may_say_more() -> None:
    form = _answer("ปีการศึกษา: 68\nวัตถุประสงค์: วางแผน\nโทร: 0812345678", YEAR, PURPOSE)
    assert form == Form(
        purpose="วางแผน", phone="081-234-5678", items=(Item(academic_years=(2568,)),)
    )


def test_values_are_found_behind_the_labels_of_the_quoted_mail() -> None:
    quoted = "ปีการศึกษา: ๒๕๖๘\nวัตถุประสงค์:\nโทรศัพท์: 042-000-000\nชุดข้อมูล: x"
    assert _answer("ตอบด้านล่างค่ะ", YEAR, PURPOSE, quoted=quoted) == _item(academic_years=(2568,))


def test_an_unfilled_label_does_not_take_the_line_below() -> None:
    assert _answer("", PURPOSE, YEAR, quoted="วัตถุประสงค์:\nขอแสดงความนับถือ") == Form()


def test_what_is_written_wins_over_what_is_quoted() -> None:
    form = _answer("ปีการศึกษา: 2568", YEAR, PURPOSE, quoted="ปีการศึกษา: 2567")
    assert form == _item(academic_years=(2568,))


def test_with_several_questions_only_what_names_itself_counts() -> None:
    assert _answer("ขอปีการศึกษา 2568 นะคะ", YEAR, PURPOSE) == _item(academic_years=(2568,))
    assert _answer("เพื่อวางแผน", YEAR, PURPOSE) == Form()


def test_without_a_question_only_labels_count() -> None:
    assert _answer("2568") == Form()
    assert _answer("ปี: 2568") == _item(academic_years=(2568,))
