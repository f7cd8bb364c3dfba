"""CSV as Thai offices save it: windows-874, UTF-8 or UTF-16, BOM or not, comma, tab, semicolon."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from mailproc.datasets.importing.problems import Unreadable
from mailproc.parsers import charset

_HEAD = 20_000  # characters in which the separator is looked for
_SEPARATORS = ",\t;|"
_CELL = 100_000  # characters


def text_of(content: bytes) -> str:
    """The text of a file. Raises Unreadable where it is in no charset that offices use."""
    for mark, codec in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _strict(content, codec)
    if content.startswith(b"\xef\xbb\xbf"):
        return _strict(content, "utf-8-sig")
    if b"\0" in content:
        return _utf16_without_mark(content)
    if _ends_in_a_letter(content):
        raise Unreadable("cut_off")
    text = charset.decode(content)
    if "\ufffd" in text:
        raise Unreadable("charset")
    return _unmangled(text)


def _ends_in_a_letter(content: bytes) -> bool:
    """Whether UTF-8 stops within its last letter: the file was cut off while it was written."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start > 0
    return False


def _utf16_without_mark(content: bytes) -> str:
    """Latin letters have a zero byte and Thai ones 0E, on odd places: the low byte is first."""
    high = sum(byte in (0, 0x0E) for byte in content[1:2_000:2])
    if high * 2 < len(content[1:2_000:2]):
        raise Unreadable("not_text")
    text = _strict(content, "utf-16-le")
    if "\0" in text:
        raise Unreadable("not_text")
    return text


def _strict(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise Unreadable("charset") from error


def _unmangled(text: str) -> str:
    """UTF-8 that was once read as windows-874 and saved again looks like «เธฃเธซเธฑเธช»."""
    if text[:_HEAD].count("เธ") + text[:_HEAD].count("เน") < 10:
        return text
    try:
        return _as_874(text).decode("utf-8-sig")
    except UnicodeError:
        return text


def _as_874(text: str) -> bytes:
    """The bytes that were taken for windows-874; C1 controls stand for bytes that it has not."""
    return b"".join(
        bytes([ord(c)]) if "\x80" <= c <= "\x9f" or c == "\xa0" else c.encode("cp874") for c in text
    )


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, numbered as in a spreadsheet. Raises Unreadable where quotes do not close."""
    csv.field_size_limit(_CELL)
    separator = _separator(text[:_HEAD])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number, width, row = 0, 0, [""]
    try:
        for number, row in enumerate(reader, 1):
            width = max(width, len(row))
            yield number, row
    except csv.Error as error:
        raise Unreadable("csv_broken", reader.line_num) from error
    if not text.endswith(("\n", "\r")) and len(row) < width and row and row[0].strip().isdigit():
        raise Unreadable("cut_off", number)


def _separator(head: str) -> str:
    lines = head.splitlines()[:20]
    counts = {one: max((line.count(one) for line in lines), default=0) for one in _SEPARATORS}
    return max(counts, key=lambda one: counts[one])
