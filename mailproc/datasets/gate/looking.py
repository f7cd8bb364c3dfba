"""Any file: what it is by its bytes, and what its kind of reader found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from mailproc.datasets.gate import book
from mailproc.datasets.gate.finding import Allowed, Finding, kept
from mailproc.datasets.gate.package import Package
from mailproc.parsers.attachments import archive
from mailproc.parsers.attachments.content import NotRead

MOST_BYTES = 200_000_000
_OF_KIND = {"xlsx": (".xlsx",), "docx": (".docx",), "pdf": (".pdf",), "csv": (".csv", ".tsv")}


def look(name: str, content: bytes, allowed: Allowed | None = None) -> tuple[Finding, ...]:
    """What speaks against sending the file; empty where nothing does."""
    allowed = allowed or Allowed()
    try:
        found, more = _found(name, content, allowed)
    except NotRead as reason:
        return (Finding(f"not_read_{reason.reason}", what=PurePath(name).name),)
    except MemoryError:
        return (Finding("not_read_bomb", what=PurePath(name).name),)
    return kept(found, more)


def verdict(found: Sequence[Finding]) -> str:
    """pass | blocked | refused, for findings of `look`."""
    if any(one.kind.startswith("not_read_") for one in found):
        return "refused"
    return "blocked" if any(one.blocks for one in found) else "pass"


def _found(name: str, content: bytes, allowed: Allowed) -> tuple[list[Finding], Allowed]:
    if len(content) > MOST_BYTES:
        raise NotRead("too_large")
    kind = _kind(name, content)
    found = list(_misnamed(name, kind))
    if kind == "xlsx":
        from mailproc.datasets.gate import xlsx

        one = xlsx.read(content, allowed)
        return found + one.findings, Allowed(allowed.cls, (*allowed.exempt, *one.exempt))
    if kind == "csv":
        from mailproc.datasets.gate import contacts, csvfile

        table = csvfile.read(content, allowed)
        exempt = (*allowed.exempt, *contacts.declared(table.sheet, allowed))
        return found + table.findings, Allowed(allowed.cls, exempt)
    if kind == "docx":
        from mailproc.datasets.gate import docx

        return found + list(docx.findings(content, allowed)), allowed
    from mailproc.datasets.gate import pdf

    return found + pdf.read(content).findings, allowed


def _kind(name: str, content: bytes) -> str:
    """Judged by the bytes; raises NotRead for all that can't be looked into."""
    kind = archive.kind_of(content)
    ending = PurePath(name).suffix.lower()
    if kind == "zip":
        return _kind_of_zip(content)
    if kind == "pdf":
        return "pdf"
    if kind == "ole":
        raise NotRead("encrypted" if archive.kind_of_ole(content) == "encrypted" else "old_office")
    if kind in ("text", "mail", "unknown", "html") and ending in _OF_KIND["csv"]:
        return "csv"
    raise NotRead("damaged" if kind == "nothing" else "unsupported")


def _kind_of_zip(content: bytes) -> str:
    package = Package.of(content)
    if why := book.refused(package):
        raise NotRead({"XLSB": "xlsb", "OpenDocument": "open_document"}.get(why, "unsupported"))
    kind = archive.kind_of_zip(package.zip)
    if kind == "other":
        raise NotRead("unsupported")
    return kind


def _misnamed(name: str, kind: str) -> Iterator[Finding]:
    """A file that is not what its name says opens in a program that nobody expects."""
    if PurePath(name).suffix.lower() not in _OF_KIND[kind]:
        yield Finding("misnamed", what=f"{PurePath(name).name} = {kind.upper()}")
