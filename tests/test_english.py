from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailproc import english
from mailproc.datasets.texts import group, text
from mailproc.texts import load_texts

_SECTIONS = load_texts((Path(__file__).parents[1] / "templates",), "en").sections
_SAID, _LETTERS = _SECTIONS["filters_said"], _SECTIONS["grade_letters"]
_AS_IT_IS = {"candidate", "value"}  # names, and what each dataset calls its own columns
_VALUES = {"name": "ก", "code": "57030001", "first": "ป.1", "last": "ป.3", "what": "อำเภอก"}


def _one(words: str) -> str:
    return english.conditions([words], _SAID, _LETTERS)[0]


@pytest.mark.parametrize("key", [key for key in group("understood") if key not in _AS_IT_IS])
def test_every_condition_can_be_said_in_english(key: str) -> None:
    words = text("understood", key, **_VALUES, low=1200, high=1500, title="", values="")
    said = _one(words)
    assert not re.search("[ก-๙]", said.replace("ก", "")), said


def test_conditions_are_told_with_their_numbers_and_names() -> None:
    assert _one("ชั้น ป.1 ถึง ม.3") == "grades P.1 to M.3"
    assert _one("โรงเรียนบ้านดอนแก้ว (50010001)") == "school บ้านดอนแก้ว (50010001)"
    assert _one("โรงเรียนที่มีนักเรียนไม่เกิน 1,500 คน") == "schools with up to 1,500 pupils"
    assert _one("ยกเว้นอำเภอแม่จัน") == "without district แม่จัน"
    assert _one("อะไรก็ไม่รู้") == "อะไรก็ไม่รู้"


def test_a_source_keeps_its_names() -> None:
    source = (
        "สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน (สพฐ.) ข้อมูลสาธารณะจำนวนนักเรียนรายโรงเรียน "
        "สพป.ตัวอย่าง เขต 3 ปีการศึกษา 2568"
    )
    assert english.phrases(source, _SECTIONS["source_words"]) == (
        "Office of the Basic Education Commission (OBEC), public figures of pupils by school, "
        "สพป.ตัวอย่าง เขต 3, academic year 2568"
    )
