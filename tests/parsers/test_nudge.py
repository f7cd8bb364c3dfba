"""A requester who wants it to be hurried, and one who only asks how it stands."""

from __future__ import annotations

import pytest

from mailproc.parsers import command


@pytest.mark.parametrize(
    "text",
    [
        "ติดตาม",
        "ติดตามครับ",
        "ติดตามเรื่อง",
        "ขอติดตามเรื่องที่ขอไว้ค่ะ",
        "ขอติดตามเรื่องค่ะ",
        "เร่ง",
        "เร่งด้วยครับ",
        "ช่วยเร่งให้หน่อยค่ะ",
        "ขอเร่งรัดการพิจารณาด้วยครับ",
        "รบกวนเร่งดำเนินการ",
        "ขอทวงถามคำขอเลขที่ 2569/00012 ค่ะ",
        "รบกวนเตือนท่าน ผอ. อีกครั้งครับ",
        "remind",
        "Please remind the director.",
        "Could you send a reminder, please?",
    ],
)
def test_words_that_hurry(text: str) -> None:
    assert command.find(text) == "nudge"


@pytest.mark.parametrize(
    "text",
    [
        "สถานะ",
        "ขอติดตามสถานะคำขอ",
        "ติดตามผลการพิจารณาครับ",
        "ถึงไหนแล้วครับ",
        "any news?",
    ],
)
def test_who_asks_how_it_stands_reminds_nobody(text: str) -> None:
    assert command.find(text) == "status"


@pytest.mark.parametrize(
    "text",
    [
        "ต้องการข้อมูลจำนวนนักเรียนปี 2568 ด่วน เร่งมาก",
        "เพื่อใช้ติดตามนักเรียนที่ออกกลางคัน ขอข้อมูลรายโรงเรียน ปี 2568",
        "ขอเปลี่ยนเป็นปี 2567",
        "remind me which dataset you have for 2568 by district",
    ],
)
def test_who_asks_for_data_reminds_nobody(text: str) -> None:
    assert command.find(text) != "nudge"
