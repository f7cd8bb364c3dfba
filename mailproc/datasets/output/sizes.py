"""Widths and heights on screen, in pixels.

Measured: the default row height clips Thai from 14 pt on, and xlsxwriter's `autofit` counts
combining marks, so both are our own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from mailproc import thai
from mailproc.datasets.output.frame import blocks, is_total
from mailproc.datasets.table import NUMBERS, Cell, Column, Table

POINTS = 14
ROW = 30
MOST_HEIGHT = 545  # a row can't be higher than 409 points
LONGEST = 360  # longer texts wrap
_NUMBER = 50  # «หญิง» and a four-digit number with its comma
_TITLE = 130  # longer headers wrap
_FEW, _WIDE = 3, 150  # so few columns of numbers are made wide enough to be read across a page
_DATE = 110
_MARGIN = 12
_LOST = 1.15  # what is left over at the ends of wrapped lines, as lines break between words
_MOST_LINES = 2  # of a header over several columns


def widths(table: Table, *, text: int = LONGEST) -> list[int]:
    """Of each column: wide enough for every number, and for texts of up to `text` pixels."""
    found = [
        max(_title(column), min(width, text)) if column.kind == "text" else width
        for width, column in zip(_of_cells(table), table.columns, strict=True)
    ]
    return _under_groups(found, table.columns)


def _title(column: Column) -> int:
    return min(pixels(column.title_th), _TITLE)


def _of_cells(table: Table) -> list[int]:
    numbers = sum(column.is_number for column in table.columns)
    least = _WIDE if numbers <= _FEW else _NUMBER
    cells = zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns)
    totals = table.total or ("",) * len(table.columns)
    return [
        _width(column, values, total, least)
        for column, values, total in zip(table.columns, cells, totals, strict=True)
    ]


def _under_groups(found: list[int], columns: Sequence[Column]) -> list[int]:
    """Columns so wide that the header over them takes two lines at most."""
    for first, last in blocks(columns):
        over = pixels(columns[first].group_th) * _LOST / _MOST_LINES
        count = last - first + 1
        lacking = math.ceil((over - sum(found[first : last + 1])) / count)
        if columns[first].group_th and lacking > 0:
            found[first : last + 1] = [width + lacking for width in found[first : last + 1]]
    return found


def _width(column: Column, values: Sequence[Cell], total: Cell, least: int) -> int:
    title = _title(column)
    if column.kind in NUMBERS:
        bold = is_total(column)
        return max(least, title, _digits([*_extremes(values), total], column, bold=bold))
    if column.kind == "date":
        return max(_DATE, title)
    return max(_NUMBER, title, min(LONGEST, _longest([*values, total])))


def _extremes(values: Iterable[Cell]) -> list[Cell]:
    """Those of the values that can be the widest."""
    whole = [value for value in values if type(value) is int]
    rest = max((v for v in values if type(v) is str), key=len, default="")
    return [max(whole), min(whole), rest] if whole else [rest]


def _digits(cells: Iterable[Cell], column: Column, *, bold: bool) -> int:
    """Digits are narrower than Thai letters, also in the fonts that stand in for Sarabun."""
    written = [f"{cell:,}" if isinstance(cell, int) else cell for cell in cells]
    longest = max(map(len, written), default=0)
    longest += 1 if column.decimals and longest > 6 else 0  # the comma that a text has not
    factor = 0.68 if bold else 0.64
    return math.ceil((longest + (column.kind == "percent")) * factor * POINTS + _MARGIN)


def _longest(values: Iterable[Cell]) -> int:
    """Letters are counted only where a text could be the widest."""
    best = 0.0
    for value in set(values):
        written = str(value)
        if len(written) > best:
            best = max(best, *(units(line) for line in written.split("\n")))
    return math.ceil(best * 0.80 * POINTS + _MARGIN)


@lru_cache(maxsize=8192)  # the same names are measured for widths, heights and pages
def units(words: str) -> float:
    """The room of the words in Thai letters; Latin letters and digits need four fifths of one."""
    return thai.columns(words) - 0.2 * sum(letter.isascii() for letter in words)


def pixels(words: str) -> int:
    """Base letters × 0.80 × pt + 12, checked by eye for Sarabun and Laksaman."""
    return math.ceil(units(words) * 0.80 * POINTS + _MARGIN)


def height(words: str, width: int, *, line: int = ROW) -> int:
    """Room for the words wrapped into the width."""
    lines = sum(_wrapped(pixels(one), width) for one in words.split("\n"))
    return min(MOST_HEIGHT, lines * line)


def _wrapped(needed: float, width: int) -> int:
    return 1 if needed <= width else max(2, math.ceil(needed * _LOST / width))


def text_columns(columns: Sequence[Column], widths: Sequence[int]) -> list[tuple[int, int]]:
    """Those that may wrap: their places, with the letters of one line."""
    return [
        (at, letters(width))
        for at, (column, width) in enumerate(zip(columns, widths, strict=True))
        if not column.is_number
    ]


def row_height(cells: Sequence[Cell], texts: Sequence[tuple[int, int]]) -> int:
    """Of one row of the table; `texts` are its `text_columns`."""
    lines = 1
    for at, most in texts:
        words = cells[at]
        if isinstance(words, str) and len(words) > most:
            needed = (units(line) for line in words.split("\n"))
            lines = max(lines, sum(_wrapped(one, most) for one in needed))
    return min(MOST_HEIGHT, lines * ROW)


def letters(width: int) -> int:
    """How many letters a cell of that width holds in one line."""
    return max(1, int((width - _MARGIN + 0.5) / (0.80 * POINTS)))  # 224.0 px are 20 letters
