"""What every sheet shares: writing that fails loudly, and the set-up of the printed page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_range

from mailproc.datasets.output import cells, sizes
from mailproc.datasets.output.looks import FONT, Looks
from mailproc.datasets.table import Cell
from mailproc.datasets.texts import text
from mailproc.errors import NeedsPerson

A4 = 9
_MARGIN = 0.4  # inches
_MOST_HEADER = 255  # letters


def done(code: int | None) -> None:
    """xlsxwriter says by its return code alone that a row, column or text was cut or left out."""
    if code:
        raise NeedsPerson(f"A cell does not fit into the workbook (code {code}).")


def write_text(sheet: Any, row: int, column: int, words: str, look: Any) -> None:
    """Text as text, whatever it starts with."""
    if words:
        done(sheet.write_string(row, column, cells.checked(words), look))
    else:
        done(sheet.write_blank(row, column, None, look))


def write_figure(sheet: Any, row: int, column: int, value: Cell, look: Any) -> None:
    """A number, or an empty cell where there is none."""
    if value == "":
        done(sheet.write_blank(row, column, None, look))
    else:
        done(sheet.write_number(row, column, float(value), look))


def merge(sheet: Any, area: tuple[int, int, int, int], words: str, look: Any) -> None:
    """One text over several cells."""
    if area[:2] != area[2:]:
        done(sheet.merge_range(*area, "", look))
    write_text(sheet, area[0], area[1], words, look)


def set_widths(sheet: Any, pixels: Sequence[int]) -> None:
    for column, width in enumerate(pixels):
        done(sheet.set_column_pixels(column, column, width))


def set_height(sheet: Any, row: int, pixels: int) -> None:
    done(sheet.set_row_pixels(row, pixels))


def codes_are_texts(sheet: Any, row: int, column: int) -> None:
    """No green corner on a code or a year that is kept as text, up to this cell."""
    done(sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, row, column)}))


def start(sheet: Any, looks: Looks, *, example: bool) -> int:
    """Heights that hold Thai, and the line over an example. Gives the first row that is free."""
    sheet.set_default_row(sizes.ROW * 0.75)
    if example:
        write_text(sheet, 0, 0, text("sheet", "example"), looks.warning())
        set_height(sheet, 0, sizes.ROW + 6)
    return int(example)


def set_up(
    sheet: Any, request_number: str, *, example: bool, landscape: bool, over: str, foot: str = ""
) -> None:
    """A4 with our margins; `over` heads each page. Its foot counts the pages, and names the request
    unless `foot` stands there."""
    sheet.set_paper(A4)
    sheet.set_margins(left=_MARGIN, right=_MARGIN, top=0.75, bottom=0.6)
    sheet.center_horizontally()
    if landscape:
        sheet.set_landscape()
    else:
        sheet.set_portrait()
    heading = f"{text('sheet', 'example')}\n{over}" if example else over
    number = foot or text("paper", "request", number=request_number)
    left, right = _line("L", _safe(number)), _line("R", text("sheet", "footer"))
    if len(left) + len(right) >= _MOST_HEADER:
        left = ""
    done(sheet.set_footer(left + right))
    room = _MOST_HEADER - len(_line("C", "")) - 1
    done(sheet.set_header(_line("C", _safe(heading)[:room])))


def _safe(words: str) -> str:
    """A lone & would be a command."""
    return words.replace("&", "&&")


def _line(side: str, words: str) -> str:
    # A blank after the size: digits that follow would belong to it.
    return f'&{side}&"{FONT},Regular"&12 {words}'
