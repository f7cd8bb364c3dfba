"""Tables whose labels no list holds."""

from __future__ import annotations

from mailproc.parsers.attachments import grid
from mailproc.parsers.attachments.grid import Cell

HEADS = ["ชื่อผู้วิจัย/ผู้ขอ", "มือถือ", "ขอข้อมูลเรื่อง", "ปีการศึกษาใด", "อยากได้ไฟล์แบบ"]


def rows(*lines: list[str]) -> grid.Rows:
    return [
        [Cell(column, text, row=at) for column, text in enumerate(line) if text]
        for at, line in enumerate(lines)
    ]


def said(*lines: list[str]) -> list[tuple[str, str]]:
    return [(one.name, one.value) for one in grid.stated(rows(*lines)) if one.value]


def test_each_row_is_a_dataset_and_the_person_is_the_first_rows() -> None:
    first = ["นายมานะ ใจดี", "081-234-5678", "จำนวนนักเรียน", "2567", "Excel"]
    for second in (first[:2], ["", ""]):
        found = grid.stated(rows(HEADS, first, [*second, "จำนวนครู", "2568", "CSV"]))
        assert [one.value for one in found if one.name == "requester_name"] == ["นายมานะ ใจดี"]
        assert [one.value for one in found if one.name == "dataset"] == ["จำนวนนักเรียน", "จำนวนครู"]
        of_rows = [one.row for one in found if one.name in ("dataset", "academic_years")]
        assert of_rows[:2] == of_rows[:1] * 2 != of_rows[2:]


def test_a_list_of_several_people_is_no_form() -> None:
    first = ["นายมานะ ใจดี", "081-234-5678", "จำนวนนักเรียน", "2567", "Excel"]
    second = ["นางมานี มีใจ", "081-234-5679", "จำนวนครู", "2568", "CSV"]
    assert said(HEADS, first, second) == []


def test_left_cells_among_labels_are_labels() -> None:
    found = said(
        ["ชื่อครู/บุคลากร", "นายมานะ ใจดี"],
        ["ตำแหน่ง", "ครู"],
        ["โทรศัพท์", "081-234-5678"],
        ["เอาไปใช้ทำอะไร", "ทำวิทยานิพนธ์"],
    )
    assert ("requester_name", "นายมานะ ใจดี") in found
    assert ("purpose", "ทำวิทยานิพนธ์") in found


def test_a_lone_pair_of_words_states_nothing() -> None:
    assert said(["ผู้ประสานงานของเขต", "นายมานะ ใจดี"]) == []
