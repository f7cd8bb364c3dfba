"""One file of a mail, for a person who wants to see it with her own eyes.

Only scans, pictures and papers without programs are given out, and it is their bytes that say what
they are: a name is what its sender chose.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from mailproc.parsers import mime
from mailproc.parsers.attachments import archive
from mailproc.parsers.attachments.content import NotRead

MOST_BYTES = 20_000_000  # as of a file that an officer gives
# What a name may end in, by what its content is; what ends otherwise gets the first of them.
_ENDINGS = {
    "pdf": ("pdf",),
    "docx": ("docx",),
    "xlsx": ("xlsx",),
    "jpg": ("jpg", "jpeg", "jpe"),
    "png": ("png",),
    "picture": ("gif", "tif", "tiff", "bmp", "webp", "heic", "heif"),
}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file as it came; `content` is empty where it is not to be given out."""

    filename: str
    content: bytes = b""


def enclosed(raw: bytes, number: int) -> Enclosed | None:
    """The file of that place in `Reading.attachments`, from 0; None where there is none."""
    root, _ = mime.take_apart(raw)
    part = next(islice(mime.files(root), number, None), None)
    if part is None:
        return None
    kind, name = _kind(part.content), PurePath(part.filename.replace("\\", "/")).name
    endings, ending = _ENDINGS.get(kind, ()), PurePath(name).suffix.lower().lstrip(".")
    if not endings or (kind == "picture" and ending not in endings):
        return Enclosed(name)
    stem = name if ending in endings else f"{name or f'file-{number + 1}'}.{endings[0]}"
    return Enclosed(stem, part.content)


def _kind(content: bytes) -> str:
    """A key of _ENDINGS; empty for what may do something when it is opened, or is too large."""
    if len(content) > MOST_BYTES:
        return ""
    if content.startswith(archive.JPEG):
        return "jpg"
    if content.startswith(archive.PNG):
        return "png"
    kind = archive.kind_of(content)
    return _kind_of_zip(content) if kind == "zip" else kind


def _kind_of_zip(content: bytes) -> str:
    try:
        opened = archive.opened(content)
    except NotRead:
        return ""
    return "" if archive.has_macros(opened) else archive.kind_of_zip(opened)
