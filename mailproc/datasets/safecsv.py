"""CSV that Thai spreadsheets read right and that can't run anything.

Texts and codes stand in quotes and numbers do not, so that a program which asks, or is told, keeps
a code as text. Excel by double click and LibreOffice by its defaults read quoted digits as a
number all the same and drop leading zeros (LibreOffice 7.4: measured); only a formula (="0065")
would stop them, and formulas do not leave. The dictionary of the workbook says how to open it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

from mailproc.datasets.table import Cell, Row, Table

BOM = "\ufeff"
# OWASP, «CSV injection»: a spreadsheet runs a cell that begins with one of these.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def write_csv(result: Table) -> bytes:
    """Header, rows and total in UTF-8 with BOM and CRLF, texts made harmless."""
    return "".join((BOM, *_lines(result))).encode("utf-8", "replace")


def meant(cell: str) -> str:
    """The text that `write_csv` made harmless."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(DANGEROUS) else cell


def read_csv(content: bytes) -> Sequence[Sequence[str]]:
    """The cells as written. Raises UnicodeDecodeError or csv.Error."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def _lines(result: Table) -> Iterator[str]:
    yield ",".join(map(_text, result.names)) + "\r\n"
    written = [_number if column.is_number else _text for column in result.columns]
    for row in result.rows:
        yield _line(row, written)
    if result.total:
        yield _line(result.total, written)


def _line(row: Row, written: Sequence[Callable[[Cell], str]]) -> str:
    return ",".join([write(cell) for write, cell in zip(written, row, strict=True)]) + "\r\n"


def _number(cell: Cell) -> str:
    """A number whatever its sign; «*» and the like as text."""
    if isinstance(cell, int) or not cell:
        return str(cell)
    return cell if _NUMBER.fullmatch(cell) else _text(cell)


def _text(cell: Cell) -> str:
    words = str(cell)
    if not words:
        return ""
    if words.startswith(DANGEROUS):
        words = "'" + words
    return '"' + words.replace('"', '""') + '"'
