"""What an officer uploads: judged by its bytes, never by its name."""

from __future__ import annotations

from pathlib import PurePath

from mailproc.parsers.attachments import archive

MOST_BYTES = 20_000_000  # of a picture or a file
_PICTURES = {
    b"%PDF-": "application/pdf",
    archive.JPEG: "image/jpeg",
    archive.PNG: "image/png",
}
_DATA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "csv": "text/csv",
}
_TEXT = ("text", "mail", "unknown", "html")


def picture_type(content: bytes) -> str:
    """The media type of a scanned page: PDF, JPEG or PNG; empty for all else."""
    found = (kind for start, kind in _PICTURES.items() if content.startswith(start))
    return next(found, "")


def data_kind(filename: str, content: bytes) -> str:
    """xlsx | docx | pdf | csv; empty for what can't be given out. The gate looks closer."""
    kind, ending = archive.kind_of(content), PurePath(filename).suffix.lower().lstrip(".")
    if kind == "zip":
        return ending if ending in ("xlsx", "docx") else ""
    if kind == "pdf":
        return "pdf"
    return "csv" if kind in _TEXT and ending == "csv" else ""


def media_type(kind: str) -> str:
    """Of a kind that `data_kind` gives."""
    return _DATA[kind]


def plain_name(filename: str, usual: str) -> str:
    """The name without folders and control characters, as it is shown and kept."""
    name = PurePath(filename.replace("\\", "/")).name
    name = "".join(letter for letter in name if letter.isprintable()).strip()
    return name[-120:] or usual
