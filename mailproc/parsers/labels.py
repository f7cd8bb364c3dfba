"""Which field a label names, and the titles that mark a request form.

Keys are as `thai.fold` leaves them, so spacing, punctuation and digits of a label do not matter.
"""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.parsers import label_table as table

LABELS: dict[str, str] = {
    thai.fold(label): name for name, labels in table.WRITTEN.items() for label in labels.split("|")
}
_LOOSE = str.maketrans("", "", "\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c")  # marks often left out
LOOSE_LABELS = {key.translate(_LOOSE): name for key, name in LABELS.items()} | LABELS
LONGEST_LABEL = 60  # characters as written; LABELS are shorter, brackets behind them are not

ITEM_FIELDS = frozenset({"dataset", "academic_years", "round", "level", "format", "filters"})
FREE_TEXT = frozenset({"purpose", "dataset", "organisation", "filters"})  # may wrap over lines
_PERSONAL = frozenset(
    "requester_name position organisation requester_type phone email line_id prefix surname".split()
)
_MISSPELT_FROM = 8  # letters of a label that bears a slip and is no other word yet


def _folded(words: str) -> tuple[str, ...]:
    """The folded words, longest first."""
    return tuple(sorted({thai.fold(word) for word in words.split("|")}, key=len, reverse=True))


_OF_PERSONS = _folded(table.OF_PERSONS)
_OF_DATA = _folded(table.OF_DATA)
_FILLING_IN = _folded(table.FILLING_IN)
_OPENINGS = _folded(table.OPENINGS)
_HEADINGS = frozenset(_folded(table.HEADINGS))


_HEADS = {thai.fold(head): name for name, heads in table.HEADS.items() for head in heads.split("|")}
_TAILS = _folded(table.TAILS)
_WHOLE_TAILS = frozenset(_folded(table.WHOLE_TAILS))
_LONGEST_HEAD = max(map(len, _HEADS))
_LONGEST_HEADED = 45  # letters
_LIKE_A_LABEL = re.compile(r"(?:(?!\.\.|  )[^:：=\t\n☐☑…]){2,80}")
_NOT_OURS = re.compile(
    "[0-9]|โทรสาร|เจ้าหน้าที่|ผู้รับผิดชอบ|ผู้อนุ|ผู้ประสาน|ผู้จัดทำ|ผู้ตรวจ|ผู้ส่งมอบ|ผู้บริหาร|ผู้ปกครอง|ดังกล่าว|แนบ|ได้รับ|"
    "นี้|เดิม|รับสมัคร|"
    "การศึกษาต่อ|ประชุม|ราชการที่|คำขอเลข"
)


def _shortened(key: str) -> set[str]:
    """The key with one letter left out, once for each letter."""
    return {key[:at] + key[at + 1 :] for at in range(len(key))}


def _with_slips() -> dict[str, set[str]]:
    """Labels by themselves with a letter left out: two that share one differ by a slip."""
    slips: dict[str, set[str]] = {}
    for key in LABELS:
        if len(key) >= _MISSPELT_FROM:
            for short in _shortened(key):
                slips.setdefault(short, set()).add(key)
    return slips


_SLIPS = _with_slips()
_FIRST_LETTERS = frozenset(key[:3] for key in LABELS)
_LAST_LETTERS = frozenset(key[-4:] for key in LABELS)
_STARTS = frozenset(key[:2] for key in LOOSE_LABELS)
_PLACES = re.compile(r"(?<=[0-9A-Za-zก-๙])(?=[^0-9A-Za-zก-๙]|$)")
_MAX_PLACES = 24


def lookup(words: str) -> str | None:
    """The field that these words name, with qualifiers and hints, tone marks or not, one slip."""
    key = thai.fold(words)
    return _exact(key) or _qualified(key) or _misspelt(key)


def by_beginning(words: str) -> str | None:
    """The field of a label that is not listed, by its first word: «ตำแหน่งหน้าที่ราชการ».

    Only for words that stand as a label: before a colon or leaders, or in a cell.
    """
    key = _opened(thai.fold(words)) if _LIKE_A_LABEL.fullmatch(words) else ""
    if not 2 < len(key) <= _LONGEST_HEADED or key in _HEADINGS or _NOT_OURS.search(key):
        return None
    for length in range(min(len(key) - 1, _LONGEST_HEAD), 1, -1):
        name = _HEADS.get(key[:length])
        if name and (key.startswith(_TAILS, length) or key[length:] in _WHOLE_TAILS):
            return name
    return None


def firmly(words: str) -> str | None:
    """The same without a slip: for words that stand where a value is awaited."""
    key = thai.fold(words)
    return _exact(key) or _qualified(key)


def exactly(words: str) -> str | None:
    """The field that these words name without a qualifier or slip."""
    return _exact(thai.fold(words))


def opening(line: str) -> tuple[str, int] | None:
    """(field, where its label ends) for a line that begins with a label and has no colon."""
    start = thai.fold(line[:6]).translate(_LOOSE)[:2]
    if start not in _STARTS:
        return None
    places = [match.start() for match in _PLACES.finditer(line, 0, LONGEST_LABEL)][:_MAX_PLACES]
    for end in reversed(places):
        name = exactly(line[:end])
        if name:
            return name, end
    return None


def _exact(key: str) -> str | None:
    if key in _HEADINGS:
        return None
    return LABELS.get(key) or LOOSE_LABELS.get(key.translate(_LOOSE))


def _qualified(key: str) -> str | None:
    """The field of a label with one opening, and qualifiers behind it: «อีเมลที่ติดต่อได้ (ถ้ามี)»."""
    if key in _HEADINGS:
        return None
    key = _without(key, _FILLING_IN)
    for opened in dict.fromkeys((key, _opened(key))):
        name = _exact(opened)
        for suffixes, personal in ((_OF_PERSONS, True), (_OF_DATA, False)):
            name = name or _of(opened, suffixes, personal)
        if name:
            return name
    return None


def _of(key: str, suffixes: tuple[str, ...], personal: bool) -> str | None:
    if not key.endswith(suffixes):
        return None
    for suffix in suffixes:
        if key.endswith(suffix):
            name = _exact(key.removesuffix(suffix))
            return name if name and (name in _PERSONAL) is personal else None
    return None


def _without(key: str, suffixes: tuple[str, ...]) -> str:
    if not key.endswith(suffixes):
        return key
    return next((key.removesuffix(s) for s in suffixes if key.endswith(s) and key != s), key)


def _opened(key: str) -> str:
    if not key.startswith(_OPENINGS):
        return key
    return next((key.removeprefix(o) for o in _OPENINGS if key.startswith(o) and key != o), key)


def _misspelt(key: str) -> str | None:
    """The one field whose label differs by a letter left out, put in, changed or swapped."""
    if not _MISSPELT_FROM <= len(key) <= LONGEST_LABEL or key in _HEADINGS:
        return None
    if key[:3] not in _FIRST_LETTERS and key[-4:] not in _LAST_LETTERS:
        return None  # one slip spoils one end only
    shortened = _shortened(key) | {key}
    near = {full for short in shortened for full in _SLIPS.get(short, ())}
    near |= {short for short in shortened if short in LABELS and len(short) >= _MISSPELT_FROM}
    names = {LABELS[full] for full in near if _one_slip(key, full)}
    return names.pop() if len(names) == 1 else None


def _one_slip(key: str, full: str) -> bool:
    """One letter left out, put in or changed, or two swapped."""
    start = 0
    while start < min(len(key), len(full)) and key[start] == full[start]:
        start += 1
    a, b = key[start:], full[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


FORM_TITLES = tuple(
    thai.fold(title)
    for title in (
        "แบบคำขอใช้บริการข้อมูล",
        "แบบคำร้องขอใช้บริการข้อมูล",
        "แบบคำขอข้อมูล",
        "แบบคำร้องขอข้อมูล",
        "แบบคำร้องข้อมูล",
        "แบบฟอร์มขอข้อมูล",
        "แบบฟอร์มคำขอข้อมูล",
        "แบบฟอร์มคำร้องขอข้อมูล",
        "แบบฟอร์มขอใช้บริการข้อมูล",
        "แบบฟอร์มการขอข้อมูล",
        "แบบฟอร์มการขอใช้บริการข้อมูล",
        "แบบฟอร์มคำขอใช้บริการข้อมูล",
        "แบบฟอร์มคำร้องขอใช้บริการข้อมูล",
        "แบบฟอร์มขอรับข้อมูล",
        "แบบฟอร์มขอรับบริการข้อมูล",
        "แบบขอข้อมูล",
        "แบบขอรับข้อมูล",
        "แบบคำขอรับข้อมูล",
        "แบบขอใช้ข้อมูล",
        "แบบขอใช้บริการข้อมูล",
        "แบบขอรับบริการข้อมูล",
        "แบบคำขอรับบริการข้อมูล",
        "แบบคำขอข่าวสาร",
        "แบบคำขอข้อมูลข่าวสาร",
        "คำขอใช้บริการข้อมูล",
        "คำร้องขอใช้บริการข้อมูล",
        "คำร้องขอข้อมูล",
        "ใบคำขอข้อมูล",
        "ใบคำร้องขอข้อมูล",
        "ใบขอข้อมูล",
        "คำขอใช้ข้อมูล",
        "คำขอรับบริการข้อมูล",
        "คำขอข้อมูลสารสนเทศ",
        "Data request form",
        "Application for data",
        "Application form for data",
        "Request for education data",
        "Education data request",
        "Request form for data",
        "Data service request form",
        "Request for data form",
        "Form for data request",
        "Data service form",
        "Information request form",
        "Statistics request form",
    )
)
