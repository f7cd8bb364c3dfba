"""The shared strings of a workbook: which of them tell of persons, which can't be seen."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from mailproc.datasets.gate import headings
from mailproc.datasets.gate.package import Package
from mailproc.datasets.gate.persons import Trace, traces
from mailproc.datasets.gate.styles import TINY
from mailproc.parsers.attachments.content import NotRead

_MOST = 4_000_000
Attributes = dict[str, str]


class Strings:
    """Words by number; `traces`, `heads` and `unseen` hold the numbers that matter."""

    def __init__(self, package: Package, hides: Callable[[Attributes, str], bool]) -> None:
        self.words: list[str] = []
        self.unseen: dict[int, str] = {}  # with letters that can't be seen: same_colour, tiny
        self.traces: dict[int, list[Trace]] = {}
        self.heads: dict[int, str] = {}
        name = next((one for one in package.names if one.lower() == "xl/sharedstrings.xml"), "")
        if name:
            self._read(package, name, hides)
        for found in traces(self.words):
            self.traces.setdefault(found.number, []).append(found)
        for number, words in enumerate(self.words):
            if kind := headings.kind(words):
                self.heads[number] = kind
        self.used = bytearray(len(self.words))

    def _read(self, package: Package, name: str, hides: Callable[[Attributes, str], bool]) -> None:
        parser = expat.ParserCreate()
        pieces: list[str] = []
        words, unseen = self.words, self.unseen

        def start(tag: str, attributes: Attributes) -> None:
            tag = tag.rpartition(":")[2]
            if tag == "t":
                parser.CharacterDataHandler = pieces.append
            elif tag == "rPh":  # how Japanese is pronounced, shown nowhere in Thai
                unseen[len(words)] = "hidden_text"
            elif tag in ("color", "sz") and hides(attributes, tag):
                unseen[len(words)] = "tiny" if tag == "sz" else "same_colour"

        def end(tag: str) -> None:
            tag = tag.rpartition(":")[2]
            if tag == "t":
                parser.CharacterDataHandler = None
            elif tag == "si":
                words.append("".join(pieces))
                pieces.clear()
                if len(words) > _MOST:
                    raise NotRead("bomb")

        parser.StartElementHandler, parser.EndElementHandler = start, end
        package.feed(name, parser)

    def orphans(self) -> list[str]:
        """Texts that no cell shows: what is left of deleted rows."""
        return [w for used, w in zip(self.used, self.words, strict=True) if not used and w.strip()]


def hides(attributes: Attributes, tag: str) -> bool:
    """Whether letters with that colour or size can't be seen on white."""
    if tag == "sz":
        value = attributes.get("val", "11")
        return value.replace(".", "", 1).isdecimal() and float(value) < TINY
    rgb = attributes.get("rgb", "")[-6:].upper()
    white = bool(rgb) and min(rgb) >= "E" and rgb[0] == rgb[2] == rgb[4] == "F"
    return white or attributes.get("indexed") in ("1", "9") or _is_light(attributes)


def _is_light(attributes: Attributes) -> bool:
    return attributes.get("theme") == "0" and not attributes.get("tint", "").startswith("-")
