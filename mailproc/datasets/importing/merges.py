"""Cells that stand for several rows: a district written once beside all of its schools.

A spreadsheet keeps the words in the first row alone; where the others are is said below the cells.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable, Iterator

_MERGED = re.compile(
    rb'mergeCell\s[^>]{0,40}ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"'
)
_MOST = 20_000
_CHUNK = 1 << 20
_LONGEST = 200  # bytes of one such element
Span = tuple[str, int, int]  # letters of the column, first and last row


def vertical(opened: zipfile.ZipFile, part: str) -> tuple[Span, ...]:
    """The merged cells of one column and several rows."""
    found: dict[Span, None] = {}
    rest = b""
    with opened.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            for left, top, right, bottom in _MERGED.findall(text):
                if left == right and int(bottom) > int(top) and len(found) < _MOST:
                    found[left.decode(), int(top), int(bottom)] = None
            rest = text[-_LONGEST:]
    return tuple(found)


def filled(
    rows: Iterable[tuple[int, list[str]]],
    spans: Collection[tuple[int, int, int]],
    wanted: Collection[int],
) -> Iterator[tuple[int, list[str]]]:
    """The rows with the words of merged cells in each row that they stand for, in these columns."""
    by_column: dict[int, list[tuple[int, int]]] = {}
    for column, first, last in spans:
        if column in wanted:
            by_column.setdefault(column, []).append((first, last))
    words: dict[tuple[int, int], str] = {}
    for number, row in rows:
        for column, places in by_column.items():
            for first, last in places:
                if number == first and column < len(row):
                    words[column, first] = row[column]
                elif first < number <= last and (said := words.get((column, first))):
                    row = _with(row, column, said)
        yield number, row


def _with(row: list[str], column: int, words: str) -> list[str]:
    wide = row + [""] * (column + 1 - len(row))
    wide[column] = wide[column] or words
    return wide
