"""Widths and heights on screen, in pixels.

Measured: the default row height clips Thai from 14 pt on, and xlsxwriter's `autofit` counts
combining marks, so both are our own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from mailproc import thai
from mailproc.datasets.output.frame import is_total
from mailproc.datasets.table import NUMBERS, Cell, Column, Table

POINTS = 14
ROW = 30
MOST_HEIGHT = 545  # a row can't be higher than 409 points
_NAME = 360  # longer texts wrap
_NUMBER = 50  # «หญิง» and a four-digit number with its comma
_TITLE = 130  # longer headers wrap
_FEW, _WIDE = 3, 150  # so few columns of numbers are made wide enough to be read across a page
_DATE = 110
_MARGIN = 12


def widths(table: Table) -> list[int]:
    """Of each column: wide enough for every number, up to 360 px for texts."""
    numbers = sum(column.is_number for column in table.columns)
    least = _WIDE if numbers <= _FEW else _NUMBER
    cells = zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns)
    totals = table.total or ("",) * len(table.columns)
    return [
        _width(column, values, total, least)
        for column, values, total in zip(table.columns, cells, totals, strict=True)
    ]


def _width(column: Column, values: Sequence[Cell], total: Cell, least: int) -> int:
    title = min(pixels(column.title_th), _TITLE)
    if column.kind in NUMBERS:
        bold = is_total(column)
        return max(least, title, _digits([*_extremes(values), total], column, bold=bold))
    if column.kind == "date":
        return max(_DATE, title)
    # without the total row: its label may run on into the next cell
    return max(_NUMBER, title, min(_NAME, _longest(values)))


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
    best = 0
    for value in set(values):
        written = str(value)
        if len(written) > best:
            best = max(best, *(thai.columns(line) for line in written.split("\n")))
    return math.ceil(best * 0.80 * POINTS + _MARGIN)


def pixels(words: str) -> int:
    """Base letters × 0.80 × pt + 12, checked by eye for Sarabun and Laksaman."""
    return math.ceil(thai.columns(words) * 0.80 * POINTS + _MARGIN)


def height(words: str, width: int, *, line: int = ROW) -> int:
    """Room for the words wrapped into the width."""
    lines = sum(math.ceil(pixels(one) / width) or 1 for one in words.split("\n"))
    return min(MOST_HEIGHT, lines * line)


def row_height(cells: Sequence[Cell], texts: Sequence[tuple[int, int]]) -> int:
    """Of one row of the table; `texts` are the columns of text with their most letters."""
    lines = 1
    for at, most in texts:
        words = cells[at]
        if isinstance(words, str) and len(words) > most:
            lines = max(lines, sum(-(-thai.columns(x) // most) or 1 for x in words.split("\n")))
    return min(MOST_HEIGHT, lines * ROW)


def letters(width: int) -> int:
    """How many letters a cell of that width holds in one line."""
    return max(1, int((width - _MARGIN) / (0.80 * POINTS)))
