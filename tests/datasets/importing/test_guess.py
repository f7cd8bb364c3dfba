"""Year, round and date from names and first lines."""

from __future__ import annotations

import pytest

from mailproc.datasets.importing.guess import guess


@pytest.mark.parametrize(
    ("name", "year", "number"),
    [
        ("57030000-2568-1-schoolmis.json", 2568, 1),
        ("2568-3-student.xlsx", 2568, 3),
        ("52030000_59_1.csv", 2559, 1),
        ("๒๕๖๘-๒-student.xlsx", 2568, 2),
        ("ข้อมูลนักเรียน ปีการศึกษา 2567 รอบที่ 2.xlsx", 2567, 2),
        ("นักเรียน 1-2568.xlsx", 2568, 1),
        ("NT2567.xlsx", 2567, None),
        ("school-57030066.csv", None, None),
        ("export (3).csv", None, None),
    ],
)
def test_names_of_files_say_year_and_round(name: str, year: int | None, number: int | None) -> None:
    found = guess(name, [])
    assert (found.year, found.round) == (year, number)


@pytest.mark.parametrize(
    ("line", "year", "number", "as_of"),
    [
        ("จำนวนนักเรียน ปีการศึกษา 2568 ภาคเรียนที่ 1", 2568, 1, ""),
        ("ภาคเรียนที่ 1/2568", 2568, 1, ""),
        ("ปีการศึกษา 2/2567 รอบที่ 3", 2567, 3, ""),
        ("ปีการศึกษา ๒๕๖๘ ภาคเรียนที่ ๒", 2568, None, ""),
        ("ข้อมูล ณ วันที่ 10 มิถุนายน 2568", 2568, 1, "2025-06-10"),
        ("ข้อมูล ณ วันที่ 10 พ.ย. 2567", 2567, 2, "2024-11-10"),
        ("ณ วันที่ 31 มีนาคม 2569", 2568, 3, "2026-03-31"),
        ("วันและเวลาที่สร้างรายงาน 2026-05-02 04:10:12.244315", None, None, ""),
    ],
)
def test_lines_say_year_round_and_date(
    line: str, year: int | None, number: int | None, as_of: str
) -> None:
    found = guess("รายงาน.xlsx", [line])
    assert (found.year, found.round, found.as_of) == (year, number, as_of)


def test_the_second_term_alone_does_not_say_which_round() -> None:
    assert guess("x.xlsx", ["ภาคเรียนที่ 2 ปีการศึกษา 2567"]).round is None
    assert guess("2567-3-student.xlsx", ["ภาคเรียนที่ 2 ปีการศึกษา 2567"]).round == 3


def test_guesses_that_differ_are_not_decided() -> None:
    found = guess("2567-2-student.xlsx", ["ปีการศึกษา 2568 ภาคเรียนที่ 1"])
    assert found.year is None
    assert found.years == (2567, 2568)
    assert found.clash
    assert found.round is None
