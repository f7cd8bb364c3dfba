"""A PDF page as the program it is: runs of text with their places (ISO 32000-1, 8.4 and 9.4).

Interprets the page itself, since pypdf's own extraction leaves out ActualText, without which Thai
from Word, LibreOffice and typst is not readable (measured: marks lost, letters doubled).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pypdf import PageObject
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, StreamObject
from pypdf.generic._font import Font

Matrix = tuple[float, float, float, float, float, float]
_UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
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
    reader = _Page(page.pdf)
    reader.draw(page.get_contents(), page.get("/Resources"), _UNIT, 0)
    return reader.found


@dataclass(slots=True)
class _State:
    """The part of the graphics state that moves text."""

    matrix: Matrix = _UNIT
    font: Font | None = None
    size: float = 1.0
    leading: float = 0.0
    char: float = 0.0
    word: float = 0.0
    scale: float = 1.0
    rise: float = 0.0

    def copy(self) -> _State:
        return _State(*(getattr(self, name) for name in self.__slots__))


@dataclass(slots=True)
class _Mark:
    """Marked content; where it has ActualText, that is what its letters say."""

    words: str | None = None
    first: Run | None = None
    end: float = 0.0


@dataclass(slots=True)
class _Page:
    pdf: Any
    found: list[Run] = field(default_factory=list)
    fonts: dict[int, Font | None] = field(default_factory=dict)
    left: int = _MAX_OPERATIONS
    forms: int = _MAX_FORMS

    def draw(self, contents: Any, resources: Any, matrix: Matrix, depth: int) -> None:
        if contents is None:
            return
        program = _Program(self, _dictionary(resources), matrix, depth)
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


class _Program:
    """Runs the operators of one content stream (ISO 32000-1, 8.4 and 9.4)."""

    def __init__(self, page: _Page, resources: DictionaryObject, matrix: Matrix, depth: int):
        self.page, self.resources, self.depth = page, resources, depth
        self.state = _State(matrix)
        self.stack: list[_State] = []
        self.line = self.text = _UNIT
        self.marks: list[_Mark] = []

    def step(self, operands: Any, operator: bytes) -> None:
        action = _OPERATORS.get(operator)
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
        self.state.matrix = _times(_matrix(operands), self.state.matrix)

    def begin(self, _: Any) -> None:
        self.line = self.text = _UNIT

    def set_font(self, operands: Any) -> None:
        fonts = _dictionary(self.resources.get("/Font"))
        self.state.size = float(operands[1])
        self.state.font = self.page.font(fonts[operands[0]]) if operands[0] in fonts else None

    def set_matrix(self, operands: Any) -> None:
        self.line = self.text = _matrix(operands)

    def move(self, operands: Any) -> None:
        x, y = float(operands[0]), float(operands[1])
        self.line = self.text = _times((1.0, 0.0, 0.0, 1.0, x, y), self.line)

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
                properties = _dictionary(self.resources.get("/Properties")).get(properties)
            said = _dictionary(properties).get("/ActualText")
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
        form = _dictionary(_dictionary(self.resources.get("/XObject")).get(operands[0]))
        if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form":
            return
        if self.depth >= _MAX_FORM_DEPTH or self.page.forms <= 0:
            return
        self.page.forms -= 1
        own = form.get("/Matrix")
        matrix = _times(_matrix(own), self.state.matrix) if own else self.state.matrix
        contents = ContentStream(form, self.page.pdf)
        resources = form.get("/Resources", self.resources)
        self.page.draw(contents, resources, matrix, self.depth + 1)

    def _show(self, operand: Any) -> None:
        words, advance = _decoded(operand, self.state)
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
        whole = _times(self.text, self.state.matrix)
        y = whole[5] + self.state.rise * whole[3]
        height = max(abs(whole[3]), abs(whole[1]), 1e-6)
        return whole[4], y, max(self.state.size * height, 1.0)

    def _advance(self, distance: float) -> None:
        self.text = _times((1.0, 0.0, 0.0, 1.0, distance, 0.0), self.text)


def _setter(name: str, factor: float = 1.0) -> Callable[[_Program, Any], None]:
    def action(program: _Program, operands: Any) -> None:
        setattr(program.state, name, float(operands[0]) * factor)

    return action


def _unset_text(program: _Program, operands: Any) -> None:
    program.state.word, program.state.char = float(operands[0]), float(operands[1])
    program.show_next(operands)


_OPERATORS: dict[bytes, Callable[[_Program, Any], None]] = {
    b"q": _Program.push,
    b"Q": _Program.pop,
    b"cm": _Program.concatenate,
    b"BT": _Program.begin,
    b"Tf": _Program.set_font,
    b"Tm": _Program.set_matrix,
    b"Td": _Program.move,
    b"TD": _Program.move_leading,
    b"T*": _Program.next_line,
    b"Tj": _Program.show,
    b"TJ": _Program.show_spaced,
    b"'": _Program.show_next,
    b'"': _unset_text,
    b"BDC": _Program.mark,
    b"BMC": _Program.mark,
    b"EMC": _Program.unmark,
    b"Do": _Program.draw_form,
    b"TL": _setter("leading"),
    b"Tc": _setter("char"),
    b"Tw": _setter("word"),
    b"Tz": _setter("scale", 0.01),
    b"Ts": _setter("rise"),
}


def _built(resource: Any) -> Font:
    """The font with the default width as the file gives it: marks are 0 wide, not as a letter."""
    font = Font.from_font_resource(resource)
    for descendant in _dictionary(resource).get("/DescendantFonts") or ():
        width = _dictionary(descendant).get("/DW", 1000)
        font.character_widths["default"] = float(width)
    return font


def _decoded(operand: Any, state: _State) -> tuple[str, float]:
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


def _dictionary(value: Any) -> DictionaryObject:
    value = value.get_object() if hasattr(value, "get_object") else value
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def _matrix(values: Any) -> Matrix:
    values = values.get_object() if isinstance(values, ArrayObject) else values
    a, b, c, d, e, f = (float(value) for value in list(values)[:6])
    return a, b, c, d, e, f


def _times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )
