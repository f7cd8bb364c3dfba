"""A table on paper: which way the page lies, how wide the columns are, where a new block starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from mailproc import thai
from mailproc.datasets.output.frame import blocks, is_total
from mailproc.datasets.output.spread import shared_out
from mailproc.datasets.table import Cell, Column, Table, leading

POINTS = 9.0
UPRIGHT, TURNED = 180.0, 267.0  # mm of an A4 page between our margins
_MM = 0.3528  # of a point
_LETTER, _DIGIT, _COMMA = 0.65, 0.57, 0.30  # of the bold Sarabun, in em (read from the font)
_PADDING = 2.4  # mm
_MOST_TEXT, _MOST_TITLE, _LEAST = 62.0, 19.0, 8.0
_TEXTS = (_MOST_TEXT, 50.0, 40.0)  # mm that a long text gets before it wraps
_KEPT = 2  # columns that name a row in every block: the code and the name of a school
_STRETCH = 1.7  # so much wider than needed where there is room


@dataclass(frozen=True, slots=True)
class Head:
    words: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """The columns that stand side by side on a page; the leading ones are in every block."""

    widths: tuple[float, ...]  # mm
    numbers: tuple[bool, ...]
    totals: tuple[bool, ...]
    heads: tuple[tuple[Head, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class Pages:
    turned: bool
    blocks: tuple[Block, ...]


def lay_out(table: Table) -> Pages:
    """Upright where all columns fit, else turned, else in blocks of whole groups."""
    columns = table.columns
    shown = [tuple(map(_shown, row, columns)) for row in table.rows]
    total = tuple(map(_shown, table.total, columns))
    widths = _widths(columns, [*shown, total] if total else shown)
    turned = sum(widths) > UPRIGHT
    room = TURNED if turned else UPRIGHT
    widths, parts = _fewest(widths, columns, room)
    made = []
    for chosen in parts:
        wide = _stretched([widths[at] for at in chosen], [columns[at] for at in chosen], room)
        made.append(_block(chosen, wide, columns, shown, total))
    return Pages(turned, tuple(made))


def _fewest(
    widths: list[float], columns: Sequence[Column], room: float
) -> tuple[list[float], list[tuple[int, ...]]]:
    """Widths and the columns of each block; long texts wrap earlier where that saves a block."""
    made = []
    for most in _TEXTS:
        narrower = [
            max(min(width, most), min(_letters(c.title_th), _MOST_TITLE))
            if c.kind == "text"
            else width
            for width, c in zip(widths, columns, strict=True)
        ]
        made.append((narrower, list(_chosen(narrower, columns, room))))
    return min(made, key=lambda pair: len(pair[1]))


# ---------------------------------------------------------------- widths


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[float]:
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return [_width(column, cells) for column, cells in zip(columns, by_column, strict=True)]


def _width(column: Column, cells: Sequence[str]) -> float:
    title = min(_letters(column.title_th), _MOST_TITLE)
    if column.is_number or column.kind == "code":
        return max(_LEAST, title, max(map(_figures, set(cells)), default=0.0))
    longest = max(map(_letters, set(cells)), default=0.0)
    return max(_LEAST, title, min(_MOST_TEXT, longest))


def _letters(words: str) -> float:
    return thai.columns(words) * _LETTER * POINTS * _MM + _PADDING


def _figures(words: str) -> float:
    narrow = sum(words.count(sign) for sign in ",.-")
    wide = len(words) - narrow if words.isascii() else 2 * thai.columns(words)
    return (wide * _DIGIT + narrow * _COMMA) * POINTS * _MM + _PADDING


def _stretched(widths: list[float], columns: Sequence[Column], room: float) -> tuple[float, ...]:
    """Numbers get of what is left over, so that a small table does not look lost."""
    numbers = sum(width for width, c in zip(widths, columns, strict=True) if c.is_number)
    rest = sum(widths) - numbers
    factor = min(_STRETCH, (room - rest) / numbers) if numbers else 1.0
    return tuple(
        round(width * max(1.0, factor) if c.is_number else width, 2)
        for width, c in zip(widths, columns, strict=True)
    )


def _chosen(
    widths: Sequence[float], columns: Sequence[Column], room: float
) -> Iterator[tuple[int, ...]]:
    """The columns of each block, in as few blocks as hold them and about equally wide."""
    if sum(widths) <= room:
        yield tuple(range(len(widths)))
        return
    first = min(_KEPT, leading(columns), len(columns) - 1) or 1
    first = first if sum(widths[:first]) < room / 2 else 1
    names = tuple(range(first))
    left = room - sum(widths[:first])
    groups = [(a, b) for a, b in blocks(columns) if a >= first]
    sizes = [sum(widths[a : b + 1]) for a, b in groups]
    for part in shared_out(sizes, left):
        yield (*names, *(at for i in part for at in range(groups[i][0], groups[i][1] + 1)))


# ---------------------------------------------------------------- one block


def _block(
    chosen: Sequence[int],
    widths: tuple[float, ...],
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    total: Sequence[str],
) -> Block:
    of = [columns[at] for at in chosen]
    return Block(
        widths=widths,
        numbers=tuple(column.is_number for column in of),
        totals=tuple(column.is_number and is_total(column) for column in of),
        heads=_heads(of),
        rows=tuple(tuple(row[at] for at in chosen) for row in rows),
        total=_total([total[at] for at in chosen]) if total else (),
    )


def _heads(columns: Sequence[Column]) -> tuple[tuple[Head, ...], ...]:
    if not any(column.group_th for column in columns):
        return (tuple(Head(column.title_th) for column in columns),)
    upper = tuple(
        Head(columns[a].group_th, b - a + 1)
        if columns[a].group_th
        else Head(columns[a].title_th, 1, 2)
        for a, b in blocks(columns)
    )
    return upper, tuple(Head(column.title_th) for column in columns if column.group_th)


def _total(cells: Sequence[str]) -> tuple[Head, ...]:
    """The label runs over the empty cells beside it."""
    empty = 1
    while empty < len(cells) and not cells[empty]:
        empty += 1
    return (Head(cells[0], empty), *map(Head, cells[empty:]))


# ---------------------------------------------------------------- cells as they are read


def _shown(cell: Cell, column: Column) -> str:
    if isinstance(cell, int):
        return f"{cell:,}" if column.is_number else str(cell)
    if not cell:
        return ""
    if column.is_number:
        return _number(cell) + ("%" if column.kind == "percent" else "")
    return _day(cell) if column.kind == "date" else cell


def _number(cell: str) -> str:
    try:
        return f"{Decimal(cell):,}"
    except InvalidOperation:  # hidden
        return cell


def _day(cell: str) -> str:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        return cell
    return f"{day.day} {thai.SHORT_MONTHS[day.month - 1]} {day.year + 543}"
