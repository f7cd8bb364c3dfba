"""What a form says itself where a value should stand: hints, examples and placeholders."""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.parsers import fields

_LONGEST = 120  # characters; a longer text is no hint
_HINT = re.compile(
    r"^[\s(\[<«]*(?:"
    r"(?:เช่น|ตัวอย่าง(?:เช่น)?|อาทิ|e\.\s?g\.|for example|example)[\s:：.,].*"
    r"|(?:โปรด|กรุณา|ให้)?\s?(?:คลิก|แตะ)(?:หรือแตะ|ที่นี่|เพื่อ|ตรงนี้).*"
    r"|(?:โปรด|กรุณา)\s?(?:ระบุ|กรอก|เลือก|พิมพ์|ใส่|เขียน).*"
    r"|(?:พิมพ์|กรอก|เลือก|ใส่|ระบุ|เขียน)(?:ข้อความ|ข้อมูล|รายการ|วันที่|ที่นี่|ตรงนี้|คำตอบ|ชื่อ).*"
    r"|(?:please )?(?:click|tap)(?: or (?:click|tap))? (?:here|to).*"
    r"|(?:choose|select) an? (?:item|option|date|value).*"
    r"|(?:please )?(?:enter|type|fill in|specify|select|choose|insert)"
    r" (?:text|your|a|an|the|here|date|value|name)\b.*"
    r"|(?:ระบุ|กรอก|เลือก|please specify|specify|placeholder|text here|your (?:name|answer|text))"
    r"|(?:d{1,2}|ว{1,2}|m{1,2})[/.-](?:m{1,2}|ด{1,2}|d{1,2})[/.-](?:y{2,4}|ป{2,4})"
    r"|x{2,}(?:[-. /]?x{2,})*"
    r")[\s)\]>».]*$",
    re.I | re.S,
)
_SECTION = re.compile(
    r"^\s*(?:ส่วนที่|ตอนที่|หมวดที่|หมวด|ข้อมูลผู้ขอ|ข้อมูลของผู้ขอ|สำหรับเจ้าหน้าที่|เฉพาะเจ้าหน้าที่|คำชี้แจง|หมายเหตุ|section|part)"
    r"(?=[\s0-9๐-๙:.(]|$)",
    re.I,
)
_NUMBERED = re.compile(r"^\s*[0-9๐-๙]{1,2}[.)]\s*(.+)$", re.S)


def is_hint(text: str) -> bool:
    """Whether the words tell how to fill in the form; a value is never one of these."""
    return len(text) <= _LONGEST and bool(_HINT.match(text))


def is_heading(text: str) -> bool:
    """Whether the words head a section of a form."""
    if _SECTION.match(text):
        return True
    numbered = _NUMBERED.match(text)
    if numbered is None:
        return False
    rest = numbered[1].strip()
    return rest.startswith(("ข้อมูล", "ส่วน", "ราย")) and fields.label(rest) is None


def label(text: str) -> str | None:
    """The field that a cell's words name, with English below or a hint behind the Thai label."""
    words = text.strip().strip(":：").strip()
    name = fields.label(words)
    if name or ("\n" not in words and "/" not in words):
        return name
    lines = [line.strip(" :：") for line in re.split(r"[\n/]", words) if line.strip()]
    named = {fields.label(line) for line in lines if not is_hint(line)}
    first = fields.label(lines[0]) if lines else None
    rest = " ".join(lines[1:])
    if first and (named == {first} or (rest[:1] in "(*[" and len(rest) < _LONGEST)):
        return first
    return None


def key(name: str) -> str:
    """The name of a form's field without case, spaces and marks."""
    return thai.fold(name)
