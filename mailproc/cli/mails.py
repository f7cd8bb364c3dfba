"""Stored mails for a person to look at: what they say, and their files in a folder."""

from __future__ import annotations

import re
from pathlib import Path

from mailproc.cli.store import Opened
from mailproc.model import Known, Reading
from mailproc.office import make_known
from mailproc.parsers import mime
from mailproc.sandbox import Failed, Reader

_UNSAFE = re.compile(r"[^\w.\- ก-๛]+")
_LONGEST = 80  # characters of a file name


def known_of(store: Opened) -> Known:
    """What the reader must know of this office."""
    return make_known(store.config, store.rules.catalogue)


def reading_of(raw: bytes, store: Opened) -> Reading:
    """What a mail says, read in a child process with limits."""
    reader = Reader(known_of(store), workers=1)
    try:
        (reading,) = reader.read([raw])
    finally:
        reader.stop()
    if isinstance(reading, Failed):
        return Reading(kind="unreadable", problems=(reading.problem,), text=reading.problem)
    return reading


def save(raw: bytes, name: str, folder: Path) -> list[Path]:
    """Writes the mail as `name`.eml and its files beside it; gives the paths.

    Names come from strangers, so each becomes a plain one inside the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [_write(folder / f"{name}.eml", raw)]
    root, _ = mime.take_apart(raw)
    for number, part in enumerate(part for part in root.walk() if part.filename):
        if part.content:
            written.append(
                _write(folder / f"{name}-{number + 1}-{_plain(part.filename)}", part.content)
            )
    return written


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _plain(filename: str) -> str:
    kept = _UNSAFE.sub("_", filename).strip("._ ")
    return kept[-_LONGEST:] or "file"
