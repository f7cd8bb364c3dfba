"""The request form as a workbook: labels on the left, cells with lists to choose from beside them.

Widths and heights are our own, as measured for Thai: the default row clips it from 14 points on.
"""

from __future__ import annotations

import io
import math
from datetime import datetime
from typing import Any

import xlsxwriter

from mailproc import thai
from mailproc.errors import NeedsPerson
from mailproc.requestform.definition import Block, Field, RequestForm

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ON, OFF = "☑", "☐"
_FONT, _POINTS, _SMALL = "TH SarabunPSK", 16, 13
_LABEL, _VALUE = 0, 1  # columns
_PIXELS = (300, 464)
_ROW = 34  # pixels of one line at 16 points
_LETTER = 0.45  # of the size: the widest that stand-in fonts print a Thai letter (measured)
_LONGEST_LIST = 255  # characters of a drop-down list that stands in its cell (ECMA-376, 18.3.1.32)
_LONGEST_PROMPT, _LONGEST_TITLE = 255, 32
_GREY, _LINE, _SHADE = "#666666", "#8C8C8C", "#E7ECF2"
_OPEN = "#FFFDF2"  # what is to be filled in
_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 - a file's own date would change its bytes
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# Without a password: it keeps labels from being overwritten and leads Tab from cell to cell.
_MAY = {"format_cells": True, "format_rows": True, "format_columns": True}


def build(form: RequestForm) -> bytes:
    """The file; the same form gives the same bytes."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        words = form.words
        book.set_properties({"title": words.title, "company": form.office, "created": _FIXED})
        _Sheet(book, form).write()
    return target.getvalue()


class _Sheet:
    """Writes the form from the top; `row` is the next."""

    def __init__(self, book: Any, form: RequestForm) -> None:
        self.form, self.row = form, 0
        self.sheet = book.add_worksheet(form.words.title[:31])
        self.first: tuple[int, int] | None = None  # the first cell to be filled in
        base = {"font_name": _FONT, "font_size": _POINTS, "valign": "vcenter", "text_wrap": True}
        boxed = base | {"border": 1, "border_color": _LINE, "align": "left", "indent": 1}
        self.title = book.add_format(base | {"bold": True, "font_size": 20, "align": "center"})
        self.office = book.add_format(base | {"bold": True, "align": "center"})
        small = {"font_size": _SMALL, "font_color": _GREY}
        self.guide = book.add_format(base | small | {"align": "center"})
        self.block = book.add_format(boxed | {"bold": True, "bg_color": _SHADE})
        self.label = book.add_format(boxed)
        self.words = book.add_format({"font_name": _FONT, "font_size": _POINTS})
        self.hint = book.add_format({"font_name": _FONT} | small)
        open_cell = boxed | {"locked": False, "bg_color": _OPEN}
        self.value = book.add_format(open_cell | {"num_format": "@", "align": "left"})
        self.notice = book.add_format(boxed | {"font_size": _SMALL, "valign": "top"})

    def write(self) -> None:
        form, words = self.form, self.form.words
        self.sheet.set_default_row(_ROW * 0.75)
        for column, pixels in enumerate(_PIXELS):
            _done(self.sheet.set_column_pixels(column, column, pixels))
        self._over_all(words.title, self.title, height=_ROW + 8)
        self._over_all(form.office, self.office)
        self._over_all(words.guide, self.guide, points=_SMALL)
        for block in form.blocks:
            self._block(block)
        self._over_all(f"{words.privacy_title}  {words.privacy}", self.notice, points=_SMALL)
        self._behaviour()

    def _block(self, block: Block) -> None:
        self._over_all(block.title, self.block)
        for field in block.fields:
            if field.kind == "several":
                self._ticks(field)
                continue
            if field.kind == "tick":
                for line in self.form.words.undertaking:
                    self._over_all(line, self.label)
            self._field(field)

    def _field(self, field: Field) -> None:
        """A label, and a cell to write in, with a list where there is something to choose."""
        words, lines = self.form.words, 3 if field.kind == "long" else 1
        self._label(field)
        _done(self.sheet.write_blank(self.row, _VALUE, None, self.value))
        choices = [option.words for option in field.options]
        prompt = field.hint
        if field.kind == "years":
            choices.append(words.latest)
            prompt = words.pick_years
        elif field.kind == "tick":
            choices = [words.agree]
            prompt = field.text
        elif field.kind == "one":
            prompt = field.hint or words.pick
        self._offer(choices, field.label, prompt)
        self._next(max(lines, self._lines(self._label_words(field), _PIXELS[_LABEL])))

    def _ticks(self, field: Field) -> None:
        """One row for each option, its box and words in one cell."""
        start = self.row
        for option in field.options:
            off, on = f"{OFF} {option.words}", f"{ON} {option.words}"
            _done(self.sheet.write_string(self.row, _VALUE, off, self.value))
            self._offer([off, on], field.label, self.form.words.pick_tick)
            self._next(self._lines(off, _PIXELS[_VALUE]))
        if self.row > start + 1:
            _done(self.sheet.merge_range(start, _LABEL, self.row - 1, _LABEL, "", self.label))
        row, self.row = self.row, start
        self._label(field)
        self.row = row

    def _label(self, field: Field) -> None:
        """The label, with its hint small and grey behind it in the same cell."""
        label = f"{field.label} *" if field.required else field.label
        if field.hint:
            pieces = (self.words, f"{label} ", self.hint, f"({field.hint})", self.label)
            _done(self.sheet.write_rich_string(self.row, _LABEL, *pieces))
        else:
            _done(self.sheet.write_string(self.row, _LABEL, label, self.label))

    def _label_words(self, field: Field) -> str:
        return f"{field.label} * ({field.hint})" if field.hint else field.label

    def _offer(self, choices: list[str], title: str, prompt: str) -> None:
        """A drop-down list and a note that shows when the cell is chosen; other words may stand."""
        self.first = self.first or (self.row, _VALUE)
        rule: dict[str, Any] = {"validate": "any", "show_error": False}
        if choices and len(",".join(choices)) <= _LONGEST_LIST and "," not in "".join(choices):
            rule = {"validate": "list", "source": choices, "show_error": False}
        if prompt:
            rule |= {
                "input_title": title[:_LONGEST_TITLE],
                "input_message": prompt[:_LONGEST_PROMPT],
            }
        if len(rule) > 2:
            _done(self.sheet.data_validation(self.row, _VALUE, self.row, _VALUE, rule))

    def _over_all(self, words: str, look: Any, *, height: int = 0, points: int = _POINTS) -> None:
        _done(self.sheet.merge_range(self.row, _LABEL, self.row, _VALUE, words, look))
        lines = self._lines(words, sum(_PIXELS), points)
        pixels = height or math.ceil(lines * _ROW * points / _POINTS) + 8
        _done(self.sheet.set_row_pixels(self.row, pixels))
        self.row += 1

    def _next(self, lines: int) -> None:
        _done(self.sheet.set_row_pixels(self.row, _ROW * lines))
        self.row += 1

    def _lines(self, words: str, pixels: int, points: int = _POINTS) -> int:
        """How many lines the words take in that width."""
        room = (pixels - 12) / (_LETTER * points * 96 / 72)
        return max(1, math.ceil(thai.columns(words) / room))

    def _behaviour(self) -> None:
        sheet = self.sheet
        sheet.protect("", _MAY)
        sheet.hide_gridlines(2)
        sheet.set_portrait()
        sheet.set_paper(9)  # A4
        sheet.set_margins(0.5, 0.5, 0.5, 0.5)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 1)
        sheet.print_area(0, 0, self.row - 1, _VALUE)
        if self.first:
            sheet.set_selection(*self.first, *self.first)


def _done(code: int | None) -> None:
    """xlsxwriter says with a negative number that something was not written."""
    if code:
        raise NeedsPerson(f"a part of the form could not be written ({code})")
