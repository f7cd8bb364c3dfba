"""A report as a workbook: sheets of small tables, and one of charts. It holds no formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mailproc.datasets.output import chartsheet, page, sizes
from mailproc.datasets.output.charts import Chart
from mailproc.datasets.output.looks import Looks
from mailproc.datasets.output.page import write_text
from mailproc.datasets.output.xlsx import OPTIONS
from mailproc.datasets.table import Cell, Column

_ONE_PAGE = 1.8  # height to width of what one page still holds large enough to read
_ROW = sizes.ROW + 4
_FIRST, _LEAST, _MOST, _TEXT = (220, 480), 92, 150, 300  # pixels: the first column, the others


@dataclass(frozen=True, slots=True)
class Block:
    """A table with its title. `kinds`: text | integer | decimal | percent, by column; a decimal has
    one place, a percent is of hundred. The last row is the total where `total` says so."""

    title: str
    heads: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """`lines` stand under the title of each sheet."""

    title: str
    office: str
    lines: tuple[str, ...]
    made: datetime
    sheets: tuple[Sheet, ...]
    charts: tuple[Chart, ...] = ()
    charts_name: str = ""
    foot: str = ""


def write(book: Book) -> bytes:
    """The file; the same book gives the same bytes. Raises NeedsPerson where a text is cut."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS | {"in_memory": True}) as made:
        created = book.made.astimezone(UTC).replace(tzinfo=None)
        made.set_properties({"title": book.title, "company": book.office, "created": created})
        looks = Looks(made)
        for one in book.sheets:
            _sheet(made, looks, book, one)
        if book.charts:
            _charts(made, looks, book)
    return target.getvalue()


def _sheet(made: Any, looks: Looks, book: Book, one: Sheet) -> None:
    sheet = made.add_worksheet(one.name)
    widths = _widths(one.blocks)
    page.set_widths(sheet, widths)
    row = _head(sheet, looks, book, sum(widths), len(widths) - 1)
    for block in one.blocks:
        row = _block(sheet, looks, block, row, widths) + 1
    page.codes_are_texts(sheet, row, len(widths) - 1)
    wide, high = sum(widths), row * _ROW
    _finish(sheet, book, landscape=wide > high)
    sheet.fit_to_pages(1, int(high <= _ONE_PAGE * wide))


def _head(sheet: Any, looks: Looks, book: Book, wide: int, last: int) -> int:
    """Title and lines; gives the first row that is free."""
    page.start(sheet, looks, example=False)
    lines = [(book.title, looks.title(wrap=True))]
    lines += [(line, looks.about(wrap=True)) for line in book.lines]
    for row, (line, look) in enumerate(lines):
        page.merge(sheet, (row, 0, row, last), line, look)
        page.set_height(sheet, row, sizes.height(line, wide) + 4)
    return len(lines) + 1


def _finish(sheet: Any, book: Book, *, landscape: bool) -> None:
    sheet.hide_gridlines(2)
    page.set_up(sheet, "", example=False, landscape=landscape, over=book.title, foot=book.foot)


def _block(sheet: Any, looks: Looks, block: Block, row: int, widths: Sequence[int]) -> int:
    """Writes the table; gives the first row under it."""
    last = len(block.heads) - 1
    page.merge(sheet, (row, 0, row, last), block.title, looks.title())
    page.set_height(sheet, row, sizes.ROW + 6)
    for at, words in enumerate(block.heads):
        write_text(sheet, row + 1, at, words, looks.head())
    page.set_height(sheet, row + 1, max(map(sizes.height, block.heads, widths)) + 4)
    columns = [_column(kind) for kind in block.kinds]
    for number, cells in enumerate(block.rows, row + 2):
        in_total = block.total and number == row + 1 + len(block.rows)
        _row(sheet, looks, number, cells, columns, in_total=in_total)
        page.set_height(sheet, number, sizes.height(str(cells[0]), widths[0]) + 4)
    row += 2 + len(block.rows)
    if block.note:
        page.merge(sheet, (row, 0, row, len(widths) - 1), block.note, looks.note(wrap=True))
        page.set_height(sheet, row, sizes.height(block.note, sum(widths)))
        row += 1
    return row


def _row(
    sheet: Any,
    looks: Looks,
    number: int,
    cells: Sequence[Cell],
    columns: Sequence[Column],
    *,
    in_total: bool,
) -> None:
    for at, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        look = looks.of(column, in_total=in_total)
        if not column.is_number:
            write_text(sheet, number, at, str(cell), look)
        elif column.kind == "percent" and cell != "":
            page.write_figure(sheet, number, at, str(float(cell) / 100), look)
        else:
            page.write_figure(sheet, number, at, cell, look)


def _column(kind: str) -> Column:
    decimals = 0 if kind == "integer" else 1
    return Column("", "", "", "", "", "", "", kind, "open", decimals)


def _widths(blocks: Sequence[Block]) -> list[int]:
    """The first column as wide as its names, the others as their heads, within limits."""
    columns = max(len(block.heads) for block in blocks)
    names = (str(row[0]) for block in blocks for row in block.rows)
    least, most = _FIRST
    found = [max(least, min(most, max(map(sizes.pixels, names), default=0) + 12))]
    return [*found, *(_width(blocks, at) for at in range(1, columns))]


def _width(blocks: Sequence[Block], at: int) -> int:
    heads = [block.heads[at] for block in blocks if at < len(block.heads)]
    texts = [
        str(row[at])
        for block in blocks
        if at < len(block.kinds) and block.kinds[at] == "text"
        for row in block.rows
    ]
    wanted = min(_MOST, max(map(sizes.pixels, heads), default=0))
    return max(_LEAST, wanted, min(_TEXT, max(map(sizes.pixels, texts), default=0) + 12))


def _charts(made: Any, looks: Looks, book: Book) -> None:
    sheet = made.add_worksheet(book.charts_name)
    page.start(sheet, looks, example=False)
    for row, (line, look) in enumerate([(book.title, looks.title())]):
        write_text(sheet, row, 0, line, look)
        page.set_height(sheet, row, sizes.ROW + 6)
    chartsheet.write(made, sheet, looks, book.charts, 2)
    _finish(sheet, book, landscape=True)
    sheet.fit_to_pages(1, 0)
