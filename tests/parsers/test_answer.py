from typing import Any

import pytest

from mailproc.model import Form, Item, Question, Reading
from mailproc.parsers import confused, read_answer, with_conditions
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
    assert _answer("เพื่อวางแผน", YEAR, PURPOSE) == Form(purpose="เพื่อวางแผน")
    assert _answer("งานวางแผนของโรงเรียน", YEAR, PURPOSE) == Form()


def test_without_a_question_only_labels_count() -> None:
    assert _answer("2568") == Form()
    assert _answer("ปี: 2568") == _item(academic_years=(2568,))


ROUNDS = ("ปีการศึกษา 2568 รอบที่ 1 (ณ วันที่ 10 มิถุนายน 2568)", "ปีการศึกษา 2567 รอบที่ 3")
YEAR_OF_ROUNDS = Question("academic_years", "unavailable", offers=ROUNDS)
ROUND_OF_ROUNDS = Question("round", "unavailable", offers=ROUNDS)
PROPOSED = Question("dataset", "unknown", "ห้องเรียน", ("จำนวนห้องเรียน",))
NEAR = Question("dataset", "unknown", "ห้อง", ("จำนวนห้องเรียน", "ทำเนียบโรงเรียน"), near=1)
NAME, OFFICE = Question("requester_name", "missing"), Question("organisation", "missing")
LEVEL = Question("level", "unavailable", offers=("รายโรงเรียน", "ภาพรวมเขต"))
FORMAT = Question("format", "unavailable", offers=("xlsx", "csv"))
ROOMS = {"dataset": "จำนวนห้องเรียน", "dataset_id": "classrooms"}
SCHOOLS = {"dataset": "ทำเนียบโรงเรียน", "dataset_id": "school_directory"}
BOTH = Form(items=(*_item(**SCHOOLS).items, *_item(**ROOMS).items))
WHOLE_CATALOGUE = Question(
    "dataset", "missing", offers=("ทำเนียบโรงเรียน", "จำนวนห้องเรียน", "จำนวนนักเรียน", "โรงเรียนขนาดเล็ก")
)
FOUR = (NAME, OFFICE, PURPOSE, YEAR)
ALL_FOUR = Form(
    requester_name="มะลิ ใจดี",
    organisation="โรงเรียนบ้านตัวอย่าง",
    purpose="วางแผนอัตรากำลัง",
    items=(Item(academic_years=(2568,)),),
)


@pytest.mark.parametrize(
    ("text", "questions", "form"),
    [
        ("1 ครับ", (DATASET,), _item(**SCHOOLS)),
        ("#2", (DATASET,), _item(**ROOMS)),
        ("เลือกข้อ ๒", (DATASET,), _item(**ROOMS)),
        ("I choose number 2 please", (DATASET,), _item(**ROOMS)),
        ("อันแรกค่ะ", (DATASET,), _item(**SCHOOLS)),
        ("the second one", (DATASET,), _item(**ROOMS)),
        ("ขอเป็นข้อมูลจำนวนห้องเรียนค่ะ", (DATASET,), _item(**ROOMS)),
        ("2", (YEAR_OF_ROUNDS,), _item(academic_years=(2567,), round=3)),
        ("1", (ROUND_OF_ROUNDS,), _item(academic_years=(2568,), round=1)),
        ("รอบ 3 ค่ะ", (ROUND_OF_ROUNDS,), _item(round=3)),
        ("1", (LEVEL,), _item(level="school")),
        ("ภาพรวมเขตค่ะ", (LEVEL,), _item(level="area")),
        ("2", (FORMAT,), _item(format="csv")),
        ("ใช่ครับ", (PROPOSED,), _item(**ROOMS)),
        ("Yes, that's right.", (PROPOSED,), _item(**ROOMS)),
        ("ถูกต้องค่ะ", (NEAR,), _item(**ROOMS)),
        ("ใช่ค่ะ", (DATASET,), Form()),
        ("ไม่ใช่ค่ะ", (PROPOSED,), Form()),
        ("ตามนั้นค่ะ", (PROPOSED,), _item(**ROOMS)),
        ("ทั้งสองอย่างค่ะ", (DATASET,), BOTH),
        ("ทั้งหมดค่ะ", (DATASET,), BOTH),
        ("1 กับ 2", (DATASET,), BOTH),
        ("ข้อ ๑, ๒", (DATASET,), BOTH),
        ("1-2", (DATASET,), BOTH),
        ("1 และ 3", (DATASET,), Form()),  # there is no third
        ("ทั้งหมด", (WHOLE_CATALOGUE,), Form()),  # nobody means all of a catalogue
        ("ชุดข้อมูล: ข้อ 2", (DATASET,), _item(**ROOMS)),
        ("ระดับข้อมูล: 2", (LEVEL,), _item(level="area")),
        ("รอบข้อมูล: 2", (ROUND_OF_ROUNDS,), _item(academic_years=(2567,), round=3)),
        ("ปีการศึกษา: ข้อ ๑", (YEAR_OF_ROUNDS,), _item(academic_years=(2568,), round=1)),
        ("ปีการศึกษา: 2567", (YEAR_OF_ROUNDS,), _item(academic_years=(2567,))),
    ],
)
def test_an_offer_is_picked_in_many_ways(
    text: str, questions: tuple[Question, ...], form: Form
) -> None:
    assert _answer(text, *questions) == form


@pytest.mark.parametrize(
    "text",
    [
        "1) 2  2) 2568",
        "1. 2\n2. 2568",
        "2) 2568\n1) 2",
        "ข้อ 1 = 2, ข้อ 2 = 2568",
        "2\n2568",
        "2, 2568",
        "เลือกข้อ 2 ค่ะ ปี 2568",
        "1) จำนวนห้องเรียน\n2) ปีการศึกษา 2568 ค่ะ",
    ],
)
def test_several_questions_are_answered_by_number_or_in_turn(text: str) -> None:
    assert _answer(text, DATASET, YEAR) == _item(**ROOMS, academic_years=(2568,))


LINES = "มะลิ ใจดี\nโรงเรียนบ้านตัวอย่าง\nวางแผนอัตรากำลัง\n2568"


@pytest.mark.parametrize(
    "text",
    [
        LINES,
        f"เรียน เจ้าหน้าที่\n\n{LINES} ค่ะ\n\nขอบคุณค่ะ",
        LINES.replace("\n", ", "),
        "1. มะลิ ใจดี\n2. โรงเรียนบ้านตัวอย่าง\n3. วางแผนอัตรากำลัง\n4. 2568",
    ],
)
def test_four_questions_take_four_lines(text: str) -> None:
    assert _answer(text, *FOUR) == ALL_FOUR


@pytest.mark.parametrize(
    "text",
    [
        "2568\nมะลิ ใจดี\nโรงเรียนบ้านตัวอย่าง\nวางแผนอัตรากำลัง",
        "วางแผนอัตรากำลัง\nโรงเรียนบ้านตัวอย่าง\n2568\nมะลิ ใจดี",
        "มะลิ ใจดี\nโรงเรียนบ้านตัวอย่าง\nวางแผนอัตรากำลัง\n2568\n080-000-0000",
        "ดิฉันชื่อ มะลิ ใจดี\nอยู่โรงเรียนบ้านตัวอย่าง\nจะเอาไปวางแผนอัตรากำลัง\nปี 2568",
    ],
)
def test_lines_in_any_order_answer_what_they_alone_fit(text: str) -> None:
    assert _answer(text, *FOUR) == ALL_FOUR


def test_lines_that_fit_several_questions_are_asked_again() -> None:
    form = _answer("2568\nบ้านตัวอย่าง\nโรงเรียนดอนแก้ว\nวางแผนอัตรากำลัง\nกลุ่มดอนแก้ว", *FOUR)
    assert (form.requester_name, form.organisation) == (None, None)
    assert (form.purpose, form.items) == ("วางแผนอัตรากำลัง", (Item(academic_years=(2568,)),))


def test_a_number_and_a_use_need_no_turn() -> None:
    form = _answer("1\nวางแผนอัตรากำลัง", PURPOSE, YEAR_OF_ROUNDS)
    assert form == Form(purpose="วางแผนอัตรากำลัง", items=(Item(academic_years=(2568,), round=1),))


def test_what_names_itself_needs_no_turn() -> None:
    form = _answer("ปีล่าสุดเลยค่ะ แล้วก็เอาไปทำแผนโรงเรียน", YEAR, PURPOSE)
    assert form == Form(purpose="ทำแผนโรงเรียน", items=(Item(latest=True),))
    form = _answer("นางสาวมะลิ ใจดี\nโรงเรียนบ้านตัวอย่าง", *FOUR)
    assert (form.requester_name, form.organisation) == ("นางสาวมะลิ ใจดี", "โรงเรียนบ้านตัวอย่าง")


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("ขอเปลี่ยนปีเป็น 2567", {"academic_years": (2567,)}),
        ("เปลี่ยนจากปี 2566 เป็น 2567 ครับ", {"academic_years": (2567,)}),
        (
            "ขอเปลี่ยนเป็นปีการศึกษา 2567 และขอไฟล์เป็น PDF แทนนะคะ",
            {"academic_years": (2567,), "format": "pdf"},
        ),
        ("ขอเป็นไฟล์ Excel แทน csv ค่ะ", {"format": "xlsx"}),
        ("ขอเปลี่ยนเป็นรายโรงเรียนค่ะ", {"level": "school"}),
        ("please change the year to 2567", {"academic_years": (2567,)}),
    ],
)
def test_a_change_is_read_whatever_was_asked(text: str, item: dict[str, Any]) -> None:
    assert _answer(text) == _item(**item)
    both = _answer(f"เพื่อวางแผนค่ะ\n{text}", PURPOSE)
    assert both == Form(purpose="เพื่อวางแผน", items=(Item(**item),))


@pytest.mark.parametrize(
    "text", ["เมื่อไรจะได้คะ", "ปี 2568 ใช่ไหมคะ", "ขอบคุณค่ะ", "เป็นปีที่ดีนะคะ", "แก้ไขแล้วค่ะ"]
)
def test_a_sentence_that_changes_nothing_amends_nothing(text: str) -> None:
    assert _answer(text) == Form()


@pytest.mark.parametrize("quoted", ["ปีการศึกษา:\n2568\nวัตถุประสงค์:\nเพื่อวางแผน", "ปีการศึกษา: 2568"])
def test_a_value_below_its_label_inside_the_quote_is_read(quoted: str) -> None:
    form = _answer("กรอกแล้วค่ะ", YEAR, PURPOSE, quoted=quoted)
    assert form.items == (Item(academic_years=(2568,)),)


def test_our_own_points_in_the_quote_answer_nothing() -> None:
    quoted = "1) «ปีการศึกษา» ยังไม่ได้ระบุ - เช่น 2568\n2) «วัตถุประสงค์» ยังไม่ได้ระบุ - ใช้ทำอะไร"
    assert _answer("", YEAR, PURPOSE, quoted=quoted) == Form()


@pytest.mark.parametrize("question", [YEAR, PURPOSE, DATASET, PROPOSED])
@pytest.mark.parametrize(
    "text", ["งงครับ", "คืออะไรคะ", "ปีไหนบ้างที่มี?", "ไม่แน่ใจค่ะ", "I'm not sure what you mean"]
)
def test_who_does_not_know_is_told_apart(text: str, question: Question) -> None:
    assert _answer(text, question) == Form()
    assert confused(Reading("reply", text=text), (question,), KNOWN)


@pytest.mark.parametrize("text", ["", "ขอบคุณครับ", "รับทราบค่ะ", "2568", "ล่าสุดค่ะ", "ปี: 2568"])
def test_thanks_and_answers_are_no_confusion(text: str) -> None:
    assert not confused(Reading("reply", text=text), (YEAR,), KNOWN)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("Only the small schools, please. Purpose: research", ("small schools",)),
        ("ขอเฉพาะโรงเรียนขนาดเล็กค่ะ วัตถุประสงค์: วิจัย", ("โรงเรียนขนาดเล็ก",)),
        ("Purpose: research, only in small schools", ()),
    ],
)
def test_a_condition_before_a_label_of_the_same_line_is_one(
    text: str, filters: tuple[str, ...]
) -> None:
    before = Form(items=(Item(dataset_id="student_count"),))
    after = with_conditions(before, before, Reading("reply", text=text), (PURPOSE,), KNOWN)
    assert after.items[0].filters == filters
