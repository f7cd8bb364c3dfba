"""The pieces of a Word file that python-docx has no words for: content controls and ruled lines.

Element names and their order are those of ECMA-376 part 1, 17.5.2 (w:sdt) and MS-DOCX 2.6.1
(w14:checkbox).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, tostring
from zlib import crc32

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# In Thai offices first; LibreOffice and Word look for the alternative name of the font table.
FONT, OTHER_FONT = "TH SarabunPSK", "Sarabun"
_SYMBOLS = "Segoe UI Symbol"
ON, OFF = "\u2611", "\u2610"
GREY = "666666"
_LINE = 1.25  # line to letter; fonts differ between 1.1 and 1.7, which would move the page breaks


def w(name: str, /, *children: Element, **attributes: str | int) -> Element:
    """A WordprocessingML element with attributes of the same namespace."""
    return _element(_W, name, children, attributes)


def _element(
    space: str, name: str, children: Iterable[Element], attributes: dict[str, str | int]
) -> Element:
    names = {f"{{{space}}}{key}": str(value) for key, value in attributes.items()}
    element = Element(f"{{{space}}}{name}", names)
    element.extend(children)
    return element


def xml(element: Element) -> bytes:
    """The element as XML, with the declarations of its namespaces."""
    return tostring(element)


def fonts(name: str = FONT) -> Element:
    """All four kinds of letters: Word takes Thai from `cs`, Latin from `ascii`."""
    return w("rFonts", ascii=name, hAnsi=name, eastAsia=name, cs=name)


def size(points: float) -> tuple[Element, Element]:
    return w("sz", val=round(points * 2)), w("szCs", val=round(points * 2))


def run(
    text: str, *, bold: bool = False, points: float = 0, color: str = "", font: str = ""
) -> Element:
    """A run of text; «…» becomes a tab, which a paragraph may rule with dots."""
    look: list[Element] = [fonts(font)] if font else []
    look += [w("b"), w("bCs")] if bold else []
    look += [w("color", val=color)] if color else []
    look += size(points) if points else ()
    made = w("r", *([w("rPr", *look)] if look else []))
    for number, piece in enumerate(text.split("…")):
        if number:
            made.append(w("tab"))
        if piece:
            letters = w("t")
            letters.text = piece
            letters.set(_SPACE, "preserve")
            made.append(letters)
    return made


def leaders(count: int) -> Element:
    """A place left empty: our reader and others know dotted leaders as nothing."""
    return run("." * count, color=GREY)


def paragraph(
    *runs: Element,
    align: str = "left",
    before: int = 0,
    after: int = 0,
    points: float = 16,
    indent: int = 0,
    tab: int = 0,
    ruled: bool = False,
    keep: bool = False,
) -> Element:
    """A paragraph of letters of that size; `tab` is where «…» ends, ruled with dots or not.

    Spaces, indent and tab in twentieths of a point.
    """
    stop = w("tab", val="left", leader="dot" if ruled else "none", pos=tab)
    line = round(points * _LINE * 20)
    look = [
        *([w("keepNext")] if keep else []),
        *([w("tabs", stop)] if tab else []),
        w("spacing", before=before, after=after, line=line, lineRule="exact"),
        *([w("ind", left=indent)] if indent else []),
        w("jc", val=align),
    ]
    return w("p", w("pPr", *look), *runs)


def cell(
    *paragraphs: Element, width: int, span: int = 1, fill: str = "", middle: bool = True
) -> Element:
    look = [w("tcW", w=width, type="dxa")]
    look += [w("gridSpan", val=span)] if span > 1 else []
    look += [w("shd", val="clear", color="auto", fill=fill)] if fill else []
    look += [w("vAlign", val="center")] if middle else []
    return w("tc", w("tcPr", *look), *paragraphs)


def row(*cells: Element, least: int = 0, keep: bool = True) -> Element:
    """A row that no page break splits; `least` is its height in twips."""
    look = [w("cantSplit")] if keep else []
    look += [w("trHeight", val=least, hRule="atLeast")] if least else []
    return w("tr", *([w("trPr", *look)] if look else []), *cells)


def table(columns: Sequence[int], rows: Iterable[Element]) -> Element:
    """A table of fixed widths with thin lines."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = (w(side, val="single", sz=4, space=0, color="8C8C8C") for side in sides)
    space = {"top": 25, "left": 80, "bottom": 25, "right": 80}
    margins = (w(side, w=room, type="dxa") for side, room in space.items())
    look = w(
        "tblPr",
        w("tblW", w=sum(columns), type="dxa"),
        w("tblBorders", *lines),
        w("tblLayout", type="fixed"),
        w("tblCellMar", *margins),
    )
    return w("tbl", look, w("tblGrid", *(w("gridCol", w=width) for width in columns)), *rows)


# ---------------------------------------------------------------- content controls


def text_control(key: str, alias: str, dots: int, *, lines: bool = False) -> Element:
    """A place for words; shows dotted leaders until somebody writes."""
    kind = w("text", multiLine=1) if lines else w("text")
    return _control(key, alias, kind, [leaders(dots)])


def date_control(key: str, alias: str, dots: int, *, language: str) -> Element:
    """A date to be picked or typed, in the Buddhist calendar where Word speaks Thai."""
    thai = language == "th"
    kind = w(
        "date",
        w("dateFormat", val="d MMMM yyyy"),
        w("lid", val="th-TH" if thai else "en-GB"),
        w("storeMappedDataAs", val="dateTime"),
        w("calendar", val="thai" if thai else "gregorian"),
    )
    return _control(key, alias, kind, [leaders(dots)])


def combo_control(key: str, alias: str, dots: int, *, choices: Sequence[str]) -> Element:
    """A list to choose from that also takes what is typed."""
    items = (w("listItem", displayText=choice, value=choice) for choice in choices)
    return _control(key, alias, w("comboBox", *items), [leaders(dots)])


def tick_control(key: str, alias: str) -> Element:
    """A box that a click ticks."""
    states = {"checkedState": ON, "uncheckedState": OFF}
    kind = _element(
        _W14,
        "checkbox",
        (
            _element(_W14, "checked", (), {"val": 0}),
            *(
                _element(_W14, name, (), {"val": f"{ord(sign):04X}", "font": _SYMBOLS})
                for name, sign in states.items()
            ),
        ),
        {},
    )
    return _control(key, alias, kind, [run(OFF, font=_SYMBOLS, points=13)], empty=False)


def _control(
    key: str, alias: str, kind: Element, content: list[Element], *, empty: bool = True
) -> Element:
    number = crc32(key.encode()) & 0x7FFFFFFF or 1  # the same in every run, unlike a counter's
    look = [w("alias", val=alias), w("tag", val=key), w("id", val=number)]
    look += [w("lock", val="sdtLocked"), *([w("showingPlcHdr")] if empty else []), kind]
    return w("sdt", w("sdtPr", *look), w("sdtContent", *content))
