"""Alarms: what is wrong now, since when, and what people and the webhook heard of it last.

One row per name. Who finds a fault raises it as often as it looks; the row remembers the first
time. Facts hold numbers and names of parts, never an address or a secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from mailproc.digest import canonical
from mailproc.store import schema
from mailproc.store.database import insert

_A = schema.alarms
News = Literal["raised", "mended"]
SETTLED = timedelta(minutes=5)  # mended for so long before people hear of it
QUIET = timedelta(hours=6)  # a fault that comes and goes is told no sooner again
_LONGEST = timedelta(minutes=30)  # between two tries of the webhook


@dataclass(frozen=True, slots=True)
class Alarm:
    """A fault, and when it was mended, where it was."""

    name: str
    raised_at: datetime
    facts: Mapping[str, Any]
    mended_at: datetime | None = None


def raise_alarm(
    connection: sa.Connection, name: str, facts: Mapping[str, Any], now: datetime
) -> bool:
    """Something is wrong. True where it is new; of a known one the facts are renewed."""
    told = canonical(dict(facts))
    new = insert(connection, _A).values(name=name, raised_at=now, facts=told)
    new = new.on_conflict_do_nothing().returning(_A.c.name)
    if connection.scalar(new) is not None:
        return True
    mine = _A.update().where(_A.c.name == name)
    again = mine.where(_A.c.mended_at.is_not(None))
    again = again.values(raised_at=now, facts=told, mended_at=None, push_due_at=None, push_tries=0)
    if connection.execute(again).rowcount:
        return True
    connection.execute(mine.where(_A.c.facts != told).values(facts=told))
    return False


def mended(connection: sa.Connection, name: str, now: datetime) -> bool:
    """It is right again. False where it was not wrong."""
    mine = _A.update().where(_A.c.name == name, _A.c.mended_at.is_(None))
    over = mine.values(mended_at=now, push_due_at=None, push_tries=0)
    return connection.execute(over).rowcount > 0


def open_alarms(connection: sa.Connection) -> list[Alarm]:
    """What is wrong now, the oldest first."""
    query = sa.select(_A).where(_A.c.mended_at.is_(None)).order_by(_A.c.raised_at, _A.c.name)
    return [_alarm(row) for row in connection.execute(query)]


def is_open(connection: sa.Connection, name: str) -> bool:
    """Whether that is wrong now."""
    query = sa.select(_A.c.name).where(_A.c.name == name, _A.c.mended_at.is_(None))
    return connection.execute(query).first() is not None


# ---------------------------------------------------------------- who heard of it


def to_tell(connection: sa.Connection, now: datetime) -> list[tuple[Alarm, News]]:
    """What people have not heard yet, by mail."""
    return _owed(connection, _A.c.told, _A.c.told_at, now)


def told(connection: sa.Connection, name: str, news: News, now: datetime) -> bool:
    """People hear of it, in the transaction at hand. False where another process was first."""
    mine = _A.update().where(_A.c.name == name, _not(_A.c.told, news))
    values: dict[str, Any] = {"told": news} | ({"told_at": now} if news == "raised" else {})
    return connection.execute(mine.values(values)).rowcount == 1


def to_push(connection: sa.Connection, now: datetime) -> list[tuple[Alarm, News]]:
    """What the webhook has not heard yet and may be tried now."""
    may = sa.or_(_A.c.push_due_at.is_(None), _A.c.push_due_at <= now)
    return _owed(connection, _A.c.pushed, _A.c.pushed_at, now, may)


def claim_push(connection: sa.Connection, name: str, now: datetime) -> bool:
    """One try, ours: the next not before a growing pause. False where another process has it."""
    tries = connection.scalar(sa.select(_A.c.push_tries).where(_A.c.name == name)) or 0
    pause = min(timedelta(minutes=1) * 2 ** min(tries, 8), _LONGEST)
    may = sa.or_(_A.c.push_due_at.is_(None), _A.c.push_due_at <= now)
    mine = _A.update().where(_A.c.name == name, _A.c.push_tries == tries, may)
    return (
        connection.execute(mine.values(push_due_at=now + pause, push_tries=tries + 1)).rowcount == 1
    )


def pushed(connection: sa.Connection, name: str, news: News, now: datetime) -> None:
    """The webhook took it."""
    values: dict[str, Any] = {"pushed": news, "push_due_at": None, "push_tries": 0}
    values |= {"pushed_at": now} if news == "raised" else {}
    connection.execute(_A.update().where(_A.c.name == name).values(values))


def _owed(
    connection: sa.Connection,
    heard: sa.Column[str],
    heard_at: sa.Column[datetime],
    now: datetime,
    *where: sa.ColumnElement[bool],
) -> list[tuple[Alarm, News]]:
    """Raised: at once, but no sooner than QUIET after the last time. Mended: once it lasts."""
    wrong = sa.and_(
        _A.c.mended_at.is_(None),
        _not(heard, "raised"),
        sa.or_(heard_at.is_(None), heard_at <= now - QUIET),
    )
    right = sa.and_(_A.c.mended_at <= now - SETTLED, heard == "raised")
    query = sa.select(_A).where(sa.or_(wrong, right), *where).order_by(_A.c.raised_at, _A.c.name)
    rows: Sequence[sa.Row[Any]] = connection.execute(query).all()
    return [(_alarm(row), "raised" if row.mended_at is None else "mended") for row in rows]


def _not(heard: sa.Column[str], news: News) -> sa.ColumnElement[bool]:
    return sa.or_(heard.is_(None), heard != news)


def _alarm(row: sa.Row[Any]) -> Alarm:
    return Alarm(row.name, row.raised_at, json.loads(row.facts), row.mended_at)
