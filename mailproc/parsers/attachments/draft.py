"""Lines and tables of a document in their order, and what they state together."""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.parsers import fields
from mailproc.parsers.attachments import grid, hints
from mailproc.parsers.attachments.content import Content
from mailproc.parsers.attachments.grid import Rows
from mailproc.parsers.fields import Stated
from mailproc.parsers.naming import sensed

MAX_TEXT = 200_000  # characters
_OFFICE_PART = re.compile(  # what follows is filled in by the office, not by the requester
    r"^\W*(?:(?:ส่วน|ตอน|หมวด)ที่\s*[0-9๐-๙]+\W*)?(?:[0-9๐-๙]{1,2}[.)]\s*)?"
    r"(?:(?:ส่วน)?(?:ของ|สำหรับ|เฉพาะ)เจ้าหน้าที่|ความเห็น(?:ของ)?(?:เจ้าหน้าที่|ผู้อำนวยการ|ผู้บังคับบัญชา)|"
    r"คำสั่ง(?:ของ)?ผู้อำนวยการ|การพิจารณา(?:อนุญาต|ของ)|บันทึก(?:ของ)?เจ้าหน้าที่|ผลการพิจารณา|"
    r"for (?:office|officer|official|staff)(?:'s|s)? use|office use)",
    re.I,
)
_HEADING = 90  # characters
_STACKED = 3  # bare labels that make it a layout
_LEADING = re.compile(r"\.{3,}|…+|_{3,}")


class Draft:
    """Takes a document piece by piece; the part that the office fills in ends it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.content = Content()
        self._lines: list[str] = []
        self._all: list[str] = []
        self._size = 0
        self._ended = False

    def line(self, text: str) -> None:
        """A paragraph, or several lines."""
        for line in text.split("\n"):
            if self._ended or self._ends(line):
                return
            self._lines += _parted(line)
            self._keep(line)

    def table(self, rows: Rows) -> None:
        """A table; cells without a source get the file's name."""
        kept: Rows = []
        for row in rows:
            if self._ended or any(self._ends(cell.text) for cell in row[:2]):
                break
            kept.append(row)
            self._keep("\t".join(cell.text for cell in row))
        self._flush()
        for one in grid.stated(kept):
            one.source = one.source or self.name
            self.content.stated.append(one)

    def done(self) -> Content:
        """What the whole document says."""
        self._flush()
        self.content.text = "\n".join(self._all)[:MAX_TEXT]
        return self.content

    def _ends(self, text: str) -> bool:
        if len(text) <= _HEADING and _OFFICE_PART.match(text):
            self._ended = True
        return self._ended

    def _keep(self, text: str) -> None:
        if self._size < MAX_TEXT:
            self._all.append(text)
            self._size += len(text) + 1

    def _flush(self) -> None:
        for one in fields.find("\n".join(_stacked(self._lines))[:MAX_TEXT]):
            if not hints.is_hint(one.value.strip()):
                one.more = [line for line in one.more if not hints.is_hint(line)]
                one.source = self.name
                self.content.stated.append(one)
        self._lines = []


def _parted(line: str) -> list[str]:
    """«label value <tab> label value» as lines of their own, where each part has its label."""
    parts = [part.strip() for part in line.split("\t") if part.strip()]
    if len(parts) < 2 or _LEADING.search(line):
        return [line]
    found = [fields.find(part) for part in parts]
    headings = not any(one.value for stated in found for one in stated) and ":" not in line
    return parts if all(found) and not headings else [line]


def _stacked(lines: list[str]) -> list[str]:
    """Lines that are bare labels get a colon, where the document has several with values below."""
    bare = [
        at
        for at, line in enumerate(lines)
        if len(line) < _HEADING and ":" not in line and hints.label(line)
    ]
    if len(bare) < _STACKED:
        return lines
    colon = set(bare)
    return [f"{line.rstrip()}:" if at in colon else line for at, line in enumerate(lines)]


def add_named(content: Content, named: list[tuple[str, str, str]], name: str) -> None:
    """Form fields with their own names: (name, label, words); where text said it, its source.

    A field that the document's text already stated is not stated twice.
    """
    known = {one.name for one in content.stated if one.value.strip() or one.more}
    for own, label, words in named:
        source = f"{name}#{own or label}"
        key = thai.fold(words)
        said = [one for one in content.stated if thai.fold(one.value) == key and key]
        for one in said:
            one.source = source
        target = hints.label(own) or hints.label(label)
        target = target or sensed(own, words) or sensed(label, words)
        if said or not words.strip() or target is None or target in known:
            continue
        content.stated.append(Stated(target, words, source=source))
