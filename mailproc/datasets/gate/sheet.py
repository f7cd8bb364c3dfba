"""One sheet of a workbook as a stream: what stands where, how it looks, what else is there.

The innermost loop of the gate: a plain number costs some five short calls.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import timedelta
from xml.parsers import expat

from mailproc.datasets.gate import headings
from mailproc.datasets.gate.columns import Columns
from mailproc.datasets.gate.persons import Trace, number_kind, traces
from mailproc.datasets.gate.places import Area, column_number
from mailproc.datasets.gate.strings import Strings
from mailproc.datasets.gate.strings import hides as hides_run
from mailproc.datasets.gate.styles import PLAIN, Look, Styles
from mailproc.datasets.importing.xlsxfile import EPOCH
from mailproc.parsers.attachments.content import NotRead

_LEAST_HEIGHT, _LEAST_WIDTH = 1.5, 0.5  # points, letters: less is not seen
_LONG = 9  # digits from which on a number may be somebody's
_LONGEST = 32_767  # characters of a cell, as the format has it
_MOST_ROWS = 1_048_576
Attributes = dict[str, str]
_Taken = tuple[int, int, str]  # row, column, text


@dataclass(slots=True)
class Sheet:
    """What was found in one sheet; rows and columns from 1."""

    name: str
    columns: Columns
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    filled: dict[int, int] = field(default_factory=dict)  # column → cells with a value
    places: array[int] = field(default_factory=lambda: array("Q"))  # row << 14 | column
    last_row: int = 0
    gaps: list[int] = field(default_factory=list)  # rows behind a long stretch of nothing
    unseen: list[tuple[str, int, int]] = field(default_factory=list)  # kind, row, column
    formulas: list[_Taken] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    parts: list[tuple[str, Attributes, list[str]]] = field(default_factory=list)  # and its text
    wanted: dict[tuple[int, int], str] = field(default_factory=dict)  # cells that charts show
    rows: list[tuple[int, list[str]]] = field(default_factory=list)  # where they are to be kept
    cut: list[_Taken] = field(default_factory=list)  # cells as long as they can be


# Elements whose attributes and text are judged once the sheet is read.
_PARTS = frozenset(
    (
        *("sheetFormatPr", "filterColumn", "dataValidation", "cfRule", "hyperlink", "scenario"),
        *("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"),
        *("legacyDrawing", "picture", "oleObject", "control", "customSheetView", "webPublishItem"),
        *("formula1", "formula2", "formula", "dataRef", "customPr", "inputCells", "f"),
    )
)
_EMPTY_ROWS = 1_000


class Scanner:
    """Reads one sheet into a `Sheet`."""

    def __init__(
        self,
        name: str,
        strings: Strings,
        styles: Styles,
        *,
        wanted: frozenset[tuple[int, int]] = frozenset(),
        keep: bool = False,
    ) -> None:
        self.found = Sheet(name, Columns(name))
        self._strings, self._styles, self._keep = strings, styles, keep
        self._wanted, self._wanted_rows = wanted, {row for row, _ in wanted}
        self._looks: dict[str, Look] = {}
        self._inline: list[_Taken] = []
        self._watched: set[int] = set()  # columns under a telling heading
        self._row = self._column = 0
        self._row_hidden = self._hidden_by_default = False
        self._cells: list[str] = []
        self._kind = self._style = self._reference = ""
        self._pieces: list[str] = []
        self._formula: list[str] | None = None
        self._in_cell = False

    def set_up(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def done(self) -> Sheet:
        self._search()
        return self.found

    # ------------------------------------------------------------ elements

    def _start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            get = attributes.get
            self._reference, self._style, self._kind = get("r", ""), get("s", ""), get("t", "n")
            self._column += 1
            self._in_cell = True
        elif tag == "v" or tag == "t":
            self._parser.CharacterDataHandler = self._pieces.append
        elif tag == "row":
            self._open_row(attributes)
        elif tag == "f" and self._in_cell:
            self._formula = []
            self._parser.CharacterDataHandler = self._formula.append
        elif ":" in tag:
            self._start(tag.rpartition(":")[2], attributes)
        else:
            self._other(tag, attributes)

    def _end(self, tag: str) -> None:
        if tag == "c":
            if self._pieces or self._formula is not None:
                self._close_cell()
            elif self._keep:
                self._cells.append("")
            self._in_cell = False
        elif tag == "v" or tag == "t" or tag == "f":
            self._parser.CharacterDataHandler = None
        elif tag == "row":
            if self._keep and self._cells:
                self.found.rows.append((self._row, self._cells))
        elif ":" in tag:
            self._end(tag.rpartition(":")[2])
        elif tag in _PARTS:
            self._parser.CharacterDataHandler = None

    def _other(self, tag: str, attributes: Attributes) -> None:
        if tag in _PARTS:
            said: list[str] = []
            self.found.parts.append((tag, attributes, said))
            self._parser.CharacterDataHandler = said.append
            if tag == "sheetFormatPr":
                height = _float(attributes.get("defaultRowHeight"), 15.0)
                zero = attributes.get("zeroHeight") in ("1", "true")
                self._hidden_by_default = zero or height < _LEAST_HEIGHT
        elif tag == "col":
            if _is_on(attributes, "hidden") or _float(attributes.get("width"), 9.0) < _LEAST_WIDTH:
                first, last = int(attributes["min"]), int(attributes["max"])
                self.found.hidden_columns.append((first, last))
        elif tag == "mergeCell":
            if area := Area.parse(attributes.get("ref", "")):
                self.found.merged.append(area)
        elif tag in ("color", "sz") and self._in_cell and hides_run(attributes, tag):
            kind = "tiny" if tag == "sz" else "same_colour"
            self.found.unseen.append((kind, self._row, self._column))

    def _open_row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        before = self._row
        self._row = int(number) if number.isdecimal() and len(number) < 8 else before + 1
        self._column, self._cells = 0, []
        if self._row > _MOST_ROWS:
            raise NotRead("damaged")
        height = attributes.get("ht")
        low = height is not None and _float(height, 15.0) < _LEAST_HEIGHT
        by_default = self._hidden_by_default and height is None
        self._row_hidden = low or by_default or _is_on(attributes, "hidden")

    # ------------------------------------------------------------ cells

    def _close_cell(self) -> None:
        words = "".join(self._pieces) if len(self._pieces) != 1 else self._pieces[0]
        self._pieces.clear()
        if letters := self._reference.rstrip("0123456789"):
            self._column = column_number(letters)
        column, found = self._column, self.found
        if self._formula is not None:
            found.formulas.append((self._row, column, "".join(self._formula)))
            self._formula = None
        look = self._looks.get(self._style)
        if look is None:
            look = self._looks[self._style] = self._styles.look(self._style)
        if self._kind == "n":
            text = words
            if len(words) >= _LONG or column in self._watched or look.is_date or look.padded:
                text = self._odd_number(words, look)
        else:
            text = self._text(words)
        if self._keep:
            self._cells.append(words if self._kind == "n" else text)
        if text:
            self._count_in(column, look, text, words if self._kind == "n" else text)

    def _count_in(self, column: int, look: Look, text: str, value: str) -> None:
        """A cell with something in it."""
        found = self.found
        found.filled[column] = found.filled.get(column, 0) + 1
        found.places.append(self._row << 14 | column)
        if self._row - found.last_row > _EMPTY_ROWS and found.last_row:
            found.gaps.append(self._row)
        found.last_row = self._row
        if look is not PLAIN and not look.is_plain:
            self._judge_look(look, text)
        if self._row_hidden and (not found.hidden_rows or found.hidden_rows[-1] != self._row):
            found.hidden_rows.append(self._row)
        if self._row in self._wanted_rows and (self._row, column) in self._wanted:
            found.wanted[self._row, column] = value

    def _text(self, words: str) -> str:
        """The words of a cell of text, told to whom they concern."""
        row, column = self._row, self._column
        if self._kind == "s":
            words = self._shared(words)
        elif self._kind in ("inlineStr", "str"):
            self._inline.append((row, column, words))
            if kind := headings.kind(words):
                self._head(kind, words)
            if len(self._inline) >= 5_000:
                self._search()
        if len(words) >= _LONGEST:
            self.found.cut.append((row, column, ""))
        self.found.columns.tell(row, column, words)
        return words

    def _shared(self, number_said: str) -> str:
        number = int(number_said) if number_said.isdecimal() and len(number_said) < 9 else -1
        strings, found = self._strings, self.found
        if not 0 <= number < len(strings.words):
            raise NotRead("damaged")
        strings.used[number] = 1
        for trace in strings.traces.get(number, ()):
            found.columns.trace(self._row, self._column, trace)
        if number in strings.heads:
            self._head(strings.heads[number], strings.words[number])
        if number in strings.unseen:
            found.unseen.append((strings.unseen[number], self._row, self._column))
        return strings.words[number]

    def _head(self, kind: str, words: str) -> None:
        self.found.columns.head(self._row, self._column, kind, words)
        self._watched.add(self._column)

    def _search(self) -> None:
        for trace in traces([words for _, _, words in self._inline]):
            row, column, _ = self._inline[trace.number]
            self.found.columns.trace(row, column, trace)
        self._inline.clear()

    def _odd_number(self, words: str, look: Look) -> str:
        """A number that may be a day, a telephone or somebody's id."""
        text = _whole(words)
        if look.padded and text.isdecimal():
            text = text.zfill(look.padded)
        if look.is_date and len(text) < 7:
            text = _day(words)
        is_amount = look.is_amount and text.endswith("000")
        if (kind := number_kind(text)) and not is_amount:
            trace = Trace(kind, 0, f"{text[0]}…{text[-2:]}", alone=True)
            self.found.columns.trace(self._row, self._column, trace)
        if not look.is_amount:
            self._inline.append((self._row, self._column, text)) if look.padded else None
            self.found.columns.tell(self._row, self._column, text)
        return text

    def _judge_look(self, look: Look, text: str) -> None:
        where = (self._row, self._column)
        if not text.strip():
            return
        if look.same_colour:
            self.found.unseen.append(("same_colour", *where))
        if look.tiny:
            self.found.unseen.append(("tiny", *where))
        if look.empty and _sign(text, self._kind) in look.empty:
            self.found.unseen.append(("format", *where))


def _sign(text: str, kind: str) -> str:
    if kind != "n":
        return "text"
    value = _float(text, 1.0)
    return "zero" if value == 0 else "negative" if value < 0 else "positive"


def _is_on(attributes: Attributes, name: str) -> bool:
    return attributes.get(name, "0") not in ("0", "false")


def _float(text: str | None, default: float) -> float:
    try:
        return float(text) if text is not None else default
    except ValueError:
        return default


def _whole(words: str) -> str:
    """«1.111111111119E+12» and «1111111111119.0» in full."""
    if words.isdecimal() or len(words) > 30:
        return words
    try:
        value = float(words)
    except ValueError:
        return words
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e17 else words


def _day(words: str) -> str:
    try:
        return (EPOCH + timedelta(days=int(float(words)))).isoformat()
    except (ValueError, OverflowError):
        return words
