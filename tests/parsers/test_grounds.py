from __future__ import annotations

import pytest

from mailproc.parsers import ground

GROUNDS = (
    ("s15_5", "มาตรา 15 (5) ข้อมูลส่วนบุคคลหรือรายงานการแพทย์"),
    ("s15_6", "มาตรา 15 (6) มีกฎหมายคุ้มครอง"),
    ("s14", "มาตรา 14 สถาบันพระมหากษัตริย์"),
    ("not_held", "สำนักงานไม่มีข้อมูลนี้"),
)


@pytest.mark.parametrize(
    ("number", "reason", "key"),
    [
        ("2", "ซ้ำ", "s15_6"),
        ("4", "", "not_held"),
        ("0", "ซ้ำ", ""),
        ("5", "มาตรา 15 (5)", ""),
        ("", "ตามมาตรา ๑๕(๕) เป็นข้อมูลของเด็ก", "s15_5"),
        ("", "ม.14", "s14"),
        ("", "section 15 (6)", "s15_6"),
        ("", "มาตรา 15", ""),
        ("", "มาตรา 15 (5) และมาตรา 15 (6)", ""),
        ("", "สำนักงานไม่มีข้อมูลนี้ โปรดถามจังหวัด", "not_held"),
        ("", "เผยแพร่แล้ว", ""),
        ("", "", ""),
    ],
)
def test_a_ground_is_named_by_number_section_or_words(number: str, reason: str, key: str) -> None:
    assert ground(number, reason, GROUNDS) == key
