"""`serve` that breaks where a test wants it: `python -m tests.e2e.crashing_serve serve …`.

CRASH_AT=«before 7»: the process kills itself right before its 7th commit («after 7»: right after).
Reader children load this module too (as spawn does): mails with an X-Poison field break them.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import re
import signal
import threading
import time
from collections.abc import Iterator

import sqlalchemy as sa

import mailproc.parsers
from mailproc import sandbox
from mailproc.cli import main
from mailproc.model import Known, Reading
from mailproc.parsers.attachments import Fence, no_fence
from mailproc.store.database import Database

_POISON = re.compile(rb"^X-Poison: (\w+)", re.MULTILINE)
_BESIDE = {"alarms", "warden", "retention"}  # they write by the clock, and nothing of a request
_commits = itertools.count(1)
_write, _read = Database.write, mailproc.parsers.read


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def crashing_write(self: Database) -> Iterator[sa.Connection]:
    """`Database.write` that ends the process at one commit."""
    moment, number = os.environ["CRASH_AT"].split()
    fatal = False
    with _write(self) as connection:
        yield connection
        if threading.current_thread().name not in _BESIDE:
            fatal = next(_commits) == int(number)  # one writer at a time: counted in order
        if fatal and moment == "before":
            _die()
    if fatal:
        _die()


def poisoned_read(raw: bytes, known: Known, fence: Fence = no_fence) -> Reading:
    """`parsers.read` that a mail can break."""
    found = _POISON.search(raw[:2000])
    match found[1] if found else b"":
        case b"raise":
            raise ZeroDivisionError
        case b"hang":
            time.sleep(3600)
        case b"spin":
            while True:
                pass
        case b"exit":
            os._exit(3)
        case b"segv":
            ctypes.string_at(0)
        case b"memory":
            return Reading(kind="x" * (1 << 40))
    return _read(raw, known, fence)


if "CRASH_AT" in os.environ:
    Database.write = crashing_write  # type: ignore[method-assign]
mailproc.parsers.read = poisoned_read
sandbox.AGAIN_SECONDS = 4  # a hang costs the test this, twice

if __name__ == "__main__":
    main()
