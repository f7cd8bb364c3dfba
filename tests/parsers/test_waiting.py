"""Answers to the offer to wait for a round."""

from __future__ import annotations

import pytest

from mailproc.model import Known, Question, Reading
from mailproc.parsers.answer import read_answer

_OFFER = "รอข้อมูล ปีการศึกษา 2569 รอบที่ 1 (ณ วันที่ 10 มิถุนายน 2569)"
_OTHER = "ปีการศึกษา 2568 รอบที่ 1 (ณ วันที่ 10 มิถุนายน 2568)"
_QUESTION = Question("round", "not_open", "ปีการศึกษา 2569 รอบที่ 1", (_OFFER, _OTHER))


@pytest.mark.parametrize(
    "said", ["1", "ข้อ 1 ครับ", "รอ", "รอได้ค่ะ", "ขอรอข้อมูลรอบนี้", "I'll wait", "wait", _OFFER]
)
def test_who_takes_the_offer_waits(said: str) -> None:
    (item,) = read_answer(Reading("reply", text=said), (_QUESTION,), Known()).items
    assert (item.academic_years, item.round, item.wait) == ((2569,), 1, True)


@pytest.mark.parametrize("said", ["2", "ข้อ 2", _OTHER])
def test_who_takes_a_round_that_is_there_does_not(said: str) -> None:
    (item,) = read_answer(Reading("reply", text=said), (_QUESTION,), Known()).items
    assert (item.academic_years, item.round, item.wait) == ((2568,), 1, False)


def test_waiting_is_no_answer_where_it_was_not_offered() -> None:
    question = Question("round", "unavailable", "x", (_OTHER,))
    assert read_answer(Reading("reply", text="รอ"), (question,), Known()).items == ()
