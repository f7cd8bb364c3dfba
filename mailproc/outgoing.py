"""The one gate of all outgoing mail: which claimed letters may go now, and which go together.

`workflow.manners` says what is allowed; here is what it needs to know of the store, asked once for
a whole batch. See docs/adr/0011.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from mailproc.mail.delivery import is_one_address
from mailproc.store import correspondence, jobs
from mailproc.store.desk import Desk
from mailproc.workflow import manners
from mailproc.workflow.manners import Correspondence, Manners

_FRESH = timedelta(seconds=10)
_PAUSE = timedelta(minutes=5)  # until a letter to a stranger asks again
_OVERHEAD = 100_000  # bytes of a mail besides its files: texts, header, status links
_FILES_AT_MOST = 10_000_000  # bytes of a mail with several files; Postfix takes 10,240,000

Row = sa.Row[Any]


@dataclass(slots=True)
class Sorted:
    """A batch of letters, each at one place."""

    going: list[tuple[Row, ...]] = field(default_factory=list)  # one mail each, its own row first
    held: list[tuple[Row, str]] = field(default_factory=list)  # with the reason
    later: list[tuple[Row, datetime]] = field(default_factory=list)
    tripped: correspondence.Hour | None = None  # the breaker has to stop the sending


@dataclass(slots=True)
class Slack:
    """How many letters may go before the breaker's hour has to be counted anew."""

    letters: int = 0
    until: datetime | None = None

    def takes(self, count: int, now: datetime) -> bool:
        if self.until is None or now >= self.until or count > self.letters:
            return False
        self.letters -= count
        return True


class Gate:
    """Judges one batch; `rows` were claimed in the transaction of `connection`."""

    def __init__(self, chosen: Manners, desk: Desk, now: datetime, slack: Slack) -> None:
        self._manners, self._now, self._slack = chosen, now, slack
        self._staff = {p.address.casefold() for people in desk.people.values() for p in people}
        self._known: dict[str, Correspondence] = {}
        self._strangers: int | None = None
        self._strange_mails: set[str] = set()  # of this batch

    def sort(self, connection: sa.Connection, rows: Sequence[Row], max_size: int = 0) -> Sorted:
        """What may go, in mails of at most `max_size` bytes where the server told one."""
        found = Sorted()
        outside = [row for row in rows if row.audience == "requester"]
        if outside and self._trips(connection, outside, found):
            found.later = [(row, self._now) for row in outside if row.standing != manners.HAND]
            rows = [row for row in rows if row not in outside or row.standing == manners.HAND]
            outside = [row for row in outside if row.standing == manners.HAND]
        self._look_up(connection, outside)
        allowed = [row for row in rows if self._may_go(connection, row, found)]
        found.going = list(_bundles(connection, allowed, max_size))
        return found

    def _trips(self, connection: sa.Connection, rows: Sequence[Row], found: Sorted) -> bool:
        """Whether the breaker opens with these letters."""
        count = len({row.bundle or row.id for row in rows if _is_counted(row)})
        if not count or self._slack.takes(count, self._now):
            return False
        hour = correspondence.hour(connection, self._now)
        mails = hour.mails + count
        if not manners.is_tripped(mails, hour.heard, self._manners):
            # A quarter of what is left: other processes send too, and the hour moves on.
            left = manners.room(mails, hour.heard, self._manners) // 4
            self._slack.letters, self._slack.until = left, self._now + _FRESH
            return False
        found.tripped = replace(hour, mails=mails)
        return True

    def _look_up(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        """One query for the batch; the whole story of those alone who got much already."""
        names = [_name(row) for row in rows if _name(row) not in self._staff]
        if not names:
            return
        counted = correspondence.counted(connection, set(names), self._now)
        most = self._manners.per_correspondent
        many = {name for name in names if counted.get(name, 0) + names.count(name) > most}
        if many:
            self._known = correspondence.with_correspondents(connection, many, self._now)

    def _may_go(self, connection: sa.Connection, row: Row, found: Sorted) -> bool:
        if not is_one_address(row.to_addr or ""):
            found.held.append((row, "not_one_address"))
            return False
        if row.audience != "requester":
            return True
        if reason := self._reason(row):
            found.held.append((row, reason))
            return False
        if row.standing == manners.STRANGER and not self._stranger_may(connection, row, found):
            return False
        self._count(row)
        return True

    def _reason(self, row: Row) -> str:
        """Why the letter is held; empty where it may go."""
        if reason := manners.never(row.to_addr, row.standing, self._manners):
            return reason
        known = self._known.get(_name(row))
        if known is None or _name(row) in self._staff:
            return ""
        return manners.limit(known, row.standing, row.bundle, self._now, self._manners)

    def _stranger_may(self, connection: sa.Connection, row: Row, found: Sorted) -> bool:
        """Backscatter is bounded: the excess waits some hours, then it is held."""
        if self._strangers is None:
            self._strangers = correspondence.strangers(connection, self._now)
        mail = row.bundle or str(row.id)
        so_far = self._strangers + len(self._strange_mails - {mail})
        if so_far < self._manners.strangers_per_hour:
            self._strange_mails.add(mail)
            return True
        if self._now - row.recorded_at >= manners.STRANGERS_WAIT:
            found.held.append((row, "too_many_strangers"))
        else:
            found.later.append((row, self._now + _PAUSE))
        return False

    def _count(self, row: Row) -> None:
        """What goes in this batch counts for the rest of it."""
        known = self._known.get(_name(row))
        bundle = row.bundle or str(row.id)
        if known is None or not manners.is_automatic(row.standing) or bundle in known.bundles:
            return
        self._known[_name(row)] = replace(
            known, sent=(*known.sent, self._now), bundles=known.bundles | {bundle}
        )


def _name(row: Row) -> str:
    return (row.to_addr or "").casefold()


def _is_counted(row: Row) -> bool:
    return row.standing is None and row.kind not in manners.CALENDAR


# ---------------------------------------------------------------- what goes together


def _bundles(
    connection: sa.Connection, rows: Sequence[Row], max_size: int
) -> Iterator[tuple[Row, ...]]:
    """The mails, in the order of their first letters."""
    if all(row.bundle is None for row in rows):
        yield from ((row,) for row in rows)
        return
    mails: dict[str, list[Row]] = {}
    for row in rows:
        name = row.bundle or f"{row.id}"
        while any(other.request_id == row.request_id for other in mails.get(name, ())):
            name += "+"  # one mail never speaks twice of one request
        mails.setdefault(name, []).append(row)
    for mail in mails.values():
        yield from _by_size(connection, mail, max_size)


def _by_size(
    connection: sa.Connection, mail: Sequence[Row], max_size: int
) -> Iterator[tuple[Row, ...]]:
    """The mail, or several where its files together are too big for one."""
    files = [row.file_id for row in mail if row.file_id is not None]
    if len(files) < 2:
        yield tuple(mail)
        return
    most = min(max_size or _FILES_AT_MOST, _FILES_AT_MOST) - _OVERHEAD
    sizes, filled, number = jobs.sizes(connection, files), 0, 0
    numbered = []
    for row in mail:
        size = sizes.get(row.file_id, 0) * 78 // 57  # base64 in lines of 76 and CRLF
        if filled and filled + size > most:
            number, filled = number + 1, 0
        filled += size
        numbered.append((number, row))
    for _, part in groupby(numbered, key=lambda one: one[0]):
        yield tuple(row for _, row in part)
