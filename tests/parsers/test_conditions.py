from __future__ import annotations

import pytest

from mailproc.parsers import conditions


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ขอเป็น ป.1-ป.6 และขอไฟล์ PDF", ("ป.1-ป.6",)),
        ("ขอเฉพาะโรงเรียนขนาดเล็กค่ะ", ("โรงเรียนขนาดเล็ก",)),
        ("เอาแค่ชั้น ป.๑ ถึง ป.๓ อำเภอแม่จัน", ("ชั้น ป.1 ถึง ป.3",)),
        ("ขอเฉพาะอำเภอแม่จันเท่านั้นครับ", ("อำเภอแม่จัน",)),
        ("ขอเฉพาะโรงเรียนที่มีนักเรียนไม่เกิน 60 คน", ("โรงเรียนที่มีนักเรียนไม่เกิน 60 คน",)),
        ("only grades 1 to 6 please", ("grades 1 to 6",)),
        ("Only Grade 1 and Prathom 2", ("Grade 1 and Prathom 2",)),
        ("ขอบคุณค่ะ", ()),
    ],
)
def test_grades_sizes_and_places_are_found(line: str, found: tuple[str, ...]) -> None:
    assert conditions.find(line) == found


def test_what_is_said_takes_the_place_of_its_own_kind() -> None:
    before = ("ป.1 ถึง ป.3", "โรงเรียนขนาดเล็ก", "อำเภอแม่จัน")
    nothing: frozenset[str] = frozenset()
    assert conditions.changed(before, ("ป.6",), nothing) == (*before[1:], "ป.6")
    assert conditions.changed(before, (), conditions.lifted("เอาทุกชั้นเลยค่ะ")) == before[1:]
    assert conditions.changed(before, (), conditions.lifted("ทุกโรงเรียนก็ได้")) == before[:2]


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("งั้นเอาแค่ ป.1-ป.3 ทุกโรงเรียนก็ได้ครับ", True),
        ("ป.6", True),
        ("ป.6 ของโรงเรียนบ้านดง", False),
        ("ครับ", False),
    ],
)
def test_a_line_of_conditions_and_nothing_else_is_known(line: str, whole: bool) -> None:
    assert conditions.is_all(line) is whole
