"""What stored mails say, as a page shows it: read in a child, remembered for a while."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mailproc.defang import defang, defang_address, defang_line
from mailproc.model import Known, Reading
from mailproc.parsers import Enclosed
from mailproc.sandbox import Failed, Reader

_REMEMBERED = 300  # mails
_TEXT = 6000  # letters of one mail


@dataclass(frozen=True, slots=True)
class Said:
    """A mail as a page may show it: no word of it does anything."""

    subject: str = ""
    from_name: str = ""
    from_addr: str = ""
    text: str = ""
    files: tuple[str, ...] = ()
    problem: str = ""  # why it could not be read


class Readings:
    """The reader of one site; its child comes with the first mail, and goes after a while."""

    def __init__(self, known: Known | None = None) -> None:
        self._reader = Reader(known or Known())
        self._known: OrderedDict[str, Said] = OrderedDict()  # by digest of the bytes
        self._lock = threading.Lock()  # one page reads at a time: there is one child
        self.rest = self._reader.rest  # to be called now and then
        self.stop = self._reader.stop

    def warm(self) -> None:
        """Has the child started beside: whoever sees a list opens a mail next."""
        self._reader.is_warm()

    def of(self, rows: Sequence[sa.Row[Any]]) -> dict[int, Said]:
        """By id what the mails say that still have their bytes; one that was put aside is left
        alone, as it has cost its readers their lives."""
        wanted = {
            row.id: (hashlib.sha256(row.raw).hexdigest(), row.raw)
            for row in rows
            if row.raw is not None and row.verdict != "quarantined"
        }
        with self._lock:
            new = {digest: raw for digest, raw in wanted.values() if digest not in self._known}
            readings = self._reader.read(list(new.values())) if new else ()
            for digest, reading in zip(new, readings, strict=True):
                self._known[digest] = _said(reading)
            found = {mail_id: self._known[digest] for mail_id, (digest, _) in wanted.items()}
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return found

    def file(self, row: sa.Row[Any], number: int) -> Enclosed | None:
        """One file of a mail; None where it has none of that number, or could not be read."""
        if row.raw is None or row.verdict == "quarantined":
            return None
        with self._lock:
            found = self._reader.file(bytes(row.raw), number)
        return None if isinstance(found, Failed) else found


def _said(reading: Reading | Failed) -> Said:
    if isinstance(reading, Failed):
        return Said(problem=reading.problem)
    return Said(
        subject=defang_line(reading.subject),
        from_name=defang_line(reading.from_name),
        from_addr=defang_address(reading.from_addr),
        text=defang(reading.text, _TEXT),
        files=tuple(defang_line(one.filename) for one in reading.attachments),
    )
