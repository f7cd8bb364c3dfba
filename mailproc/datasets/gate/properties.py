"""What a file says of itself: authors, companies, custom properties, paths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailproc.datasets.gate.finding import Finding
from mailproc.datasets.gate.package import Package

_PEOPLE = ("creator", "lastModifiedBy", "Manager")
_HIDDEN_WORDS = ("description", "keywords", "category", "contentStatus", "HyperlinkBase")
# Names of programs, of nobody's account, and of offices.
_NOBODY = re.compile(
    r"(?:openpyxl|python-docx|python|pandas|xlsxwriter|libreoffice.*|openoffice.*|apache poi|"
    r"unknown|microsoft.*|excel|word|wps.*|google.*|users?|admin|administrator|owner|windows user|"
    r"pc|mailproc|"
    r"(?:สำนักงาน|สพป|สพฐ|กลุ่ม|โรงเรียน|กระทรวง|ฝ่าย|หน่วย|ศูนย์|งาน).*)",
    re.I,
)
_BY_PROGRAM = re.compile(r"(?:generated|created|made) (?:by|with) .{0,60}", re.I)
_HOME = re.compile(r"[/\\](?:users|home|documents and settings)[/\\]|^\\\\|^file:", re.I)


def findings(package: Package) -> Iterator[Finding]:
    """Persons and hidden words among the properties."""
    for name in ("docProps/core.xml", "docProps/app.xml"):
        if package.has(name):
            for node in package.tree(name).iter():
                yield from _of(name, node.tag, (node.text or "").strip())
    if package.has("docProps/custom.xml"):
        names = [one.get("name", "") for one in package.tree("docProps/custom.xml")]
        if names:
            yield Finding("properties", "docProps/custom.xml", what=", ".join(names))


def _of(part: str, tag: str, words: str) -> Iterator[Finding]:
    if not words:
        return
    person = tag in _PEOPLE and not _NOBODY.fullmatch(words)
    hidden = tag in _HIDDEN_WORDS and not (_NOBODY.fullmatch(words) or _BY_PROGRAM.fullmatch(words))
    if person or hidden:
        yield Finding("properties", part, tag, f"{words[:3]}…")


def names_home(path: str) -> bool:
    """Whether a path tells whose computer it was."""
    return bool(_HOME.search(path))


def texts(package: Package) -> Iterator[tuple[str, str]]:
    """Part and text of all properties, to be searched for persons."""
    for name in package.names:
        if name.startswith("docProps/") and name.endswith(".xml"):
            for node in package.tree(name).iter():
                if node.text and node.text.strip():
                    yield name, node.text
