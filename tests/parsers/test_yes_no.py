from __future__ import annotations

import pytest

from mailproc.parsers import yes_or_no

ASKED = "ใช้กับโรงเรียนบ้านดอนแก้วเท่านั้นใช่หรือไม่"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("ใช่ค่ะ", ASKED),
        ("ไม่ใช่ครับ", ASKED),
        ("ใช่แล้วค่ะ\nสมศรี", ASKED),
        ("ได้ครับ", "ส่งเป็นรายอำเภอแทนได้ไหมครับ"),
        ("ยังไม่มีค่ะ", "มีหนังสือนำแล้วหรือยัง"),
        ("Yes.", "Is it for one school only?"),
    ],
)
def test_a_bare_word_answers_a_question_for_it(text: str, question: str) -> None:
    assert yes_or_no(text, question) == text.split("\n")[0]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("ใช่ค่ะ", "จะใช้กับโรงเรียนใดบ้าง"),
        ("ใช่ค่ะ", "ใช้กับโรงเรียนใด และเผยแพร่หรือไม่"),
        ("ใช่ค่ะ", "ระบุปีให้ชัด"),
        ("Yes", "Is it for one school or for all?"),
        ("ใช่ค่ะ แต่ขอเพิ่มอีก 2 โรงเรียน", ASKED),
        ("ขอบคุณค่ะ", ASKED),
        ("ครับ", ASKED),
        ("", ASKED),
    ],
)
def test_all_else_is_no_answer(text: str, question: str) -> None:
    assert yes_or_no(text, question) == ""
