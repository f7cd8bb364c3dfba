"""Which letters of a PDF page can't be seen (ISO 32000-1, 8.5, 8.6 and 9.3.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pypdf.generic import StreamObject

from mailproc.parsers.attachments.pdf_page import (
    UNIT,
    Matrix,
    Page,
    Program,
    State,
    decoded,
    dictionary,
)

_WHITE = 0.94  # of 1, in each colour
_TINY = 1.5  # points
_MARGIN = 6.0  # points beyond the paper that a letter may hang out
_MOST_COMPARED = 2_000_000  # letters with fillings that may lie over them, of a page
_THICK = 4.0  # points; a thinner filling is a line
Box = tuple[float, float, float, float]


@dataclass(slots=True)
class _Seen(State):
    mode: int = 0  # 3 and 7 draw nothing
    fill: tuple[float, ...] | None = (0.0,)  # grey or red, green, blue; None where not known
    clear: bool = False


@dataclass(slots=True)
class SeenPage(Page):
    """A page and what of its text is not to be seen: kind and words."""

    paper: Box = (0.0, 0.0, 612.0, 792.0)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    grounds: list[Box] = field(default_factory=list)  # what was filled with a colour
    shown: list[tuple[float, float, str]] = field(default_factory=list)
    compared: int = 0
    pictures: float = 0.0  # share of the paper under pictures
    drawn: int = 0  # lines and fillings

    @property
    def draws_much(self) -> bool:
        """Pictures, or so many lines that letters may be among them."""
        return self.pictures > 0.1 or self.drawn > 200


class Watching(Program):
    """Draws a page and takes down what can't be seen."""

    page: SeenPage
    state: _Seen

    def begun(self, matrix: Matrix) -> State:
        self.path: list[tuple[float, float]] = []
        return _Seen(matrix)

    # ------------------------------------------------------------ text

    def _show(self, operand: Any) -> None:
        x, y, _ = self._place()
        words = decoded(operand, self.state)[0]
        if words.strip():
            if kind := self._hides(x, y):
                self.page.hidden.append((kind, words))
            else:
                self.page.shown.append((x, y + self._height() * 0.3, words))
        Program._show(self, operand)

    def _height(self) -> float:
        whole = self.state.matrix
        c, d = self.text[2:4]
        return self.state.size * max(
            abs(c * whole[1] + d * whole[3]), abs(c * whole[0] + d * whole[2]), 1e-9
        )

    def _hides(self, x: float, y: float) -> str:
        state, paper = self.state, self.page.paper
        if state.mode in (3, 7) or state.clear:
            return "invisible"
        left, bottom, right, top = paper
        if not (left - _MARGIN <= x <= right + _MARGIN and bottom - _MARGIN <= y <= top + _MARGIN):
            return "off_page"
        if self._height() < _TINY:
            return "tiny"
        white = state.fill is not None and min(state.fill) >= _WHITE and state.mode in (0, 4)
        if white and not any(_in(box, x, y + self._height() * 0.3) for box in self.page.grounds):
            return "same_colour"
        return ""

    # ------------------------------------------------------------ colours

    def set_mode(self, operands: Any) -> None:
        self.state.mode = int(operands[0])

    def set_colour(self, operands: Any) -> None:
        numbers = [float(one) for one in operands if not isinstance(one, str)]
        if len(numbers) == 4:
            black = numbers[3]
            self.state.fill = tuple(1 - min(1.0, one + black) for one in numbers[:3])
        else:
            self.state.fill = tuple(numbers) if len(numbers) in (1, 3) else None

    def set_space(self, operands: Any) -> None:
        """Black is where most spaces begin; of inks and palettes nothing is known."""
        spaces = dictionary(self.resources.get("/ColorSpace"))
        space = spaces.get(operands[0])
        space = space.get_object() if space is not None else None
        kind = space[0] if isinstance(space, list) and space else operands[0]
        known = kind not in ("/Separation", "/DeviceN", "/Indexed", "/Pattern", "/Lab")
        self.state.fill = (0.0,) if known else None
        self._known_space = known

    _known_space = True

    def set_special(self, operands: Any) -> None:
        if self._known_space:
            self.set_colour(operands)
        else:
            self.state.fill = None

    def set_state(self, operands: Any) -> None:
        states = dictionary(self.resources.get("/ExtGState"))
        alpha = dictionary(states.get(operands[0])).get("/ca")
        if alpha is not None:
            self.state.clear = float(alpha) < 0.05

    # ------------------------------------------------------------ fillings

    def rectangle(self, operands: Any) -> None:
        x, y, width, height = (float(one) for one in operands[:4])
        for point in ((x, y), (x + width, y), (x + width, y + height), (x, y + height)):
            self._point(*point)

    def point(self, operands: Any) -> None:
        for at in range(0, len(operands) - 1, 2):
            self._point(float(operands[at]), float(operands[at + 1]))

    def _point(self, x: float, y: float) -> None:
        a, b, c, d, e, f = self.state.matrix
        self.path.append((a * x + c * y + e, b * x + d * y + f))

    def end_path(self, _: Any) -> None:
        self.page.drawn += 1
        self.path = []

    def fill(self, _: Any) -> None:
        self.page.drawn += 1
        if self.path:
            self._cover(_box(self.path), self.state.fill)
        self.path = []

    def _cover(self, box: Box, colour: tuple[float, ...] | None) -> None:
        if self.state.clear or box[2] - box[0] < _THICK or box[3] - box[1] < _THICK:
            return
        if colour is None or min(colour) < _WHITE:
            self.page.grounds.append(box)
        page = self.page
        page.compared += len(page.shown)
        if page.compared <= _MOST_COMPARED:
            under = [words for x, y, words in page.shown if _in(box, x, y)]
            page.hidden += [("covered", words) for words in under]
            if under:
                page.shown = [one for one in page.shown if not _in(box, one[0], one[1])]

    def draw_form(self, operands: Any) -> None:
        drawn = dictionary(dictionary(self.resources.get("/XObject")).get(operands[0]))
        if isinstance(drawn, StreamObject) and drawn.get("/Subtype") == "/Image":
            self.inline(operands)
        else:
            Program.draw_form(self, operands)

    def inline(self, _: Any) -> None:
        """A picture fills the unit square."""
        a, b, c, d, e, f = self.state.matrix
        box = _box([(e, f), (a + e, b + f), (c + e, d + f), (a + c + e, b + d + f)])
        self.page.grounds.append(box)
        self.page.pictures += _share(box, self.page.paper)


def _box(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _in(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _share(box: Box, paper: Box) -> float:
    whole = max((paper[2] - paper[0]) * (paper[3] - paper[1]), 1.0)
    return (box[2] - box[0]) * (box[3] - box[1]) / whole


_MORE: dict[bytes, Callable[[Any, Any], None]] = {
    b"Tr": Watching.set_mode,
    b"g": Watching.set_colour,
    b"rg": Watching.set_colour,
    b"k": Watching.set_colour,
    b"cs": Watching.set_space,
    b"sc": Watching.set_special,
    b"scn": Watching.set_special,
    b"gs": Watching.set_state,
    b"re": Watching.rectangle,
    b"m": Watching.point,
    b"l": Watching.point,
    b"c": Watching.point,
    b"v": Watching.point,
    b"y": Watching.point,
    b"n": Watching.end_path,
    b"S": Watching.end_path,
    b"s": Watching.end_path,
    **dict.fromkeys((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"), Watching.fill),
    b"Do": Watching.draw_form,
    b"INLINE IMAGE": Watching.inline,
    b"Tj": Watching.show,
}
Watching.operators = {**Program.operators, **_MORE}


def seen(page: Any) -> SeenPage:
    """The page with all that it draws."""
    box = page.cropbox
    paper = (float(box.left), float(box.bottom), float(box.right), float(box.top))
    one = SeenPage(page.pdf, program=Watching, paper=paper)
    one.draw(page.get_contents(), page.get("/Resources"), UNIT, 0)
    return one
