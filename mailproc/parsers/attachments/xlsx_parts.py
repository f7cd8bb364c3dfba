"""The parts of a workbook as streams that stop by their own count: cells, strings, styles."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailproc.parsers.attachments import markup
from mailproc.parsers.attachments.markup import Done

MAX_ROWS, MAX_COLUMNS = 2_000, 50
_MAX_WORDS = 2_000  # characters of one cell
_MAX_STYLES = 20_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DATE_CODE = re.compile(r"[dybgeว]|(?<![hsช])m(?![s])|[ดป]", re.I)
_PADDED = re.compile(r"0[0#\-–() ]{7,20}")


@dataclass(slots=True)
class Raw:
    """A cell as the XML holds it."""

    row: int
    column: int
    kind: str
    style: int
    words: str = ""
    is_number: bool = False


class Cells(markup.Target):
    """Collects the filled cells of a sheet and stops at the caps."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.found: list[Raw] = []
        self._left = left
        self._row = self._column = 0
        self._cell: Raw | None = None
        self._pieces: list[str] | None = None

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1
            self._column = 0
            if self._row > MAX_ROWS:
                raise Done
        elif tag == "c":
            self._open_cell(attributes)
        elif tag in ("v", "t") and self._cell:
            self._pieces = []
        elif tag == "rPh":  # how Japanese is pronounced
            self._pieces = None

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        match = _REFERENCE.fullmatch(attributes.get("r", ""))
        if match:
            self._column = _column(match[1])
            if match[2].isdecimal() and int(match[2]) > MAX_ROWS:
                raise Done
        style = attributes.get("s", "0")
        number = int(style) if style.isdecimal() and len(style) < 7 else 0
        kept = self._column <= MAX_COLUMNS
        kind = attributes.get("t", "")
        self._cell = Raw(self._row, self._column, kind, number) if kept else None

    def data(self, text: str) -> None:
        if self._pieces is not None and len(self._pieces) < _MAX_WORDS:
            self._pieces.append(text)

    def closed(self, tag: str) -> None:
        if tag in ("v", "t") and self._cell and self._pieces is not None:
            self._cell.words = (self._cell.words + "".join(self._pieces))[:_MAX_WORDS]
            self._pieces = None
        elif tag == "c" and self._cell:
            if self._cell.words.strip():
                self.found.append(self._cell)
            self._cell = None
            if len(self.found) >= self._left:
                raise Done
        elif tag == "sheetData":
            raise Done


class Strings(markup.Target):
    """Keeps the shared strings that cells refer to, and stops behind the last."""

    def __init__(self, wanted: set[int]) -> None:
        super().__init__()
        self.found: dict[int, str] = {}
        self._wanted, self._last = wanted, max(wanted)
        self._at = -1
        self._pieces: list[str] = []
        self._inside = False
        self._spoken = 0

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._at += 1
            self._pieces = []
            if self._at > self._last:
                raise Done
        elif tag == "rPh":
            self._spoken += 1
        elif tag == "t":
            self._inside = not self._spoken

    def data(self, text: str) -> None:
        if self._inside and self._at in self._wanted and len(self._pieces) < _MAX_WORDS:
            self._pieces.append(text[:_MAX_WORDS])

    def closed(self, tag: str) -> None:
        if tag == "t":
            self._inside = False
        elif tag == "rPh":
            self._spoken -= 1
        elif tag == "si" and self._at in self._wanted:
            self.found[self._at] = "".join(self._pieces)[:_MAX_WORDS]


@dataclass(slots=True)
class _Format:
    is_date: bool = False
    padding: str = ""


class Styles(markup.Target):
    """Which cell styles show a date, or a number with leading zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, str] = {}
        self.formats: list[_Format] = []
        self._inside = False

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt" and len(self.codes) < _MAX_STYLES:
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:200]
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside and len(self.formats) < _MAX_STYLES:
            self.formats.append(self._format(attributes.get("numFmtId", "0")))

    def closed(self, tag: str) -> None:
        if tag == "cellXfs":
            raise Done

    def _format(self, number: str) -> _Format:
        code = self.codes.get(number)
        if code is None:
            return _Format(number.isdecimal() and int(number) in _DATE_FORMATS)
        bare = _QUOTED.sub("", code.split(";")[0])
        padding = code.replace('"', "").replace("\\", "").split(";")[0]
        if _PADDED.fullmatch(padding):
            return _Format(padding=padding)
        return _Format(bool(_DATE_CODE.search(bare)) and "general" not in bare.lower())

    def is_date(self, style: int) -> bool:
        return style < len(self.formats) and self.formats[style].is_date

    def padded(self, style: int, digits: str) -> str:
        """«812345678» shown as «081-234-5678» by the format 000-000-0000."""
        pattern = self.formats[style].padding if style < len(self.formats) else ""
        places = sum(pattern.count(sign) for sign in "0#")
        if not pattern or not digits.isdecimal() or len(digits) > places:
            return digits
        rest = iter(digits.zfill(places))
        return "".join(next(rest) if sign in "0#" else sign for sign in pattern)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
