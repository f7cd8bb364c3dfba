"""Tick lists: which of the options on a form are chosen.

People tick with ☑ ✓ √ [x] (/) or a bare stroke, in front of the option or behind it. A charset
without these signs makes «?» of them; which option was meant is then known only where one differs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ON = (
    r"☑|✓|✔\ufe0f?|🗹|✅|●|■|◉|⦿|🔘|⬛|\uf0fe|\uf052|\uf0fc|"
    r"\[\s{0,2}[xX/✓✔√vV*]\s{0,2}\]|\(\s{0,2}[xX/✓✔√*]\s{0,2}\)|(?<!\S)√"
)
_CROSS = r"☒|✗|✘|❌|❎|\uf078"
_OFF = r"☐|□|○|◯|❏|❑|⬜|◻|▢|🔲|\uf0a8|\uf0a3|\uf06f|\[[\s_]{0,4}\]|\([\s_]{0,4}\)"
_LOST = r"(?<!\S)[?\ufffd](?=\s{0,2}[^\s?])|(?<=\S)\s{1,2}[?\ufffd](?=\s{2}|\t|$)"
MARK = re.compile(f"({_ON})|({_CROSS})|({_OFF})|({_LOST})")
_ANY = re.compile(r"[☑✓✔🗹✅●■◉⦿🔘⬛☒✗✘❌❎☐□○◯❏❑⬜◻▢🔲√?\ufffd\uf000-\uf0ff\[(/]|(?<!\S)[xX](?!\S)")
_SIGN = re.compile(f"{_ON}|{_CROSS}|{_OFF}")
_GAP = re.compile(r"\s{2,}|\t")
_STROKE_FRONT = re.compile(r"[/xX]\s{1,9}(?=\S)|/(?=\S)")
_STROKE_BEHIND = re.compile(r"\s{0,9}/$|\s{1,9}[xX]$")
_OTHER = re.compile(
    r"(?:ข้อมูล|เรื่อง|ด้าน)?(?:อื่น\s?ๆ|อื่นๆ|others?)\s{0,3}"
    r"(?:\(?\s{0,2}(?:(?:โปรด|กรุณา)?\s?ระบุ|(?:please )?specify)\s{0,2}\)?)?\s{0,3}[:：]?\s{0,3}",
    re.I,
)
_MAX_MARKS = 200


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    on: bool


def has_sign(text: str) -> bool:
    """Whether a tick or an empty box stands in the text."""
    return bool(_ANY.search(text) and _SIGN.search(text))


def starts(text: str) -> bool:
    """Whether the text begins with a tick or an empty box."""
    return bool(_SIGN.match(text))


def is_ticked(text: str) -> bool:
    """Whether the text begins with a tick."""
    mark = MARK.match(text)
    return bool(mark and (mark[1] or mark[2]))


def chosen(lines: list[str]) -> list[str] | None:
    """The ticked options in order; empty where none is; None where there are no ticks to read."""
    if not any(map(_ANY.search, lines)):
        return None
    found = [list(MARK.finditer(line))[:_MAX_MARKS] for line in lines]
    kinds = [mark.lastindex or 0 for marks in found for mark in marks]
    if not set(kinds) - {4}:
        return _stroked(lines)
    on = _meaning(kinds)
    options: list[str] = []
    for line, marks in zip(lines, found, strict=True):
        read = [_Mark(m.start(), m.end(), on[m.lastindex or 0]) for m in marks]
        options += _ticked(line, read)
    return [words for words in (_OTHER.sub("", o.strip(), count=1) for o in options) if words]


def lost(text: str) -> bool:
    """Whether the text is a tick list of which only «?» are left, so that nobody can tell."""
    if "?" not in text and "\ufffd" not in text:
        return False
    kinds = [mark.lastindex for mark in MARK.finditer(text[:2_000])]
    return bool(kinds) and set(kinds) == {4} and (len(kinds) > 1 or text.lstrip()[:1] in "?\ufffd")


def _meaning(kinds: list[int]) -> dict[int, bool]:
    """Which kinds of marks choose: a cross beside ticks does not, a «?» only where it is alone."""
    has_on, crosses = 1 in kinds, kinds.count(2)
    only_lost = not has_on and not crosses and kinds.count(4) == 1
    return {1: True, 2: not has_on, 3: False, 4: only_lost}


def _ticked(line: str, marks: list[_Mark]) -> list[str]:
    if not marks:
        return []
    if _stand_behind(line, marks):
        begins = [0] + [mark.end for mark in marks[:-1]]
        pairs = zip(marks, begins, strict=True)
        return [line[begin : mark.start] for mark, begin in pairs if mark.on]
    ends = [mark.start for mark in marks[1:]] + [len(line)]
    lone = all(mark.on for mark in marks)
    pairs = zip(marks, ends, strict=True)
    options = [line[mark.end : end].strip() for mark, end in pairs if mark.on]
    return [_GAP.split(option)[0] for option in options] if lone else options


def _stand_behind(line: str, marks: list[_Mark]) -> bool:
    """Whether the marks stand behind their words: nothing follows the last, or they cling to it."""
    before = line[: marks[0].start]
    if not before.strip():
        return False
    following = line[marks[-1].end :]
    if not following.strip():
        return True
    after = line[marks[0].end :]
    return len(before) - len(before.rstrip()) < len(after) - len(after.lstrip())


def _stroked(lines: list[str]) -> list[str] | None:
    """Options ticked with a bare stroke or x, where others of the list have none."""
    parts = [part.strip() for line in lines for part in _GAP.split(line.strip()) if part.strip()]
    front = [_STROKE_FRONT.sub("", p, count=1) for p in parts if _STROKE_FRONT.match(p)]
    behind = [_STROKE_BEHIND.sub("", p) for p in parts if _STROKE_BEHIND.search(p) and len(p) > 2]
    found = front or behind
    return found if found and len(found) < len(parts) else None
