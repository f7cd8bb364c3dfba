"""The files that come with a mail: what they say, which are pictures, which are not read and why.

`read` knows a file by its first bytes, looks into a zip's directory before it opens it, and calls
the module for its kind (`docx`, `xlsx`, `pdf`, `tnef`); heavy libraries are loaded by the first
file that needs them. Tables become stated fields in `grid`, running text in `draft`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from mailproc.model import Refused
from mailproc.parsers import charset, html
from mailproc.parsers.attachments import archive
from mailproc.parsers.attachments.content import Content, File, NotRead, TooSlow
from mailproc.parsers.attachments.draft import MAX_TEXT, Draft
from mailproc.parsers.attachments.grid import Cell

__all__ = ["Attached", "Content", "Fence", "File", "TooSlow", "no_fence", "read"]

MAX_FILES = 30
_MAX_ALL = 60_000_000  # bytes of all files of a mail
_MAX_DEPTH = 3  # files within winmail.dat within …
_OFFICE = (".docx", ".docm", ".xlsx", ".xlsm", ".dotx", ".pdf", ".doc", ".xls")
_SILENT = (".p7s", ".p7m", ".asc", ".sig", ".vcf", ".ics", ".pgp", ".gpg", ".eml", ".xml")
_PICTURES = (".jpg", ".jpeg", ".png", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".webp")
_CSV_ROWS = 2_000
_MAX_NAMED = 20  # files refused for their number

Fence = Callable[[], AbstractContextManager[None]]
"""Raises TooSlow inside its block when the time for one file is over; the caller brings a clock."""


def no_fence() -> AbstractContextManager[None]:
    """For callers that stop the whole reader by other means."""
    return nullcontext()


@dataclass(slots=True)
class Attached:
    """What the files of a mail hold, in their order."""

    contents: list[tuple[str, Content]] = field(default_factory=list)
    mails: list[tuple[str, bytes]] = field(default_factory=list)  # enclosed under any media type
    text: str = ""  # a body that came as winmail.dat
    scans: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def read(files: list[File], fence: Fence = no_fence) -> Attached:
    """Every file that can be read safely; one that cannot is named and costs the others nothing."""
    out = Attached()
    left = _MAX_ALL
    for number, file in enumerate(files):
        left -= len(file.content)
        if number >= MAX_FILES + _MAX_NAMED:
            break
        if number >= MAX_FILES:
            out.refused.append(Refused(file.name, "too_many"))
        elif left < 0 or len(file.content) > archive.MAX_FILE:
            out.refused.append(Refused(file.name, "too_large"))
        else:
            _guarded(file, out, fence)
    return out


def _guarded(file: File, out: Attached, fence: Fence) -> None:
    try:
        with fence():
            _take(file, out, 0)
    except NotRead as reason:
        out.refused.append(Refused(file.name, reason.reason))
    except TooSlow:
        out.refused.append(Refused(file.name, "too_slow"))
    except MemoryError:
        out.refused.append(Refused(file.name, "bomb"))
    except Exception:  # whatever a library makes of a damaged file
        out.refused.append(Refused(file.name, "damaged"))


def _take(file: File, out: Attached, depth: int) -> None:
    kind = archive.kind_of(file.content)
    name = file.name.lower()
    if kind == "picture":
        out.scans.append(file.name)
    elif kind == "mail":
        out.mails.append((file.name, file.content))
    elif kind == "tnef":
        _take_tnef(file, out, depth)
    elif kind == "zip":
        _take_zip(file, out)
    elif kind == "pdf":
        _take_pdf(file, out)
    elif kind in ("html", "text") and not name.endswith(_SILENT):
        _take_text(file, kind, out)
    elif kind == "ole":
        raise NotRead(archive.kind_of_ole(file.content))
    elif kind == "unknown" and name.endswith(_PICTURES):
        out.scans.append(file.name)  # of a kind that only its owner's telephone knows
    elif not name.endswith(_SILENT):
        raise NotRead(_why(kind, name))


def _why(kind: str, name: str) -> str:
    """Why a file of another kind is not read."""
    if kind == "nothing":
        return "damaged"
    return "wrong_type" if kind != "rtf" and name.endswith(_OFFICE) else "unsupported"


def _take_zip(file: File, out: Attached) -> None:
    opened = archive.opened(file.content)
    kind = archive.kind_of_zip(opened)
    if kind == "docx":
        from mailproc.parsers.attachments import docx

        content = docx.read(opened, file.name)
    elif kind == "xlsx":
        from mailproc.parsers.attachments import xlsx

        content = xlsx.read(opened, file.name)
    else:
        raise NotRead("unsupported")
    if archive.has_macros(opened):
        content.notes.append(f"{file.name} has macros; they were not run")
    out.contents.append((file.name, content))


def _take_pdf(file: File, out: Attached) -> None:
    from mailproc.parsers.attachments import pdf

    content = pdf.read(file.content, file.name)
    if content.is_picture:
        out.scans.append(file.name)
    out.contents.append((file.name, content))


def _take_tnef(file: File, out: Attached, depth: int) -> None:
    from mailproc.parsers.attachments import tnef

    if depth >= _MAX_DEPTH:
        raise NotRead("unsupported")
    files, text = tnef.read(file.content)
    out.text = out.text or text
    for inner in files[:MAX_FILES]:
        try:
            _take(inner, out, depth + 1)
        except NotRead as reason:
            out.refused.append(Refused(inner.name, reason.reason))


def _take_text(file: File, kind: str, out: Attached) -> None:
    words = charset.clean(charset.decode(file.content[: 4 * MAX_TEXT]))[:MAX_TEXT]
    draft = Draft(file.name)
    if kind == "html":
        draft.line(html.to_text(words)[0])
    elif file.name.lower().endswith(".csv"):
        draft.table(_csv(words))
    else:
        draft.line(words)
    out.contents.append((file.name, draft.done()))


def _csv(words: str) -> list[list[Cell]]:
    rows = csv.reader(words.splitlines()[:_CSV_ROWS])
    return [[Cell(at, cell) for at, cell in enumerate(row[:50])] for row in rows]
