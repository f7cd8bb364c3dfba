"""A text to its labelled fields: lines, the lines that belong to them, lists and tables.

Only finds which words stand behind which label; `values` says what they mean.
"""

from __future__ import annotations

import re
from itertools import islice, takewhile

from mailproc import thai
from mailproc.parsers import corrections, plain, stacked, tables, ticks, values
from mailproc.parsers.labels import (
    FREE_TEXT,
    ITEM_FIELDS,
    LONGEST_LABEL,
)
from mailproc.parsers.lines import MAX_LINE, Stated, labelled, opens_known, within_ticks
from mailproc.parsers.naming import SECTION, label, sensed

__all__ = ["MAX_LINES", "Stated", "find", "label"]

MAX_LINES = 4_000
_LOOKED_AT = 80  # lines
_FORM_LABELS = 3
_MAX_OPTIONS = 12
_ROWS_BELOW = 4
_SHORT = 40  # characters
_OFFICE = re.compile(
    r"^\s{0,9}(?:(?:ส่วนที่|ตอนที่)\s?[0-9๐-๙]{1,2}\s{0,9}[:.]?\s{0,9})?[*(\[]?\s{0,9}(?:สำหรับเจ้าหน้าที่|"
    r"เฉพาะเจ้าหน้าที่|ส่วนของเจ้าหน้าที่|"
    r"ความเห็น(?:ของ)?เจ้าหน้าที่|ความเห็น(?:ของ)?ผู้อำนวยการ|คำสั่ง(?:ของ)?ผู้อำนวยการ|for (?:office|"
    r"official|staff) use)",
    re.I,
)
_CLOSING = re.compile(
    r"^\s{0,9}(?:ขอแสดงความนับถือ|จึงเรียน|ขอขอบ|ขอบคุณ|ขอบพระคุณ|ลงชื่อ|ลงนาม|ด้วยความเคารพ|(?:kind |best |"
    r"warm )?regards|sincerely|"
    r"yours |thank|many thanks|best,|\(ลงชื่อ|หมายเหตุ|note:|--)",
    re.I,
)
_CONSENT = re.compile(r"ยินยอม|ยอมรับเงื่อนไข|ยอมรับข้อตกลง|รับรองว่า|i agree|i consent", re.I)
_LISTS = frozenset({"dataset", "filters"})
_WRAPPED_AT = 60  # columns; a shorter line was ended by its writer


def find(text: str, *, lists: bool = True) -> list[Stated]:
    """Every labelled field of the text in order; with `lists` also values on the lines below."""
    text = thai.mend(text)
    lines = stacked.joined(text.split("\n")[:MAX_LINES]) if lists else text.split("\n")[:MAX_LINES]
    return _Finder(lines, lists, corrections.any_in(text)).find()


class _Finder:
    """Goes through the lines, and knows which field is open and below which table it stands."""

    def __init__(self, lines: list[str], lists: bool, corrects: bool) -> None:
        self._lines = lines
        self._lists = lists
        self._corrects = corrects
        self._found: list[Stated] = []
        self._last: Stated | None = None
        self._table = tables.Table()
        self._before = ""
        self._closed = False
        self._form: bool | None = None

    def find(self) -> list[Stated]:
        for number, raw in enumerate(self._lines):
            line = tables.unframed(raw[:MAX_LINE])
            if self._found and _OFFICE.match(line):
                break
            self._closed = self._closed or bool(self._found and _CLOSING.match(line))
            self._take(line, self._stated(line, number))
            self._before = line
        return self._found

    def _stated(self, line: str, number: int) -> list[Stated]:
        """The fields that stand in the line itself."""
        stated = [
            Stated(name, value, row=self._table.number)
            for name, value in self._table.row(line, label)
        ]
        if not stated and self._corrects and (corrected := corrections.labelled(line)):
            return [Stated(*corrected, corrects=True)]
        if not stated and self._heads_pairs(line, number):
            return []
        if not stated and not (self._lists and _answers(self._last, line)):
            stated = labelled(tables.unnumbered(line), self._in_form)
        if "\t" in line or _may_head(stated):
            below = self._lines[number + 1 : number + 2]
            if self._table.begins(
                line, tables.unframed(below[0][:MAX_LINE] if below else ""), label
            ):
                return []
        if not stated and line.strip() and (name := _heads_options(line, self._lines, number)):
            return [Stated(name, "")]
        return stated

    def _heads_pairs(self, line: str, number: int) -> bool:
        """Whether the line heads a column of labels and one of values."""
        may = tables.may_head_pairs(line)
        return may and tables.heads_pairs(line, self._below(number), label)

    def _below(self, number: int) -> list[str]:
        """The next rows of a table."""
        rows = self._lines[number + 1 : number + 1 + _ROWS_BELOW]
        return [tables.unframed(row[:MAX_LINE]) for row in rows]

    def _in_form(self) -> bool:
        """Whether labels stand in other lines; asked only where it matters."""
        if self._form is None:
            known = (opens_known(line[:MAX_LINE]) for line in self._lines[:_LOOKED_AT])
            self._form = sum(known) >= _FORM_LABELS
        return self._form or len(self._found) > 1

    def _take(self, line: str, stated: list[Stated]) -> None:
        last = self._last
        for one in stated:
            one.late = self._closed
            if len(one.value) < _SHORT and values.leads_to_list(one.value):
                one.value = ""
            if self._corrects and (right := corrections.right(one.value)):
                one.value, one.corrects = right, True
        if stated:
            self._found += stated
            self._last = stated[-1]
        elif last and self._lists and _continues(last, line, self._before):
            last.more.append(line.strip())
        elif line.strip() or (last and last.value and not _is_list(last)):
            self._last = None
            self._found += _unlabelled(line)


def _answers(last: Stated | None, line: str) -> bool:
    """Whether a line is the value of the label above it, though its words are a label too."""
    waiting = last is not None and not last.value and not last.more
    return waiting and last is not None and values.answers(last.name, line.strip())


def _may_head(stated: list[Stated]) -> bool:
    """Whether «รายการข้อมูล: ปีการศึกษา» could be two cells that head a table."""
    return len(stated) == 1 and stated[0].name in ITEM_FIELDS and len(stated[0].value) < 40


def _heads_options(line: str, lines: list[str], number: int) -> str | None:
    """The field of a short line alone above options to tick: «ระดับ», then «[x] รายโรงเรียน»."""
    following = lines[number + 1][:LONGEST_LABEL].strip() if number + 1 < len(lines) else ""
    if len(line) > LONGEST_LABEL or not ticks.starts(following) or ticks.has_sign(line):
        return None
    words = line.strip().rstrip(" :：")
    below = (one.strip() for one in islice(lines, number + 1, number + 1 + _MAX_OPTIONS))
    options = list(takewhile(lambda one: len(one) < MAX_LINE and ticks.starts(one), below))
    if not options:
        return None
    name = label(words) or sensed(words, "")
    return name or plain.field_of_options("  ".join(options))


def _is_list(one: Stated) -> bool:
    return one.name in _LISTS and (bool(one.more) or values.is_bulleted(one.value))


def _continues(last: Stated, line: str, before: str) -> bool:
    """Whether the line belongs to the field above it."""
    words = line.strip()
    if not words:
        return False
    if _CLOSING.match(line) or len(last.more) >= 100:
        return False
    if ticks.starts(words) and last.name != "consent" and _CONSENT.search(words):
        return False
    if ticks.has_sign(words) and len(words) < 200:
        return not last.value or ticks.has_sign(last.value) or any(map(ticks.has_sign, last.more))
    if values.is_bulleted(words) and last.name in _LISTS:
        return not last.value or values.is_bulleted(last.value) or bool(last.more)
    if not values.tidy(last.value):
        apart = not before.strip() or last.name not in FREE_TEXT
        heading = apart and len(words) < 60 and _numbered_heading(words)
        return not last.more and not SECTION.match(line) and not heading
    if last.name not in FREE_TEXT:
        return False
    wide = len(before) >= _WRAPPED_AT and thai.columns(before) >= _WRAPPED_AT
    return line[:1] in " \t\u3000" or wide


def _numbered_heading(words: str) -> bool:
    """«3. การรับข้อมูล» below an empty line heads the next part, and answers nothing."""
    return values.is_bulleted(words) and words[:1] not in "-–—•*·"


def _unlabelled(line: str) -> list[Stated]:
    """A correction, a consent, or options that tell by themselves what they choose."""
    words = line.strip()
    if corrected := corrections.in_words(words):
        return [Stated(name, said, corrects=True) for name, said in corrected]
    if not ticks.starts(words) or len(line) > 500:
        return []
    if ticks.is_ticked(words) and _CONSENT.search(line):
        return [Stated("consent", words)]
    name = plain.field_of_options(words)
    return [Stated(name, words), *within_ticks(words)] if name else []
