"""A table that is too wide for the page where it is decided: its first columns there, and all of
them on pages of their own, which a link leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailproc.model import Prepared

_ROOM = 24_000  # bytes that a table may take of a decision page, which has at most 50 KB
_FIRST = 10_000  # of them where it is wide
_PART = 30_000  # bytes of columns on a page of their own
_CELL, _TICK = 12, 150  # bytes of markup around a cell, and around a column to be ticked
_TIMES = 3  # a title stands in the list of columns, above the sample and beside its tick


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a page of columns tells it, numbered from 1 as in mails."""

    number: int
    title: str
    cells: tuple[str, ...]  # of the first rows


def is_wide(prepared: Prepared) -> bool:
    """Whether the table is told in part where it is decided."""
    titles = sum(_TIMES * _bytes(title) + _TICK for title in prepared.columns)
    return titles + sum(map(_weight, _columns(prepared))) > _ROOM


def first(prepared: Prepared) -> int:
    """How many columns a decision page shows; all, unless the table is wide."""
    if not is_wide(prepared):
        return len(prepared.columns)
    return next(_cut(_columns(prepared), _FIRST, times=2))[-1].number


def parts(prepared: Prepared) -> list[list[Column]]:
    """All columns, page by page; at least one page."""
    return list(_cut(_columns(prepared), _PART)) or [[]]


def _columns(prepared: Prepared) -> list[Column]:
    rows = prepared.sample
    return [
        Column(at + 1, title, tuple(row[at] for row in rows if at < len(row)))
        for at, title in enumerate(prepared.columns)
    ]


def _cut(columns: list[Column], room: int, times: int = 1) -> Iterator[list[Column]]:
    """Runs of columns that fit, each of one column at least."""
    part: list[Column] = []
    left = room
    for column in columns:
        weight = times * _bytes(column.title) + _weight(column) + _TICK
        if part and weight > left:
            yield part
            part, left = [], room
        part.append(column)
        left -= weight
    if part:
        yield part


def _weight(column: Column) -> int:
    return sum(_bytes(cell) + _CELL for cell in column.cells)


def _bytes(text: str) -> int:
    return len(text.encode())
