"""Declared exceptions: contact columns of the catalogue, by exact range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailproc.datasets.gate import headings
from mailproc.datasets.gate.finding import Allowed, Exempt
from mailproc.datasets.gate.places import Area
from mailproc.datasets.gate.sheet import Sheet

KINDS = frozenset({"phone", "email", "address", "person_name"})
_MOST_HEADERS = 12  # rows from the top in which a heading may stand
_LEAST = 3  # columns of the dataset that must be there


def declared(sheet: Sheet, allowed: Allowed) -> Iterator[Exempt]:
    """The contact columns of a sheet all of whose headings are those of one dataset."""
    if not allowed.contacts:
        return
    for row, cells in _heads(sheet).items():
        told = {column: headings.fold(words) for column, words in cells}
        for known, contact in allowed.contacts:
            if len(told) >= _LEAST and set(told.values()) <= known:
                for column, words in told.items():
                    if words in contact:
                        area = Area(row + 1, column, max(sheet.last_row, row + 1), column)
                        yield Exempt(sheet.name, area, KINDS)


def _heads(sheet: Sheet) -> dict[int, Sequence[tuple[int, str]]]:
    """The texts of the first rows."""
    found: dict[int, list[tuple[int, str]]] = {}
    for column, told in sheet.columns.columns.items():
        for row, words in told.values[: _MOST_HEADERS * 2]:
            if row <= _MOST_HEADERS and words.strip():
                found.setdefault(row, []).append((column, words))
    return dict(found)
