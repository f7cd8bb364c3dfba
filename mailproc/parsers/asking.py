"""Whether a mail asks something of us, and in which words.

A program that answers by itself sends the same words each time, but for numbers and dates; a
person who writes again writes something else.
"""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.digest import digest
from mailproc.model import Reading

_LONGEST = 1_000  # characters; a robot's text is looked at no further either
_ASKS = re.compile(
    r"[?？]|ไหม|มั้ย|หรือ(?:ยัง|ไม่|เปล่า)|เมื่อ(?:ไร|ไหร่|ใด)|ทำไม|เพราะ(?:อะไร|เหตุใด)|อย่างไร|ยังไง|ถึงไหน|"
    r"ขอ(?!ง|บ|แสดง|อภัย|โทษ|ให้มีความ)|ช่วย|รบกวน|สอบถาม|อยาก|ต้องการ|แก้|ไม่(?:ตรง|ได้รับ|ครบ|ถูก|ใช่|เอา)|หาย(?!ไวๆ)|"
    r"\b(?:when|why|how|what|which|where|could|can|would|please|need|want|wrong|missing|lost)\b",
    re.I,
)
_LETTERS = re.compile(r"[^\W\d_]+")


def asks(reading: Reading) -> bool:
    """Whether the writer wants something: a command, a question, a wish."""
    return bool(reading.command) or wishes(reading.text)


def wishes(text: str) -> bool:
    """Whether the words ask or complain."""
    return bool(_ASKS.search(thai.mend(text[:_LONGEST])))


def words_of(reading: Reading) -> str:
    """A digest of what the mail asks, blind to numbers; empty where it asks nothing."""
    text = thai.mend(reading.text[:_LONGEST]) or (reading.subject if reading.command else "")
    letters = "".join(_LETTERS.findall(thai.fold(text)))
    return digest(letters)[:16] if letters and asks(reading) else ""
