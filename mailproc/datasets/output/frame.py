"""Where things stand on the sheets of a workbook; the egress gate reads a file back by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailproc.datasets import query
from mailproc.datasets.plan import Plan
from mailproc.datasets.table import Column
from mailproc.datasets.texts import text
from mailproc.model import Prepared

EXCEL_ROWS = 1_048_576  # of one sheet, as the file format has it
_KEPT = 10  # rows above and below the table: title, headers, total, notes
MOST_ROWS = EXCEL_ROWS - _KEPT
_NAME = 31  # characters of a sheet's name; []:*?/\\ are not allowed in it


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows of a data sheet, counted from 0."""

    columns: tuple[Column, ...]
    rows: int
    example: bool = False
    most: int = MOST_ROWS  # rows of data on one sheet

    @property
    def title_row(self) -> int:
        """The line that says «example» stands over the title."""
        return int(self.example)

    @property
    def header_row(self) -> int:
        return self.title_row + 2

    @property
    def header_rows(self) -> int:
        """Two where columns stand in groups."""
        return 1 + any(column.group_th for column in self.columns)

    @property
    def first_row(self) -> int:
        return self.header_row + self.header_rows

    @property
    def parts(self) -> int:
        """How many sheets the rows need."""
        return max(1, -(-self.rows // self.most))

    def part(self, number: int) -> slice:
        """The rows of the sheet with this number, from 0."""
        return slice(number * self.most, min(self.rows, (number + 1) * self.most))


def of(prepared: Prepared) -> Frame:
    """The frame of what was prepared; needs no figures."""
    plan = Plan.parse(prepared.query)
    return Frame(query.layout(prepared.query), prepared.rows, plan.example)


def sheet_names(prepared: Prepared, frame: Frame, *, chart: bool) -> tuple[str, ...]:
    """All sheets in order: the data, its chart, the dictionary, the provenance."""
    others = ("chart", "dictionary", "provenance") if chart else ("dictionary", "provenance")
    return (*data_names(prepared.title_th, frame.parts), *(text("sheet", name) for name in others))


def data_names(title: str, parts: int) -> tuple[str, ...]:
    """The title where it fits whole, else a plain word: a name cut in a word helps nobody."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")
    suffixes = ["", *(f" ({number})" for number in range(2, parts + 1))]
    if not name or len(name) + len(suffixes[-1]) > _NAME:
        name = text("sheet", "data")
    return tuple(name + suffix for suffix in suffixes)


def header_lines(columns: Sequence[Column]) -> tuple[tuple[str, ...], ...]:
    """The header rows cell by cell; the cells under a merged one are empty."""
    if not any(column.group_th for column in columns):
        return (tuple(column.title_th for column in columns),)
    top, bottom = [], []
    before = ""
    for column in columns:
        alone = not column.group_th
        again = not alone and column.group_th == before
        top.append(column.title_th if alone else "" if again else column.group_th)
        bottom.append("" if alone else column.title_th)
        before = column.group_th
    return tuple(top), tuple(bottom)


def blocks(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """First and last column of each header of the upper row."""
    found: list[tuple[int, int]] = []
    for at, column in enumerate(columns):
        if found and column.group_th and column.group_th == columns[at - 1].group_th:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return found


def is_total(column: Column) -> bool:
    """Whether the column adds others up."""
    return "total" in column.key.split(".")[1:]
