"""One turn: stored mails → sandbox → placing and workflow → store. Each gets its one verdict."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from mailproc.errors import Stale
from mailproc.model import Letter, Reading, Rules
from mailproc.sandbox import Failed
from mailproc.settling import Batch, Habits, Read
from mailproc.store import messages, outage, outbox
from mailproc.store.database import Database
from mailproc.store.desk import Desk

log = structlog.get_logger()
_BATCH = 64
_TOGETHER = 12  # settled in one transaction: many enough to be quick, few enough to let others in
_TRIES = 3  # then the mail is put aside for a person
_STALE_TRIES = 5
_MARKED = frozenset({"opened", "merged", "command", "note"})


class Reads(Protocol):
    """What intake needs of `sandbox.Reader`."""

    def read(self, mails: Sequence[bytes]) -> Iterable[Reading | Failed]: ...


class Intake:
    """Gives stored mails their verdicts, many in one transaction where nothing is in the way.

    `tried` makes it a lane of its own for mails that failed before, or for all others: a mail that
    takes long or kills its reader then waits among its like.
    """

    def __init__(
        self,
        database: Database,
        reader: Reads,
        habits: Habits,
        rules: Rules,
        owner: str,
        *,
        tried: bool | None = None,
    ) -> None:
        self._database, self._reader, self._habits = database, reader, habits
        self._rules, self._owner, self._tried = rules, owner, tried

    def renew(self, rules: Rules) -> None:
        """From now on these rules, with the rounds that were opened meanwhile."""
        self._rules = rules

    def turn(self, desk: Desk, now: datetime) -> int:
        """Handles up to 64 mails; gives their number."""
        with self._database.read() as connection:
            if not messages.is_due(connection, now, tried=self._tried):
                return 0
        with self._database.write() as connection:
            rows = messages.claim(connection, now, self._owner, _BATCH, tried=self._tried)
        readings = self._reader.read([row.raw or b"" for row in rows])
        mails: list[Read] = []
        for row, reading in zip(rows, readings, strict=True):
            if isinstance(reading, Reading):
                mails.append(Read(row, reading))
            if isinstance(reading, Failed) or len(mails) == _TOGETHER:
                self._settle(mails, desk, now)  # they need not wait for the next that fails
                mails = []
            if isinstance(reading, Failed):
                self._failed(row, reading.problem, desk, now)
        self._settle(mails, desk, now)
        return len(rows)

    def _settle(self, mails: list[Read], desk: Desk, now: datetime) -> None:
        """All in one transaction; one by one where that fails, so that no mail stops another."""
        while mails:
            try:
                with self._database.write() as connection:
                    rest = self._settle_once(connection, mails, desk, now)
            except Exception as error:
                if outage.is_one(error):
                    raise  # no mail is at fault
                log.warning("batch_failed", error=type(error).__name__, mails=len(mails))
                self._settle_each(mails, desk, now)
                return
            mails = rest

    def _settle_each(self, mails: list[Read], desk: Desk, now: datetime) -> None:
        for mail in mails:
            try:
                self._settle_one(mail, desk, now)
            except Stale:
                continue  # another process has it
            except Exception as error:
                if outage.is_one(error):
                    raise
                self._failed(mail.row, type(error).__name__, desk, now)

    def _settle_one(self, mail: Read, desk: Desk, now: datetime) -> None:
        """Raises Stale where the mail is another's, or its request never stands still."""
        for left in reversed(range(_STALE_TRIES)):
            try:
                with self._database.write() as connection:
                    self._settle_once(connection, [mail], desk, now)
                return
            except Stale:  # the request moved on at this moment: again with what it is now
                if not left:
                    raise

    def _settle_once(
        self, connection: sa.Connection, mails: list[Read], desk: Desk, now: datetime
    ) -> list[Read]:
        """Settles mails until one touches a request that was touched already; gives the rest."""
        batch = Batch(self._habits, self._rules, desk, now)
        batch.look_up(connection, mails)
        rest = list(mails)
        while rest and batch.add(rest[0]):
            rest.pop(0)
        batch.write(connection)
        return rest

    def _failed(self, row: sa.Row[Any], problem: str, desk: Desk, now: datetime) -> None:
        """Another try, or aside for a person with the raw bytes kept."""
        log.warning("mail_failed", mail=row.id, tries=row.tries, problem=problem)
        with contextlib.suppress(Stale), self._database.write() as connection:
            if row.tries < _TRIES:
                messages.try_again(connection, row, now + timedelta(seconds=5), problem)
                return
            quarantined = messages.Settled(row, "quarantined", problem=problem)
            messages.settle(connection, [quarantined], now)
            for officer in desk.people.get("officer", ()):
                letter = Letter(
                    kind="officer_quarantined",
                    language=desk.language,
                    to_name=officer.name,
                    to_addr=officer.address,
                    message_id=desk.new_message_id(),
                    in_reply_to="",
                    references=(),
                    subject="",
                    created_at=now,
                    reason=problem,
                    note=str(row.id),
                )
                outbox.record(connection, letter, "officer", desk)
