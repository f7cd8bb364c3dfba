"""The workbook around its sheets: which there are, which are hidden, what has a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailproc.datasets.gate import properties
from mailproc.datasets.gate.finding import Finding
from mailproc.datasets.gate.package import Package
from mailproc.parsers.attachments.content import NotRead

BOOK = "xl/workbook.xml"
# What print set-up and filter need; any other name may hold a formula or point elsewhere.
_NAMES = {"_xlnm._FilterDatabase", "_xlnm.Print_Titles", "_xlnm.Print_Area"}
_MOST_SHEETS = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet as the workbook lists it; `part` is empty where it has none."""

    name: str
    part: str
    visible: bool


def sheets(package: Package) -> tuple[Listed, ...]:
    """All sheets in order. Raises NotRead where the workbook can't be read."""
    if not package.has(BOOK):
        raise NotRead("damaged")
    relations = package.relations(BOOK)
    found = []
    for node in package.tree(BOOK).iter("sheet"):
        _, part, _ = relations.get(node.get("id", ""), ("", "", False))
        visible = node.get("state", "visible") == "visible"
        found.append(Listed(node.get("name", ""), part if package.has(part) else "", visible))
    if not found or len(found) > _MOST_SHEETS:
        raise NotRead("damaged" if not found else "bomb")
    return tuple(found)


def findings(package: Package, listed: tuple[Listed, ...]) -> Iterator[Finding]:
    """What is hidden, named or told by the workbook itself."""
    for one in listed:
        if not one.visible:
            yield Finding("hidden_sheet", one.name)
        if not one.part:
            yield Finding("unexpected", one.name)
    parts = {one.part for one in listed}
    for name in package.names:
        if re.fullmatch(r"xl/(?:work|chart)sheets/[^/]+\.xml", name) and name not in parts:
            yield Finding("unexpected", name)  # a sheet that no list shows
    for node in package.tree(BOOK).iter():
        yield from _of(node.tag, node.attrib, node.text or "")


def _of(tag: str, attributes: dict[str, str], words: str) -> Iterator[Finding]:
    if tag == "workbookView" and attributes.get("visibility", "visible") != "visible":
        yield Finding("hidden_sheet", what="window")
    elif tag == "definedName":
        if attributes.get("name") not in _NAMES or "[" in words:
            yield Finding("name", what=attributes.get("name", ""))
    elif tag == "absPath" and properties.names_home(attributes.get("url", "")):
        yield Finding("properties", BOOK, what="absPath")
    elif tag in ("fileSharing", "smartTagPr", "oleSize", "webPublishing", "customWorkbookView"):
        yield Finding("properties", BOOK, what=tag)


def refused(package: Package) -> str:
    """Why a zip is none of the files that can be looked into; empty where it may be."""
    names = package.names
    if any(name.lower() == "xl/workbook.bin" for name in names):
        return "XLSB"
    if any(name.startswith("ppt/") for name in names):
        return "PPTX"
    if "mimetype" in names:
        return "OpenDocument"
    return "" if any(name.startswith(("xl/", "word/")) for name in names) else "ZIP"
