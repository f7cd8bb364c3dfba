from datetime import UTC, date, datetime

import pytest

from mailproc import thai


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("นํ้าทิพย์", "น้ำทิพย์"),
        ("น้ํา", "น้ำ"),
        ("คํา", "คำ"),
        ("เเก้ว", "แก้ว"),
        ("ข้อ\u200bมูล\ufeff", "ข้อมูล"),
        ("ก\u00a0ข", "ก ข"),
        ("กำ", "กำ"),
    ],
)
def test_misspelt_signs_are_mended(written: str, meant: str) -> None:
    assert thai.mend(written) == meant


def test_thai_digits_become_arabic_ones() -> None:
    assert thai.to_arabic("๐๑๒๓๔๕๖๗๘๙") == "0123456789"


def test_a_folded_name_has_no_spaces_marks_or_thai_digits() -> None:
    assert thai.fold("โรงเรียน ไทยรัฐวิทยา ๘๖ (บ้าน-ก)") == "โรงเรียนไทยรัฐวิทยา86บ้านก"
    assert thai.fold("E-Mail") == "email"


@pytest.mark.parametrize(
    ("number", "year"),
    [(68, 2568), (2568, 2568), (2025, 2568), (40, 2540), (39, None), (1800, None), (3000, None)],
)
def test_years_are_buddhist(number: int, year: int | None) -> None:
    assert thai.buddhist_year(number) == year


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("ป.6", "ป.6"),
        ("ป.๖", "ป.6"),
        ("ป 6", "ป.6"),
        ("ประถมศึกษาปีที่ 6", "ป.6"),
        ("ชั้น ม.1", "ม.1"),
        ("อนุบาล 3", "อ.3"),
        ("ป.7", None),
        ("ประถม", None),
    ],
)
def test_grades_are_written_in_one_way(text: str, grade: str | None) -> None:
    assert thai.grade(text) == grade


@pytest.mark.parametrize(
    ("name", "number"),
    [("มิถุนายน", 6), ("มิ.ย.", 6), ("มิย", 6), ("June", 6), ("jun", 6), ("Sept", 9), ("x", None)],
)
def test_months_have_many_names(name: str, number: int | None) -> None:
    assert thai.month(name) == number


JUNE = date(2026, 6, 8)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("8 มิถุนายน 2569", JUNE),
        ("๘ มิถุนายน พ.ศ. ๒๕๖๙", JUNE),
        ("วันที่ 8 เดือนมิถุนายน พ.ศ.2569", JUNE),
        ("8 มิ.ย. 69", JUNE),
        ("8มิ.ย.2569", JUNE),
        ("08/06/2569", JUNE),
        ("8/6/69", JUNE),
        ("8-6-2026", JUNE),
        ("8.6.2569", JUNE),
        ("2026-06-08", JUNE),
        ("2569-06-08", JUNE),
        ("8 June 2026", JUNE),
        ("8th Jun 2026", JUNE),
        ("June 8, 2026", JUNE),
        ("ภายในวันจันทร์ที่ 8 มิถุนายน 2569 เวลา 9.00 น.", JUNE),
        ("29/02/2567", date(2024, 2, 29)),
        ("29/02/2568", None),
        ("31 มิถุนายน 2569", None),
        ("8 มิถุนายน", None),
        ("8/6/26", None),
        ("1/2569", None),
        ("99/99/9999", None),
        ("ไม่ระบุ", None),
    ],
)
def test_dates_are_read_in_any_era(text: str, day: date | None) -> None:
    assert thai.parse_date(text) == day


def test_dates_and_times_are_shown_as_offices_write_them() -> None:
    when = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)
    assert thai.long_date(when.date()) == "22 พฤศจิกายน 2569"
    assert thai.long_date(when.date(), "en") == "22 November 2026"
    assert thai.date_time(when, "Asia/Bangkok") == "22 พฤศจิกายน 2569 เวลา 09:05 น."
    assert thai.date_time(when, "Asia/Bangkok", "en") == "22 November 2026, 09:05"


def test_marks_above_and_below_take_no_width() -> None:
    assert thai.columns("ที่ปี่น้ำ") == 4  # SARA AM takes room
