"""The sheets of data: title, grouped header, rows, total, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mailproc.datasets.output import page, sizes, words
from mailproc.datasets.output.cells import Line, Style, TableSheet
from mailproc.datasets.output.frame import Frame, blocks, data_names, header_lines
from mailproc.datasets.output.looks import Looks
from mailproc.datasets.output.page import merge, write_text
from mailproc.datasets.output.paper import LEAST_SCALE, Spread, spread
from mailproc.datasets.table import Column, Table
from mailproc.datasets.texts import text
from mailproc.model import Prepared

FEW_CELLS = 200_000  # up to here texts are kept once in the file, and the rows in memory
NARROW = 1000  # pixels: over such a table the year has a line of its own
PORTRAIT = 720
_BUTTON = 20  # pixels


def write(
    book: Any, looks: Looks, table: Table, prepared: Prepared, frame: Frame, number: str
) -> None:
    """As many sheets as the rows need; the total stands under the last row."""
    wide = spread(table)
    for part, name in enumerate(data_names(prepared.title_th, frame.parts)):
        sheet = book.add_worksheet(name, worksheet_class=TableSheet)
        page.start(sheet, looks, example=frame.example)
        page.set_widths(sheet, wide.widths)
        _titles(sheet, looks, prepared, frame, wide, part)
        _headers(sheet, looks, frame, wide.widths)
        last = _body(sheet, looks, table, prepared, frame, wide, part)
        _behaviour(sheet, frame, wide, part, last)
        _print_setup(sheet, prepared, frame, wide, number)


def _titles(
    sheet: Any, looks: Looks, prepared: Prepared, frame: Frame, wide: Spread, part: int
) -> None:
    """Wrapped into the width of the table, or of what stands on each of its pages."""
    width, last = wide.width_of_lines, wide.lines_over - 1
    key = "narrow_title" if width <= NARROW else "title"
    title = text("sheet", key, title=prepared.title_th, year=words.collected(prepared))
    if frame.parts > 1:
        title += " " + text("sheet", "part", number=part + 1, parts=frame.parts)
    lines = ((title, looks.title(wrap=True)), (words.about(prepared), looks.about(wrap=True)))
    for row, (line, look) in enumerate(lines, frame.title_row):
        page.set_height(sheet, row, sizes.height(line, width, line=sizes.ROW + 4))
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
    groups, titles = lines
    over = [(first, last) for first, last in blocks(frame.columns) if titles[first]]
    widest = (sizes.height(groups[a], sum(widths[a : b + 1])) for a, b in over)
    page.set_height(sheet, top, max(widest) + 4)
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
    wide: Spread,
    part: int,
) -> int:
    """Rows, total and notes; gives the last row."""
    is_last = part == frame.parts - 1
    notes = words.notes(table, prepared) if is_last else ()
    rows = frame.part(part)
    total = bool(table.total) and is_last
    count = rows.stop - rows.start + total + (1 + len(notes) if notes else 0)
    lines = _lines(looks, table, rows, wide, total=total, notes=notes)
    few = len(table.rows) * len(table.columns) <= FEW_CELLS
    sheet.put(frame.first_row, count, lines, share=few)
    last: int = frame.first_row + count - 1
    if wide.lines_over > 1:
        for row in range(last - len(notes) + 1, last + 1):
            sheet.join(row, wide.lines_over - 1)
    return last


def _lines(
    looks: Looks,
    table: Table,
    rows: slice,
    wide: Spread,
    *,
    total: bool,
    notes: Sequence[str],
) -> Iterator[Line]:
    styles = _styles(looks, table.columns, in_total=False)
    texts = sizes.text_columns(table.columns, wide.widths)
    for at in range(rows.start, rows.stop):
        row = table.rows[at]
        yield Line(row, styles, sizes.row_height(row, texts) * 0.75)
    if total:
        strong = _styles(looks, table.columns, in_total=True)
        yield Line(table.total, strong, sizes.ROW * 0.75)
    if notes:
        yield Line((), (), 0)
        plain: Sequence[Style] = [("text", looks.note(wrap=True))]
        for note in notes:
            yield Line((note,), plain, sizes.height(note, wide.width_of_lines) * 0.75)


def _styles(looks: Looks, columns: Sequence[Column], *, in_total: bool) -> Sequence[Style]:
    return [(column.kind, looks.of(column, in_total=in_total)) for column in columns]


def _behaviour(sheet: Any, frame: Frame, wide: Spread, part: int, last: int) -> None:
    """Frozen header and names; a filter that leaves the total row in its place."""
    sheet.freeze_panes(frame.first_row, wide.kept)
    rows = frame.part(part)
    end = frame.first_row + max(1, rows.stop - rows.start) - 1
    page.done(sheet.autofilter(frame.first_row - 1, 0, end, len(frame.columns) - 1))
    page.codes_are_texts(sheet, last, len(frame.columns) - 1)
    page.done(sheet.print_area(0, 0, last, len(frame.columns) - 1))


def _print_setup(sheet: Any, prepared: Prepared, frame: Frame, wide: Spread, number: str) -> None:
    title = text(
        "sheet", "title", title=prepared.title_th, year=words.collected(prepared, day=False)
    )
    landscape = sum(wide.widths) > PORTRAIT
    page.set_up(sheet, number, example=frame.example, landscape=landscape, over=title)
    sheet.repeat_rows(frame.header_row, frame.first_row - 1)
    if wide.starts:
        sheet.set_print_scale(LEAST_SCALE)
        sheet.set_v_pagebreaks(list(wide.starts))
        sheet.repeat_columns(0, max(0, wide.kept - 1))
    else:
        sheet.fit_to_pages(1, 0)
