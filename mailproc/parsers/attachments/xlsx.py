"""Worksheets: the filled cells of each sheet within fixed caps, as a person sees them.

A stream over the XML that stops by its own count: the range a sheet claims means nothing (4.6 KB
may claim a million rows), and of the shared strings only those that are needed are kept.
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta

from mailproc.parsers.attachments import markup
from mailproc.parsers.attachments.content import Content, NotRead
from mailproc.parsers.attachments.draft import Draft
from mailproc.parsers.attachments.grid import Cell, Rows
from mailproc.parsers.attachments.xlsx_parts import Cells, Raw, Strings, Styles

MAX_SHEETS = 20
_MAX_CELLS = 20_000  # filled cells of one workbook
_PERSON = frozenset({"requester_name", "organisation", "purpose", "phone", "email", "position"})
_FEW = 3  # fields that make a sheet the form


def read(archive: zipfile.ZipFile, name: str) -> Content:
    """What the workbook says; raises NotRead."""
    book = _Book(archive)
    sheets = [_Sheet(title, hidden, book.cells(part)) for title, hidden, part in book.sheets()]
    book.resolve([cell for sheet in sheets for cell in sheet.cells])
    read_sheets = [(sheet, _read_sheet(sheet, name, book)) for sheet in sheets]
    return _together(read_sheets, name)


@dataclass(slots=True)
class _Sheet:
    title: str
    is_hidden: bool
    cells: list[Raw]


def _read_sheet(sheet: _Sheet, name: str, book: _Book) -> Content:
    draft = Draft(name)
    numbers: set[str] = set()
    rows: dict[int, list[Cell]] = {}
    for raw in sheet.cells:
        source = f"{name}!{sheet.title}!{_letters(raw.column)}{raw.row}"
        rows.setdefault(raw.row, []).append(Cell(raw.column, raw.words, source, row=raw.row))
        if raw.is_number:
            numbers.add(source)
    draft.table(_without_gaps(rows))
    content = draft.done()
    for one in content.stated:
        if one.name == "phone" and one.source in numbers:
            one.value = _dialled(one.value)
    return content


def _without_gaps(rows: dict[int, list[Cell]]) -> Rows:
    """The rows in order; where rows are left empty, one empty row stands for them."""
    out: Rows = []
    last = 0
    for number in sorted(rows):
        if out and number > last + 1:
            out.append([])
        out.append(sorted(rows[number], key=lambda cell: cell.column))
        last = number
    return out


def _together(sheets: list[tuple[_Sheet, Content]], name: str) -> Content:
    """The form's sheet first; others only where they are part of the form, not lists to choose."""
    whole = Content()
    seen = [content for sheet, content in sheets if not sheet.is_hidden]
    main = max(seen, key=lambda content: len(_names(content)), default=None)
    for sheet, content in sheets:
        if sheet.is_hidden:
            whole.notes.append(f"{name} has a hidden sheet")
        if content is main or _belongs(sheet, content, main):
            whole.stated += content.stated
            whole.text += content.text + "\n"
    whole.notes = list(dict.fromkeys(whole.notes))
    return whole


def _belongs(sheet: _Sheet, content: Content, main: Content | None) -> bool:
    names = _names(content)
    person = names & _PERSON
    said = _names(main) if main else set()
    if sheet.is_hidden:
        return len(names) >= _FEW and bool(person) and len(said) < _FEW
    if len(person) > 1:
        return True
    return bool(said) and "dataset" not in said and {"dataset", "academic_years"} <= names


def _names(content: Content) -> set[str]:
    return {one.name for one in content.stated if one.value.strip() or one.more}


def _dialled(words: str) -> str:
    """A telephone number that was typed as a number lost its leading 0."""
    return f"0{words}" if words.isdecimal() and len(words) in (8, 9) and words[0] != "0" else words


class _Book:
    """The parts of a workbook, read as far as they are needed."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.main = self._main_part()
        self.left = _MAX_CELLS
        self.from_1904 = False
        self.styles: Styles | None = None

    def _main_part(self) -> str:
        if "_rels/.rels" in self.names:
            for relation in markup.tree(self.archive, "_rels/.rels"):
                if relation.get("Type", "").endswith("/officeDocument"):
                    return relation.get("Target", "").lstrip("/")
        return "xl/workbook.xml"

    def sheets(self) -> list[tuple[str, bool, str]]:
        """(title, hidden, part) of each worksheet."""
        if self.main not in self.names:
            raise NotRead("unsupported" if self.main.endswith(".bin") else "damaged")
        book = markup.tree(self.archive, self.main)
        parts = self._relations()
        properties = book.find("workbookPr")
        self.from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        found = []
        for sheet in book.iter("sheet"):
            part = parts.get(sheet.get("id", ""), "")
            hidden = sheet.get("state", "visible") != "visible"
            if part in self.names and "/chartsheets/" not in part:
                found.append((sheet.get("name", "")[:100], hidden, part))
        return found[:MAX_SHEETS]

    def _relations(self) -> dict[str, str]:
        folder, base = posixpath.split(self.main)
        part = f"{folder}/_rels/{base}.rels"
        if part not in self.names:
            return {}
        targets = {}
        for relation in markup.tree(self.archive, part):
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            targets[relation.get("Id", "")] = posixpath.normpath(path)
        return targets

    def cells(self, part: str) -> list[Raw]:
        """The filled cells of a sheet, within the caps."""
        target = Cells(self.left)
        markup.stream(self.archive, part, target)
        self.left -= len(target.found)
        return target.found

    def resolve(self, cells: list[Raw]) -> None:
        """Puts into each cell the words that a person sees."""
        wanted = {int(c.words) for c in cells if c.kind == "s" and c.words.isdecimal()}
        strings = self._strings(wanted)
        for cell in cells:
            if cell.kind == "s":
                number = int(cell.words) if cell.words.isdecimal() else -1
                cell.words = strings.get(number, "")
            elif cell.kind == "b":
                cell.words = "☑" if cell.words.strip() in ("1", "true") else "☐"
            elif cell.kind in ("", "n"):
                self._number(cell)
            elif cell.kind == "d":
                cell.words = cell.words[:10]
            elif cell.kind == "e":
                cell.words = ""

    def _strings(self, wanted: set[int]) -> dict[int, str]:
        part = next((n for n in self.names if n.lower().endswith("sharedstrings.xml")), "")
        if not wanted or not part:
            return {}
        target = Strings(wanted)
        markup.stream(self.archive, part, target)
        return target.found

    def _number(self, cell: Raw) -> None:
        try:
            value = float(cell.words)
        except ValueError:
            return
        if self.styles is None:
            self.styles = self._read_styles()
        if self.styles.is_date(cell.style) and 1 <= value < 800_000:
            cell.words = _day(value, self.from_1904)
            return
        cell.is_number = True
        whole = value.is_integer() and abs(value) < 1e15
        digits = str(int(value)) if whole else f"{value:.10g}"
        cell.words = self.styles.padded(cell.style, digits)

    def _read_styles(self) -> Styles:
        part = next((n for n in self.names if n.lower().endswith("/styles.xml")), "")
        styles = Styles()
        if part:
            markup.stream(self.archive, part, styles)
        return styles


def _day(value: float, from_1904: bool) -> str:
    """The ISO date of a serial number."""
    return (
        (date(1904, 1, 1) if from_1904 else date(1899, 12, 30))
        .__add__(timedelta(days=int(value)))
        .isoformat()
    )


def _letters(column: int) -> str:
    out = ""
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out
