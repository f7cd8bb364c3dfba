"""A PDF page as the program it is: runs of text with their places (ISO 32000-1, 8.4 and 9.4).

Interprets the page itself, since pypdf's own extraction leaves out ActualText, without which Thai
from Word, LibreOffice and typst is not readable (measured: marks lost, letters doubled).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from pypdf import PageObject
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, StreamObject
from pypdf.generic._font import Font

Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MAX_OPERATIONS = 200_000  # of one page
_MAX_RUNS = 50_000
_MAX_FORMS = 200  # drawings within drawings
_MAX_FORM_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Run:
    """Letters drawn in one go; x and y in points, y grows upwards."""

    x: float
    y: float
    width: float
    size: float
    text: str
    source: str = ""


def runs(page: PageObject) -> list[Run]:
    """Every run of text on the page, in the order in which it is drawn."""
    reader = Page(page.pdf)
    reader.draw(page.get_contents(), page.get("/Resources"), UNIT, 0)
    return reader.found


@dataclass(slots=True)
class State:
    """The part of the graphics state that moves text; whoever looks for more derives from it."""

    matrix: Matrix = UNIT
    font: Font | None = None
    size: float = 1.0
    leading: float = 0.0
    char: float = 0.0
    word: float = 0.0
    scale: float = 1.0
    rise: float = 0.0

    def copy(self) -> Self:
        return copy(self)


@dataclass(slots=True)
class _Mark:
    """Marked content; where it has ActualText, that is what its letters say."""

    words: str | None = None
    first: Run | None = None
    end: float = 0.0


@dataclass(slots=True)
class Page:
    """One page as it is drawn; `program` runs its operators."""

    pdf: Any
    found: list[Run] = field(default_factory=list)
    fonts: dict[int, Font | None] = field(default_factory=dict)
    left: int = _MAX_OPERATIONS
    forms: int = _MAX_FORMS
    program: type[Program] | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the page has more than is read."""
        return self.left < 0 or len(self.found) > _MAX_RUNS

    def draw(self, contents: Any, resources: Any, matrix: Matrix, depth: int) -> None:
        if contents is None:
            return
        program = (self.program or Program)(self, dictionary(resources), matrix, depth)
        for operands, operator in contents.operations:
            self.left -= 1
            if self.left < 0 or len(self.found) > _MAX_RUNS:
                return
            program.step(operands, operator)

    def font(self, resource: Any) -> Font | None:
        """The font of a resource, built once; None where it is damaged."""
        resource = resource.get_object()
        key = id(resource)
        if key not in self.fonts:
            try:
                self.fonts[key] = _built(resource)
            except (ValueError, KeyError, TypeError, AttributeError, IndexError):
                self.fonts[key] = None
        return self.fonts[key]


class Program:
    """Runs the operators of one content stream (ISO 32000-1, 8.4 and 9.4)."""

    operators: ClassVar[Mapping[bytes, Callable[[Any, Any], None]]] = {}

    def __init__(self, page: Page, resources: DictionaryObject, matrix: Matrix, depth: int):
        self.page, self.resources, self.depth = page, resources, depth
        self.state = self.begun(matrix)
        self.stack: list[State] = []
        self.line = self.text = UNIT
        self.marks: list[_Mark] = []

    def begun(self, matrix: Matrix) -> State:
        return State(matrix)

    def step(self, operands: Any, operator: bytes) -> None:
        action = self.operators.get(operator)
        if action is None:
            return
        try:
            action(self, operands)
        except (IndexError, ValueError, TypeError, KeyError, AttributeError):
            return  # one damaged operator costs itself

    def push(self, _: Any) -> None:
        if len(self.stack) < 200:
            self.stack.append(self.state.copy())

    def pop(self, _: Any) -> None:
        if self.stack:
            self.state = self.stack.pop()

    def concatenate(self, operands: Any) -> None:
        self.state.matrix = times(matrix_of(operands), self.state.matrix)

    def begin(self, _: Any) -> None:
        self.line = self.text = UNIT

    def set_font(self, operands: Any) -> None:
        fonts = dictionary(self.resources.get("/Font"))
        self.state.size = float(operands[1])
        self.state.font = self.page.font(fonts[operands[0]]) if operands[0] in fonts else None

    def set_matrix(self, operands: Any) -> None:
        self.line = self.text = matrix_of(operands)

    def move(self, operands: Any) -> None:
        x, y = float(operands[0]), float(operands[1])
        self.line = self.text = times((1.0, 0.0, 0.0, 1.0, x, y), self.line)

    def move_leading(self, operands: Any) -> None:
        self.state.leading = -float(operands[1])
        self.move(operands)

    def next_line(self, _: Any = None) -> None:
        self.move((0.0, -self.state.leading))

    def show(self, operands: Any) -> None:
        self._show(operands[0])

    def show_next(self, operands: Any) -> None:
        self.next_line()
        self._show(operands[-1])

    def show_spaced(self, operands: Any) -> None:
        for one in operands[0]:
            if isinstance(one, int | float) or not isinstance(one, str | bytes):
                self._advance(-float(one) / 1000 * self.state.size * self.state.scale)
            else:
                self._show(one)

    def mark(self, operands: Any) -> None:
        words = None
        if len(operands) > 1:
            properties = operands[1]
            if not isinstance(properties, DictionaryObject):
                properties = dictionary(self.resources.get("/Properties")).get(properties)
            said = dictionary(properties).get("/ActualText")
            words = None if said is None else _string(said)
        self.marks.append(_Mark(words))

    def unmark(self, _: Any) -> None:
        if not self.marks:
            return
        mark = self.marks.pop()
        if mark.words and mark.first and not any(m.words is not None for m in self.marks):
            first = mark.first
            width = mark.end - first.x
            self.page.found.append(Run(first.x, first.y, width, first.size, mark.words))

    def draw_form(self, operands: Any) -> None:
        form = dictionary(dictionary(self.resources.get("/XObject")).get(operands[0]))
        if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form":
            return
        if self.depth >= _MAX_FORM_DEPTH or self.page.forms <= 0:
            return
        self.page.forms -= 1
        own = form.get("/Matrix")
        matrix = times(matrix_of(own), self.state.matrix) if own else self.state.matrix
        contents = ContentStream(form, self.page.pdf)
        resources = form.get("/Resources", self.resources)
        self.page.draw(contents, resources, matrix, self.depth + 1)

    def _show(self, operand: Any) -> None:
        words, advance = decoded(operand, self.state)
        x, y, size = self._place()
        self._advance(advance)
        end = self._place()[0]
        mark = next((m for m in self.marks if m.words is not None), None)
        if mark is None:
            self.page.found.append(Run(x, y, max(end - x, 0.0), size, words))
            return
        mark.first = mark.first or Run(x, y, 0.0, size, "")
        mark.end = max(mark.end, end)

    def _place(self) -> tuple[float, float, float]:
        whole = times(self.text, self.state.matrix)
        y = whole[5] + self.state.rise * whole[3]
        height = max(abs(whole[3]), abs(whole[1]), 1e-6)
        return whole[4], y, max(self.state.size * height, 1.0)

    def _advance(self, distance: float) -> None:
        self.text = times((1.0, 0.0, 0.0, 1.0, distance, 0.0), self.text)


def _setter(name: str, factor: float = 1.0) -> Callable[[Program, Any], None]:
    def action(program: Program, operands: Any) -> None:
        setattr(program.state, name, float(operands[0]) * factor)

    return action


def _unset_text(program: Program, operands: Any) -> None:
    program.state.word, program.state.char = float(operands[0]), float(operands[1])
    program.show_next(operands)


Program.operators = {
    b"q": Program.push,
    b"Q": Program.pop,
    b"cm": Program.concatenate,
    b"BT": Program.begin,
    b"Tf": Program.set_font,
    b"Tm": Program.set_matrix,
    b"Td": Program.move,
    b"TD": Program.move_leading,
    b"T*": Program.next_line,
    b"Tj": Program.show,
    b"TJ": Program.show_spaced,
    b"'": Program.show_next,
    b'"': _unset_text,
    b"BDC": Program.mark,
    b"BMC": Program.mark,
    b"EMC": Program.unmark,
    b"Do": Program.draw_form,
    b"TL": _setter("leading"),
    b"Tc": _setter("char"),
    b"Tw": _setter("word"),
    b"Tz": _setter("scale", 0.01),
    b"Ts": _setter("rise"),
}


def _built(resource: Any) -> Font:
    """The font with the default width as the file gives it: marks are 0 wide, not as a letter."""
    font = Font.from_font_resource(resource)
    for descendant in dictionary(resource).get("/DescendantFonts") or ():
        width = dictionary(descendant).get("/DW", 1000)
        font.character_widths["default"] = float(width)
    return font


def decoded(operand: Any, state: State) -> tuple[str, float]:
    """The letters of a string and how far they move the pen, in text space."""
    font = state.font
    raw = _bytes(operand)
    if font is None:
        return raw.decode("latin-1"), len(raw) * 0.5 * state.size * state.scale
    if isinstance(font.encoding, str):
        codes = raw.decode(font.encoding, "replace")
        widths = [font.get_text_width(code) for code in codes]
    else:
        codes = "".join(font.encoding.get(byte, chr(byte)) for byte in raw)
        widths = [font.get_text_width(chr(byte)) for byte in raw]
    words = "".join(font.character_map.get(code, code) for code in codes)
    spaces = raw.count(b" ") if not isinstance(font.encoding, str) else 0
    moved = sum(widths) / 1000 * state.size + len(codes) * state.char + spaces * state.word
    return words, moved * state.scale


def _bytes(operand: Any) -> bytes:
    if isinstance(operand, bytes):
        return bytes(operand)
    raw = getattr(operand, "original_bytes", None)
    return raw if isinstance(raw, bytes) else str(operand).encode("latin-1", "replace")


def _string(value: Any) -> str:
    value = value.get_object() if hasattr(value, "get_object") else value
    if isinstance(value, bytes):
        utf16 = value.startswith((b"\xfe\xff", b"\xff\xfe"))
        return value.decode("utf-16" if utf16 else "latin-1", "replace")
    return str(value)


def dictionary(value: Any) -> DictionaryObject:
    value = value.get_object() if hasattr(value, "get_object") else value
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def matrix_of(values: Any) -> Matrix:
    values = values.get_object() if isinstance(values, ArrayObject) else values
    a, b, c, d, e, f = (float(value) for value in list(values)[:6])
    return a, b, c, d, e, f


def times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )
