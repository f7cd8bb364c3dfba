from __future__ import annotations

import pytest

from mailproc.model import Conditions
from mailproc.parsers import narrowed

COLUMNS = (
    "รหัส",
    "โรงเรียน",
    "อำเภอ",
    "เบอร์โทรศัพท์",
    "ป.1 ชาย",
    "ป.1 หญิง",
    "ป.2 ชาย",
    "ป.2 หญิง",
    "รวม",
)
PHONE = ("เบอร์โทรศัพท์",)


@pytest.mark.parametrize(
    ("text", "without", "level", "until"),
    [
        (
            "ไม่เอาคอลัมน์เบอร์โทร / ระดับอำเภอ / ใช้ได้ถึง 31 ธ.ค. 2569",
            PHONE,
            "district",
            "2026-12-31",
        ),
        ("ตัดคอลัมน์ 3, 5", ("อำเภอ", "ป.1 ชาย"), "", ""),
        (
            "ตัดคอลัมน์ ๓ ถึง ๕ ออก และใช้ได้ถึงวันที่ 31/12/2569",
            ("อำเภอ", *PHONE, "ป.1 ชาย"),
            "",
            "2026-12-31",
        ),
        ("แต่ตัดเบอร์โทรออกก่อน", PHONE, "", ""),
        ("เอาเบอร์โทรออก", PHONE, "", ""),
        ("ขอให้ตัดคอลัมน์ที่ 4 กับ 5 ด้วยนะคะ", (*PHONE, "ป.1 ชาย"), "", ""),
        ("เฉพาะคอลัมน์ 1-2 และ 9", COLUMNS[2:8], "", ""),
        ("ตัดหญิง", ("ป.1 หญิง", "ป.2 หญิง"), "", ""),
        ("ให้เป็นระดับเขต", (), "area", ""),
        ("รายอำเภอเท่านั้น", (), "district", ""),
        ("ใช้ภายใน 30 กันยายน 2570", (), "", "2027-09-30"),
        (
            "without column 4, district level, until 31 December 2026",
            PHONE,
            "district",
            "2026-12-31",
        ),
        ("ทั้งหมด", (), "", ""),
    ],
)
def test_conditions_are_read_in_the_words_of_the_mail(
    text: str, without: tuple[str, ...], level: str, until: str
) -> None:
    found = narrowed([text], COLUMNS)
    assert found.unclear == ()
    assert found.conditions == Conditions(without, level, until)


@pytest.mark.parametrize(
    "text",
    [
        "เฉพาะอำเภอเมือง",
        "ระดับอำเภอเมือง",
        "ใช้ได้ถึงสิ้นปี",
        "ใช้ได้ถึง 31 ธ.ค.",
        "ใช้ได้ไม่เกิน 30 วัน",
        "ตัดคอลัมน์ 99",
        "ตัดคอลัมน์ 0",
        "ตัดคอลัมน์ 3 และเบอร์บ้าน",
        "ตัดชื่อ",
        "ไม่เอาคอลัมน์",
        "กลุ่มอื่นขอดูด้วย",
        "ให้ลงนามในข้อตกลงก่อน",
        "only for the district of Mueang",
    ],
)
def test_what_is_not_understood_whole_is_given_back(text: str) -> None:
    found = narrowed([f"ตัดคอลัมน์ 4 / {text}"], COLUMNS)
    assert found.conditions.without == PHONE, "the rest is told as understood"
    assert found.unclear != ()


def test_two_levels_or_two_days_are_unclear() -> None:
    assert narrowed(["ระดับเขต / ระดับอำเภอ"], COLUMNS).unclear != ()
    assert narrowed(["ใช้ได้ถึง 1/1/2570 / ใช้ได้ถึง 2/1/2570"], COLUMNS).unclear != ()


def test_much_text_is_read_in_no_time() -> None:
    for text in ("ตัด " * 10_000, "ตัดคอลัมน์ " + "1, " * 20_000, "ระดับ" * 20_000, "1 " * 1_000):
        assert narrowed([text], COLUMNS).unclear != ()
