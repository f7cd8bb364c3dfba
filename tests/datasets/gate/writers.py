"""A made table as a file, by each of the libraries that offices' programs use."""

from __future__ import annotations

import csv
import io
from datetime import date

import docx
import openpyxl
import xlsxwriter
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests.datasets.gate.ordinary import Cell, Made


def book(made: Made) -> openpyxl.Workbook:
    """The table in openpyxl, as an analyst would dress it."""
    out = openpyxl.Workbook()
    sheet = out.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "ข้อมูล"
    sheet.append([made.title])
    for line in made.heads:
        sheet.append(line)
    for row in made.rows:
        sheet.append(row)
    for note in made.notes:
        sheet.append([])
        sheet.append([note])
    for number in range(2, 2 + len(made.heads)):
        for cell in sheet[number]:
            cell.font = Font(bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor="1F4E78")
            cell.alignment = Alignment(horizontal="center", wrap_text=True)
    first, last = 1 + len(made.heads), 1 + len(made.heads) + len(made.rows)
    wide = len(made.heads[0])
    sheet.auto_filter.ref = f"A{first}:{get_column_letter(wide)}{last}"
    sheet.freeze_panes = f"C{first + 1}"
    sheet.print_title_rows = f"{first}:{first}"
    sheet.oddFooter.center.text = "หน้า &P จาก &N"
    sheet.oddHeader.center.text = made.title
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=wide)
    for at in range(1, wide + 1):
        sheet.column_dimensions[get_column_letter(at)].width = 14
    return out


def saved(out: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    out.save(target)
    return target.getvalue()


def by_openpyxl(made: Made) -> bytes:
    return saved(book(made))


def by_xlsxwriter(made: Made, *, chart: bool = True) -> bytes:
    """With a chart, percentages that hide zeros, colours by condition, a source with a link."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as out:
        sheet = out.add_worksheet("ตาราง 1")
        bold = out.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        day = out.add_format({"num_format": "dd/mm/yyyy"})
        amount = out.add_format({"num_format": "#,##0;-#,##0;"})
        sheet.write(0, 0, made.title, bold)
        for line, heads in enumerate(made.heads, 1):
            sheet.write_row(line, 0, heads, bold)
        first = 1 + len(made.heads)
        for line, row in enumerate(made.rows, first):
            for at, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, at, value, day)
                elif isinstance(value, int):
                    sheet.write_number(line, at, value, amount)
                else:
                    sheet.write(line, at, value)
        last = first + len(made.rows)
        for line, note in enumerate(made.notes, last + 1):
            sheet.write(line, 0, note)
        sheet.write(last + 8, 0, "https://example.org/statistics")
        wide = len(made.heads[0]) - 1
        sheet.conditional_format(first, 1, last, wide, {"type": "data_bar"})
        sheet.set_footer("&Cหน้า &P จาก &N&R&D")
        sheet.repeat_rows(first - 1)
        if chart and wide > 1:
            _chart(out, sheet, made, first, last)
    return target.getvalue()


def _chart(
    out: xlsxwriter.Workbook,
    sheet: xlsxwriter.worksheet.Worksheet,
    made: Made,
    first: int,
    last: int,
) -> None:
    drawn = out.add_chart({"type": "column"})
    at = len(made.heads[0]) - 1
    drawn.add_series(
        {
            "categories": ["ตาราง 1", first, 1, last - 1, 1],
            "values": ["ตาราง 1", first, at, last - 1, at],
            "name": ["ตาราง 1", first - 1, at],
        }
    )
    drawn.set_title({"name": made.title})
    sheet.insert_chart(2, at + 2, drawn)


def by_csv(made: Made) -> bytes:
    target = io.StringIO(newline="")
    out = csv.writer(target)
    out.writerow([f"{a} {b}".strip() for a, b in zip(made.heads[0], made.heads[-1], strict=True)])
    for row in made.rows:
        out.writerow([_text(value) for value in row])
    return ("\ufeff" + target.getvalue()).encode()


def by_docx(made: Made) -> bytes:
    out = docx.Document()
    out.add_heading(made.title)
    table = out.add_table(rows=0, cols=len(made.heads[0]))
    heads: list[list[Cell]] = [[*line] for line in made.heads]
    for row in heads + made.rows[:30]:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = _text(value)
    for note in made.notes:
        out.add_paragraph(note)
    target = io.BytesIO()
    out.save(target)
    return target.getvalue()


def _text(value: Cell) -> str:
    if isinstance(value, date):
        return f"{value.day:02}/{value.month:02}/{value.year + 543}"
    return "" if value is None else str(value)


WRITERS = (("xlsx", by_openpyxl), ("xlsx", by_xlsxwriter), ("csv", by_csv), ("docx", by_docx))
