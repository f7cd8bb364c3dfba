from __future__ import annotations

import pytest

from mailproc.parsers import Many, decisions

Told = dict[int, tuple[str, str, str]]
YES = ("approve", "", "")


def _told(many: Many) -> Told:
    return {number: (said.choice, said.ground, said.reason) for number, said in many.lines}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "1 อนุญาต\n2-4 อนุญาต\n5 ไม่อนุญาต 2 เหตุผล เผยแพร่แล้ว\n123456",
            {1: YES, 2: YES, 3: YES, 4: YES, 5: ("refuse", "2", "เผยแพร่แล้ว")},
        ),
        ("อนุญาตทั้งหมด 123456", dict.fromkeys(range(1, 6), YES)),
        ("ทุกเรื่องอนุญาตค่ะ\n1 2 3 4 5 6\nส่งจาก iPhone ของฉัน", dict.fromkeys(range(1, 6), YES)),
        ("All approved\n123-456\nBest regards", dict.fromkeys(range(1, 6), YES)),
        (
            "อนุญาต 1, 3-4\n5 ส่งกลับ ใช้ทำอะไร\nรหัส 123 456",
            {1: YES, 3: YES, 4: YES, 5: ("return", "", "ใช้ทำอะไร")},
        ),
        ("อนุญาตข้อ 1 2 3\n123456", dict.fromkeys((1, 2, 3), YES)),
        ("๑. อนุญาต ๒. อนุญาต\n๑๒๓๔๕๖", {1: YES, 2: YES}),
        ("1 และ 2 อนุญาต 3 อนุญาต\n123456", {1: YES, 2: YES, 3: YES}),
        (
            "1 อนุญาต, 2 ไม่อนุญาต 3 ซ้ำกับเดือนก่อน, 3 อนุญาต\n123456",
            {1: YES, 2: ("refuse", "3", "ซ้ำกับเดือนก่อน"), 3: YES},
        ),
        (
            "ข้อ 1 อนุญาต\nที่เหลือไม่อนุญาต 14\nเหตุผล: ซ้ำ\n7. 123456",
            {1: YES} | dict.fromkeys((2, 3, 4, 5), ("refuse", "14", "ซ้ำ")),
        ),
        (
            "1 approve\n2-3 refuse 2 reason: public already\n123456",
            {1: YES, 2: ("refuse", "2", "public already"), 3: ("refuse", "2", "public already")},
        ),
        ("2 ยกเลิกการอนุญาต\n123456", {2: ("undo", "", "")}),
        ("เรียน คุณดาวเรือง\n1 อนุญาต\n123456\nผอ.กลุ่มนโยบายและแผน", {1: YES}),
        ("9 อนุญาต\n123456", {9: YES}),
    ],
)
def test_each_number_has_its_decision(text: str, told: Told) -> None:
    many = decisions(text, 5)
    assert _told(many) == told
    assert (many.code, many.unclear) == ("123456", ())


@pytest.mark.parametrize(
    "text",
    [
        "อนุญาต\n123456",
        "ไม่อนุญาต 2\n123456",
        "1 อนุญาต\n1 ไม่อนุญาต 2 ซ้ำ\n123456",
        "อนุญาตทุกเรื่องยกเว้น 3\n123456",
        "อนุญาตทั้งหมด\n3 ไม่อนุญาต 2 ซ้ำ\n123456",
        "1 อนุญาต\nเรื่องที่สองขอคุยก่อน\n123456",
        "1 อนุญาต\n2 ขอคุยก่อน\n123456",
        "1 อนุญาต\n123456\n654321",
        "2569/00012 อนุญาต\n123456",
        "1 หรือ 2 อนุญาต\n123456",
    ],
)
def test_one_line_that_is_unsure_decides_nothing_of_all(text: str) -> None:
    many = decisions(text, 5)
    assert many.lines == ()
    assert many.speaks
    assert many.unclear != ()


def test_a_word_alone_is_enough_for_a_list_of_one() -> None:
    assert _told(decisions("อนุญาต\n123456", 1)) == {1: YES}


def test_conditions_are_seen_and_not_lost() -> None:
    ((_, said),) = decisions("3 อนุญาต ตัดคอลัมน์ 2\n123456", 5).lines
    assert (said.choice, said.wishes) == ("conditions", ("ตัดคอลัมน์ 2",))


def test_a_message_is_told_from_a_decision() -> None:
    assert decisions("ขอคุยเรื่องที่ 3 ก่อน", 5).asks
    assert not decisions("ขอบคุณครับ", 5).asks


def test_a_long_mail_is_read_in_no_time() -> None:
    for text in ("1 " * 400, "1 อนุญาต " * 100, "1, " * 300, "อนุญาต " * 50_000, "1-2-" * 240):
        assert decisions(text, 5).code == ""
