"""The sheets that explain the data: what each column means, and where it all comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailproc.datasets.output import page, sizes, words
from mailproc.datasets.output.looks import Looks
from mailproc.datasets.output.page import write_text
from mailproc.datasets.table import Column, Table
from mailproc.datasets.texts import group, text
from mailproc.model import Prepared, Provenance

_VALUE, _INDENT = 620, 9  # pixels
_HEADS = ("number", "name", "name_en", "meaning", "kind", "class")
_LEAST, _MOST = (50, 160, 160, 220, 120, 130), (50, 300, 300, 420, 160, 210)  # pixels


def write_dictionary(book: Any, looks: Looks, table: Table, number: str, *, example: bool) -> None:
    """One line per column of the data."""
    name = text("sheet", "dictionary")
    sheet = book.add_worksheet(name)
    row = page.start(sheet, looks, example=example)
    lines = [_told(column) for column in table.columns]
    widths = _fitted(lines)
    page.set_widths(sheet, widths)
    write_text(sheet, row, 0, name, looks.title())
    page.set_height(sheet, row, sizes.ROW + 6)
    for at, key in enumerate(_HEADS):
        write_text(sheet, row + 1, at, text("dictionary", key), looks.head())
    page.set_height(sheet, row + 1, sizes.ROW + 4)
    for count, line in enumerate(lines, 1):
        _line(sheet, looks, row + 1 + count, count, line, widths)
    if any(column.kind == "code" for column in table.columns):
        last = row + 3 + len(table.columns)
        note = text("dictionary", "codes")
        page.merge(sheet, (last, 0, last, len(widths) - 1), note, looks.about(wrap=True))
        page.set_height(sheet, last, sizes.height(note, sum(widths)))
    page.codes_are_texts(sheet, row + 1 + len(lines), len(widths) - 1)
    sheet.freeze_panes(row + 2, 0)
    sheet.hide_gridlines(2)
    page.set_up(sheet, number, example=example, landscape=True, over=name)
    sheet.repeat_rows(row + 1)
    sheet.fit_to_pages(1, 0)


def _told(column: Column) -> tuple[str, ...]:
    return (
        column.name_th,
        column.name_en,
        words.meaning(column),
        words.kind_of(column),
        words.class_of(column),
    )


def _fitted(lines: Sequence[tuple[str, ...]]) -> list[int]:
    """As wide as the longest words of each column, within its limits."""
    longest = (max(map(sizes.pixels, column), default=0) for column in zip(*lines, strict=True))
    needed = (0, *(width + _INDENT for width in longest))
    return [max(a, min(b, n)) for a, b, n in zip(_LEAST, _MOST, needed, strict=True)]


def _line(
    sheet: Any,
    looks: Looks,
    row: int,
    number: int,
    told: Sequence[str],
    widths: Sequence[int],
) -> None:
    page.done(sheet.write_number(row, 0, number, looks.count()))
    for at, value in enumerate(told, 1):
        write_text(sheet, row, at, value, looks.value())
    heights = (sizes.height(v, w - _INDENT) for v, w in zip(told, widths[1:], strict=True))
    page.set_height(sheet, row, max(heights))


def write_provenance(
    book: Any,
    looks: Looks,
    table: Table,
    prepared: Prepared,
    provenance: Provenance,
    *,
    example: bool,
) -> None:
    """Who asked, who allowed it, where the figures come from."""
    name = text("sheet", "provenance")
    sheet = book.add_worksheet(name)
    first = page.start(sheet, looks, example=example)
    facts = tuple(words.facts(table, prepared, provenance))
    labels = group("provenance").values()
    page.set_widths(sheet, [max(map(sizes.pixels, labels)), _VALUE])
    write_text(sheet, first, 0, name, looks.title())
    page.set_height(sheet, first, sizes.ROW + 6)
    for row, (label, value) in enumerate(facts, first + 1):
        write_text(sheet, row, 0, label, looks.label())
        if isinstance(value, int):
            page.done(sheet.write_number(row, 1, value, looks.count()))
        else:
            write_text(sheet, row, 1, value, looks.value())
            page.set_height(sheet, row, sizes.height(value, _VALUE - _INDENT))
    page.codes_are_texts(sheet, first + len(facts), 1)
    sheet.hide_gridlines(2)
    number = provenance.request_number
    page.set_up(sheet, number, example=example, landscape=False, over=name)
    sheet.fit_to_pages(1, 0)
