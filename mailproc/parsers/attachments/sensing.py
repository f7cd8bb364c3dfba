"""Cells of a table that surely are labels, though no list holds their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from mailproc import thai
from mailproc.parsers.attachments import hints
from mailproc.parsers.naming import sensed

ORDINALS = frozenset(
    thai.fold(w) for w in "ลำดับ ลำดับที่ ที่ ข้อ no # หมายเหตุ remark remarks ประทับเวลา timestamp".split()
)
_OTHERS = 2  # labels in the same column that make one more believable
_FEWEST_HEADS = 3
_LONGEST = 100


class _Cell(Protocol):
    @property
    def column(self) -> int: ...
    @property
    def text(self) -> str: ...


Names = list[list[str | None]]


def complete(rows: Sequence[Sequence[_Cell]], names: Names) -> None:
    """Puts in the fields of cells that stand as labels: column headings, left cells of pairs."""
    if not _heads(rows, names):
        _pairs(rows, names)


def _heads(rows: Sequence[Sequence[_Cell]], names: Names) -> bool:
    """A row of three headings or more, each known or sensed by the value below it."""
    for at in range(min(len(rows) - 1, 12)):
        row, below = rows[at], {cell.column: cell.text for cell in rows[at + 1]}
        if len(row) < _FEWEST_HEADS or not any(cell.column in below for cell in row):
            continue
        named = [
            name or _sensed(cell.text, below.get(cell.column, ""))
            for cell, name in zip(row, names[at], strict=True)
        ]
        known = [name for name in named if name]
        loose = [
            cell for cell, n in zip(row, named, strict=True) if not n and not _is_ordinal(cell)
        ]
        if loose or len(known) < _FEWEST_HEADS or len(set(known)) < len(known):
            continue
        if sum(1 for name in names[at + 1] if name) * 2 > len(rows[at + 1]):
            continue
        names[at] = list(named)
        return True
    return False


def _pairs(rows: Sequence[Sequence[_Cell]], names: Names) -> None:
    """Left cells of pairs, in a column where other labels stand."""
    guessed: list[tuple[int, int, str]] = []
    columns: Counter[int] = Counter()
    for at, row in enumerate(rows):
        for place, (cell, name) in enumerate(zip(row, names[at], strict=True)):
            if name:
                columns[cell.column] += 1
                continue
            before = names[at][place - 1] if place else None
            beside = place + 1 < len(row) and not names[at][place + 1]
            if before or not beside or (place and _taken(guessed, at, place - 1)):
                continue
            if found := _sensed(cell.text, row[place + 1].text):
                guessed.append((at, place, found))
                columns[cell.column] += 1
    for at, place, name in guessed:
        if columns[rows[at][place].column] > _OTHERS:
            names[at][place] = name


def _taken(guessed: list[tuple[int, int, str]], at: int, place: int) -> bool:
    return bool(guessed) and guessed[-1][:2] == (at, place)


def _sensed(text: str, value: str) -> str | None:
    words = " ".join(text.strip().strip(":：").split())
    if not words or len(words) > _LONGEST:
        return None
    empty = hints.is_hint(value) or not value.strip(" -–—")
    return sensed(words, "" if empty else value)


def _is_ordinal(cell: _Cell) -> bool:
    return thai.fold(cell.text) in ORDINALS
