"""What a writer says that he does not want: none of its words is a value.

«ปี 2566 ไม่เอาแล้วค่ะ โรงเรียนขนาดเล็กเอาปี 2568» states 2568 and refuses 2566.
"""

from __future__ import annotations

import re

from mailproc.parsers import ours

_LONGEST = 5_000  # characters of a reply that are looked at
_ENDS = re.compile(  # where one thing said ends and the next begins
    r"(?<=ครับ)\s|(?<=ค่ะ)\s|(?<=คะ)\s|(?<=ค่า)\s|(?<=จ้า)\s|[,;]\s|\.\s|"
    r"\s(?=แต่|(?:ขอ|เอา|ให้|เป็น|ใช้|และขอ)(?!แล้ว))|\s(?=but\b|i (?:want|need)\b)",
    re.I,
)
_REFUSED = re.compile(
    r"ไม่(?:เอา|ต้อง(?!ห)|ขอ|รับ(?!ผิด)|อยากได้|ใช่)|(?:ตัด|ลบ|เอา)[^\n]{0,40}?ออก|ยกเลิก|"
    r"\b(?:do(?:n'?t| not) (?:want|need)|no longer|not (?:the|for|in|need)|"
    r"drop|remove|cancel|without)\b",
    re.I,
)
_LABELLED = re.compile(r"^[^:：]{2,40}[:：]")


def clauses(line: str) -> list[str]:
    """The things that a line says one after the other."""
    return [part for part in map(str.strip, _ENDS.split(line)) if part]


def wanted(text: str) -> str:
    """The text without what it refuses; a labelled line is left as it is."""
    if not _REFUSED.search(text[:_LONGEST]):
        return text
    return "\n".join(_wanted(line) for line in text.split("\n"))


def refuses(clause: str) -> bool:
    """Whether the clause says what is not wanted."""
    return bool(_REFUSED.search(clause))


def named(clause: str) -> str:
    """What a refusing clause speaks of; empty for one that refuses nothing."""
    return _REFUSED.sub(" ", clause).strip() if _REFUSED.search(clause) else ""


def refused(text: str) -> tuple[str, ...]:
    """The clauses that refuse something."""
    if not _REFUSED.search(text[:_LONGEST]):
        return ()
    lines = [line for line in text[:_LONGEST].split("\n") if not _LABELLED.match(line)]
    return tuple(part for line in lines for part in clauses(line) if _REFUSED.search(part))


def _wanted(line: str) -> str:
    if _LABELLED.match(line) or not _REFUSED.search(line) or ours.is_question(line):
        return line
    return " ".join(part for part in clauses(line) if not _REFUSED.search(part))
