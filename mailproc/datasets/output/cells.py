"""A sheet whose table is written as XML row by row, straight into the file.

xlsxwriter keeps an object for each cell, or, with `constant_memory`, calls some ten functions for
each: a table that is ready needs neither. Everything else of the sheet is xlsxwriter's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from mailproc.datasets.table import Cell
from mailproc.errors import NeedsPerson

MOST_LETTERS = 32_767  # of one cell
_MOST_WHOLE = 10**15  # a larger number loses digits in a spreadsheet
_EPOCH = date(1899, 12, 30).toordinal()  # day 0 of the 1900 date system, after February 1900
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ODD = re.compile(r"[\x00-\x1f\ufffe\uffff\ud800-\udfff&<>]|_x[0-9A-Fa-f]{4}_|^\s|\s$")
_ESCAPE = re.compile("(_x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
Style = tuple[str, Any]  # kind of the column, xlsxwriter's format
Text = Callable[[str], str]  # the rest of a cell that holds these words


class Line(NamedTuple):
    """One row of the sheet; `height` in points."""

    cells: Sequence[Cell]
    styles: Sequence[Style]
    height: float


class TableSheet(Worksheet):  # type: ignore[misc]
    """Cells written before `put` stand above the table, nothing stands below but what it gets."""

    dim_rowmax: int | None
    _lines: Iterable[str] = ()
    _above: int | None = None

    def put(self, first: int, count: int, lines: Iterable[Line], *, share: bool) -> None:
        """`count` rows from `first` on.

        `share` keeps each text once in the file, for small tables. Without it the lines are read
        only when the book is closed, and kept nowhere.
        """
        self._above = self.dim_rowmax
        if self._above is None:
            self._check_dimensions(first, 0)  # else the sheet counts as empty
        self.dim_rowmax = first + count - 1
        text = self._shared if share else _inline
        made = _xml(first, lines, text)
        self._lines = list(made) if share else made

    def join(self, row: int, last: int) -> None:
        """The first cells of a row below the table, up to column `last`, are shown as one."""
        self.merge.append([row, 0, row, last])

    def _shared(self, words: str) -> str:
        return f' t="s"><v>{self.str_table._get_shared_string_index(checked(words))}</v></c>'

    def _write_rows(self) -> None:
        """xlsxwriter's rows first, then ours: they must ascend."""
        if self._above is not None:
            self.dim_rowmax, last = self._above, self.dim_rowmax
            super()._write_rows()
            self.dim_rowmax = last
        self.fh.writelines(self._lines)


def checked(words: str) -> str:
    """The words as a file can hold them. Raises NeedsPerson where a cell can't hold all."""
    if len(words) > MOST_LETTERS:
        raise NeedsPerson(f"A text of {len(words):,} letters does not fit into a cell.")
    return words.encode("utf-8", "replace").decode()


# ---------------------------------------------------------------- XML


def _xml(first: int, lines: Iterable[Line], text: Text) -> Iterator[str]:
    known: dict[int, list[tuple[str, str, str]]] = {}  # by the sequence of styles
    for number, line in enumerate(lines, first + 1):
        if not line.cells:
            continue
        columns = known.get(id(line.styles))
        if columns is None:
            columns = known[id(line.styles)] = [
                (f'<c r="{xl_col_to_name(at)}', f'" s="{style._get_xf_index()}"', kind)
                for at, (kind, style) in enumerate(line.styles)
            ]
        yield _row(number, line, columns, text)


def _row(number: int, line: Line, columns: Sequence[tuple[str, str, str]], text: Text) -> str:
    parts = [f'<row r="{number}" ht="{line.height:g}" customHeight="1">']
    for (cell_at, style, kind), cell in zip(columns, line.cells, strict=True):
        if type(cell) is int and -_MOST_WHOLE < cell < _MOST_WHOLE:
            parts.append(f"{cell_at}{number}{style}><v>{cell}</v></c>")
        elif cell == "":
            parts.append(f"{cell_at}{number}{style}/>")
        else:
            value = _value(str(cell), kind)
            rest = f"><v>{value}</v></c>" if value else text(str(cell))
            parts.append(f"{cell_at}{number}{style}{rest}")
    parts.append("</row>")
    return "".join(parts)


def _value(cell: str, kind: str) -> str:
    """The number that a spreadsheet keeps for this cell; empty where it keeps a text."""
    if kind in ("text", "code"):
        return ""
    if kind == "date":
        return _serial(cell)
    if not _NUMBER.fullmatch(cell):
        return ""
    return f"{Decimal(cell).scaleb(-2):f}" if kind == "percent" else cell


def _serial(cell: str) -> str:
    if not _DATE.fullmatch(cell):
        return ""
    try:
        return str(date.fromisoformat(cell).toordinal() - _EPOCH)
    except ValueError:
        return ""


def iso_date(serial: int) -> str:
    """The day of a date cell."""
    return date.fromordinal(serial + _EPOCH).isoformat()


def _inline(words: str) -> str:
    if not _ODD.search(words) and len(words) <= MOST_LETTERS:
        return f' t="inlineStr"><is><t>{words}</t></is></c>'
    words = _ESCAPE.sub(r"_x005F\1", checked(words))
    words = _CONTROL.sub(lambda m: f"_x{ord(m[0]):04X}_", words)
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(words)}</t></is></c>'
