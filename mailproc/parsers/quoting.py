"""What the writer wrote in this mail: without the quoted mail and without the signature.

Patterns of the programs people use here (Gmail, Outlook, Apple Mail, Thunderbird, Yahoo, in
Thai and English); every pattern looks at one line or a few joined ones, so all stay linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORWARD_LINE = re.compile(
    r"^[\s>]*(?:-{2,}\s*)?(?:forwarded message|begin forwarded message|original message forwarded|"
    r"ข้อความที่(?:ถูก)?ส่งต่อ|ข้อความ(?:ถูก)?ส่งต่อ|จดหมายส่งต่อ|เริ่มข้อความที่ส่งต่อ)\s*(?:-{2,}|:)?\s*$",
    re.I,
)
_FORWARD_SUBJECT = re.compile(r"^\s*(?:fwd?|wg|tr|ส่งต่อ)\s*[:：]", re.I)
_ORIGINAL_LINE = re.compile(
    r"^\s*(?:[-_]{2,}\s*)(?:original message|reply message|original appointment|message d'origine|"
    r"ursprüngliche nachricht|ข้อความ(?:ต้นฉบับ|เดิม|ดั้งเดิม|เดิมที่ส่ง)|จดหมาย(?:ต้นฉบับ|"
    r"เดิม))\s*(?:[-_]{2,})\s*$",
    re.I,
)
_ATTRIBUTION_START = re.compile(
    r"^\s*(?:on\b|le\b|am\b|el\b|op\b|il\b|em\b|เมื่อ|ใน ?วัน|วันที่|ใน |วัน(?:จันทร์|อังคาร|พุธ|พฤหัส|ศุกร์|"
    r"เสาร์|อาทิตย์)|"
    r"[0-9๐-๙]{1,4}[-/. ])",
    re.I,
)
_WROTE = tuple(
    "wrote|writes|schrieb|escribió|a écrit|ha scritto|escreveu|schreef|เขียน|เขียนว่า|กล่าวว่า".split(
        "|"
    )
)
_DATE_SENDER = re.compile(
    r"^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2} [0-9]{1,2}:[0-9]{2}"
    r".{0,200}<?[^\s<>]{1,100}@[^\s<>]{1,100}>?:\s*$"
)
_HEADER = re.compile(
    r"^[\s*>]*(from|sent|date|to|cc|subject|reply-to|จาก|ส่งเมื่อ|ส่ง|วันที่|เมื่อ|ถึง|สำเนา(?:ถึง)?|เรื่อง|หัวเรื่อง|หัวข้อ)\s*[*]*\s*[:：]",
    re.I,
)
_FROM = frozenset({"from", "จาก"})
_RULE = re.compile(r"^\s*_{5,}\s*$")
_SIGNATURE = re.compile(
    r"^(?:--|—|__) ?$|^\s*(?:sent from (?:my |mail|yahoo|outlook|samsung|proton)|get outlook for|"
    r"sent via |ส่งจาก|รับ outlook|ดาวน์โหลด outlook|ส่งด้วย|จัดส่งจาก)",
    re.I,
)
_SIGNATURE_MAX_LINES = 40
_LOOK_AHEAD = 8
MAX_TEXT = 200_000  # characters read of one body


@dataclass(frozen=True, slots=True)
class Written:
    """A body in its two parts."""

    text: str
    quoted: str
    forwarded: bool = False


def is_forward(subject: str, text: str) -> bool:
    """Whether the mail passes on another one, whose text then counts as its own."""
    if _FORWARD_SUBJECT.match(subject):
        return True
    return any(_FORWARD_LINE.match(line) for line in text.split("\n") if len(line) < 200)


def split(text: str, subject: str = "") -> Written:
    """The body as written and as quoted."""
    lines = text.split("\n")
    if is_forward(subject, text):
        at = _forward_start(lines)
        return Written(_joined(_unsigned(lines[:at]) + _unsigned(lines[at:])), "", forwarded=True)
    cut = _cut(lines)
    own, quoted = _sorted_lines(lines[:cut])
    quoted += lines[cut:]
    return Written(_joined(_unsigned(own)), _joined([_unquoted(line) for line in quoted]))


def _forward_start(lines: list[str]) -> int:
    for at, line in enumerate(lines):
        if len(line) < 200 and (_FORWARD_LINE.match(line) or _begins_quote(lines, at, line)):
            return at
    return 0


def _sorted_lines(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines written and the lines quoted, where answers stand between quoted lines."""
    own: list[str] = []
    quoted: list[str] = []
    for at, line in enumerate(lines):
        attributed = len(line) <= 400 and _ATTRIBUTION_START.match(line)
        if line.lstrip().startswith(">") or (attributed and _is_attribution(lines, at)):
            quoted.append(line)
        else:
            own.append(line)
    return own, quoted


def _cut(lines: list[str]) -> int:
    """The first line of the quoted mail that stands below what was written."""
    for at, line in enumerate(lines):
        if _begins_quote(lines, at, line) and not _answered_below(lines, at):
            return at
    return len(lines)


def _begins_quote(lines: list[str], at: int, line: str) -> bool:
    if len(line) > 400 or not line.strip():
        return False
    if _ORIGINAL_LINE.match(line) or _DATE_SENDER.match(line):
        return True
    if _ATTRIBUTION_START.match(line) and _is_attribution(lines, at):
        return True
    if _RULE.match(line):
        following = next(
            (i for i in range(at + 1, min(at + 4, len(lines))) if lines[i].strip()), at
        )
        return following > at and _header_block(lines, following)
    return _header_block(lines, at)


def _is_attribution(lines: list[str], at: int) -> bool:
    """«เมื่อ … เขียนว่า:», which programs wrap over up to four lines."""
    joined = ""
    for line in lines[at : at + 4]:
        if not line.strip() or len(joined) > 600:
            return False
        joined += " " + line.strip()
        if joined.endswith((":", "：")) and joined.rstrip(" :：").lower().endswith(_WROTE):
            return True
    return False


def _header_block(lines: list[str], at: int) -> bool:
    """An Outlook header block: From with an address or name, then two more header lines."""
    first = _HEADER.match(lines[at])
    if not first or first[1].lower() not in _FROM:
        return False
    seen = {first[1].lower()}
    for line in lines[at + 1 : at + _LOOK_AHEAD]:
        match = _HEADER.match(line[:200])
        if match:
            seen.add(match[1].lower())
    block = " ".join(line[:200] for line in lines[at : at + 3])
    return len(seen) >= (3 if "@" in block else 4)


def _answered_below(lines: list[str], at: int) -> bool:
    """Whether the quote is «>» lines with answers between them: then the lines decide."""
    following = [line.lstrip() for line in lines[at + 1 : at + 2_000]]
    marked = [line.startswith(">") for line in following if line]
    start = next((i for i, is_quote in enumerate(marked) if is_quote), -1)
    return 0 <= start <= 3 and not all(marked[start:])


def _unsigned(lines: list[str]) -> list[str]:
    """The lines without a signature: below «-- », or «ส่งจาก iPhone» at the end."""
    following = sum(1 for line in lines if line.strip())
    for at, line in enumerate(lines):
        following -= bool(line.strip())
        if following <= _SIGNATURE_MAX_LINES and len(line) < 200 and _SIGNATURE.match(line):
            return lines[:at]
    return lines


def _unquoted(line: str) -> str:
    stripped = line.lstrip()
    while stripped.startswith(">"):
        stripped = stripped[1:].lstrip(" ")
    return stripped


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
