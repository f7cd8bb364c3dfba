"""A result: columns with their headers and kinds, rows, the total row, the digest over all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailproc.digest import digest

Cell = str | int  # a decimal is a str with a fixed number of places; missing is ""
Row = tuple[Cell, ...]
HIDDEN: Final = "*"  # stands where a small count is not shown
NUMBERS = ("integer", "decimal", "percent")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `name_*` is complete in itself («ป.1 หญิง») and unique; `title_*` stands in the
    lower header row under `group_*`, which is empty where the column stands alone."""

    key: str
    name_th: str
    name_en: str
    title_th: str
    title_en: str
    group_th: str
    group_en: str
    kind: str  # text | code | integer | decimal | percent | date
    cls: str  # open | internal | personal | special | contact
    decimals: int = 0
    summed: bool = False
    about_th: str = ""
    about_en: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True, slots=True)
class Table:
    """`total` is empty where nothing can be added up; `hidden` counts the cells that are HIDDEN."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row
    hidden: int
    digest: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name_th for column in self.columns)


def digest_of(names: Sequence[str], rows: Sequence[Sequence[Cell]], total: Sequence[Cell]) -> str:
    """The result digest: headers, rows and total, texts as texts and whole numbers as integers."""
    return digest({"columns": names, "rows": rows, "total": total})


def leading(columns: Sequence[Column]) -> int:
    """How many columns of text come before the first number."""
    return next((at for at, c in enumerate(columns) if c.is_number), len(columns))
