"""One turn: due rows → gate → compose → delivery → result. Only this sends mail.

A letter is `transmitting` in the database before its first byte goes out. Mails go in waves, one
on each connection; settling one wave and marking the next share one commit. What a crash leaves as
transmitting becomes `unknown`. A mail may carry several letters, which share its fate.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
import structlog

from mailproc import deciding, tell
from mailproc.drafting import Composes, Drafting, Mail
from mailproc.errors import AuthFailed, Stale
from mailproc.fates import follow
from mailproc.filing import Copy, Filing
from mailproc.health.fault import Fault
from mailproc.health.pulse import Pulse
from mailproc.health.pulses import ending, unreachable
from mailproc.mail.delivery import Delivery, Result, Unsafe
from mailproc.model import Rules
from mailproc.outgoing import Gate, Slack, Sorted
from mailproc.parcels import LARGEST, Limits
from mailproc.store import (
    copies,
    correspondence,
    downloads,
    outage,
    outbox,
    people,
    person_links,
    roundups,
)
from mailproc.store import pace as pacing
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import retry, roundup
from mailproc.workflow.manners import Manners
from mailproc.workflow.pace import Pace

log = structlog.get_logger()
_BATCH = 32
_STALE_TRIES = 20
_LISTED = 30  # requests in one mail; the page has all
_MANY = 8  # letters at once: then all connections are used
_TOO_LARGE = "5.3.4"  # the mail is too big for the server (RFC 3463, 3.4)
_TAKEN_BACK = "taken_back"  # why a letter is held, as a key of [reasons]
Row = sa.Row[Any]


class _Done(NamedTuple):
    """A mail and what became of it."""

    mail: Mail
    result: Result


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
        manners: Manners = Manners(),  # noqa: B008 - frozen
        largest: int = LARGEST,
        pace: Pace = Pace(),  # noqa: B008 - frozen
        filing: Filing | None = None,
    ) -> None:
        """`filing`: where copies go; None where the mail server keeps what it sends."""
        self._database, self._deliveries = database, deliveries
        self._drafting = Drafting(database, composing, rules, public_url, clock)
        self._rules, self._public_url, self._owner = rules, public_url, owner
        self._clock, self._manners, self._largest = clock, manners, largest
        self._pace, self._filing = pace, filing
        self._failures, self._not_before = 0, 0.0
        self._server = Pulse()
        self._unsafe: Unsafe = ""
        self._certificate_ends: datetime | None = None
        self._slack = Slack()
        self._done: list[_Done] = []  # what became of mails, until that is written down

    def renew(self, rules: Rules) -> None:
        """From now on these rules."""
        self._rules = rules
        self._drafting.renew(rules)

    async def turn(self, desk: Desk) -> int:
        """Sends up to 32 letters and what goes with them; gives how many were dealt with.

        Raises AuthFailed.
        """
        self._commit([], desk)  # what a failing database kept from being written down
        now = self._clock()
        with self._database.read() as connection:
            stopped = correspondence.stopped_at(connection) is not None
            if not outbox.is_due(connection, now, stopped=stopped):
                return 0
            room = pacing.room(connection, self._pace, now)
        self._note_lost(desk, now)
        if not room or not await self._reachable():
            return 0  # nothing is claimed, all stays due
        found = self._claim(desk, now, min(room, _BATCH), stopped=stopped)
        lanes = len(self._deliveries) if len(found.going) >= _MANY else 1
        await self._send_all(self._drafting.mails(found, desk), lanes, desk)
        return len(found.going) + len(found.held) + len(found.doubtful) + len(found.ended)

    def _claim(self, desk: Desk, now: datetime, most: int, *, stopped: bool) -> Sorted:
        """Due letters past the gate. What has to wait is put back at once."""
        ranked = bool(self._pace.windows)
        with self._database.write() as connection:
            rows = outbox.claim(connection, now, self._owner, most, stopped=stopped, ranked=ranked)
            gate = Gate(self._manners, desk, now, self._slack)
            found = gate.sort(connection, rows, self._limits)
            found.going = [self._with_links(connection, mail, found, desk) for mail in found.going]
            found.going = [
                tuple(_with_list(connection, row, now) for row in mail) for mail in found.going
            ]
            for row, due_at in found.later:
                outbox.wait(connection, row, due_at)
            for row in found.ended:
                outbox.finish(connection, row, "held", problem=_TAKEN_BACK)
            for row in found.folded:
                outbox.finish(connection, row, roundups.FOLDED)
            for rows_ in found.going:
                self._ensure_queue(connection, rows_[0], desk, now)
            if found.tripped is not None and correspondence.stop(connection, now):
                hour = found.tripped
                log.error("sending_stopped", mails=hour.mails, human_mails=hour.heard)
                tell.stopped(connection, hour, desk, now)
        return found

    def _ensure_queue(self, connection: sa.Connection, row: Row, desk: Desk, now: datetime) -> None:
        """A mail to who decides leads to all that waits as well."""
        if not self._public_url or row.audience != "director" or row.person_id is None:
            return
        if people.ever(connection, row.person_id) is not None:
            person_links.ensure(connection, row.person_id, desk, now)

    @property
    def _limits(self) -> Limits:
        """What the office chose, or the server says where that is less."""
        told = self._deliveries[0].max_size
        return Limits(min(self._largest, told or self._largest), bool(self._public_url))

    def _with_links(
        self, connection: sa.Connection, mail: tuple[Row, ...], found: Sorted, desk: Desk
    ) -> tuple[Row, ...]:
        """The letters; those to requesters whose file goes apart have a link to it by now."""
        return tuple(
            downloads.offer(connection, row, desk, self._clock())
            if row.id in found.apart and row.audience == "requester"
            else row
            for row in mail
        )

    async def _reachable(self) -> bool:
        """Connects where needed; after a failure not again before a growing pause is over."""
        if time.monotonic() < self._not_before:
            return False
        closed = await self._deliveries[0].open()
        self._unsafe = closed.unsafe if closed is not None else ""
        if closed is None:
            self._failures = 0
            self._server.well()
            self._certificate_ends = self._deliveries[0].certificate_ends
            return True
        self._server.failed(closed.text)
        self._failures += 1
        self._not_before = time.monotonic() + retry.reconnect_pause(self._failures)
        log.warning(
            "smtp_unreachable", code=closed.code, failures=self._failures, problem=closed.text
        )
        return False

    def faults(self) -> Iterator[Fault]:
        """What is wrong with the server that mail is sent by."""
        if self._unsafe:
            yield Fault(self._unsafe, {"part": "SMTP"})
        else:
            yield from unreachable(self._server.read(), "smtp_unreachable")
        yield from ending("SMTP", self._certificate_ends, self._clock())

    def _note_lost(self, desk: Desk, now: datetime) -> None:
        """Letters whose sender died in the middle are listed and wait for a person."""
        with self._database.read() as connection:
            if not outbox.any_lost(connection, now):
                return
        with self._database.write() as connection:
            for row in outbox.lost(connection, now):
                log.warning("letter_unknown", letter=row.id, kind=row.kind)
                follow(connection, row, "unknown", desk, self._rules, now)

    # ------------------------------------------------------------ send

    async def _send_all(self, mails: Iterator[Mail], lanes: int, desk: Desk) -> None:
        """In waves of one mail for each connection. Raises AuthFailed after the wave."""
        refused: AuthFailed | None = None
        while refused is None and (wave := list(islice(mails, lanes))):
            self._done += [_Done(x, Result(x.outcome, 0, x.problem)) for x in wave if x.problem]
            going = self._commit([mail for mail in wave if not mail.problem], desk)
            refused = await self._send_wave(going)
        self._commit([], desk)
        if refused is not None:
            raise refused

    async def _send_wave(self, going: list[Mail]) -> AuthFailed | None:
        lanes = zip(self._deliveries, going, strict=False)
        sends = (self._send(delivery, mail) for delivery, mail in lanes)
        refused = None
        for mail, result in zip(going, await asyncio.gather(*sends), strict=True):
            if isinstance(result, AuthFailed):  # no more tries now: they may lock the account
                refused, result = result, Result("later", 0, result.problem)
            self._done.append(_Done(mail, result))
        return refused

    async def _send(self, delivery: Delivery, mail: Mail) -> Result | AuthFailed:
        try:
            if (closed := await delivery.open()) is not None:
                return closed
            return await delivery.send(mail.rows[0].to_addr, mail.content)
        except AuthFailed as error:
            return error
        except Exception as error:  # our own fault; it may have been sent
            log.error("send_failed", letter=mail.rows[0].id, error=type(error).__name__)
            await delivery.close()
            return Result("unknown", 0, type(error).__name__)

    def _commit(self, following: list[Mail], desk: Desk) -> list[Mail]:
        """Settles a wave and marks the next, in one commit; gives those that are ours to send.

        Where the database fails, what became of the wave is kept for the next turn.
        """
        if not self._done and not following:
            return []
        for _ in range(_STALE_TRIES):
            try:
                now = self._clock()
                going = self._write(self._done, following, desk, now)
                done, self._done = self._done, []
                self._hand_over(done, now)
                return going
            except Stale:  # a request moved on at this moment: again with what it is now
                continue
            except Exception as error:
                if not outage.is_one(error):
                    self._done = []  # else one mail would end every turn
                raise
        self._done = []
        raise Stale("The request keeps changing.")

    def _write(
        self, done: list[_Done], following: list[Mail], desk: Desk, now: datetime
    ) -> list[Mail]:
        with self._database.write() as connection:
            pacing.hold(connection, self._pace)
            for mail, result in done:
                for row in mail.rows:
                    self._settle(connection, row, result, desk, now)
                if self._is_filed(mail, result):
                    copies.settle(connection, [mail.rows[0].id], copies.DUE)
            going = following[: pacing.room(connection, self._pace, now)] if following else []
            for mail in following[len(going) :]:  # another daemon was faster
                for row in mail.rows:
                    outbox.wait(connection, row, now)
            return [mail for mail in going if _mark(connection, mail.rows, now)]

    def _is_filed(self, mail: Mail, result: Result) -> bool:
        """Whether a copy of what was sent belongs into the folder of sent mail."""
        if self._filing is None or result.outcome != "sent":
            return False
        return self._filing.owes(mail.rows, mail.content)

    def _hand_over(self, done: list[_Done], now: datetime) -> None:
        """Copies of what was sent, once that is written down."""
        if self._filing is not None:
            mails = [mail for mail, result in done if self._is_filed(mail, result)]
            self._filing.take(
                [Copy(m.rows[0].id, m.rows[0].message_id, m.content, now) for m in mails]
            )

    def _settle(
        self, connection: sa.Connection, row: Row, result: Result, desk: Desk, now: datetime
    ) -> None:
        problem = None if result.outcome == "sent" else result.text
        told: dict[str, Any] = {"code": result.code, "problem": problem}
        if result.outcome != "held":
            told["tried_at"] = now
        if result.outcome == "later":
            again = retry.next_try(now, row.recorded_at, row.tries)
            if again is not None:
                outbox.put_back(connection, row, again, **told)
                return
        if self._may_link(row, result):
            downloads.offer(connection, row, desk, now)
            outbox.put_back(connection, row, now, **told)
            return
        state = "rejected" if result.outcome == "later" else result.outcome
        sent_at = now if state == "sent" else None
        if outbox.finish(connection, row, state, sent_at=sent_at, **told):
            said = f"{result.code} {result.text}" if result.code else ""
            follow(connection, row, state, desk, self._rules, now, reason=result.text, said=said)
        if state != "sent":
            log.warning(
                "letter_not_sent", letter=row.id, kind=row.kind, state=state, code=result.code
            )

    def _may_link(self, row: Row, result: Result) -> bool:
        """True where the server found the mail too big without having said so before."""
        too_large = result.outcome == "rejected" and _TOO_LARGE in result.text
        attached = row.kind == "dataset" and row.file_id is not None and row.link_id is None
        return too_large and attached and bool(self._public_url)


def _with_list(connection: sa.Connection, row: Row, now: datetime) -> Row:
    """The letter; a list notes under which number it shows what, and by that which content."""
    if row.kind != roundup.KIND or row.person_id is None:
        return row
    waiting = deciding.waiting(connection, row.person_id, now)
    listed = tuple(link.id for link in waiting[:_LISTED])
    letter = replace(load_letter(row.letter), listed=listed, reason=str(len(waiting)))
    return outbox.rewritten(connection, row, letter)


def _mark(connection: sa.Connection, rows: tuple[Row, ...], now: datetime) -> bool:
    """All letters of a mail are transmitting, or none: then the mail is not ours to send."""
    if len(rows) == 1:
        return outbox.mark_transmitting(connection, rows[0], now)
    lead = rows[0].id
    into = [(row, None if row.id == lead else lead) for row in rows]
    marked = [
        row for row, id_ in into if outbox.mark_transmitting(connection, row, now, bundled_into=id_)
    ]
    if len(marked) == len(rows):
        return True
    for row in marked:
        outbox.put_back(connection, row, now)
    return False
