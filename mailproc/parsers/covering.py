"""Covering words: a mail that hands in a form or asks for data, and leaves the rest to a file."""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.parsers import form as forms

_MAX_TEXT = 20_000
_HANDS_IN = re.compile(
    r"(?<!จะ)(?:ส่ง|แนบ|ยื่น|เสนอ|กรอก)[^\n]{0,40}?(?:แบบ(?:คำ|ฟอร์ม|ขอ)|คำขอ|คำร้อง|ใบคำขอ|หนังสือขอ)"
    r"|(?:แบบ(?:คำ(?:ร้อง)?ขอ|ฟอร์ม|ขอ)|คำขอ|คำร้อง|หนังสือขอ)[^\n]{0,40}?(?:ตาม(?:ไฟล์|ที่)?\s?แนบ|แนบมา|มาพร้อม|ดังแนบ)"
    r"|(?:attach(?:ed|ing)?|enclosed?|submit(?:ting)?|send(?:ing)?)[^\n]{0,60}?\b(?:request|form)\b"
    r"|\b(?:request|form)\b[^\n]{0,40}?(?:attach|enclose)",
    re.I,
)
_ASKS = re.compile(
    r"ขอ(?:ความอนุเคราะห์|รับ|ใช้|ทราบ|บริการ|ความร่วมมือ|สนับสนุน)*\s?(?:บริการ)?\s?ข้อมูล|คำ(?:ร้อง)?ขอ|แบบ(?:ฟอร์ม)?(?:คำ)?ขอ"
    r"|ประสงค์(?:จะ)?ขอ|หนังสือขอ|ใบขอ|\b(?:data )?request\b",
    re.I,
)
_LATIN_NAME = re.compile(r"(?:^|[^a-z])(?:request|khor|kham-?kho|data[-_ ]?form)(?:[^a-z]|$)", re.I)


def hands_in(text: str, subject: str) -> bool:
    """Whether the words say that a form or letter of request comes with the mail."""
    return bool(_HANDS_IN.search(thai.mend(f"{subject}\n{text[:_MAX_TEXT]}")))


def asks(text: str, subject: str, names: list[str]) -> bool:
    """Whether text, subject or a file's name speak of a request."""
    if _ASKS.search(thai.mend(f"{subject}\n{text[:_MAX_TEXT]}")):
        return True
    return any(
        forms.names_form(name) or _ASKS.search(thai.mend(name)) or _LATIN_NAME.search(name)
        for name in names
    )
