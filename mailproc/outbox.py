"""One turn: due rows → compose → delivery → result. Only this sends mail.

A letter is `transmitting` in the database before its first byte goes out, and settling one letter
and marking the next share one commit. What a crash leaves as transmitting becomes `unknown`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from mailproc.composing import Draft
from mailproc.errors import AuthFailed, MailprocError, Stale
from mailproc.mail.delivery import Delivery, Result, is_one_address
from mailproc.model import Built, Rules
from mailproc.sandbox import Failed
from mailproc.store import jobs, outbox, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import events as e
from mailproc.workflow import retry
from mailproc.workflow.decide import decide

log = structlog.get_logger()
_BATCH = 32
_STALE_TRIES = 20
_AWAITED = ("approval", "ask", "confirm")  # a request rots where these do not arrive


@dataclass(frozen=True, slots=True)
class _Ready:
    """A letter as bytes, or why it can't be sent."""

    row: sa.Row[Any]
    content: bytes = b""
    problem: str = ""


class Composes(Protocol):
    """What is needed of `composing.Composing`."""

    def compose(self, drafts: Sequence[Draft]) -> Iterator[bytes | Failed]: ...


class Outbox:
    """Sends what is due over one kept connection."""

    def __init__(
        self,
        database: Database,
        composing: Composes,
        delivery: Delivery,
        rules: Rules,
        public_url: str,
        owner: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._composing, self._delivery = database, composing, delivery
        self._rules, self._public_url, self._owner = rules, public_url, owner
        self._clock = clock
        self._failures, self._not_before = 0, 0.0

    async def turn(self, desk: Desk) -> int:
        """Sends up to 32 letters; gives their number. Raises AuthFailed."""
        now = self._clock()
        with self._database.read() as connection:
            if not outbox.is_due(connection, now):
                return 0
        self._note_lost(desk, now)
        if not await self._reachable():
            return 0  # nothing is claimed, all stays due
        with self._database.write() as connection:
            rows = outbox.claim(connection, now, self._owner, _BATCH)
        await self._send_all(self._compose(rows, desk), desk)
        return len(rows)

    async def _reachable(self) -> bool:
        """Connects where needed; after a failure not again before a growing pause is over."""
        if time.monotonic() < self._not_before:
            return False
        closed = await self._delivery.open()
        if closed is None:
            self._failures = 0
            return True
        self._failures += 1
        self._not_before = time.monotonic() + retry.reconnect_pause(self._failures)
        log.warning("smtp_unreachable", code=closed.code, failures=self._failures)
        return False

    def _note_lost(self, desk: Desk, now: datetime) -> None:
        """Letters whose sender died in the middle are listed and wait for a person."""
        with self._database.read() as connection:
            if not outbox.any_lost(connection, now):
                return
        with self._database.write() as connection:
            for row in outbox.lost(connection, now):
                log.warning("letter_unknown", letter=row.id, kind=row.kind)
                self._follow(connection, row, "unknown", desk, now)

    # ------------------------------------------------------------ compose

    def _compose(self, rows: Sequence[sa.Row[Any]], desk: Desk) -> Iterator[_Ready]:
        """The letters in order, composed while the ones before are being sent."""
        drafts = [self._draft(row, desk) for row in rows]
        good = [draft for draft in drafts if isinstance(draft, Draft)]
        composed = iter(self._composing.compose(good))
        for row, draft in zip(rows, drafts, strict=True):
            content = next(composed) if isinstance(draft, Draft) else draft
            if isinstance(content, Failed):
                yield _Ready(row, problem=content.problem)
            else:
                yield _Ready(row, content)

    def _draft(self, row: sa.Row[Any], desk: Desk) -> Draft | Failed:
        if not is_one_address(row.to_addr or ""):
            return Failed("the recipient is not one plain address")
        try:
            return Draft(row.letter, self._links(row, desk), self._files(row))
        except MailprocError as error:
            return Failed(error.problem)

    def _files(self, row: sa.Row[Any]) -> tuple[Built, ...]:
        """The attachment, its digest checked once more. Raises MailprocError."""
        if row.file_id is None:
            return ()
        with self._database.read() as connection:
            file = jobs.file(connection, row.file_id)
        if file is None or hashlib.sha256(file.content).hexdigest() != file.sha256:
            raise MailprocError("the file is gone or is not the one that was approved")
        return (file,)

    def _links(self, row: sa.Row[Any], desk: Desk) -> Mapping[str, str]:
        """Tokens are made again here; they are stored nowhere."""
        if not self._public_url or row.request_id is None:
            return {}
        if row.audience == "requester":
            token = desk.token(desk.status_link(row.request_id), "status", 1)
            return {"status": f"{self._public_url}/s/{token}"}
        if row.link_id is None:
            return {}
        token = desk.token(row.link_id, "decide", row.request_version)
        return {"decide": f"{self._public_url}/d/{token}"}

    # ------------------------------------------------------------ send

    async def _send_all(self, letters: Iterable[_Ready], desk: Desk) -> None:
        done: tuple[_Ready, Result] | None = None
        for letter in letters:
            if letter.problem:
                self._commit(done, None, desk)
                done = (letter, Result("rejected", 0, letter.problem))
                continue
            going, done = self._commit(done, letter, desk), None
            if not going:
                continue
            try:
                done = (letter, await self._send(letter))
            except AuthFailed as error:  # no more tries now: they may lock the account
                self._commit((letter, Result("later", 0, error.problem)), None, desk)
                raise
        self._commit(done, None, desk)

    async def _send(self, letter: _Ready) -> Result:
        if (closed := await self._delivery.open()) is not None:
            return closed
        try:
            return await self._delivery.send(letter.row.to_addr, letter.content)
        except Exception as error:  # our own fault; it may have been sent
            log.error("send_failed", letter=letter.row.id, error=type(error).__name__)
            await self._delivery.close()
            return Result("unknown", 0, type(error).__name__)

    def _commit(
        self, done: tuple[_Ready, Result] | None, following: _Ready | None, desk: Desk
    ) -> bool:
        """Settles one letter and marks the next; False where the next was lost to another."""
        if done is None and following is None:
            return False
        for _ in range(_STALE_TRIES):
            try:
                return self._write(done, following, desk, self._clock())
            except Stale:  # the request moved on at this moment: again with what it is now
                continue
        raise Stale("The request keeps changing.")

    def _write(
        self,
        done: tuple[_Ready, Result] | None,
        following: _Ready | None,
        desk: Desk,
        now: datetime,
    ) -> bool:
        with self._database.write() as connection:
            if done is not None:
                self._settle(connection, done[0].row, done[1], desk, now)
            return following is not None and outbox.mark_transmitting(
                connection, following.row, now
            )

    def _settle(
        self, connection: sa.Connection, row: sa.Row[Any], result: Result, desk: Desk, now: datetime
    ) -> None:
        told = {"code": result.code, "problem": None if result.outcome == "sent" else result.text}
        if result.outcome == "later":
            again = retry.next_try(now, row.recorded_at, row.tries)
            if again is not None:
                outbox.put_back(connection, row, again, **told)
                return
        state = "rejected" if result.outcome == "later" else result.outcome
        sent_at = now if state == "sent" else None
        if outbox.finish(connection, row, state, sent_at=sent_at, **told):
            self._follow(connection, row, state, desk, now)
        if state != "sent":
            log.warning(
                "letter_not_sent", letter=row.id, kind=row.kind, state=state, code=result.code
            )

    def _follow(
        self, connection: sa.Connection, row: sa.Row[Any], state: str, desk: Desk, now: datetime
    ) -> None:
        """What the fate of a letter means for its request."""
        event = _event(row, state)
        if event is None:
            return
        request = requests.get(connection, row.request_id)
        if request is not None:
            requests.apply(connection, [decide(request, event, self._rules, now)], desk, now)


def _event(row: sa.Row[Any], state: str) -> e.Event | None:
    if row.request_id is None:
        return None
    if row.kind == "dataset":
        if state == "sent":
            return e.AllSent(by="mail server")
        return e.DeliveryFailed(by="mail server", problem=f"dataset_{state}")
    if row.kind in _AWAITED and state != "sent":
        return e.DeliveryFailed(by="mail server", problem=f"{row.kind}_{state}")
    return None


def utc_now() -> datetime:
    """The clock of the running program."""
    return datetime.now(UTC)
