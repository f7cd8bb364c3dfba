"""The sheets of data: title, grouped header, rows, total, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mailproc.datasets.output import page, sizes, words
from mailproc.datasets.output.cells import Line, Style, TableSheet
from mailproc.datasets.output.frame import Frame, blocks, data_names, header_lines
from mailproc.datasets.output.looks import Looks
from mailproc.datasets.output.page import merge, write_text
from mailproc.datasets.table import Column, Table, leading
from mailproc.datasets.texts import text
from mailproc.model import Prepared

FEW_CELLS = 200_000  # up to here texts are kept once in the file, and the rows in memory
NARROW = 1000  # pixels: a title longer than such a table is wrapped over its width
PORTRAIT = 720
# A4 landscape within our margins holds 1,045 px at full size; much smaller nobody reads 14 pt.
_PAGE, LEAST_SCALE = 1045, 58
# Where Calibri is missing a spreadsheet makes columns this much wider (LibreOffice, seen).
_STAND_IN = 1.35
_BUTTON = 20  # pixels


def write(
    book: Any, looks: Looks, table: Table, prepared: Prepared, frame: Frame, number: str
) -> None:
    """As many sheets as the rows need; the total stands under the last row."""
    widths = sizes.widths(table)
    for part, name in enumerate(data_names(prepared.title_th, frame.parts)):
        sheet = book.add_worksheet(name, worksheet_class=TableSheet)
        page.start(sheet, looks, example=frame.example)
        page.set_widths(sheet, widths)
        _titles(sheet, looks, prepared, frame, widths, part)
        _headers(sheet, looks, frame, widths)
        _body(sheet, looks, table, prepared, frame, widths, part)
        _behaviour(sheet, frame, part)
        _print_setup(sheet, prepared, frame, widths, number)


def _titles(
    sheet: Any, looks: Looks, prepared: Prepared, frame: Frame, widths: Sequence[int], part: int
) -> None:
    """Over a narrow table the lines wrap into its width, else they run on to the right."""
    narrow = sum(widths) <= NARROW
    key = "narrow_title" if narrow else "title"
    title = text("sheet", key, title=prepared.title_th, year=words.collected(prepared))
    if frame.parts > 1:
        title += " " + text("sheet", "part", number=part + 1, parts=frame.parts)
    lines = ((title, looks.title(wrap=narrow)), (words.about(prepared), looks.about(wrap=narrow)))
    for row, (line, look) in enumerate(lines, frame.title_row):
        width = sum(widths) if narrow else sizes.pixels(line)
        page.set_height(sheet, row, sizes.height(line, width, line=sizes.ROW + 4))
        last = len(widths) - 1 if narrow else 0
        merge(sheet, (row, 0, row, last), line, look)


def _headers(sheet: Any, looks: Looks, frame: Frame, widths: Sequence[int]) -> None:
    """The last row of them has room for the filter buttons under the words."""
    top, bottom = frame.header_row, frame.first_row - 1
    lines = header_lines(frame.columns)
    needed = max(map(sizes.height, lines[-1], widths))
    page.set_height(sheet, bottom, max(sizes.ROW, needed) + _BUTTON)
    if len(lines) == 1:
        for at, title in enumerate(lines[0]):
            write_text(sheet, bottom, at, title, looks.head(lower=True))
        return
    page.set_height(sheet, top, sizes.ROW + 4)
    groups, titles = lines
    for first, last in blocks(frame.columns):
        if titles[first]:
            merge(sheet, (top, first, top, last), groups[first], looks.head())
        else:
            merge(sheet, (top, first, bottom, first), groups[first], looks.head())
    for column, title in enumerate(titles):
        if title:
            write_text(sheet, bottom, column, title, looks.head(lower=True))


def _body(
    sheet: TableSheet,
    looks: Looks,
    table: Table,
    prepared: Prepared,
    frame: Frame,
    widths: Sequence[int],
    part: int,
) -> None:
    is_last = part == frame.parts - 1
    notes = words.notes(table, prepared) if is_last else ()
    rows = frame.part(part)
    total = bool(table.total) and is_last
    count = rows.stop - rows.start + total + (1 + len(notes) if notes else 0)
    lines = _lines(looks, table, rows, widths, total=total, notes=notes)
    few = len(table.rows) * len(table.columns) <= FEW_CELLS
    sheet.put(frame.first_row, count, lines, share=few)


def _lines(
    looks: Looks,
    table: Table,
    rows: slice,
    widths: Sequence[int],
    *,
    total: bool,
    notes: Sequence[str],
) -> Iterator[Line]:
    styles = _styles(looks, table.columns, in_total=False)
    texts = [
        (at, sizes.letters(width))
        for at, (column, width) in enumerate(zip(table.columns, widths, strict=True))
        if not column.is_number
    ]
    for at in range(rows.start, rows.stop):
        row = table.rows[at]
        yield Line(row, styles, sizes.row_height(row, texts) * 0.75)
    if total:
        strong = _styles(looks, table.columns, in_total=True)
        yield Line(table.total, strong, sizes.ROW * 0.75)
    if notes:
        yield Line((), (), 0)
        plain: Sequence[Style] = [("text", looks.note())]
        for note in notes:
            yield Line((note,), plain, sizes.ROW * 0.75)


def _styles(looks: Looks, columns: Sequence[Column], *, in_total: bool) -> Sequence[Style]:
    return [(column.kind, looks.of(column, in_total=in_total)) for column in columns]


def _behaviour(sheet: Any, frame: Frame, part: int) -> None:
    """Frozen header and names; a filter that leaves the total row in its place."""
    sheet.freeze_panes(frame.first_row, leading(frame.columns) if _has_numbers(frame) else 0)
    rows = frame.part(part)
    last = frame.first_row + max(1, rows.stop - rows.start) - 1
    page.done(sheet.autofilter(frame.first_row - 1, 0, last, len(frame.columns) - 1))


def _has_numbers(frame: Frame) -> bool:
    return any(column.is_number for column in frame.columns)


def _print_setup(
    sheet: Any, prepared: Prepared, frame: Frame, widths: Sequence[int], number: str
) -> None:
    title = text(
        "sheet", "title", title=prepared.title_th, year=words.collected(prepared, day=False)
    )
    wide = sum(widths) > PORTRAIT
    page.set_up(sheet, number, example=frame.example, landscape=wide, over=title)
    sheet.repeat_rows(frame.header_row, frame.first_row - 1)
    starts = breaks(widths, frame.columns)
    if starts:
        sheet.set_print_scale(LEAST_SCALE)
        sheet.set_v_pagebreaks(starts)
        sheet.repeat_columns(0, max(0, leading(frame.columns) - 1))
    else:
        sheet.fit_to_pages(1, 0)


def breaks(widths: Sequence[int], columns: Sequence[Column]) -> list[int]:
    """Columns where a new page starts, never inside a grade; none where one page holds all."""
    room = _PAGE * 100 / LEAST_SCALE
    if sum(widths) <= room:
        return []
    room /= _STAND_IN
    first = leading(columns)
    names = sum(widths[:first])
    starts, used = [], names
    for start, last in blocks(columns)[first:]:
        block = sum(widths[start : last + 1])
        if used + block > room and used > names:
            starts.append(start)
            used = names
        used += block
    return starts
