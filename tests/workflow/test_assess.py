from __future__ import annotations

from dataclasses import replace

import pytest

from mailproc.model import Catalogue, Dataset, Doubts, Form, Item, Question, Round
from mailproc.workflow.assess import assess, assess_item, choose_format, choose_round

ROUNDS = (
    Round(2568, 1, "2025-06-10", "สพฐ.", "c" * 64),
    Round(2567, 3, "2025-03-31", "สพฐ.", "b" * 64),
    Round(2567, 1, "2024-06-10", "สพฐ.", "a" * 64),
)
STUDENTS = Dataset(
    id="students",
    title_th="จำนวนนักเรียน",
    title_en="Students",
    names=("จำนวนนักเรียน",),
    description_th="",
    description_en="",
    levels=("school", "area"),
    formats=("xlsx", "csv"),
    sensitivity="open",
    needs_approval=True,
    filters_th=(),
    filters_en=(),
    digest="",
    rounds=ROUNDS,
)
ROOMS = replace(STUDENTS, id="rooms", title_th="จำนวนห้องเรียน", rounds=())
CATALOGUE = Catalogue((ROOMS, STUDENTS))
ITEM = Item("จำนวนนักเรียน", "students", (2567,))
FORM = Form(requester_name="ก", organisation="ข", purpose="ค", items=(ITEM,))
ROUND_1 = "ปีการศึกษา 2568 รอบที่ 1 (ณ วันที่ 10 มิถุนายน 2568)"


def test_a_complete_form_raises_no_question() -> None:
    assert assess(FORM, CATALOGUE) == ()
    assert (
        assess(replace(FORM, items=(replace(ITEM, academic_years=(), latest=True),)), CATALOGUE)
        == ()
    )


def test_an_empty_form_is_asked_for_everything_at_once() -> None:
    questions = assess(Form(requester_name="  "), CATALOGUE)
    assert [(q.field, q.problem) for q in questions] == [
        ("requester_name", "missing"),
        ("organisation", "missing"),
        ("purpose", "missing"),
        ("dataset", "missing"),
        ("academic_years", "missing"),
    ]
    assert questions[3].offers == ("จำนวนนักเรียน",), "only what can be had is offered"


def test_words_that_name_no_dataset_are_answered_with_what_there_is() -> None:
    asked = assess_item(Item("ข้อมูลลับ", None, (2568,)), CATALOGUE)
    assert asked == (Question("dataset", "unknown", "ข้อมูลลับ", ("จำนวนนักเรียน",)),)


def test_a_dataset_without_figures_is_unavailable() -> None:
    asked = assess_item(Item("ห้อง", "rooms", (2568,)), CATALOGUE)
    assert asked == (Question("dataset", "unavailable", "จำนวนห้องเรียน", ("จำนวนนักเรียน",)),)


@pytest.mark.parametrize(
    ("fields", "field", "problem", "said", "first_offer"),
    [
        ({"academic_years": ()}, "academic_years", "missing", "", ROUND_1),
        ({"academic_years": (2566,)}, "academic_years", "unavailable", "ปีการศึกษา 2566", ROUND_1),
        (
            {"academic_years": (2568, 2567)},
            "academic_years",
            "unclear",
            "ปีการศึกษา 2568, ปีการศึกษา 2567",
            ROUND_1,
        ),
        (
            {"round": 2},
            "round",
            "unavailable",
            "ปีการศึกษา 2567 รอบที่ 2",
            "ปีการศึกษา 2567 รอบที่ 3 (ณ วันที่ 31 มีนาคม 2568)",
        ),
        (
            {"academic_years": (), "latest": True, "round": 2},
            "round",
            "unavailable",
            "ปีการศึกษา 2568 รอบที่ 2",
            ROUND_1,
        ),
        ({"level": "district"}, "level", "unavailable", "รายอำเภอ", "รายโรงเรียน"),
        ({"format": "docx"}, "format", "unavailable", "docx", "xlsx"),
    ],
)
def test_what_is_not_there_is_answered_with_what_there_is(
    fields: dict[str, object], field: str, problem: str, said: str, first_offer: str
) -> None:
    (question,) = assess_item(replace(ITEM, **fields), CATALOGUE)  # type: ignore[arg-type]
    assert (question.field, question.problem, question.said) == (field, problem, said)
    assert question.offers[0] == first_offer


def test_all_that_is_not_there_is_told_at_once() -> None:
    asked = assess_item(replace(ITEM, round=2, level="group", format="docx"), CATALOGUE)
    assert [q.field for q in asked] == ["round", "level", "format"]


@pytest.mark.parametrize("wanted", ["xlsx", "csv", "paper", None])
def test_a_printed_copy_is_no_question(wanted: str | None) -> None:
    assert assess_item(replace(ITEM, format=wanted), CATALOGUE) == ()


def test_pages_are_told_to_be_missing_where_they_can_not_be_set() -> None:
    (question,) = assess_item(replace(ITEM, format="pdf"), CATALOGUE)
    assert (question.field, question.problem, question.said) == ("format", "unavailable", "pdf")
    can = replace(STUDENTS, formats=(*STUDENTS.formats, "pdf"))
    assert assess_item(replace(ITEM, format="pdf"), Catalogue((can,))) == ()


@pytest.mark.parametrize(
    ("wanted", "offered", "made"),
    [
        (None, (), "xlsx"),
        ("csv", (), "csv"),
        ("pdf", ("pdf",), "pdf"),
        ("paper", ("xlsx", "pdf"), "pdf"),
        ("paper", ("xlsx",), "xlsx"),
    ],
)
def test_what_is_printed_is_set_as_pages_where_it_can_be(
    wanted: str | None, offered: tuple[str, ...], made: str
) -> None:
    assert choose_format(replace(ITEM, format=wanted), offered) == made


def test_the_round_is_the_one_named_else_the_newest_of_the_year() -> None:
    assert choose_round(ITEM, STUDENTS) == ROUNDS[1]
    assert choose_round(replace(ITEM, round=1), STUDENTS) == ROUNDS[2]
    assert choose_round(replace(ITEM, round=2), STUDENTS) is None
    assert choose_round(replace(ITEM, academic_years=(), latest=True), STUDENTS) == ROUNDS[0]
    assert choose_round(replace(ITEM, latest=True, round=3), STUDENTS) == ROUNDS[1]


def test_the_same_question_about_two_items_is_put_once() -> None:
    twice = replace(FORM, items=(replace(ITEM, level="group"), replace(ITEM, level="group")))
    assert len(assess(twice, CATALOGUE)) == 1


def test_what_was_said_and_not_understood_is_not_called_missing() -> None:
    form = replace(FORM, items=(replace(ITEM, academic_years=()),))
    (question,) = assess(form, CATALOGUE, Doubts(unclear=(("academic_years", "25688"),)))
    assert (question.problem, question.said) == ("unclear", "25688")
    assert question.offers


def test_a_round_that_was_not_understood_is_asked_for_unless_it_is_stated_elsewhere() -> None:
    doubts = Doubts(unclear=(("round", "รอบสุดท้าย"), ("phone", "ไม่มี"), ("level", "?")))
    (question,) = assess(FORM, CATALOGUE, doubts)
    assert (question.field, question.problem, question.said) == ("round", "unclear", "รอบสุดท้าย")
    stated = replace(FORM, items=(replace(ITEM, round=1),))
    assert assess(stated, CATALOGUE, doubts) == ()


def test_the_nearest_datasets_stand_first_if_they_can_be_had() -> None:
    rooms = replace(STUDENTS, id="rooms", title_th="ห้องเรียน")
    absent = replace(STUDENTS, id="absent", title_th="ยังไม่มี", rounds=())
    catalogue = Catalogue((STUDENTS, rooms, absent))
    form = replace(FORM, items=(replace(ITEM, dataset="ห้องอะไร", dataset_id=None),))
    (question,) = assess(form, catalogue, Doubts(nearest=("absent", "rooms")))
    assert question.offers == ("ห้องเรียน", "จำนวนนักเรียน")
    assert question.near == 1
