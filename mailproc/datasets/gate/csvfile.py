"""CSV: cells that a spreadsheet would run, the charset, and columns about persons."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailproc.datasets import safecsv
from mailproc.datasets.gate import headings
from mailproc.datasets.gate.columns import Columns
from mailproc.datasets.gate.finding import Allowed, Finding
from mailproc.datasets.gate.persons import traces
from mailproc.datasets.gate.places import cell
from mailproc.datasets.gate.sheet import Sheet
from mailproc.parsers.attachments.content import NotRead

_MOST_ROWS, _MOST_COLUMNS = 5_000_000, 2_000
_SHORT = 9  # digits; a shorter number is nobody's
_HARMLESS = re.compile(  # numbers in any dress, and the dashes that stand for nothing
    r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\s?%?|[-+\s]*"
)
_RUN = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    " =",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # full width too
_EXCEL_ROWS = {1_048_576, 65_536}
_TOGETHER = 5_000


@dataclass(slots=True)
class Csv:
    """A table that was read once."""

    rows: list[list[str]]
    sheet: Sheet
    findings: list[Finding] = field(default_factory=list)


def read(content: bytes, allowed: Allowed) -> Csv:
    """Raises NotRead for what is no text, or has no end."""
    text, note = _decoded(content)
    rows = _rows(text)
    one = Csv(rows, Sheet("", Columns("")))
    if note:
        one.findings.append(Finding(note))
    one.findings += _unsafe(rows)
    _tell(one)
    one.findings += one.sheet.columns.findings(allowed, one.sheet.filled)
    if len(rows) in _EXCEL_ROWS:
        one.findings.append(Finding("cut", at=f"{len(rows)}"))
    return one


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and what to say of its charset."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16"), "encoding_note"
        except UnicodeDecodeError as error:
            raise NotRead("damaged") from error
    if b"\0" in content:
        raise NotRead("wrong_type")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return content.decode("cp874"), "encoding_note"
        except UnicodeDecodeError as error:
            raise NotRead("charset") from error
    marked = content.startswith(safecsv.BOM.encode()) or text.isascii()
    return text, "" if marked else "encoding_note"


def _rows(text: str) -> list[list[str]]:
    csv.field_size_limit(1_000_000)
    first = text.partition("\n")[0]
    by = max(",;\t|", key=first.count) if first else ","
    try:
        found = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=by, strict=True):
            found.append(row)
            if len(found) > _MOST_ROWS or len(row) > _MOST_COLUMNS:
                raise NotRead("too_large")
    except csv.Error as error:
        raise NotRead("damaged") from error
    return found


def _unsafe(rows: Sequence[Sequence[str]]) -> Iterator[Finding]:
    """A cell that a spreadsheet would run (OWASP, «CSV injection»; failures G1)."""
    for number, row in enumerate(rows, 1):
        for at, words in enumerate(row, 1):
            if words.startswith(_RUN) and not _HARMLESS.fullmatch(words):
                yield Finding("unsafe_cell", at=cell(number, at), what=words[:8])


def _tell(one: Csv) -> None:
    columns = one.sheet.columns
    waiting: list[tuple[int, int, str]] = []
    watched: set[int] = set()
    for number, row in enumerate(one.rows, 1):
        for at, words in enumerate(row, 1):
            if not words:
                continue
            one.sheet.filled[at] = one.sheet.filled.get(at, 0) + 1
            if len(words) < _SHORT and words.isdecimal() and at not in watched:
                continue
            waiting.append((number, at, words))
            columns.tell(number, at, words)
            if kind := headings.kind(words):
                columns.head(number, at, kind, words)
                watched.add(at)
        if len(waiting) >= _TOGETHER:
            _search(columns, waiting)
    _search(columns, waiting)
    one.sheet.last_row = len(one.rows)


def _search(columns: Columns, waiting: list[tuple[int, int, str]]) -> None:
    for trace in traces([words for _, _, words in waiting]):
        number, at, _ = waiting[trace.number]
        columns.trace(number, at, trace)
    waiting.clear()
