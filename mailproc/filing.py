"""One turn: mails that were just sent → the office's folder of sent mail, where the server does
not put them there itself (docs/adr/0025).

The bytes are held in memory alone. What goes wrong here costs a copy, never a mail: sending waits
for nothing of this, and a folder that is full is a line in the log and in `status`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from mailproc.errors import AuthFailed, LinkLost, NotFiled
from mailproc.mail.sent_folder import SentFolder
from mailproc.store import copies
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.workflow import retry

log = structlog.get_logger()
Row = sa.Row[Any]
SETTLED = timedelta(seconds=5)  # until then a server that files by itself has done it
_AT_ONCE = 16  # in one turn
_HELD_BYTES = 64_000_000
_REFUSALS = 3  # then the copy is given up; the server knows best whether its folder is full
_REFUSED = 60.0  # seconds to wait after one
_GIVE_UP = timedelta(days=1)
_LEFT = timedelta(minutes=30)  # whoever held the bytes of an older one is gone, or will say so
_LOOK = timedelta(minutes=10)  # between two looks for those
_REST = timedelta(minutes=2)  # without work; then the connection ends
# Whoever answers these has shown that the address is theirs: a copy would let others answer.
_PROVING = ("confirm", "confirm_recipient")
_OF_PERSONS = ("personal", "special")


@dataclass(frozen=True, slots=True)
class Copy:
    """A mail that was taken by the SMTP server; `letter` is its own row."""

    letter: int
    message_id: str
    content: bytes
    sent_at: datetime
    refusals: int = 0


class Filing:
    """Holds copies from the outbox and puts them into the folder in turns of its own."""

    def __init__(
        self,
        database: Database,
        connect: Callable[[], SentFolder],
        clock: Callable[[], datetime],
        max_bytes: int,
        settled: timedelta = SETTLED,
    ) -> None:
        """`max_bytes`: of a mail; larger ones are not filed."""
        self._database, self._connect, self._clock = database, connect, clock
        self._max_bytes, self._settled = max_bytes, settled
        self._lock, self._held = threading.Lock(), list[Copy]()
        self._lost: list[Copy] = []  # too many at once
        self._folder: SentFolder | None = None
        self._failures = 0
        self._not_before = self._look_at = self._used_at = clock()
        self._counts: Counter[str] = Counter(filed=0, there=0, missing=0)

    # ------------------------------------------------------------ for the outbox

    def owes(self, rows: Sequence[Row], content: bytes) -> bool:
        """Whether a copy of the mail belongs into the folder; `rows` are its letters."""
        return len(content) <= self._max_bytes and all(is_harmless(row) for row in rows)

    def take(self, sent: Sequence[Copy]) -> None:
        """Holds copies for the next turns; returns at once."""
        with self._lock:
            self._held += sent
            while sum(len(copy.content) for copy in self._held) > _HELD_BYTES:
                self._lost.append(replace(self._held.pop(0), content=b""))

    # ------------------------------------------------------------ turns

    def turn(self) -> int:
        """Files what is due; gives how many copies are settled. Never raises for a server."""
        now = self._clock()
        with self._lock:
            lost, self._lost = self._lost, []
        self._settle(lost, copies.MISSING)
        due = [copy for copy in tuple(self._held) if copy.sent_at + self._settled <= now]
        if now < self._not_before:
            return len(lost)
        try:
            done = sum(self._file(copy, now) for copy in due[:_AT_ONCE])
            done += self._look_for_left(now)
        except (AuthFailed, LinkLost, NotFiled) as error:
            self._pause(error, now)
            return len(lost)
        self._failures = 0
        if self._folder is not None and not due and now - self._used_at >= _REST:
            self.close()
        return len(lost) + done

    def finish(self) -> None:
        """Before the end: what is held goes now, where the server answers."""
        self._settled = timedelta()
        while self._held and self.turn():
            pass
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.close()

    @property
    def counts(self) -> Mapping[str, int]:
        """Since the start: filed, found there already, missing."""
        return dict(self._counts)

    def _open(self, now: datetime) -> SentFolder:
        folder = self._folder
        if folder is None or (folder.good_until is not None and now >= folder.good_until):
            self.close()
            folder = self._folder = self._connect()
        self._used_at = now
        return folder

    def _file(self, copy: Copy, now: datetime) -> int:
        """Looks before it puts: an earlier try, or the server, may have done it."""
        if now - copy.sent_at >= _GIVE_UP or copy.refusals >= _REFUSALS:
            return self._settle([copy], copies.MISSING)
        folder = self._open(now)
        if folder.holds(copy.message_id, copy.sent_at):
            return self._settle([copy], copies.FILED, "there")
        try:
            folder.put(copy.content, copy.sent_at)
        except NotFiled:
            self._replace(copy, replace(copy, refusals=copy.refusals + 1))
            raise
        return self._settle([copy], copies.FILED)

    def _look_for_left(self, now: datetime) -> int:
        """Copies whose bytes went with a daemon: those that lie there nevertheless, and not."""
        if now < self._look_at:
            return 0
        with self._database.read() as connection:
            rows = copies.left(connection, now - _LEFT)
        held = {copy.letter for copy in self._held}
        gone = [
            Copy(row.id, row.message_id, b"", row.sent_at) for row in rows if row.id not in held
        ]
        if gone:
            folder = self._open(now)
            there = [copy for copy in gone if folder.holds(copy.message_id, copy.sent_at)]
            self._settle(there, copies.FILED, "there")
            self._settle([copy for copy in gone if copy not in there], copies.MISSING)
        self._look_at = now + _LOOK
        return 0

    def _settle(self, settled: Collection[Copy], state: str, told: str = "") -> int:
        """Written down first: after a kill in between the copy is found there, not put again."""
        if not settled:
            return 0
        with self._database.write() as connection:
            copies.settle(connection, [copy.letter for copy in settled], state)
        letters = {copy.letter for copy in settled}
        with self._lock:
            self._held = [copy for copy in self._held if copy.letter not in letters]
        self._counts[told or state] += len(settled)
        if state == copies.MISSING:
            log.warning("copies_missing", letters=[copy.letter for copy in settled])
        return len(settled)

    def _replace(self, old: Copy, new: Copy) -> None:
        with self._lock:
            self._held = [new if copy is old else copy for copy in self._held]

    def _pause(self, error: AuthFailed | LinkLost | NotFiled, now: datetime) -> None:
        self.close()
        self._failures += 1
        seconds = _REFUSED if isinstance(error, NotFiled) else retry.reconnect_pause(self._failures)
        self._not_before = now + timedelta(seconds=seconds)
        log.warning("copy_not_filed", problem=error.problem, times=self._failures)


def is_harmless(row: Row) -> bool:
    """Whether a letter may lie where all colleagues read: to a requester, without a link to a file,
    a proof of address, or data about persons."""
    if row.audience != "requester" or row.link_id is not None or row.kind in _PROVING:
        return False
    return row.file_id is None or not _is_of_persons(row)


def _is_of_persons(row: Row) -> bool:
    try:
        request = load_letter(row.letter).request
    except ValueError:  # what can't be read is not shown
        return True
    prepared = request.prepared if request is not None else None
    return prepared is None or prepared.sensitivity in _OF_PERSONS
