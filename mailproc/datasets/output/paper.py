"""How a sheet of data is laid on A4: what stays on every page, and where a new page starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailproc.datasets.output import sizes
from mailproc.datasets.output.frame import blocks
from mailproc.datasets.output.spread import shared_out
from mailproc.datasets.table import Column, Table, leading

# A4 landscape within our margins holds 1,045 px at full size; much smaller nobody reads 14 pt.
_PAGE, LEAST_SCALE = 1045, 58
# Where Calibri is missing a spreadsheet makes columns this much wider (LibreOffice, seen).
_STAND_IN = 1.35
_ROOM = int(_PAGE * 100 / LEAST_SCALE)
_KEPT, _MOST_KEPT = 2, 520  # columns, and their pixels: more would hide the figures on a screen
_NARROWER, _FEW_ROWS, _DOWN = (290, 230), 5_000, 1_050  # pixels, rows, pixels of a page
_LEAST_KEPT = 330  # pixels that a title wrapped into them needs


@dataclass(frozen=True, slots=True)
class Spread:
    """`widths` in pixels; `kept` columns stay in sight and stand on each page; `starts` are the
    columns where a new page begins, empty where one page is as wide as the table."""

    widths: tuple[int, ...]
    kept: int
    starts: tuple[int, ...]

    @property
    def lines_over(self) -> int:
        """The columns over which titles and notes run: what is cut by no page."""
        return self.kept if self.starts else len(self.widths)

    @property
    def width_of_lines(self) -> int:
        return sum(self.widths[: self.lines_over])


def spread(table: Table) -> Spread:
    """Of a table's sheets. Texts wrap earlier where that saves pages."""
    found = _laid(table, sizes.LONGEST)
    if not found.starts or len(table.rows) > _FEW_ROWS:
        return found
    narrower = [_laid(table, most) for most in _NARROWER]
    return min((found, *narrower), key=lambda one: _pages(one, table))


def _laid(table: Table, most: int) -> Spread:
    widths = sizes.widths(table, text=most)
    stays = kept(widths, table.columns)
    if breaks(widths, table.columns) and stays:
        widths[stays - 1] += max(0, _LEAST_KEPT - sum(widths[:stays]))
    return Spread(tuple(widths), stays, tuple(breaks(widths, table.columns)))


def _pages(wide: Spread, table: Table) -> int:
    texts = sizes.text_columns(table.columns, wide.widths)
    down = sum(sizes.row_height(row, texts) for row in table.rows)
    return (len(wide.starts) + 1) * (down // _DOWN + 1)


def kept(widths: Sequence[int], columns: Sequence[Column]) -> int:
    """How many of the first columns, which name a row, are always shown."""
    most = min(_KEPT, leading(columns), len(columns) - 1)
    return next(n for n in range(most, -1, -1) if sum(widths[:n]) <= _MOST_KEPT)


def breaks(widths: Sequence[int], columns: Sequence[Column]) -> list[int]:
    """Columns where a new page starts, never inside a grade; none where one page holds all."""
    if sum(widths) <= _ROOM:
        return []
    stays = kept(widths, columns)
    groups = [block for block in blocks(columns) if block[0] >= stays]
    room = _ROOM / _STAND_IN - sum(widths[:stays])
    parts = shared_out([sum(widths[a : b + 1]) for a, b in groups], room)
    return [groups[part[0]][0] for part in parts[1:]]
