"""Near misses of every pattern at 100 KB: the time limit of the tests is the judge."""

import pytest

from mailproc.parsers import read
from tests.parsers.known import KNOWN, mail

SIZE = 100_000
PIECES = [
    *("a", " ", ".", ":", "-", "_", "1", "1-", "1/", "( ", "[", "☐☑", "@", "a@", "แก", "เเ", "ํ่า"),
    *(">", "> a\n", "a\n> a\n", "\n", "-- \n", "on \n", "On x: \n", "เมื่อ \n", "จาก: a@b\n"),
    *("From: a@b\nSent: x\n", "---------- Forwarded message ---------\n", "2026-06-08 9:12 "),
    *("ชื่อ:", "ชื่อ\t", "ชื่อ...\n", "ชื่อ: a\n", "ปีการศึกษา ", "ปี 2568,", "ชั้น: ป.1,", "(เช่น "),
    *("ขอข้อมูล", "ขอข้อมูล x\n", "request ", "delivery ", "mail ", "ศธ 04", "1 ก.พ ", "a=?b?q?"),
]
HEADS = (
    "=?utf-8?q?a?= ",
    "=?a?b?",
    '"\\',
    "(",
    "(a",
    "<a@b> ",
    "a <a@b.c>, ",
    ";a=",
    "\\",
    "=?a?B?",
)


@pytest.mark.parametrize("piece", PIECES)
def test_a_body_of_near_misses_is_read(piece: str) -> None:
    body = (piece * (SIZE // len(piece)))[:SIZE]
    assert read(mail(body), KNOWN).kind in ("other", "request")
    assert read(mail("วัตถุประสงค์: " + body), KNOWN).from_name == "Mali"


@pytest.mark.parametrize("name", ["From", "To", "Subject", "References", "Content-Type"])
@pytest.mark.parametrize("piece", HEADS)
def test_a_header_of_near_misses_is_read(name: str, piece: str) -> None:
    value = piece * (SIZE // len(piece))
    reading = read(f"{name}: {value}\nX-End: yes\n\nbody".encode(), KNOWN)
    assert reading.text == "body" or name == "Content-Type"
