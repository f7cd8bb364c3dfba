"""Tables to stated fields: the value right of its label, below it, or in its column.

Shared by worksheets and the tables of documents, which differ only in how a cell is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailproc import thai
from mailproc.parsers import fields, ticks, values
from mailproc.parsers.attachments import hints, sensing
from mailproc.parsers.fields import Stated
from mailproc.parsers.labels import FREE_TEXT, ITEM_FIELDS

_LISTS = frozenset({"dataset", "filters"})
_DATES = frozenset({"letter_date", "needed_by"})
_CHOICES = frozenset({"delivery", "format", "level", "requester_type", "round", "consent"})
_PREFIXES = frozenset(
    thai.fold(w) for w in "นาย นาง นางสาว น.ส. ดร. เด็กชาย เด็กหญิง mr mrs ms miss".split()
)
_PERSONS = frozenset({"requester_name", "phone", "email"})
_FARTHEST = 12  # columns between a label and its value
_MAX_MORE = 100  # lines of one list


@dataclass(frozen=True, slots=True)
class Cell:
    """Words in a table; `column` counts as the eye does, merged cells as wide as they are."""

    column: int
    text: str
    source: str = ""
    width: int = 1
    row: int = 0


Rows = list[list[Cell]]


def stated(rows: Rows) -> list[Stated]:
    """Every field that the table states, in reading order; cells without words may be left out."""
    return _Reader([[cell for cell in row if cell.text.strip()] for row in rows]).read()


class _Reader:
    """Walks a table once; a cell that was taken as a value is not read again."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.taken: set[tuple[int, int]] = set()
        self.found: list[Stated] = []
        self.names = [[hints.label(cell.text) for cell in row] for row in rows]
        self.guessed = sensing.complete(rows, self.names)
        self.beside = self._columns_with_values_beside()

    def read(self) -> list[Stated]:
        skip = 0
        last: tuple[Stated, int] | None = None  # the list that may go on below, and its column
        for at, row in enumerate(self.rows):
            if skip:
                skip -= 1
                continue
            skip = self._below_headings(at)
            if skip:
                last = None
                continue
            last = self._row(at, row, last)
        return self.found

    # ------------------------------------------------------------ a row of headings

    def _below_headings(self, at: int) -> int:
        """How many rows of values stand below a row of headings; they are read."""
        if not self._is_headings(at):
            return 0
        heads = {
            cell.column: name
            for cell, name in zip(self.rows[at], self.names[at], strict=True)
            if name
        }
        below = at + 1
        while below < len(self.rows) and self.rows[below] and self._is_values(below, heads):
            below += 1
        rows = self.rows[at + 1 : below]
        if len(rows) > 1 and _names_several(rows, heads):
            return len(rows)  # a list of people is no form
        for number, row in enumerate(rows, len(self.found) + 1):
            for cell in row:
                name = heads.get(cell.column)
                if name is None or hints.is_hint(cell.text):
                    continue
                of_row = name in ITEM_FIELDS and "dataset" in heads.values()
                if of_row or row is rows[0] or not _PERSONS & set(heads.values()):
                    one = Stated(name, cell.text.strip(), source=cell.source)
                    one.row = number if "dataset" in heads.values() else 0
                    self.found.append(one)
        return len(rows)

    def _is_headings(self, at: int) -> bool:
        names = self.names[at]
        labels = [name for name in names if name]
        if len(labels) < 2 or len(set(labels)) < len(labels):
            return False
        others = [
            cell.text for cell, name in zip(self.rows[at], names, strict=True) if name is None
        ]
        if any(thai.fold(text) not in sensing.ORDINALS for text in others):
            return False
        heads = {c.column: n for c, n in zip(self.rows[at], names, strict=True) if n}
        return at + 1 < len(self.rows) and self._is_values(at + 1, heads)

    def _is_values(self, at: int, heads: dict[int, str]) -> bool:
        """Whether a row holds values below these headings, and no labels of its own."""
        row, names = self.rows[at], self.names[at]
        if not any(cell.column in heads for cell in row):
            return False
        for cell, name in zip(row, names, strict=True):
            head = heads.get(cell.column)
            if name and not (head and _is_choice(head, cell.text)):
                return False
        return not (len(row) == 1 and hints.is_heading(row[0].text))

    # ------------------------------------------------------------ labels with values beside

    def _row(
        self, at: int, row: list[Cell], last: tuple[Stated, int] | None
    ) -> tuple[Stated, int] | None:
        began = len(self.found)
        place = 0
        column = -1
        while place < len(row):
            name = self.names[at][place]
            if (at, row[place].column) in self.taken:
                place += 1
            elif name:
                beside = self._values(at, place, name)
                began_here = len(self.found)
                self._state(at, place, name, beside)
                for one in self.found[began_here:]:
                    one.guessed = (at, place) in self.guessed
                column = beside[0].column if beside else -1
                place += 1 + len(beside)
            else:
                self._inline(row[place])
                place += 1
        if len(self.found) > began:
            one = self.found[-1]
            return (one, column) if column >= 0 and one.name in FREE_TEXT else None
        return self._continued(row, last)

    def _values(self, at: int, place: int, name: str) -> list[Cell]:
        """The cells right of a label up to the next label."""
        row = self.rows[at]
        beside: list[Cell] = []
        for cell, other in zip(row[place + 1 :], self.names[at][place + 1 :], strict=True):
            if other and (beside or not (other == name or _is_choice(name, cell.text))):
                break
            if cell.column - row[place].column > _FARTHEST + row[place].width and not beside:
                break
            if not other and _has_inline(cell.text):
                break
            beside.append(cell)
        return beside

    def _state(self, at: int, place: int, name: str, beside: list[Cell]) -> None:
        label = self.rows[at][place]
        filled = [cell for cell in beside if not hints.is_hint(cell.text)]
        if filled:
            text = _joined(name, [cell.text.strip() for cell in filled])
            self.found.append(_split(name, text, filled[0].source))
            return
        below = None if beside or label.column in self.beside else self._below(at, label)
        if below is None:
            self.found.append(Stated(name, "", source=label.source))
        elif not hints.is_hint(below.text):
            self.taken.add((below.row, below.column))
            self.found.append(_split(name, below.text.strip(), below.source))

    def _below(self, at: int, label: Cell) -> Cell | None:
        """The value under a label, where nothing is written beside it."""
        for row_number in range(at + 1, min(at + 3, len(self.rows))):
            row, names = self.rows[row_number], self.names[row_number]
            for cell, name in zip(row, names, strict=True):
                if not label.column <= cell.column < label.column + label.width:
                    continue
                if name or hints.is_heading(cell.text) or _has_inline(cell.text):
                    return None
                return Cell(cell.column, cell.text, cell.source, cell.width, row_number)
            if row:
                return None
        return None

    def _columns_with_values_beside(self) -> set[int]:
        """The columns of labels in a layout that puts values to the right."""
        columns = set()
        for at, row in enumerate(self.rows):
            for place, name in enumerate(self.names[at]):
                if name and self._values(at, place, name):
                    columns.add(row[place].column)
        return columns

    def _inline(self, cell: Cell) -> None:
        """«label: value» within one cell, and several of them in a long one."""
        for one in fields.find(cell.text):
            if not hints.is_hint(one.value):
                one.source = cell.source
                self.found.append(one)

    def _continued(
        self, row: list[Cell], last: tuple[Stated, int] | None
    ) -> tuple[Stated, int] | None:
        """A list goes on below its value, where the column of labels is empty."""
        if last is None or len(row) != 1 or row[0].column != last[1]:
            return None
        one = last[0]
        if one.name in _LISTS and len(one.more) < _MAX_MORE and not hints.is_hint(row[0].text):
            one.more += row[0].text.strip().split("\n")[: _MAX_MORE - len(one.more)]
            return last
        return None


def _names_several(rows: Rows, heads: dict[int, str]) -> bool:
    """Whether the rows are about several people, or about people and no datasets."""
    if not _PERSONS & set(heads.values()):
        return False
    people: dict[str, set[str]] = {}
    for cell in (cell for row in rows for cell in row):
        if (name := heads.get(cell.column, "")) in _PERSONS:
            people.setdefault(name, set()).add(thai.fold(cell.text))
    return "dataset" not in heads.values() or any(len(said) > 1 for said in people.values())


def _split(name: str, text: str, source: str) -> Stated:
    """A value of several lines keeps them where they may be a list."""
    lines = [line for line in text.split("\n") if line.strip()]
    if name in _LISTS and len(lines) > 1:
        return Stated(name, "", lines, source)
    return Stated(name, "  ".join(lines), source=source)


def _joined(name: str, texts: list[str]) -> str:
    """Several cells as one value: options with their ticks, parts of a date or name."""
    whole = "  ".join(texts)
    if ticks.chosen([whole]) is not None:
        return whole
    if name in _DATES and not values.iso_date(texts[0]) and values.iso_date(whole):
        return whole
    if name == "requester_name" and len(texts) > 1 and thai.fold(texts[0]) in _PREFIXES:
        return texts[0] + texts[1]
    return texts[0]


def _is_choice(name: str, text: str) -> bool:
    """«LINE» and «อีเมล» are labels and choices of a channel."""
    if name not in _CHOICES or name not in values.READERS:
        return False
    return len(text) < 40 and values.READERS[name](text) is not None


def _has_inline(text: str) -> bool:
    """Whether a cell holds a whole «label: value» of its own."""
    if ":" not in text and "：" not in text:
        return False
    return any(one.value for one in fields.find(text))


def lines(rows: Rows) -> Iterator[str]:
    """The table as text, cells parted by tabs."""
    for row in rows:
        yield "\t".join(cell.text.strip() for cell in row)
