"""Drawings on a sheet: pictures, text boxes, and what hides among them."""

from __future__ import annotations

from collections.abc import Iterator

from mailproc.datasets.gate.finding import Finding
from mailproc.datasets.gate.package import Package

_SHAPES = {"sp", "cxnSp", "pic", "graphicFrame", "grpSp"}


def findings(package: Package, name: str) -> Iterator[Finding]:
    """Of one drawing part; what its words say is searched with all others."""
    for node in package.tree(name).iter():
        if node.tag == "cNvPr" and node.get("hidden") in ("1", "true"):
            yield Finding("hidden_shape", name, what=node.get("name", ""))
        elif node.tag == "pic":
            yield Finding("image", name)
        elif node.tag in _SHAPES and node.get("macro"):
            yield Finding("macro", name, what=node.get("macro", ""))
        elif node.tag in ("hlinkClick", "hlinkHover"):
            yield Finding("external", name, what=node.tag)
        elif node.tag in ("oleObj", "contentPart", "control"):
            yield Finding("embedded", name, what=node.tag)


def words(package: Package, name: str) -> Iterator[str]:
    """Paragraphs of text boxes, titles, descriptions of pictures."""
    root = package.tree(name)
    for paragraph in root.iter("p"):
        yield "".join(one.text or "" for one in paragraph.iter("t"))
    for node in root.iter("cNvPr"):
        yield node.get("descr", "")
        yield node.get("title", "")
