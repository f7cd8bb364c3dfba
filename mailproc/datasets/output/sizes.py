"""Widths and heights on screen, in pixels.

Measured: the default row height clips Thai from 14 pt on, and xlsxwriter's `autofit` counts
combining marks, so both are our own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from mailproc import thai
from mailproc.datasets.output.frame import blocks, is_total
from mailproc.datasets.table import NUMBERS, Cell, Column, Table

POINTS = 14
ROW = 30
MOST_HEIGHT = 545  # a row can't be higher than 409 points
_NAME, _SQUEEZED = 360, 230  # longer texts wrap, sooner where the table is too wide for a page
_NUMBER = 50  # «หญิง» and a four-digit number with its comma
_TITLE = 130  # longer headers wrap
_FEW, _WIDE = 3, 150  # so few columns of numbers are made wide enough to be read across a page
_DATE = 110
_MARGIN = 12
_LOST = 1.15  # what is left over at the ends of wrapped lines, as lines break between words
_MOST_LINES = 2  # of a header over several columns


def widths(table: Table, *, page: int = 0) -> list[int]:
    """Of each column: wide enough for every number, up to 360 px for texts.

    Where the table is wider than `page` its long texts get less.
    """
    found = _of_cells(table)
    if 0 < page < sum(found):
        found = [_squeezed(*pair) for pair in zip(found, table.columns, strict=True)]
    return _under_groups(found, table.columns)


def _squeezed(width: int, column: Column) -> int:
    title = min(pixels(column.title_th), _TITLE)
    return max(title, min(width, _SQUEEZED)) if column.kind == "text" else width


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
    title = min(pixels(column.title_th), _TITLE)
    if column.kind in NUMBERS:
        bold = is_total(column)
        return max(least, title, _digits([*_extremes(values), total], column, bold=bold))
    if column.kind == "date":
        return max(_DATE, title)
    return max(_NUMBER, title, min(_NAME, _longest([*values, total])))


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
    lines = sum(_wrapped(pixels(one), width) for one in words.split("\n"))
    return min(MOST_HEIGHT, lines * line)


def _wrapped(needed: int, width: int) -> int:
    return 1 if needed <= width else max(2, math.ceil(needed * _LOST / width))


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
