"""The one gate of all outgoing mail: which claimed letters may go now, and which go together.

`workflow.manners` says what is allowed; here is what it needs to know of the store, asked once for
a whole batch. See docs/adr/0011.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from mailproc import booklets, deciding, parcels
from mailproc.mail.delivery import is_one_address
from mailproc.parcels import Limits
from mailproc.promise import agenda
from mailproc.store import correspondence, doubts, fetched, jobs, roundups, tasks
from mailproc.store.codec import load_letter
from mailproc.store.desk import Desk
from mailproc.workflow import manners, roundup
from mailproc.workflow.manners import Correspondence, Manners

_FRESH = timedelta(seconds=10)
_PAUSE = timedelta(minutes=5)  # until a letter to a stranger asks again

Row = sa.Row[Any]


@dataclass(slots=True)
class Sorted:
    """A batch of letters, each at one place."""

    going: list[tuple[Row, ...]] = field(default_factory=list)  # one mail each, its own row first
    held: list[tuple[Row, str]] = field(default_factory=list)  # with the reason
    doubtful: list[Row] = field(default_factory=list)  # a restored daemon may have sent them
    later: list[tuple[Row, datetime]] = field(default_factory=list)
    folded: list[Row] = field(default_factory=list)  # their requests stand in a list
    ended: list[Row] = field(default_factory=list)  # their files were taken back meanwhile
    apart: set[int] = field(default_factory=set)  # letters whose file does not go in the mail
    books: dict[int, int] = field(default_factory=dict)  # letter → booklet in place of its file
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
        self._waiting: dict[int, int] = {}  # what waits, by who decides

    def sort(
        self,
        connection: sa.Connection,
        rows: Sequence[Row],
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> Sorted:
        """What may go, in mails as large as the limits allow."""
        found = Sorted()
        if (restored := doubts.current(connection)) is not None:
            found.doubtful = [r for r in rows if doubts.is_in_doubt(connection, r, restored)]
            waiting = {row.id for row in found.doubtful}
            rows = [row for row in rows if row.id not in waiting]
        rows = self._without_ended(connection, rows, found)
        outside = [row for row in rows if row.audience == "requester"]
        if outside and self._trips(connection, outside, found):
            found.later = [(row, self._now) for row in outside if row.standing != manners.HAND]
            rows = [row for row in rows if row not in outside or row.standing == manners.HAND]
            outside = [row for row in outside if row.standing == manners.HAND]
        self._look_up(connection, outside)
        allowed = [row for row in rows if self._may_go(connection, row, found)]
        self._pack(connection, allowed, limits, found)
        return found

    def _without_ended(
        self, connection: sa.Connection, rows: Sequence[Row], found: Sorted
    ) -> Sequence[Row]:
        """Without files that were taken back while their letters waited, whoever ordered these."""
        asked = {row.request_id for row in rows if row.kind == "dataset"}
        if not asked or not (ended := fetched.taken_back(connection, asked)):
            return rows
        found.ended = [row for row in rows if row.kind == "dataset" and row.request_id in ended]
        return [row for row in rows if row not in found.ended]

    def _pack(
        self, connection: sa.Connection, rows: Sequence[Row], limits: Limits, found: Sorted
    ) -> None:
        """Each letter into its mail; a file that fits into none goes apart, or holds its letter."""
        mails = [self._bound(connection, mail, found) for mail in parcels.together(rows)]
        sizes = _sizes(connection, [row for mail in mails for row in mail], found.books)
        for mail in mails:
            self._unbind(mail, sizes, limits, found)
            big = {row.id for row in mail if self._is_big(row, sizes, limits, found)}
            found.apart |= big
            weights = _weights(mail, sizes, found)
            for part in parcels.by_size(
                self._kept(mail, big, limits, found), weights, limits.largest
            ):
                found.going.append(tuple(part))

    def _bound(self, connection: sa.Connection, mail: list[Row], found: Sorted) -> list[Row]:
        """The letters of the mail, those of its booklet first; none where they have to wait."""
        bound = booklets.bind(connection, mail, self._now)
        if bound.until is not None:
            found.later += [(row, bound.until) for row in mail]
            return []
        found.books |= bound.books
        return sorted(mail, key=lambda row: row.id not in bound.books)

    def _unbind(
        self, mail: Sequence[Row], sizes: dict[int, int], limits: Limits, found: Sorted
    ) -> None:
        """A booklet that is too big for a mail is left; its files go one by one."""
        for row in mail:
            if parcels.is_big(sizes.get(found.books.get(row.id, 0), 0), limits):
                del found.books[row.id]

    def _is_big(self, row: Row, sizes: dict[int, int], limits: Limits, found: Sorted) -> bool:
        return row.id not in found.books and parcels.too_big(row, sizes, limits)

    def _kept(self, mail: Sequence[Row], big: set[int], limits: Limits, found: Sorted) -> list[Row]:
        """Those that go; without a page to fetch from, what is too big is held."""
        kept = []
        for row in mail:
            if row.id in big and row.audience == "requester" and not limits.may_link:
                found.held.append((row, parcels.TOO_BIG))
            else:
                kept.append(row)
        return kept

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
        if row.audience == "director" and self._folds(connection, row):
            found.folded.append(row)
            return False
        if self._manners.morning and row.audience == "officer" and _waits(connection, row):
            found.folded.append(row)
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

    def _folds(self, connection: sa.Connection, row: Row) -> bool:
        """Whether a list tells of the request in place of this letter."""
        if row.person_id is None or row.kind not in roundup.SINGLE:
            return False
        chosen = self._manners.roundup
        sent = partial(roundups.sent_before, connection, row, chosen.morning(self._now))
        waiting = partial(self._waiting_for, connection, row.person_id)
        if not chosen.is_much(row.kind, sent, waiting):
            return False
        letter = load_letter(row.letter)
        # A reminder with a reason was asked for: by a requester who hurries, or to somebody above.
        return not letter.reason and not chosen.is_pressing(letter.request, self._now)

    def _waiting_for(self, connection: sa.Connection, person_id: int) -> int:
        """How much waits for the person's decision; counted once for the batch."""
        if person_id not in self._waiting:
            links = deciding.waiting(connection, person_id, self._now)
            self._waiting[person_id] = len(links)
        return self._waiting[person_id]

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


def _waits(connection: sa.Connection, row: Row) -> bool:
    """Whether the officer reads of it in the morning."""
    letter = load_letter(row.letter)
    return row.standing != manners.HAND and agenda.may_wait(letter, tasks.event_of(connection, row))


def _name(row: Row) -> str:
    return (row.to_addr or "").casefold()


def _is_counted(row: Row) -> bool:
    return row.standing is None and row.kind not in manners.CALENDAR


def _sizes(connection: sa.Connection, rows: Sequence[Row], books: dict[int, int]) -> dict[int, int]:
    """Bytes of every file that may go."""
    files = {row.file_id for row in rows if row.file_id is not None} | set(books.values())
    return jobs.sizes(connection, sorted(files)) if files else {}


def _weights(mail: Sequence[Row], sizes: dict[int, int], found: Sorted) -> dict[int, int]:
    """Bytes on the wire by letter; a booklet weighs with the first of its letters."""
    weights, seen = {}, set()
    for row in mail:
        file = found.books.get(row.id, row.file_id)
        if row.id not in found.apart and file is not None and file not in seen:
            weights[row.id] = parcels.wire_size(sizes.get(file, 0))
            seen.add(file)
    return weights
