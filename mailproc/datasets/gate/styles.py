"""How cells look: which styles hide what stands in them (ECMA-376, 18.8)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mailproc.datasets.gate.package import Package
from mailproc.parsers.attachments.markup import Element

TINY = 5.0  # points; nobody reads less
_ALIKE = 24  # of 255, in each of the three colours
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_INDEXED = ("000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF".split() * 2) + (
    "800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF 660066 "
    "FF8080 0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF "
    "CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 "
    "969696 003366 339966 003300 333300 993300 993366 333399 333333"
).split()
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DATE_CODE = re.compile(r"[dyeg]|(?<![hs])m(?!s)", re.I)
_SHOWS = re.compile(r"[0#?@dyeghmsb]|general", re.I)
_BLANK = re.compile(r'"\s*"|\\ |_.|\*.|\[[^\]]*\]|\s')
Colour = tuple[int, int, int]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Look:
    """What a style does to a cell; `empty` are the kinds of values that its format shows not."""

    same_colour: bool = False
    tiny: bool = False
    is_date: bool = False
    is_amount: bool = False  # with thousands marked
    padded: int = 0
    empty: frozenset[str] = frozenset()  # positive, negative, zero, text

    @property
    def is_plain(self) -> bool:
        return self in (Look(), Look(is_amount=True))


PLAIN = Look()


class Styles:
    """All looks of a workbook by their number."""

    def __init__(self, package: Package) -> None:
        self._theme = _theme(package)
        self.looks: list[Look] = []
        self.conditional: list[bool] = []  # whether a conditional format hides
        if package.has("xl/styles.xml"):
            self._read(package.tree("xl/styles.xml"))

    def _read(self, root: Element) -> None:
        fonts = [self._font(one) for one in _children(root, "fonts")]
        fills = [self._fill(one) for one in _children(root, "fills")]
        codes = {one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iter("numFmt")}
        for xf in _children(root, "cellXfs"):
            colour, size = _at(fonts, xf.get("fontId"), (_BLACK, 11.0))
            ground = _at(fills, xf.get("fillId"), _WHITE)
            self.looks.append(_look(colour, size, ground, xf.get("numFmtId", "0"), codes))
        self.conditional = [self._hides(one) for one in _children(root, "dxfs")]

    def look(self, style: str) -> Look:
        return _at(self.looks, style, PLAIN)

    def hides_run(self, properties: Element | None, ground: Colour | None = _WHITE) -> bool:
        """Whether the letters of a rich text can't be seen."""
        if properties is None:
            return False
        colour, size = self._font(properties)
        return size < TINY or (ground is not None and _alike(colour, ground))

    def _font(self, font: Element) -> tuple[Colour, float]:
        size = font.find("sz")
        return self._colour(font.find("color"), _BLACK), _number(size, "val", 11.0)

    def _fill(self, fill: Element) -> Colour | None:
        """The ground; None where it is of several colours."""
        pattern = fill.find("patternFill")
        kind = pattern.get("patternType", "none") if pattern is not None else "gradient"
        if pattern is None or kind not in ("none", "solid"):
            return None
        return _WHITE if kind == "none" else self._colour(pattern.find("fgColor"), _WHITE)

    def _hides(self, dxf: Element) -> bool:
        """A difference that puts letters into the colour of the ground, or shows nothing."""
        form = dxf.find("numFmt")
        if form is not None and _unseen(form.get("formatCode", "")) >= {"positive"}:
            return True
        font = dxf.find("font")
        if font is None or font.find("color") is None:
            return False
        ground = dxf.find("fill/patternFill/bgColor")
        ground = ground if ground is not None else dxf.find("fill/patternFill/fgColor")
        return _alike(self._colour(font.find("color"), _BLACK), self._colour(ground, _WHITE))

    def _colour(self, node: Element | None, default: Colour) -> Colour:
        if node is None or node.get("auto"):
            return default
        if rgb := node.get("rgb"):
            base = _parsed(rgb)
        elif (number := node.get("theme")) is not None:
            base = _at(self._theme, number, default)
        elif (number := node.get("indexed")) is not None:
            base = _WHITE if number == "65" else _parsed(_at(_INDEXED, number, "000000"))
        else:
            return default
        return _tinted(base, float(node.get("tint", "0") or 0))


def _look(
    colour: Colour, size: float, ground: Colour | None, number: str, codes: dict[str, str]
) -> Look:
    code = codes.get(number, "")
    bare = _LITERAL.sub("", code).split(";")[0]
    built_in = number.isdecimal() and int(number) in _DATES and not code
    return Look(
        same_colour=ground is not None and _alike(colour, ground),
        tiny=size < TINY,
        is_date=built_in or (bool(_DATE_CODE.search(bare)) and "general" not in bare.lower()),
        is_amount="#,##" in bare or number in ("3", "4", "37", "38", "39", "40", "41", "43"),
        padded=bare.count("0") if re.fullmatch(r"0[0\-() ]{5,20}", bare) else 0,
        empty=_unseen(code),
    )


def _unseen(code: str) -> frozenset[str]:
    """Which kinds of values the format shows nothing of."""
    if not code or code.lower() == "general":
        return frozenset()
    parts = _sections(code)
    if any(re.search(r"\[[<>=]", part) for part in parts):
        return frozenset()
    shown = [bool(_SHOWS.search(_LITERAL.sub("", part))) for part in parts]
    told = [bool(_BLANK.sub("", part)) for part in parts]
    names = ["positive", "negative", "zero", "text"]
    found = set()
    for at, name in enumerate(names):
        if name == "text":
            hidden = len(parts) > 3 and not shown[3]
        elif name == "zero":
            hidden = False  # nothing is lost
        else:
            one = at if at < len(parts) else 0
            hidden = not shown[one]
        if hidden and (name != "text" or not told[3]):
            found.add(name)
    return frozenset(found)


def _sections(code: str) -> list[str]:
    parts = [""]
    for piece in re.findall(r'"[^"]*"|\\.|\[[^\]]*\]|.', code):
        if piece == ";":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _theme(package: Package) -> list[Colour]:
    """Colours in the order of the attribute «theme»: light and dark change places."""
    name = next((one for one in package.names if re.fullmatch(r"xl/theme/theme1?\.xml", one)), "")
    scheme = package.tree(name).find(".//clrScheme") if name else None
    if scheme is None:
        return [_WHITE, _BLACK]
    found = [_first(one) for one in scheme]
    if len(found) >= 4:
        found[0], found[1], found[2], found[3] = found[1], found[0], found[3], found[2]
    return found


def _first(node: Element) -> Colour:
    for one in node:
        return _parsed(one.get("lastClr") or one.get("val", "000000"))
    return _BLACK


def _parsed(rgb: str | None) -> Colour:
    digits = (rgb or "")[-6:]
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", digits):
        return _BLACK
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _tinted(colour: Colour, tint: float) -> Colour:
    """Lighter or darker, near enough to tell whether two colours are alike."""
    if tint > 0:
        red, green, blue = (round(one + (255 - one) * tint) for one in colour)
    else:
        red, green, blue = (round(one * (1 + max(tint, -1.0))) for one in colour)
    return red, green, blue


def _alike(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _ALIKE


def _children(root: Element, name: str) -> Iterator[Element]:
    node = root.find(name)
    yield from node if node is not None else ()


def _at(values: Sequence[_T], number: str | None, default: _T) -> _T:
    at = int(number) if number and number.isdecimal() and len(number) < 7 else -1
    return values[at] if 0 <= at < len(values) else default


def _number(node: Element | None, name: str, default: float) -> float:
    try:
        return float(node.get(name, default)) if node is not None else default
    except ValueError:
        return default
