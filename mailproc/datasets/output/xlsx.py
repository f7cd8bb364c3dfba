"""A table as a workbook: data, charts, dictionary, provenance."""

from __future__ import annotations

import io
from datetime import UTC
from typing import Any

from mailproc.datasets.output import aboutsheets, charts, chartsheet, datasheet, page, sizes, words
from mailproc.datasets.output.charts import Chart
from mailproc.datasets.output.frame import MOST_ROWS, Frame
from mailproc.datasets.output.looks import Looks
from mailproc.datasets.plan import Plan
from mailproc.datasets.table import HIDDEN, Table
from mailproc.datasets.texts import text
from mailproc.model import Prepared, Provenance

_ONE_PAGE = 1.6  # height to width of what one page still holds large enough to read
# Text stays text: a cell that starts with = never becomes a formula, nor an address a link.
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(
    table: Table, prepared: Prepared, provenance: Provenance, *, most_rows: int = MOST_ROWS
) -> bytes:
    """The file; a table of more rows than a sheet holds goes on over several sheets.

    Raises NeedsPerson where a cell could not be written whole.
    """
    import xlsxwriter

    plan = Plan.parse(prepared.query)
    frame = Frame(table.columns, len(table.rows), plan.example, most_rows)
    few = len(table.rows) * len(table.columns) <= datasheet.FEW_CELLS
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS | {"in_memory": few}) as book:
        created = provenance.generated_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties(
            {"title": prepared.title_th, "company": provenance.office, "created": created}
        )
        looks = Looks(book)
        number = provenance.request_number
        datasheet.write(book, looks, table, prepared, frame, number)
        if found := charts.choose(table, plan):
            _charts(book, looks, found, table, prepared, number, example=plan.example)
        aboutsheets.write_dictionary(book, looks, table, number, example=plan.example)
        aboutsheets.write_provenance(book, looks, table, prepared, provenance, example=plan.example)
    return target.getvalue()


def _charts(
    book: Any,
    looks: Looks,
    found: tuple[Chart, ...],
    table: Table,
    prepared: Prepared,
    number: str,
    *,
    example: bool,
) -> None:
    sheet = book.add_worksheet(text("sheet", "chart"))
    row = page.start(sheet, looks, example=example)
    title = text("sheet", "title", title=prepared.title_th, year=words.collected(prepared))
    lines = [(title, looks.title()), (words.about(prepared), looks.about())]
    if table.hidden and HIDDEN in (cell for line in (*table.rows, table.total) for cell in line):
        lines.append((text("chart", "hidden"), looks.note()))
    for at, (line, look) in enumerate(lines, row):
        page.write_text(sheet, at, 0, line, look)
        page.set_height(sheet, at, sizes.ROW + 4)
    wide, high = chartsheet.write(book, sheet, looks, found, row + len(lines) + 1)
    sheet.hide_gridlines(2)
    page.set_up(sheet, number, example=example, landscape=wide > high, over=title)
    sheet.fit_to_pages(1, int(high <= _ONE_PAGE * wide))  # a picture cut in two is none
