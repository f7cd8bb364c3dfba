"""Tables in text: a row of labels with rows of values below it, and frames drawn with bars."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailproc import thai
from mailproc.parsers.labels import exactly
from mailproc.parsers.naming import sensed

_FRAME = re.compile(r"^[\s|+\-=:│┃├┼┤┌┬┐└┴┘─━═╞╪╡]+$")
_BARS = re.compile(r"\s{0,9}[|│┃]\s{0,9}")
_FILLERS = frozenset(
    thai.fold(word)
    for word in "ลำดับ|ลำดับที่|ที่|ข้อ|ข้อที่|หมายเหตุ|จำนวน|no.|no|#|remark|remarks|note|notes".split("|")
)
_MAX_CELLS = 20
_PAIR_HEADS = frozenset(
    thai.fold(word)
    for word in "รายการ|หัวข้อ|รายละเอียด|ข้อมูล|คำตอบ|เรื่อง|ชื่อรายการ|หัวเรื่อง|"
    "สิ่งที่ต้องกรอก|โปรดกรอก|กรอกข้อมูล|ประเด็น|"
    "item|items|field|topic|detail|details|value|answer|answers|"
    "description|information|please fill in".split("|")
)
_HEADS_OF_PAIRS = _PAIR_HEADS | _FILLERS
_LONGEST_HEADING = 60  # characters
_ORDINAL_CELL = re.compile(r"^\s{0,9}[0-9๐-๙]{1,2}[.)]?\s{0,3}\t(?=[^\t\n]+\t)")
_PAIR = 2  # a label and its value, or labels that a list holds
_CHANNELS = frozenset({"delivery", "email", "line_id"})
Label = Callable[[str], str | None]


def unframed(line: str) -> str:
    """A line of a table drawn with bars, as cells parted by tabs; other lines as they are."""
    if "|" not in line and "│" not in line and "┃" not in line:
        return "" if line[:1] in "├┌└╞" and _FRAME.match(line) else line
    if _FRAME.match(line):
        return ""
    words = line.strip()
    if words[0] in "|│┃" or words[-1] in "|│┃" or "│" in words:
        return "\t".join(_BARS.split(words.strip("|│┃").strip()))
    return line


def _sensed(
    cells: list[str], names: list[str | None], below: list[str], label: Label
) -> list[str | None]:
    """The names with those of headings that no list holds, where the cells below fit them all."""
    if len(below) != len(cells) or any(label(cell) for cell in below):
        return names
    return [
        sensed(cell, value) if name is None else name
        for cell, name, value in zip(cells, names, below, strict=True)
    ]


def _cells(line: str) -> list[str]:
    """The cells of a row; two of them may come as «label: value»."""
    return line.split("\t") if "\t" in line else [c.strip() for c in line.split(":", 1)]


def unnumbered(line: str) -> str:
    """A row of three cells or more without the number in its first."""
    return _ORDINAL_CELL.sub("", line, count=1) if "\t" in line else line


def may_head_pairs(line: str) -> bool:
    """Whether a line is a heading such as «รายการ | รายละเอียด», by its own words."""
    if len(line) > _LONGEST_HEADING or ("\t" not in line and ":" not in line):
        return False
    heads = [thai.fold(cell) for cell in _cells(line)]
    return 2 <= len(heads) <= _MAX_CELLS and all(head in _HEADS_OF_PAIRS for head in heads)


def heads_pairs(line: str, rows: list[str], label: Label) -> bool:
    """Whether such a heading stands above a column of labels and one of values."""
    if not may_head_pairs(line):
        return False
    heads = _cells(line)
    place = len(heads) - 2
    cells = [_cells(row) for row in rows]
    named = [row[place] for row in cells if len(row) == len(heads)]
    known = sum(1 for cell in named if label(cell) or sensed(cell, ""))
    return known >= min(2, max(1, len(named)))


class Table:
    """Follows the lines of a text and knows below which row of labels they stand."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.number = 0
        self._last = 0
        self._two = False

    def begins(self, line: str, below: str, label: Label) -> bool:
        """Whether the line is a row of labels with values in the rows below; remembers it."""
        cells = self._cells_of_header(line)
        if not 2 <= len(cells) <= _MAX_CELLS:
            return False
        names = ["" if thai.fold(cell) in _FILLERS else label(cell) for cell in cells]
        if None in names and len(cells) > _PAIR:
            names = _sensed(cells, names, below.split("\t"), label)
        said = [name for name in names if name]
        if None in names or len(said) < 2 or len(set(said)) < len(said):
            return False
        if ("dataset" not in said and len(said) < 3) or set(said) <= _CHANNELS:
            return False
        self.names = [name or "" for name in names]
        self.number = 0
        return True

    def _cells_of_header(self, line: str) -> list[str]:
        """Cells by tabs, or the two of «รายการข้อมูล: ปีการศึกษา», which is how two cells come."""
        self._two = False
        if "\t" in line:
            return line.split("\t")
        first, colon, second = line.partition(":")
        pair = {exactly(first), exactly(second)} if colon and len(line) < 80 else set()
        self._two = "dataset" in pair and len(pair - {None}) == 2
        return [first, second] if self._two else []

    def row(self, line: str, label: Label) -> list[tuple[str, str]]:
        """(field, value) of each cell, where the line is a row below labels; else nothing."""
        if not self.names:
            return []
        cells = line.split("\t") if "\t" in line else line.split(":", 1) if self._two else []
        if not line.strip() and self.number < 2:
            return []
        fits = len(cells) == len(self.names)
        many = "dataset" in self.names
        if not fits or (self.number and not many) or (cells and label(cells[0]) and not many):
            self.names, self.number = [], 0
            return []
        self._last += 1
        self.number = self._last if many else 0
        pairs = [(n, cell.strip()) for n, cell in zip(self.names, cells, strict=True) if n]
        if not many:
            self.names = []
        return [(name, value) for name, value in pairs if value]
