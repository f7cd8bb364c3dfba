"""Secret files: readable by us alone, whole or not at all, one writer at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def write(file: Path, text: str) -> None:
    """Replaces the file; after a crash or power loss the old or the new one is there, whole."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(file.parent)


def read(file: Path) -> dict[str, Any]:
    """The values of a JSON file; none where there is no file, or it is not what we wrote."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """One thread of one process at a time; a process that dies lets go."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = file.with_name(f".{file.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """So that the new name survives power loss too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
