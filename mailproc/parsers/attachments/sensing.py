"""Cells of a table that surely are labels, though no list holds their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from mailproc import thai
from mailproc.parsers import tables, values
from mailproc.parsers.attachments import hints
from mailproc.parsers.naming import sensed, told

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


def complete(rows: Sequence[Sequence[_Cell]], names: Names) -> set[tuple[int, int]]:
    """Puts in the fields of cells that stand as labels: column headings, left cells of pairs.

    Gives the places (row, cell) that are known by the value beside them alone.
    """
    _forget_pair_heads(rows, names)
    return set() if _heads(rows, names) else _pairs(rows, names) | _stack(rows, names)


def _forget_pair_heads(rows: Sequence[Sequence[_Cell]], names: Names) -> None:
    """«รายการ | รายละเอียด» above labels and values names no field."""
    for at, row in enumerate(rows[:12]):
        lines = ["\t".join(cell.text for cell in below) for below in rows[at : at + 5]]
        if len(row) > 1 and tables.heads_pairs(lines[0], lines[1:], hints.label):
            names[at] = [None] * len(row)


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


def _pairs(rows: Sequence[Sequence[_Cell]], names: Names) -> set[tuple[int, int]]:
    """Left cells of pairs, in a column where other labels stand."""
    guessed: list[tuple[int, int, str]] = []
    by_value: set[tuple[int, int]] = set()
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
            elif found := told(_words(cell.text), row[place + 1].text):
                guessed.append((at, place, found))
                by_value.add((at, place))
    for at, place, name in guessed:
        if columns[rows[at][place].column] > _OTHERS:
            names[at][place] = name
    return by_value


def _stack(rows: Sequence[Sequence[_Cell]], names: Names) -> set[tuple[int, int]]:
    """Cells above their value, alone in their rows, in a column where other labels stand so."""
    alone = [at for at, row in enumerate(rows) if len(row) == 1]
    columns = Counter(rows[at][0].column for at in alone if names[at][0])
    by_value: set[tuple[int, int]] = set()
    for at in alone:
        below = rows[at + 1] if at + 1 < len(rows) else ()
        cell = rows[at][0]
        if names[at][0] or columns[cell.column] <= _OTHERS or len(below) != 1:
            continue
        if below[0].column != cell.column or _answers(rows, names, at):
            continue
        sensed_as = _sensed(cell.text, below[0].text)
        if names[at + 1][0]:
            if not sensed_as or not values.answers(sensed_as, below[0].text.strip()):
                continue
            names[at + 1][0] = None  # «อีเมล» is a label and a value
        names[at][0] = sensed_as
        if names[at][0] is None and (found := told(_words(cell.text), below[0].text)):
            names[at][0] = found
            by_value.add((at, 0))
    return by_value


def _answers(rows: Sequence[Sequence[_Cell]], names: Names, at: int) -> bool:
    """Whether the row is the value of the label above it."""
    above = at and len(rows[at - 1]) == 1 and names[at - 1][0]
    return bool(above) and rows[at - 1][0].column == rows[at][0].column


def _taken(guessed: list[tuple[int, int, str]], at: int, place: int) -> bool:
    return bool(guessed) and guessed[-1][:2] == (at, place)


def _sensed(text: str, value: str) -> str | None:
    words = _words(text)
    if not words or len(words) > _LONGEST:
        return None
    empty = hints.is_hint(value) or not value.strip(" -–—")
    return sensed(words, "" if empty else value)


def _words(text: str) -> str:
    return " ".join(text.strip().strip(":：").split())


def _is_ordinal(cell: _Cell) -> bool:
    return thai.fold(cell.text) in ORDINALS
