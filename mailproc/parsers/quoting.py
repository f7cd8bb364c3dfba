"""What the writer wrote in this mail: without the quoted mail and without the signature.

The structure of HTML is read before (`html`); here are the patterns, which `attribution`,
`signature` and `ours` hold. All is linear in the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailproc.parsers import attribution, ours, signature

MAX_TEXT = 200_000  # characters read of one body
_FEW_LINES = 12
_PASSING_ON = re.compile(
    r"(?:เรียน|ถึง|dear|hi|hello|สวัสดี)[^\n]{0,60}|(?:(?:ขอ)?(?:ส่งต่อ|ฝาก|เพื่อ(?:โปรด)?(?:ทราบ|พิจารณา|ดำเนินการ)|"
    r"(?:กรุณา|โปรด|รบกวน)?(?:ดู)?(?:ตาม)?(?:ด้านล่าง|ข้างล่าง)|fyi|f\.y\.i|"
    r"for your (?:information|action|attention)|"
    r"(?:please )?(?:see|find) (?:the )?(?:mail |message |"
    r"request )?below)[^\n]{0,40})|[-–—\s.]{1,9}",
    re.I,
)
_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Written:
    """A body in its parts."""

    text: str
    quoted: str
    forwarded: bool = False
    signature: str = ""


def is_forward(subject: str, text: str) -> bool:
    """Whether the mail passes on another one, whose text then counts as its own."""
    if attribution.FORWARD_SUBJECT.match(subject):
        return True
    lines = text.split("\n")
    if _passes_on(subject, lines):
        return True
    first = next((at for at, line in enumerate(lines) if attribution.is_forward_line(line)), -1)
    # What was forwarded before, inside the quoted mail, does not count.
    return 0 <= first <= _cut(lines)


def _passes_on(subject: str, lines: list[str]) -> bool:
    """Whether nothing but «FYI» stands above another mail, and the subject is no answer's."""
    if attribution.ANSWER_SUBJECT.match(subject):
        return False
    for at, line in enumerate(lines[:_FEW_LINES]):
        if attribution.begins_quote(lines, at):
            return not attribution.is_attribution(lines, at)  # what is answered stands below that
        if line.strip() and not _PASSING_ON.fullmatch(line.strip()):
            return False
    return False


def split(text: str, subject: str = "") -> Written:
    """The body as written, as quoted, and its signature."""
    lines = text.split("\n")
    if is_forward(subject, text):
        return _forwarded(lines)
    cut = _cut(lines)
    own, quoted = _sorted_lines(lines[:cut])
    own, copied = ours.taken_out(own)
    own, signed = signature.split(own)
    quoted += copied + lines[cut:]
    return Written(
        _joined(own), _joined([_unquoted(line) for line in quoted]), signature=_joined(signed)
    )


def _forwarded(lines: list[str]) -> Written:
    at = _forward_start(lines)
    above, signed = signature.split(lines[:at])
    below, theirs = signature.split(lines[at:])
    return Written(
        _joined(above + below), "", forwarded=True, signature=_joined([*theirs, "", *signed])
    )


def _forward_start(lines: list[str]) -> int:
    starts = (
        at
        for at, line in enumerate(lines)
        if attribution.is_forward_line(line) or attribution.begins_quote(lines, at)
    )
    return next(starts, 0)


def _sorted_lines(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines written and the lines quoted, where answers stand between quoted lines."""
    own: list[str] = []
    quoted: list[str] = []
    wrapped = 0  # lines of an attribution still to come
    for at, line in enumerate(lines):
        if not wrapped and attribution.is_attribution(lines, at):
            wrapped = attribution.length(lines, at)
        if wrapped or line.lstrip().startswith((">", "|>")):
            quoted.append(line)
        else:
            own.append(line)
        wrapped = max(0, wrapped - 1)
    return own, quoted


def _cut(lines: list[str]) -> int:
    """The first line of the quoted mail that stands below what was written."""
    last = max((at for at, line in enumerate(lines) if _is_bare(line)), default=-1)
    for at in range(len(lines)):
        if attribution.begins_quote(lines, at) and not _answered_below(lines, at, last):
            return at
    return len(lines)


def _answered_below(lines: list[str], at: int, last: int) -> bool:
    """Whether the quote is «>» lines with answers between or below them: then the lines decide.

    `last` is the last line of the mail that is neither marked nor empty.
    """
    seen = 0
    for below in range(at + 1, min(at + 12, len(lines))):
        if lines[below].lstrip().startswith(">"):
            return last > below
        seen += bool(lines[below].strip())
        if seen > 3:
            return False
    return False


def _is_bare(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(">")


def _unquoted(line: str) -> str:
    return line.lstrip("> \t") if line.lstrip().startswith(">") else line


def _joined(lines: list[str]) -> str:
    return _BLANKS.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
