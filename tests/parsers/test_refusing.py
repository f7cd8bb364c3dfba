from __future__ import annotations

import pytest

from mailproc.parsers import refusing


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ปี 2566 ไม่เอาแล้วค่ะ โรงเรียนขนาดเล็กเอาปี 2568", "โรงเรียนขนาดเล็กเอาปี 2568"),
        ("ไม่เอา PDF เอา Excel", "เอา Excel"),
        ("ไม่ใช่ปี 2567 เป็นปี 2568 ครับ", "เป็นปี 2568 ครับ"),
        ("ขอเป็นภาพรวมนะคะ ไม่ต้องรายโรงเรียน", "ขอเป็นภาพรวมนะคะ"),
        ("please drop item 2, and send the rest as CSV", "and send the rest as CSV"),
        ("เงื่อนไข: ไม่เอา ป.1", "เงื่อนไข: ไม่เอา ป.1"),
        ("ขอเปลี่ยนจากปี 2567 เป็น 2568", "ขอเปลี่ยนจากปี 2567 เป็น 2568"),
        ("ใช้วางแผน", "ใช้วางแผน"),
    ],
)
def test_what_is_refused_is_no_part_of_what_is_wanted(text: str, wanted: str) -> None:
    assert refusing.wanted(text) == wanted


def test_the_clauses_that_refuse_are_told() -> None:
    assert refusing.refused("O-NET ไม่ใช่ NT นะคะ ถ้าไม่มีก็ตัดออกค่ะ") == (
        "O-NET ไม่ใช่ NT นะคะ",
        "ถ้าไม่มีก็ตัดออกค่ะ",
    )
    assert refusing.refused("ระดับข้อมูล: ไม่ต้องรายโรงเรียน\nขอบคุณค่ะ") == ()
