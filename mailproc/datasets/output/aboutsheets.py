"""The sheets that explain the data: what each column means, and where it all comes from."""

from __future__ import annotations

from typing import Any

from mailproc.datasets.output import page, sizes, words
from mailproc.datasets.output.looks import Looks
from mailproc.datasets.output.page import write_text
from mailproc.datasets.table import Column, Table
from mailproc.datasets.texts import group, text
from mailproc.model import Prepared, Provenance

_VALUE = 620  # pixels
_HEADS = ("number", "name", "name_en", "meaning", "kind", "class")
_WIDTHS = (50, 220, 200, 380, 160, 190)


def write_dictionary(book: Any, looks: Looks, table: Table, number: str, *, example: bool) -> None:
    """One line per column of the data."""
    name = text("sheet", "dictionary")
    sheet = book.add_worksheet(name)
    row = page.start(sheet, looks, example=example)
    page.set_widths(sheet, _WIDTHS)
    write_text(sheet, row, 0, name, looks.title())
    page.set_height(sheet, row, sizes.ROW + 6)
    for at, key in enumerate(_HEADS):
        write_text(sheet, row + 1, at, text("dictionary", key), looks.head())
    page.set_height(sheet, row + 1, sizes.ROW + 4)
    for count, column in enumerate(table.columns, 1):
        _line(sheet, looks, row + 1 + count, count, column)
    if any(column.kind == "code" for column in table.columns):
        last = row + 3 + len(table.columns)
        note = text("dictionary", "codes")
        page.merge(sheet, (last, 0, last, len(_WIDTHS) - 1), note, looks.about(wrap=True))
        page.set_height(sheet, last, sizes.height(note, sum(_WIDTHS)))
    sheet.freeze_panes(row + 2, 0)
    sheet.hide_gridlines(2)
    page.set_up(sheet, number, example=example, landscape=True, over=name)
    sheet.repeat_rows(row + 1)
    sheet.fit_to_pages(1, 0)


def _line(sheet: Any, looks: Looks, row: int, number: int, column: Column) -> None:
    page.done(sheet.write_number(row, 0, number, looks.count()))
    told = (
        column.name_th,
        column.name_en,
        words.meaning(column),
        words.kind_of(column),
        words.class_of(column),
    )
    for at, value in enumerate(told, 1):
        write_text(sheet, row, at, value, looks.value())
    heights = (sizes.height(v, w) for v, w in zip(told, _WIDTHS[1:], strict=True))
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
    labels = group("provenance").values()
    page.set_widths(sheet, [max(map(sizes.pixels, labels)), _VALUE])
    write_text(sheet, first, 0, name, looks.title())
    page.set_height(sheet, first, sizes.ROW + 6)
    for row, (label, value) in enumerate(words.facts(table, prepared, provenance), first + 1):
        write_text(sheet, row, 0, label, looks.label())
        if isinstance(value, int):
            page.done(sheet.write_number(row, 1, value, looks.count()))
        else:
            write_text(sheet, row, 1, value, looks.value())
            page.set_height(sheet, row, sizes.height(value, _VALUE))
    sheet.hide_gridlines(2)
    number = provenance.request_number
    page.set_up(sheet, number, example=example, landscape=False, over=name)
    sheet.fit_to_pages(1, 0)
