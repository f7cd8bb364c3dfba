"""A workbook, part by part: nothing of the programs that write workbooks is trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from mailproc.datasets.gate import book, charts, contacts, drawings, package, properties, unseen
from mailproc.datasets.gate.book import Listed
from mailproc.datasets.gate.finding import Allowed, Exempt, Finding
from mailproc.datasets.gate.package import Package
from mailproc.datasets.gate.persons import TOLD, traces
from mailproc.datasets.gate.sheet import Scanner, Sheet
from mailproc.datasets.gate.strings import Strings, hides
from mailproc.datasets.gate.styles import Styles

_KNOWN = re.compile(
    r"\[Content_Types\]\.xml|(?:.*/)?_rels/[^/]*\.rels|docProps/(?:app|core|custom)\.xml|"
    r"xl/(?:workbook|styles|sharedStrings|calcChain|metadata)\.xml|xl/theme/[^/]+\.xml|"
    r"xl/(?:work|chart)sheets/[^/]+\.xml|xl/tables/[^/]+\.xml|xl/drawings/drawing[0-9]*\.xml|"
    r"xl/charts/(?:chart|style|colors)[0-9]*\.xml",
    re.I,
)


@dataclass(slots=True)
class Book:
    """A workbook that was read once; findings of all its parts."""

    package: Package
    listed: tuple[Listed, ...]
    sheets: dict[str, Sheet] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    exempt: list[Exempt] = field(default_factory=list)

    def rows(self, name: str) -> Sequence[tuple[int, list[str]]]:
        return self.sheets[name].rows if name in self.sheets else ()


def read(content: bytes, allowed: Allowed, keep: frozenset[str] = frozenset()) -> Book:
    """Reads a workbook and judges it; rows of the sheets in `keep` are kept.

    Raises NotRead for what is encrypted, damaged or hostile.
    """
    found = Package.of(content)
    one = Book(found, book.sheets(found))
    one.findings += package.macros_by_type(found)
    one.findings += package.unwanted(found, _KNOWN)
    one.findings += book.findings(found, one.listed)
    one.findings += properties.findings(found)
    styles, strings = Styles(found), Strings(found, hides)
    series = charts.series(found)
    _scan(one, strings, styles, charts.wanted(series), keep)
    visible = {listed.name: listed.visible for listed in one.listed}
    shown = "\n".join([*strings.words, *visible, *_inline(one)])
    for sheet in one.sheets.values():
        one.findings += unseen.findings(sheet, styles, shown, visible)
        one.findings += sheet.columns.findings(allowed, sheet.filled)
        one.exempt += contacts.declared(sheet, allowed)
    cells = {name: sheet.wanted for name, sheet in one.sheets.items() if visible[name]}
    one.findings += charts.findings(found, series, cells)
    one.findings += package.outside(
        found, frozenset(line.rstrip("/") for line in shown.split("\n"))
    )
    one.findings += _of_drawings(found)
    one.findings += _of_words(found, one.listed, strings)
    return one


def _scan(
    one: Book,
    strings: Strings,
    styles: Styles,
    wanted: dict[str, frozenset[tuple[int, int]]],
    keep: frozenset[str],
) -> None:
    for listed in one.listed:
        if not listed.part:
            continue
        scanner = Scanner(
            listed.name,
            strings,
            styles,
            wanted=wanted.get(listed.name, frozenset()),
            keep=listed.name in keep,
        )
        parser = expat.ParserCreate()
        scanner.set_up(parser)
        one.package.feed(listed.part, parser)
        one.sheets[listed.name] = scanner.done()


def _inline(one: Book) -> Iterator[str]:
    """The first texts of each column, where a heading may repeat them."""
    for sheet in one.sheets.values():
        for column in sheet.columns.columns.values():
            yield from (text for _, text in column.values[:50])


def _of_drawings(found: Package) -> Iterator[Finding]:
    for name in found.names:
        if re.fullmatch(r"xl/drawings/drawing[0-9]*\.xml", name):
            yield from drawings.findings(found, name)


def _of_words(found: Package, listed: Sequence[Listed], strings: Strings) -> Iterator[Finding]:
    """Persons in words that stand in no cell, and what was left of deleted rows."""
    told = [("", one.name) for one in listed]
    told += list(properties.texts(found))
    for name in found.names:
        if re.fullmatch(r"xl/(?:drawings/drawing|charts/chart)[0-9]*\.xml", name):
            told += [(name, words) for words in drawings.words(found, name)]
        elif name.startswith("xl/tables/") and name.endswith(".xml"):
            told += [(name, one.get("name", "")) for one in found.tree(name).iter()]
        elif name == book.BOOK:
            told += [(name, one.text or "") for one in found.tree(name).iter()]
    yield from of_words(told)
    orphans = strings.orphans()
    if orphans:
        yield Finding("left_over", "xl/sharedStrings.xml", count=len(orphans))


def of_words(told: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """Persons in words outside cells; a signature or a line of contact is none."""
    for trace in traces([words for _, words in told]):
        if trace.kind in ("landline", "email", "titled_name"):
            continue
        kind = TOLD.get(trace.kind, trace.kind)
        where = told[trace.number][0]
        yield Finding(kind, where or "workbook.xml", what=trace.what, cls="personal")
