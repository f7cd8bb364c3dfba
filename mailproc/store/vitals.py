"""How much work waits and since when, and which daemon is alive; counts and times, no persons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mailproc.store import correspondence, facts, schema

_M, _J, _O, _R = schema.messages, schema.jobs, schema.outbox, schema.requests
_DAEMON = "daemon"
_EVER = datetime(2000, 1, 1, tzinfo=UTC)  # a range takes the index, which «IS NOT NULL» does not


@dataclass(frozen=True, slots=True)
class Queue:
    """Work that is due: how much, and since when the oldest."""

    count: int
    oldest: datetime | None

    def age(self, now: datetime) -> float:
        """Seconds that the oldest waits; 0 where nothing does."""
        return max((now - self.oldest).total_seconds(), 0.0) if self.oldest else 0.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """All that a look at the queues tells."""

    unread: Queue  # mails that were taken in and have no verdict
    jobs: Queue
    unsent: Queue  # letters that are due; while sending is stopped, those to the office alone
    refused: int  # letters that a server did not take for now; each is tried again by itself
    unknown: int  # letters of which nobody knows whether they arrived
    held: int
    requests: Mapping[str, int]  # by state
    stopped_at: datetime | None  # since when nothing is sent to requesters


def read(connection: sa.Connection, now: datetime) -> Vitals:
    """As it is now."""
    stopped = correspondence.stopped_at(connection)
    due = [_O.c.state == "recorded", _O.c.due_at <= now]
    if stopped is not None:
        due.append(_O.c.audience != "requester")
    waiting = sa.and_(_M.c.verdict.is_(None), _M.c.due_at > _EVER)
    states = _counts(connection, _O.c.state, _O.c.state.in_(["unknown", "held"]))
    # 4yz (RFC 5321 4.2.1); a lease is no pause
    rests = sa.and_(_O.c.state == "recorded", _O.c.due_at > now, _O.c.owner.is_(None))
    refused = sa.and_(rests, _O.c.code >= 400)
    return Vitals(
        unread=_queue(connection, _M.c.stored_at, waiting),
        jobs=_queue(connection, _J.c.recorded_at, _J.c.due_at > _EVER),
        unsent=_queue(connection, _O.c.due_at, *due),
        refused=_queue(connection, _O.c.due_at, refused).count,
        unknown=states.get("unknown", 0),
        held=states.get("held", 0),
        requests=_counts(connection, _R.c.state),
        stopped_at=stopped,
    )


def for_person(connection: sa.Connection) -> dict[str, int]:
    """Mails that wait for a person: put aside, and not placed. Reads the whole table of mails."""
    unplaced = sa.and_(_M.c.verdict == "unplaced", _M.c.guess.is_not(None))
    found = _counts(connection, _M.c.verdict, sa.or_(_M.c.verdict == "quarantined", unplaced))
    return {name: found.get(name, 0) for name in ("quarantined", "unplaced")}


def _queue(
    connection: sa.Connection, since: sa.Column[datetime], *where: sa.ColumnElement[bool]
) -> Queue:
    row = connection.execute(sa.select(sa.func.count(), sa.func.min(since)).where(*where)).one()
    return Queue(row[0], row[1])


def _counts(
    connection: sa.Connection, column: sa.Column[str], *where: sa.ColumnElement[bool]
) -> dict[str, int]:
    query = sa.select(column, sa.func.count()).where(*where).group_by(column)
    return {name: count for name, count in connection.execute(query)}


# ---------------------------------------------------------------- which daemon


@dataclass(frozen=True, slots=True)
class Daemon:
    """A daemon that was alive at `at`."""

    owner: str  # of one run
    host: str
    started_at: datetime
    at: datetime


def last_daemon(connection: sa.Connection) -> Daemon | None:
    """Whoever gave the last sign of life."""
    found = facts.get(connection, _DAEMON)
    return _daemon(json.loads(found)) if found else None


def last_known(connection: sa.Connection) -> datetime | None:
    """An instant that has passed: a daemon lived then, or the register of people was written."""
    last = last_daemon(connection)
    written = connection.scalar(sa.select(sa.func.max(schema.people_log.c.at)))
    return max((one for one in (last and last.at, written) if one), default=None)


def sign(connection: sa.Connection, daemon: Daemon) -> None:
    """The daemon is alive."""
    told = asdict(daemon)
    told |= {name: told[name].isoformat() for name in ("started_at", "at")}
    facts.put(connection, _DAEMON, json.dumps(told))


def sign_off(connection: sa.Connection, owner: str) -> None:
    """The daemon stops, as it should; its last time stays known."""
    found = last_daemon(connection)
    if found is not None and found.owner == owner:
        sign(connection, Daemon("", "", found.started_at, found.at))


def _daemon(told: dict[str, Any]) -> Daemon:
    moments = (datetime.fromisoformat(told[name]) for name in ("started_at", "at"))
    return Daemon(told["owner"], told["host"], *moments)
