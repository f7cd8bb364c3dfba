"""CSV that Thai spreadsheets read right and that can't run anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from mailproc.datasets.query import Cell, Table

BOM = "\ufeff"
# OWASP, «CSV injection»: a spreadsheet runs a cell that begins with one of these.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(result: Table) -> bytes:
    """Header, rows and total in UTF-8 with BOM and CRLF, texts made harmless."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    for row in (result.columns, *result.rows, result.total):
        writer.writerow([_harmless(cell) for cell in row])
    return (BOM + target.getvalue()).encode("utf-8")


def meant(cell: str) -> str:
    """The text that `write_csv` made harmless."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(DANGEROUS) else cell


def read_csv(content: bytes) -> Sequence[Sequence[str]]:
    """The cells as written. Raises UnicodeDecodeError or csv.Error."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell
