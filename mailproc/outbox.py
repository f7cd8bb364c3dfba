"""One turn: due rows → compose → delivery → result. Only this sends mail.

A letter is `transmitting` in the database before its first byte goes out. Letters go in waves, one
on each connection; settling one wave and marking the next share one commit. What a crash leaves as
transmitting becomes `unknown`.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, Protocol

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
_MANY = 8  # letters at once: then all connections are used
_AWAITED = ("approval", "ask", "confirm")  # a request rots where these do not arrive


@dataclass(frozen=True, slots=True)
class _Ready:
    """A letter as bytes, or why it can't be sent."""

    row: sa.Row[Any]
    content: bytes = b""
    problem: str = ""


class _Done(NamedTuple):
    """A letter and what became of it."""

    letter: _Ready
    result: Result


class Composes(Protocol):
    """What is needed of `composing.Composing`."""

    def compose(self, drafts: Sequence[Draft]) -> Iterator[bytes | Failed]: ...


class Outbox:
    """Sends what is due over kept connections: the first, or all while there is much to send."""

    def __init__(
        self,
        database: Database,
        composing: Composes,
        deliveries: Sequence[Delivery],
        rules: Rules,
        public_url: str,
        owner: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._composing, self._deliveries = database, composing, deliveries
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
        lanes = len(self._deliveries) if len(rows) >= _MANY else 1
        await self._send_all(self._compose(rows, desk), lanes, desk)
        return len(rows)

    async def _reachable(self) -> bool:
        """Connects where needed; after a failure not again before a growing pause is over."""
        if time.monotonic() < self._not_before:
            return False
        closed = await self._deliveries[0].open()
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

    async def _send_all(self, letters: Iterator[_Ready], lanes: int, desk: Desk) -> None:
        """In waves of one letter for each connection. Raises AuthFailed after the wave."""
        done: list[_Done] = []
        refused: AuthFailed | None = None
        while refused is None and (wave := list(islice(letters, lanes))):
            done += [_Done(x, Result("rejected", 0, x.problem)) for x in wave if x.problem]
            going = self._commit(done, [letter for letter in wave if not letter.problem], desk)
            done, refused = await self._send_wave(going)
        self._commit(done, [], desk)
        if refused is not None:
            raise refused

    async def _send_wave(self, going: list[_Ready]) -> tuple[list[_Done], AuthFailed | None]:
        lanes = zip(self._deliveries, going, strict=False)
        sends = (self._send(delivery, letter) for delivery, letter in lanes)
        done, refused = [], None
        for letter, result in zip(going, await asyncio.gather(*sends), strict=True):
            if isinstance(result, AuthFailed):  # no more tries now: they may lock the account
                refused, result = result, Result("later", 0, result.problem)
            done.append(_Done(letter, result))
        return done, refused

    async def _send(self, delivery: Delivery, letter: _Ready) -> Result | AuthFailed:
        try:
            if (closed := await delivery.open()) is not None:
                return closed
            return await delivery.send(letter.row.to_addr, letter.content)
        except AuthFailed as error:
            return error
        except Exception as error:  # our own fault; it may have been sent
            log.error("send_failed", letter=letter.row.id, error=type(error).__name__)
            await delivery.close()
            return Result("unknown", 0, type(error).__name__)

    def _commit(self, done: list[_Done], following: list[_Ready], desk: Desk) -> list[_Ready]:
        """Settles a wave and marks the next, in one commit; gives those that are ours to send."""
        if not done and not following:
            return []
        for _ in range(_STALE_TRIES):
            try:
                return self._write(done, following, desk, self._clock())
            except Stale:  # a request moved on at this moment: again with what it is now
                continue
        raise Stale("The request keeps changing.")

    def _write(
        self, done: list[_Done], following: list[_Ready], desk: Desk, now: datetime
    ) -> list[_Ready]:
        with self._database.write() as connection:
            for letter, result in done:
                self._settle(connection, letter.row, result, desk, now)
            return [
                letter
                for letter in following
                if outbox.mark_transmitting(connection, letter.row, now)
            ]

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
