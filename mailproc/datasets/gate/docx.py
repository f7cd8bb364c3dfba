"""DOCX: comments, changes, hidden letters, and persons in text and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailproc.datasets.gate import headings, package, properties
from mailproc.datasets.gate.columns import Columns
from mailproc.datasets.gate.finding import Allowed, Finding
from mailproc.datasets.gate.package import Package
from mailproc.datasets.gate.persons import traces
from mailproc.datasets.gate.xlsx import of_words
from mailproc.parsers.attachments.content import NotRead
from mailproc.parsers.attachments.markup import Element

_KNOWN = re.compile(
    r"\[Content_Types\]\.xml|(?:.*/)?_rels/[^/]*\.rels|docProps/(?:app|core|custom)\.xml|"
    r"word/(?:document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|footnotes|"
    r"endnotes)\.xml|word/(?:header|footer)[0-9]*\.xml|word/theme/[^/]+\.xml|"
    r"word/charts/(?:chart|style|colors)[0-9]*\.xml",
    re.I,
)
_PAGES = re.compile(r"word/(?:document|footnotes|endnotes|header[0-9]*|footer[0-9]*)\.xml", re.I)
_CHANGES = {
    *("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "tblPrChange", "cellIns"),
    *("cellDel", "sectPrChange", "numberingChange", "delText"),
}
_FIELDS = re.compile(r"\b(INCLUDETEXT|INCLUDEPICTURE|LINK|DDE|DDEAUTO|DATABASE|MERGEFIELD|EMBED)\b")
_TINY = 8  # half points
_EMBEDDED = {"object", "control", "OLEObject", "altChunk", "subDoc"}


def findings(content: bytes, allowed: Allowed) -> Iterator[Finding]:
    """Everything that speaks against the document. Raises NotRead."""
    found = Package.of(content)
    if not found.has("word/document.xml"):
        raise NotRead("damaged")
    yield from package.macros_by_type(found)
    yield from package.unwanted(found, _KNOWN)
    yield from properties.findings(found)
    hidden = _hidden_styles(found)
    told: list[tuple[str, str]] = [*properties.texts(found)]
    for name in found.names:
        if _PAGES.fullmatch(name):
            root = found.tree(name)
            told += [(name, words) for words in _paragraphs(root)]
            yield from _of_part(name, root, hidden)
            yield from _of_tables(name, root, allowed)
    yield from _of_settings(found)
    yield from of_words(told)
    shown = frozenset(word.rstrip("/") for _, words in told for word in re.split(r"\s+", words))
    yield from package.outside(found, shown)


def _of_part(name: str, root: Element, hidden: frozenset[str]) -> Iterator[Finding]:
    for node in root.iter():
        tag = node.tag
        if tag in _CHANGES:
            yield Finding("changes", name, what=tag)
        elif tag in ("commentReference", "commentRangeStart"):
            yield Finding("comment", name)
        elif tag == "r":
            yield from _of_run(name, node, hidden)
        elif tag in _EMBEDDED:
            yield Finding("embedded", name, what=tag)
        elif tag in ("pic", "blip", "imagedata"):
            yield Finding("image", name)
        elif tag == "instrText" and _FIELDS.search(node.text or ""):
            yield Finding("formula", name, what=(node.text or "").strip()[:30])
        elif tag in ("docPr", "cNvPr") and node.get("hidden") in ("1", "true"):
            yield Finding("hidden_shape", name)
        elif tag == "trPr" and node.find("hidden") is not None:
            yield Finding("hidden_rows", name)


def _of_run(name: str, run: Element, hidden: frozenset[str]) -> Iterator[Finding]:
    words = "".join(one.text or "" for one in run.iter("t")).strip()
    look = run.find("rPr")
    if not words or look is None:
        return
    style = look.find("rStyle")
    if (
        _is_on(look.find("vanish"))
        or _is_on(look.find("webHidden"))
        or (style is not None and style.get("val") in hidden)
    ):
        yield Finding("hidden_text", name)
    colour, size = look.find("color"), look.find("sz")
    ground = look.find("shd")
    fill = ground.get("fill", "auto") if ground is not None else "auto"
    said = colour.get("val", "").upper() if colour is not None else ""
    if said and said == ("FFFFFF" if fill == "auto" else fill.upper()):
        yield Finding("same_colour", name)
    if size is not None and size.get("val", "").isdecimal() and int(size.get("val", "")) < _TINY:
        yield Finding("tiny", name)


def _is_on(node: Element | None) -> bool:
    return node is not None and node.get("val", "1") not in ("0", "false", "off")


def _hidden_styles(found: Package) -> frozenset[str]:
    """Styles of letters that are not shown."""
    if not found.has("word/styles.xml"):
        return frozenset()
    styles = found.tree("word/styles.xml").iter("style")
    return frozenset(one.get("styleId", "") for one in styles if _is_on(one.find("rPr/vanish"))) - {
        ""
    }


def _of_settings(found: Package) -> Iterator[Finding]:
    name = "word/settings.xml"
    if not found.has(name):
        return
    for node in found.tree(name).iter():
        if node.tag in ("mailMerge", "attachedTemplate"):
            yield Finding("connection", name, what=node.tag)
        elif node.tag == "docVar":
            yield Finding("properties", name, what=node.get("name", ""))
        elif node.tag == "trackRevisions" and _is_on(node):
            yield Finding("changes", name, what=node.tag)


def _paragraphs(root: Element) -> Iterator[str]:
    for paragraph in root.iter("p"):
        words = "".join(_words(paragraph))
        if words.strip():
            yield words


def _words(node: Element) -> Iterator[str]:
    for one in node.iter():
        if one.tag in ("t", "delText", "instrText"):
            yield one.text or ""
        elif one.tag in ("tab", "br", "noBreakHyphen"):
            yield "-" if one.tag == "noBreakHyphen" else " "


def _of_tables(name: str, root: Element, allowed: Allowed) -> Iterator[Finding]:
    for number, table in enumerate(root.iter("tbl"), 1):
        columns = Columns(f"{name} ตาราง / table {number}")
        places = [(row, at, words) for row, at, words in _cells(table) if words.strip()]
        for row, at, words in places:
            columns.tell(row, at, words)
            if kind := headings.kind(words):
                columns.head(row, at, kind, words)
        for trace in traces([words for _, _, words in places]):
            row, at, _ = places[trace.number]
            columns.trace(row, at, trace)
        yield from columns.findings(allowed)


def _cells(table: Element) -> Iterator[tuple[int, int, str]]:
    for row, line in enumerate(table.findall("tr"), 1):
        at = 1
        for one in line.findall("tc"):
            span = one.find("tcPr/gridSpan")
            yield row, at, "".join(_words(one))
            wide = span.get("val", "1") if span is not None else "1"
            at += int(wide) if wide.isdecimal() else 1
