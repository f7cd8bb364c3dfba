"""The look of a workbook: two sheets, Thai headers, widths and print set-up.

Measured: the default row height clips Thai from 14 pt on, and xlsxwriter's `autofit` counts
combining marks, so heights and widths are our own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mailproc import thai
from mailproc.datasets import query
from mailproc.datasets.query import Selection, Table
from mailproc.datasets.texts import group, text
from mailproc.errors import NeedsPerson
from mailproc.model import Prepared, Provenance

FONT, POINTS = "TH SarabunPSK", 14
HEADER_ROWS = 4  # title, what it holds, grades, sexes; data starts below
FIRST_ROW = HEADER_ROWS
ROW_PIXELS = 30
NAME_PIXELS = 360  # longer names wrap
NUMBER_PIXELS = 50  # «หญิง» and a four-digit number with its comma
NARROW_PIXELS = 1000  # a title longer than such a table is wrapped over its width
PORTRAIT_PIXELS = 720
# A4 landscape within our margins holds 1,045 px at full size; much smaller nobody reads 14 pt.
PAGE_PIXELS, LEAST_SCALE = 1045, 58
# Where Calibri is missing a spreadsheet makes columns this much wider (LibreOffice, seen).
_STAND_IN = 1.35
_MARGIN = 0.4


@dataclass(frozen=True, slots=True)
class _Formats:
    title: Any
    about: Any
    head: Any
    subhead: Any
    text: Any
    number: Any
    total_text: Any
    total_number: Any
    label: Any
    value: Any
    count: Any


def sheet_names(title: str) -> tuple[str, str]:
    """The two sheets; Excel allows 31 characters and none of []:*?/\\."""
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip(" '"), text("sheet", "provenance")


def header_lines(selection: Selection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two header rows cell by cell; the cells under a merged one are empty."""
    leading, sexes = query.leading_columns(selection), query.measures(selection)
    area = selection.level == "area"
    titles = (text("sheet", "pupils"),) if area else query.blocks(selection)
    grades = (cell for title in titles for cell in (title, *[""] * (len(sexes) - 1)))
    return (*leading, *grades), (*[""] * len(leading), *sexes * len(titles))


def write_data(book: Any, result: Table, selection: Selection, prepared: Prepared) -> None:
    """The first sheet: title, grouped header, rows, total."""
    formats = _formats(book)
    sheet = book.add_worksheet(sheet_names(prepared.title_th)[0])
    widths = _widths(result, selection)
    sheet.set_default_row(ROW_PIXELS * 0.75)
    for column, width in enumerate(widths):
        _done(sheet.set_column_pixels(column, column, width))
    _titles(sheet, prepared, formats, widths)
    _headers(sheet, result, selection, formats)
    _body(sheet, result, formats)
    _behaviour(sheet, result)
    _print_setup(sheet, prepared, _breaks(widths, result.texts, selection), sum(widths))


def write_provenance(book: Any, result: Table, prepared: Prepared, provenance: Provenance) -> None:
    """The second sheet: who asked, who allowed it, where the figures come from."""
    formats = _formats(book)
    sheet = book.add_worksheet(sheet_names(prepared.title_th)[1])
    sheet.set_default_row(ROW_PIXELS * 0.75)
    labels = group("provenance")
    value_pixels = 620
    sheet.set_column_pixels(0, 0, max(_pixels(label) for label in labels.values()))
    sheet.set_column_pixels(1, 1, value_pixels)
    _write_text(sheet, 0, 0, text("sheet", "provenance"), formats.title)
    _done(sheet.set_row_pixels(0, ROW_PIXELS + 6))
    facts = dict(_facts(result, prepared, provenance))
    for row, (key, label) in enumerate(labels.items(), 1):
        _write_text(sheet, row, 0, label, formats.label)
        value = facts[key]
        if isinstance(value, int):
            _done(sheet.write_number(row, 1, value, formats.count))
        else:
            _write_text(sheet, row, 1, value, formats.value)
            _done(sheet.set_row_pixels(row, _height(value, value_pixels)))
    sheet.hide_gridlines(2)
    _print_page(sheet)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 0)


def _facts(
    result: Table, prepared: Prepared, provenance: Provenance
) -> Iterator[tuple[str, str | int]]:
    for key in ("office", "request_number", "requester", "organisation", "purpose", "approver"):
        yield key, getattr(provenance, key)
    yield "approved_at", thai.date_time(provenance.approved_at, provenance.timezone)
    yield "generated_at", thai.date_time(provenance.generated_at, provenance.timezone)
    yield "dataset", prepared.title_th
    yield "academic_year", str(prepared.academic_year)
    yield "round", str(prepared.round)
    yield "as_of", thai.long_date(date.fromisoformat(prepared.as_of))
    yield "level", thai.LEVELS[prepared.level]
    yield "filters", _conditions(prepared)
    yield "suppression", text("suppression", prepared.suppression)
    yield "source", prepared.source
    yield "rows", len(result.rows)
    yield "columns", len(result.columns)
    yield "result_digest", result.digest


def _conditions(prepared: Prepared) -> str:
    return ", ".join(prepared.filters) or text("sheet", "everything")


# ---------------------------------------------------------------- the data sheet


def _titles(sheet: Any, prepared: Prepared, formats: _Formats, widths: Sequence[int]) -> None:
    """Over a narrow table the lines wrap into its width, else they run on to the right."""
    narrow = sum(widths) <= NARROW_PIXELS
    collected = thai.round_title(prepared.academic_year, prepared.round, prepared.as_of)
    title = text(
        "sheet", "narrow_title" if narrow else "title", title=prepared.title_th, year=collected
    )
    level, unit = thai.LEVELS[prepared.level], text("sheet", "unit")
    about = text("sheet", "about", level=level, filters=_conditions(prepared), unit=unit)
    for row, (words, style) in enumerate(((title, formats.title), (about, formats.about))):
        style.set_text_wrap(narrow)
        if narrow:
            sheet.merge_range(row, 0, row, len(widths) - 1, "", style)
        width = sum(widths) if narrow else sum(map(_pixels, (title, about)))
        _done(sheet.set_row_pixels(row, _height(words, width, line_pixels=ROW_PIXELS + 4)))
        _write_text(sheet, row, 0, words, style)


def _headers(sheet: Any, result: Table, selection: Selection, formats: _Formats) -> None:
    top, bottom = HEADER_ROWS - 2, HEADER_ROWS - 1
    sheet.set_row_pixels(top, ROW_PIXELS + 4)
    sheet.set_row_pixels(bottom, ROW_PIXELS + 20)  # room for the filter buttons under the words
    grades, sexes = header_lines(selection)
    for column in range(result.texts):
        _merge(sheet, (top, column, bottom, column), grades[column], formats.head)
    size = len(query.measures(selection))
    for column in range(result.texts, len(grades), size):
        _merge(sheet, (top, column, top, column + size - 1), grades[column], formats.head)
    for column in range(result.texts, len(sexes)):
        _write_text(sheet, bottom, column, sexes[column], formats.subhead)


def _body(sheet: Any, result: Table, formats: _Formats) -> None:
    for number, row in enumerate((*result.rows, result.total), FIRST_ROW):
        if (
            height := max(_height(str(row[c]), NAME_PIXELS) for c in range(result.texts))
        ) > ROW_PIXELS:
            _done(sheet.set_row_pixels(number, height))
        last = number == FIRST_ROW + len(result.rows)
        words = formats.total_text if last else formats.text
        count = formats.total_number if last else formats.number
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                _done(sheet.write_number(number, column, cell, count))
            else:
                _write_text(sheet, number, column, cell, words)


def _behaviour(sheet: Any, result: Table) -> None:
    """Frozen header and names; a filter that leaves the total row in its place."""
    sheet.freeze_panes(FIRST_ROW, result.texts)
    last = FIRST_ROW + len(result.rows) - 1
    _done(sheet.autofilter(FIRST_ROW - 1, 0, last, len(result.columns) - 1))


def _print_setup(sheet: Any, prepared: Prepared, breaks: list[int], width: int) -> None:
    _print_page(sheet)
    if width > PORTRAIT_PIXELS:
        sheet.set_landscape()
    sheet.repeat_rows(HEADER_ROWS - 2, HEADER_ROWS - 1)
    if breaks:
        sheet.set_print_scale(LEAST_SCALE)
        sheet.set_v_pagebreaks(breaks)
        sheet.repeat_columns(0, 1)
    else:
        sheet.fit_to_pages(1, 0)
    collected = thai.round_title(prepared.academic_year, prepared.round)
    title = text("sheet", "title", title=prepared.title_th, year=collected)
    sheet.set_header(_print_line(title))


def _print_page(sheet: Any) -> None:
    sheet.set_paper(9)
    sheet.set_margins(left=_MARGIN, right=_MARGIN, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    sheet.set_footer(_print_line(text("sheet", "footer"), raw=True))


def _print_line(words: str, *, raw: bool = False) -> str:
    return f'&C&"{FONT},Regular"&12{words if raw else words.replace("&", "&&")}'


def _breaks(widths: Sequence[int], texts: int, selection: Selection) -> list[int]:
    """Columns where a new page starts, never inside a grade; none where one page holds all."""
    room = PAGE_PIXELS * 100 / LEAST_SCALE
    if sum(widths) <= room:
        return []
    room /= _STAND_IN
    size = len(query.measures(selection))
    starts, used = [], sum(widths[:texts])
    for column in range(texts, len(widths), size):
        block = sum(widths[column : column + size])
        if used + block > room:
            starts.append(column)
            used = sum(widths[:texts])
        used += block
    return starts


# ---------------------------------------------------------------- widths and heights


def _widths(result: Table, selection: Selection) -> list[int]:
    least = 130 if selection.level == "area" else NUMBER_PIXELS
    lines = (result.columns, *result.rows, result.total)
    # without the total row: its label may run on into the next cell
    texts = [max(_pixels(str(line[c])) for line in lines[:-1]) for c in range(result.texts)]
    texts = [min(width, NAME_PIXELS) for width in texts]
    numbers = [max(least, _digits(result.total[c])) for c in range(result.texts, len(result.total))]
    return [max(least, texts[0]), *texts[1:], *numbers]


def _pixels(words: str) -> int:
    """Base letters × 0.80 × pt + 12, checked by eye for Sarabun and Laksaman."""
    return math.ceil(thai.columns(words) * 0.80 * POINTS + 12)


def _digits(number: object) -> int:
    """Digits are narrower than Thai letters, also in the fonts that stand in for Sarabun."""
    return math.ceil(len(f"{number:,}") * 0.64 * POINTS + 12)


def _height(words: str, pixels: int, *, line_pixels: int = ROW_PIXELS) -> int:
    """Room for the words wrapped into the width; a row can't be higher than 409 points."""
    lines = sum(math.ceil(_pixels(line) / pixels) or 1 for line in words.split("\n"))
    return min(545, lines * line_pixels)


# ---------------------------------------------------------------- cells


def _merge(sheet: Any, area: tuple[int, int, int, int], words: str, style: Any) -> None:
    if area[:2] != area[2:]:
        sheet.merge_range(*area, "", style)
    _write_text(sheet, area[0], area[1], words, style)


def _write_text(sheet: Any, row: int, column: int, words: str, style: Any) -> None:
    """Text as text, whatever it starts with."""
    if words:
        _done(sheet.write_string(row, column, words.encode("utf-8", "replace").decode(), style))
    else:
        _done(sheet.write_blank(row, column, None, style))


def _done(code: int | None) -> None:
    """xlsxwriter says by its return code alone that a row, column or text was cut or left out."""
    if code:
        raise NeedsPerson(f"A cell does not fit into the workbook (code {code}).")


def _formats(book: Any) -> _Formats:
    base = {"font_name": FONT, "font_size": POINTS, "valign": "vcenter"}
    boxed = base | {"border": 1, "border_color": "#A6A6A6"}
    strong = {"bold": True, "bg_color": "#DDEBF7"}
    numbers = {"num_format": "#,##0", "align": "right"}
    wrapped = {"text_wrap": True}
    return _Formats(
        title=book.add_format(base | {"bold": True, "font_size": POINTS + 2}),
        about=book.add_format(base),
        head=book.add_format(boxed | strong | wrapped | {"align": "center"}),
        subhead=book.add_format(boxed | strong | {"align": "center", "valign": "top"}),
        text=book.add_format(boxed | wrapped | {"num_format": "@", "indent": 1}),
        number=book.add_format(boxed | numbers),
        total_text=book.add_format(boxed | strong | {"indent": 1}),
        total_number=book.add_format(boxed | strong | numbers),
        label=book.add_format(boxed | strong | {"valign": "top", "indent": 1}),
        value=book.add_format(boxed | wrapped | {"valign": "top", "num_format": "@", "indent": 1}),
        count=book.add_format(
            boxed | {"valign": "top", "num_format": "#,##0", "align": "left", "indent": 1}
        ),
    )
