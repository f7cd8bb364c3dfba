"""Cells and ranges of a sheet: «C5», «$A$1:$B$9», and columns by letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MOST_ROW, MOST_COLUMN = 1_048_576, 16_384
_CELL = r"\$?([A-Z]{1,3})\$?([0-9]{1,7})"
_AREA = re.compile(rf"{_CELL}(?::{_CELL})?")
_COLUMNS = re.compile(r"\$?([A-Z]{1,3}):\$?([A-Z]{1,3})")
_ROWS = re.compile(r"\$?([0-9]{1,7}):\$?([0-9]{1,7})")
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!(),\[\]]+))!(.+)")


@dataclass(frozen=True, slots=True)
class Area:
    """Cells from `first_row` to `last_row` and `first` to `last` column, counted from 1."""

    first_row: int
    first: int
    last_row: int
    last: int

    @classmethod
    def parse(cls, text: str) -> Area | None:
        """The area of «A1», «A1:B9», «A:C» or «3:9»; None for anything else."""
        if found := _AREA.fullmatch(text):
            row, column = int(found[2]), column_number(found[1])
            last_row = int(found[4]) if found[4] else row
            return cls(row, column, last_row, column_number(found[3]) if found[3] else column)
        if found := _COLUMNS.fullmatch(text):
            return cls(1, column_number(found[1]), MOST_ROW, column_number(found[2]))
        if found := _ROWS.fullmatch(text):
            return cls(int(found[1]), 1, int(found[2]), MOST_COLUMN)
        return None

    def holds(self, other: Area) -> bool:
        return (
            self.first_row <= other.first_row
            and other.last_row <= self.last_row
            and self.first <= other.first
            and other.last <= self.last
        )

    def has(self, row: int, column: int) -> bool:
        return self.first_row <= row <= self.last_row and self.first <= column <= self.last

    @property
    def size(self) -> int:
        return (self.last_row - self.first_row + 1) * (self.last - self.first + 1)

    def cells(self) -> Iterator[tuple[int, int]]:
        for row in range(self.first_row, self.last_row + 1):
            for column in range(self.first, self.last + 1):
                yield row, column


def reference(text: str) -> tuple[str, Area] | None:
    """Sheet and area of «'แผ่น 1'!$A$1:$A$9»; None where it is no plain reference."""
    found = _REFERENCE.fullmatch(text.strip())
    area = Area.parse(found[3]) if found else None
    if found is None or area is None:
        return None
    return (found[1] or found[2]).replace("''", "'"), area


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """«A» is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=20_000)
def column_letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell(row: int, column: int) -> str:
    return f"{column_letters(column)}{row}"


def stretch(rows: list[int]) -> str:
    """«3:9» for rows that were found, however many lie between them."""
    return f"{min(rows)}:{max(rows)}"
