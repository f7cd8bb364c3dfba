"""Any file as sheets of rows of text; what it is shows in its bytes, not in its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from mailproc.datasets.importing import csvfile, jsonfile
from mailproc.datasets.importing.problems import Unreadable
from mailproc.parsers.attachments import archive

MOST_BYTES = 200_000_000
Rows = Iterator[tuple[int, list[str]]]
_WEB_ARCHIVE = re.compile(rb"\s*MIME-Version:", re.I)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml", re.I)
_JSON = re.compile(rb"\s*[\[{]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; `rows` reads it anew each time, of some columns alone where they are named."""

    name: str
    rows: Callable[[frozenset[int] | None], Rows]
    kind: str  # json | csv | xlsx
    merged: Callable[[], tuple[tuple[int, int, int], ...]] = tuple  # column, first and last row


def sheets(content: bytes) -> tuple[Sheet, ...]:
    """The tables of a file. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable("too_big", most=MOST_BYTES // 1_000_000)
    kind = archive.kind_of(content)
    if kind == "nothing":
        raise Unreadable("empty")
    if kind == "zip":
        return _of_workbook(content)
    if kind == "ole":
        raise Unreadable("encrypted" if archive.kind_of_ole(content) == "encrypted" else "xls")
    if kind == "html" or _WEB_ARCHIVE.match(content):
        raise Unreadable("html")
    if _XML.match(content):  # «XML Spreadsheet 2003»
        raise Unreadable("xls")
    if kind not in ("text", "unknown", "mail"):
        raise Unreadable("not_a_table")
    return (_of_text(content),)


def _of_text(content: bytes) -> Sheet:
    text = csvfile.text_of(content)
    if _JSON.match(text[:1_000].encode()):
        return Sheet("", partial(_any_columns, partial(jsonfile.rows, text)), "json")
    return Sheet("", partial(_any_columns, partial(csvfile.rows, text)), "csv")


def _any_columns(rows: Callable[[], Rows], _columns: frozenset[int] | None) -> Rows:
    """All columns: leaving some out saves nothing here."""
    return rows()


def _of_workbook(content: bytes) -> tuple[Sheet, ...]:
    from mailproc.datasets.importing.xlsxfile import Book

    book = Book(content)
    return tuple(
        Sheet(name, partial(book.rows, name), "xlsx", partial(book.merged, name))
        for name in book.sheets
    )


def letters(column: int) -> str:
    """«A» for 0, as a spreadsheet names its columns."""
    name, left = "", column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        name = chr(65 + digit) + name
    return name
