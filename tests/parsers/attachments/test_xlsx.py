"""Worksheets as offices make them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from mailproc.parsers import to_json
from tests.parsers.attachments.making import FORM, ROWS, TITLE, changed, reading_of, saved, workbook

NAME = "แบบคำขอ.xlsx"


def beside() -> Any:
    return workbook([[TITLE], [], *ROWS])


def two_pairs_in_a_row() -> Any:
    rows = [ROWS[at] + ROWS[at + 1] for at in range(0, 8, 2)] + [ROWS[8]]
    return workbook([[TITLE], *rows])


def far_from_the_edge() -> Any:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet["E9"] = TITLE
    for at, (label, value) in enumerate(ROWS):
        sheet.cell(12 + 2 * at, 5, label)
        sheet.cell(12 + 2 * at, 9, value)
    return made


def merged() -> Any:
    made = workbook([[TITLE], *([label, None, value] for label, value in ROWS)])
    sheet = made.active
    sheet.merge_cells("A1:F1")
    for at in range(2, 2 + len(ROWS)):
        sheet.merge_cells(f"A{at}:B{at}")
        sheet.merge_cells(f"C{at}:F{at}")
    return made


def below_their_labels() -> Any:
    rows: list[list[Any]] = [[TITLE], []]
    for label, value in ROWS:
        rows += [[label], [value]]
    return workbook(rows)


def one_row_of_headings() -> Any:
    return workbook([[TITLE], [label for label, _ in ROWS], [value for _, value in ROWS]])


def in_one_cell_each() -> Any:
    return workbook([[TITLE], *([f"{label}: {value}"] for label, value in ROWS)])


def numbers() -> Any:
    rows = dict(ROWS) | {"โทรศัพท์": 812345678, "ปีการศึกษา": 2568.0}
    return workbook([[TITLE], *rows.items()])


def a_number_with_a_format() -> Any:
    rows = dict(ROWS) | {"โทรศัพท์": 812345678, "ปีการศึกษา": 2568}
    made = workbook([[TITLE], *rows.items()])
    made.active["B5"].number_format = "000-000-0000"
    made.active["B8"].number_format = "0"
    return made


def on_the_second_sheet() -> Any:
    made = workbook([["คำชี้แจง"], ["กรอกข้อมูลในแผ่นถัดไป"]], "คำชี้แจง")
    sheet = made.create_sheet("แบบคำขอ")
    for row in ROWS:
        sheet.append(row)
    return made


def over_two_sheets() -> Any:
    made = workbook([[TITLE], *ROWS[:5], ROWS[7]], "ผู้ขอ")
    sheet = made.create_sheet("ข้อมูล")
    labels = [ROWS[5][0], ROWS[6][0], ROWS[8][0]]
    sheet.append(labels)
    sheet.append([dict(ROWS)[label] for label in labels])
    return made


def with_lists_to_choose_from() -> Any:
    made = beside()
    lists = made.create_sheet("ตัวเลือก")
    for row in [
        ("ระดับข้อมูล", "รูปแบบ", "ช่องทางรับข้อมูล"),
        ("รายโรงเรียน", "CSV", "LINE"),
        ("รายอำเภอ", "PDF", "อีเมล"),
    ]:
        lists.append(row)
    lists.sheet_state = "hidden"
    return made


def ticks_beside() -> Any:
    return workbook([[TITLE], *ROWS[:-1], ["รูปแบบไฟล์", "☐ CSV", "☑ Excel", "☐ PDF"]])


def hints_in_grey() -> Any:
    made = workbook([[TITLE], *ROWS, ["รอบข้อมูล", "เช่น 1"], ["LINE ID", "(ระบุ)"]])
    made.active["B11"].font = Font(color="999999")
    return made


SHAPES: list[Callable[[], Any]] = [
    beside,
    two_pairs_in_a_row,
    far_from_the_edge,
    merged,
    below_their_labels,
    one_row_of_headings,
    in_one_cell_each,
    numbers,
    a_number_with_a_format,
    on_the_second_sheet,
    over_two_sheets,
    with_lists_to_choose_from,
    ticks_beside,
    hints_in_grey,
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_the_form_is_read_from(shape: Callable[[], Any]) -> None:
    reading = reading_of((NAME, saved(shape())))
    assert to_json(reading)["form"] == FORM


@pytest.mark.parametrize("shape", [beside, two_pairs_in_a_row, merged, one_row_of_headings])
def test_a_blank_form_states_nothing(shape: Callable[[], Any]) -> None:
    made = shape()
    values = {value for _, value in ROWS}
    for row in made.active.iter_rows():
        for cell in row:
            if cell.value in values:
                cell.value = None
    reading = reading_of((NAME, saved(made)), body="ได้รับแล้วค่ะ", subject="ขอบคุณค่ะ")
    assert (reading.kind, reading.form) == ("other", None)


def test_each_value_has_its_cell_as_source() -> None:
    reading = reading_of((NAME, saved(beside())))
    assert reading.sources["requester_name"] == f"{NAME}!แบบคำขอ!B3"
    assert reading.sources["academic_years"] == f"{NAME}!แบบคำขอ!B9"


@pytest.mark.parametrize("day", [datetime.date(2025, 6, 30), datetime.date(2568, 6, 30)])
def test_a_typed_date_is_read_in_either_era(day: datetime.date) -> None:
    reading = reading_of((NAME, saved(workbook([[TITLE], *ROWS, ["วันที่ต้องการใช้", day]]))))
    assert reading.form is not None
    assert reading.form.needed_by == "2025-06-30"


def test_a_thai_date_format_is_a_date() -> None:
    made = workbook([[TITLE], *ROWS, ["วันที่ต้องการใช้", 45838]])
    made.active["B11"].number_format = "[$-D07041E]d mmmm bbbb"
    reading = reading_of((NAME, saved(made)))
    assert reading.form is not None
    assert reading.form.needed_by == "2025-06-30"


def test_several_datasets_stand_in_rows() -> None:
    rows: list[list[Any]] = [
        ["ลำดับ", "ชุดข้อมูล", "ปีการศึกษา"],
        [1, "ทำเนียบโรงเรียน", 2567],
        [2, "จำนวนห้องเรียน", 2568],
    ]
    reading = reading_of((NAME, saved(workbook([[TITLE], *map(list, ROWS[:5]), [], *rows]))))
    assert reading.form is not None
    found = [(item.dataset_id, item.academic_years) for item in reading.form.items]
    assert found == [("school_directory", (2567,)), ("classrooms", (2568,))]


def test_a_hidden_sheet_is_noted() -> None:
    reading = reading_of((NAME, saved(with_lists_to_choose_from())))
    assert f"{NAME} has a hidden sheet" in reading.problems


def test_a_list_of_people_is_no_form() -> None:
    rows = [["ชื่อ-สกุล", "ตำแหน่ง", "โทรศัพท์"]]
    rows += [[f"ครูคนที่ {n}", "ครู", f"081-000-000{n}"] for n in range(5)]
    reading = reading_of(("รายชื่อ.xlsx", saved(workbook(rows))), body="รายชื่อตามแนบค่ะ")
    assert (reading.kind, reading.form) == ("other", None)


def test_macros_are_noted_and_the_form_is_read() -> None:
    content = changed(saved(beside()), {"xl/vbaProject.bin": b"Attribute VB_Name"})
    reading = reading_of(("form.xlsm", content))
    assert to_json(reading)["form"] == FORM
    assert "form.xlsm has macros; they were not run" in reading.problems
