"""XLSX as rows of text, as a stream: leaner than openpyxl, which makes an object of every cell.

The directory of the zip is judged before anything is unpacked (`parsers.attachments.archive`); any
DOCTYPE ends the reading. A number stays as it is written in the file, so a damaged code is seen.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from xml.parsers import expat

from mailproc.datasets.importing import merges
from mailproc.datasets.importing.problems import Unreadable
from mailproc.parsers.attachments import archive
from mailproc.parsers.attachments.content import NotRead

CAPS = archive.Caps(total=500_000_000, part=400_000_000, entries=4_000)  # bytes unpacked
MOST_COLUMNS, MOST_ROWS = 400, 200_000
_MOST_STRINGS = 4_000_000
_LONGEST = 2_000  # characters of a cell
_CHUNK = 1 << 17
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_PERCENTS = frozenset({"9", "10"})
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DATE_CODE = re.compile(r"[dyeg]|(?<![hs])m(?!s)", re.I)
_ZEROS = re.compile("0{2,20}")
EPOCH, _EPOCH_MAC = date(1899, 12, 30), date(1904, 1, 1)

Attributes = dict[str, str]


class _Done(Exception):
    """What is wanted was read."""


@dataclass(frozen=True, slots=True)
class _Style:
    is_date: bool = False
    zeros: int = 0  # digits that a number is shown with
    is_percent: bool = False


def _parse(
    opened: zipfile.ZipFile, name: str, set_up: Callable[[expat.XMLParserType], None]
) -> Iterator[None]:
    """Feeds a part to a parser chunk by chunk; the caller takes what was found between them."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    set_up(parser)
    try:
        with opened.open(name) as part:
            while chunk := part.read(_CHUNK):
                parser.Parse(chunk, False)
                yield
            parser.Parse(b"", True)
            yield
    except _Done:
        yield
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise Unreadable("damaged") from error
    except (KeyError, RuntimeError) as error:
        raise Unreadable("damaged") from error


def _refuse(*_: object) -> None:
    raise Unreadable("hostile")


def _other_kind(parts: set[str]) -> str:
    """What an archive is that is no workbook."""
    if {"mimetype", "content.xml"} <= parts:
        return "ods"
    return "not_a_table" if "[Content_Types].xml" in parts else "archive"


def _local(tag: str) -> str:
    """The name without a prefix: some programs write <x:row>."""
    return tag.rpartition(":")[2]


class Book:
    """A workbook; its sheets are read one at a time, as often as needed."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = archive.opened(content, CAPS)
        except NotRead as refused:
            key = {"encrypted": "encrypted", "damaged": "damaged"}.get(refused.reason, "hostile")
            raise Unreadable(key) from refused
        if archive.kind_of_zip(self._zip) != "xlsx":
            raise Unreadable(_other_kind(set(self._zip.namelist())))
        self._parts = set(self._zip.namelist())
        self._1904 = False
        self.sheets = self._find_sheets()
        self._strings: list[str] | None = None
        self._styles: list[_Style] | None = None

    # ------------------------------------------------------------ the parts

    def _find_sheets(self) -> dict[str, str]:
        """Visible sheets: name → part."""
        if "xl/workbook.bin" in self._parts:
            raise Unreadable("xlsb")
        targets = self._targets()
        found: dict[str, str] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if _local(tag) == "workbookPr":
                self._1904 = attributes.get("date1904") in ("1", "true")
            if _local(tag) == "sheet" and attributes.get("state", "visible") == "visible":
                key = next((v for k, v in attributes.items() if _local(k) == "id"), "")
                if targets.get(key) in self._parts and len(found) < 200:
                    found[attributes.get("name", "")[:100]] = targets[key]

        self._run("xl/workbook.xml", start)
        if not found:
            raise Unreadable("no_sheet")
        return found

    def _targets(self) -> dict[str, str]:
        found: dict[str, str] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if _local(tag) == "Relationship":
                target = attributes.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                found[attributes.get("Id", "")] = str(PurePosixPath(path))

        self._run("xl/_rels/workbook.xml.rels", start)
        return found

    def _run(self, name: str, start: Callable[[str, Attributes], None]) -> None:
        if name not in self._parts:
            raise Unreadable("damaged")

        def set_up(parser: expat.XMLParserType) -> None:
            parser.StartElementHandler = start

        for _ in _parse(self._zip, name, set_up):
            pass

    def _shared(self) -> list[str]:
        if self._strings is None:
            self._strings = []
            name = next((n for n in self._parts if n.lower() == "xl/sharedstrings.xml"), "")
            if name:
                for _ in _parse(self._zip, name, _Strings(self._strings).set_up):
                    pass
        return self._strings

    def _formats(self) -> list[_Style]:
        if self._styles is None:
            styles = _Styles()
            if "xl/styles.xml" in self._parts:
                self._run("xl/styles.xml", styles.start)
            self._styles = styles.found
        return self._styles

    # ------------------------------------------------------------ the rows

    def merged(self, sheet: str) -> tuple[tuple[int, int, int], ...]:
        """Cells that stand for several rows: column, first and last row."""
        spans = merges.vertical(self._zip, self.sheets[sheet])
        return tuple((_column(letters), first, last) for letters, first, last in spans)

    def rows(
        self, sheet: str, columns: frozenset[int] | None = None
    ) -> Iterator[tuple[int, list[str]]]:
        """The filled rows with their numbers; of some columns alone where they are named."""
        cells = _Cells(self._shared(), self._formats(), columns, self._1904)
        for _ in _parse(self._zip, self.sheets[sheet], cells.set_up):
            yield from cells.taken()
        yield from cells.taken()


class _Strings:
    """Collects the shared strings; how Japanese is pronounced is left out."""

    def __init__(self, found: list[str]) -> None:
        self._found = found
        self._pieces: list[str] = []
        self._inside = self._spoken = False

    def set_up(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _start(self, tag: str, _: Attributes) -> None:
        tag = _local(tag)
        if tag == "t":
            self._inside = not self._spoken
        elif tag == "rPh":
            self._spoken = True

    def _text(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)

    def _end(self, tag: str) -> None:
        tag = _local(tag)
        if tag == "t":
            self._inside = False
        elif tag == "rPh":
            self._spoken = False
        elif tag == "si":
            self._found.append("".join(self._pieces)[:_LONGEST])
            self._pieces.clear()
            if len(self._found) > _MOST_STRINGS:
                raise Unreadable("hostile")


class _Styles:
    """Which cell styles show a date, or a number with leading zeros."""

    def __init__(self) -> None:
        self.found: list[_Style] = []
        self._codes: dict[str, str] = {}
        self._inside = False

    def start(self, tag: str, attributes: Attributes) -> None:
        tag = _local(tag)
        if tag == "numFmt" and len(self._codes) < 10_000:
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:200]
        elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            self._inside = tag == "cellXfs"
        elif tag == "xf" and self._inside and len(self.found) < 100_000:
            self.found.append(self._style(attributes.get("numFmtId", "0")))

    def _style(self, key: str) -> _Style:
        code = _LITERAL.sub("", self._codes.get(key, "")).split(";")[0]
        if code:
            zeros = len(code) if _ZEROS.fullmatch(code) else 0
            is_date = bool(_DATE_CODE.search(code)) and "General" not in code
            return _Style(is_date, zeros, is_percent="%" in code)
        return _Style(key.isdecimal() and int(key) in _DATES, is_percent=key in _PERCENTS)


class _Cells:
    """Collects rows; the innermost loop of an import, so it does little for each element."""

    def __init__(
        self,
        strings: list[str],
        styles: list[_Style],
        columns: frozenset[int] | None,
        from_1904: bool,
    ) -> None:
        self._strings, self._styles, self._wanted = strings, styles, columns
        self._epoch = _EPOCH_MAC if from_1904 else EPOCH
        self._known: dict[str, int] = {}  # letters → column
        self._rows: list[tuple[int, list[str]]] = []
        self._row: list[str] = []
        self._number = self._column = self._last = 0
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._formula = self._reading = False
        self._count = 0

    def set_up(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def taken(self) -> list[tuple[int, list[str]]]:
        """The rows that are complete by now."""
        found, self._rows = self._rows, []
        return found

    def _start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            self._open_cell(attributes)
        elif tag == "v" or tag == "t":
            if self._column >= 0:
                self._reading = True
                self._parser.CharacterDataHandler = self._pieces.append
        elif tag == "row":
            self._open_row(attributes.get("r", ""))
        elif tag == "f":
            self._formula = True
        elif ":" in tag:
            self._start(_local(tag), attributes)

    def _open_row(self, number: str) -> None:
        self._number = int(number) if number.isdecimal() and len(number) < 8 else self._number + 1
        self._row, self._last = [], -1

    def _open_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r", "")
        letters = reference.rstrip("0123456789")
        column = self._known.get(letters, -1) if letters else self._last + 1
        if column < 0:
            column = self._known[letters] = _column(letters)
        self._last = column
        if self._wanted is not None and column not in self._wanted:
            self._column = -1
            return
        self._column = column
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._formula = False

    def _end(self, tag: str) -> None:
        if tag == "c":
            if self._column >= 0 and (self._pieces or self._formula):
                self._close_cell()
        elif self._reading and (tag == "v" or tag == "t"):
            self._reading = False
            self._parser.CharacterDataHandler = None
        elif tag == "row":
            if self._row:
                self._close_row()
        elif tag == "sheetData":
            raise _Done
        elif ":" in tag:
            self._end(_local(tag))

    def _close_cell(self) -> None:
        words = "".join(self._pieces)
        self._pieces.clear()
        if self._kind == "s":
            text = self._shared(words)
        elif self._kind == "n":
            text = self._numeric(words)
        elif self._kind == "b":
            text = "TRUE" if words == "1" else "FALSE"
        else:
            text = words[:_LONGEST]
        if text.strip() or self._formula:
            self._put(text or "#FORMULA!")

    def _put(self, text: str) -> None:
        if self._column >= MOST_COLUMNS:
            raise Unreadable("too_wide", self._number, most=MOST_COLUMNS)
        missing = self._column - len(self._row)
        if missing >= 0:
            self._row.extend([""] * missing)
            self._row.append(text)
        else:
            self._row[self._column] = text

    def _shared(self, words: str) -> str:
        try:
            return self._strings[int(words)]
        except (ValueError, IndexError) as error:
            raise Unreadable("damaged", self._number) from error

    def _numeric(self, words: str) -> str:
        style = self._styles[int(self._style)] if self._style and self._fits(self._style) else None
        if style is None or not words:
            return words[:_LONGEST]
        if style.is_date:
            return self._day(words)
        if style.zeros and words.isdecimal():
            return words.zfill(style.zeros)
        if style.is_percent:
            return _percent(words)
        return words[:_LONGEST]

    def _fits(self, style: str) -> bool:
        return style.isdecimal() and len(style) < 7 and int(style) < len(self._styles)

    def _day(self, words: str) -> str:
        try:
            return (self._epoch + timedelta(days=int(float(words)))).isoformat()
        except (ValueError, OverflowError):
            return words[:_LONGEST]

    def _close_row(self) -> None:
        self._count += 1
        if self._count > MOST_ROWS:
            raise Unreadable("too_long_sheet", most=MOST_ROWS)
        self._rows.append((self._number, self._row))


def _percent(words: str) -> str:
    """«45.33%» for 0.4533, as the cell is shown; the noise of a binary fraction is left out."""
    try:
        found = (Decimal(words) * 100).quantize(Decimal("1e-8")).normalize()
    except InvalidOperation:
        return words[:_LONGEST]
    return f"{found:f}%"


def _column(letters: str) -> int:
    """«A» is 0. Raises Unreadable for what is no column."""
    if not letters.isascii() or not letters.isalpha() or not letters.isupper() or len(letters) > 3:
        raise Unreadable("damaged")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
