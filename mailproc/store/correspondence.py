"""What passed between us and our correspondents lately, and whether sending is stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from mailproc.store import facts, outbox, schema
from mailproc.workflow import manners
from mailproc.workflow.manners import Correspondence

_O, _M = schema.outbox, schema.messages
_LONGEST = timedelta(days=6)  # from recording to sending: retry.GIVE_UP and some
_WENT = ("sent", "transmitting", "unknown", "delayed", "bounced")
# All others are named, since an index would be used for a list of states, and nearly all are sent.
_went = _O.c.state.not_in(sorted(set(outbox.STATES) - set(_WENT)))
_went_at = sa.func.coalesce(_O.c.sent_at, _O.c.recorded_at, type_=schema.Instant)
_AUTOMATIC = sa.or_(_O.c.standing.is_(None), _O.c.standing == manners.STRANGER)
_STOPPED, _RESUMED = "sending_stopped", "sending_resumed"

# Built once: the first two are asked for every batch of letters.
_COUNTED = (
    sa.select(_O.c.correspondent, sa.func.count().label("mails"))
    .where(_O.c.correspondent.in_(sa.bindparam("names", expanding=True)))
    .where(_O.c.recorded_at > sa.bindparam("oldest"), _went_at > sa.bindparam("since"))
    .where(_went, _O.c.bundled_into.is_(None), _AUTOMATIC)
    .group_by(_O.c.correspondent)
)
_LETTERS = (
    sa.select(sa.func.count())
    .where(_O.c.recorded_at > sa.bindparam("since"), _O.c.audience == "requester")
    .where(_went, _O.c.bundled_into.is_(None), _O.c.standing.is_(None))
    .where(_O.c.kind.not_in(sorted(manners.CALENDAR)))
    .scalar_subquery()
)
_HUMANS = (
    sa.select(sa.func.count())
    .where(_M.c.verdict_at > sa.bindparam("since"), _M.c.human)
    .scalar_subquery()
)
_HOUR = sa.select(_LETTERS.label("mails"), _HUMANS.label("heard"))
_STRANGERS = (
    sa.select(sa.func.count())
    .where(_O.c.recorded_at > sa.bindparam("oldest"), _went_at > sa.bindparam("since"))
    .where(_O.c.standing == manners.STRANGER, _went, _O.c.bundled_into.is_(None))
)


@dataclass(frozen=True, slots=True)
class Hour:
    """The last hour, or since a person let the sending go on."""

    mails: int  # of ours to requesters that no person decided; strangers have a cap of their own
    heard: int  # human mails


def counted(connection: sa.Connection, names: Collection[str], now: datetime) -> dict[str, int]:
    """How many automatic mails each correspondent got within 24 h."""
    found = connection.execute(
        _COUNTED, {"names": list(names), "since": now - manners.DAY, "oldest": now - _LONGEST}
    )
    return {row.correspondent: row.mails for row in found}


def with_correspondents(
    connection: sa.Connection, names: Collection[str], now: datetime
) -> dict[str, Correspondence]:
    """The last 24 h with each of them."""
    since, heard = now - manners.DAY, defaultdict[str, list[datetime]](list)
    query = sa.select(_M.c.from_addr, _M.c.verdict_at).where(
        _M.c.from_addr.in_(list(names)), _M.c.verdict_at > since, _M.c.human
    )
    for name, at in connection.execute(query):
        heard[name].append(at)
    return {name: _correspondence(connection, name, tuple(heard[name]), now) for name in names}


def _correspondence(
    connection: sa.Connection, name: str, heard: tuple[datetime, ...], now: datetime
) -> Correspondence:
    query = sa.select(
        _O.c.id, _O.c.kind, _O.c.bundle, _O.c.state, _O.c.problem, _went_at.label("at")
    ).where(_O.c.correspondent == name, _O.c.recorded_at > now - _LONGEST)
    query = query.where(_went_at > now - manners.DAY, _AUTOMATIC, _O.c.bundled_into.is_(None))
    mails: dict[str, datetime] = {}
    suspected = False
    for row in connection.execute(query.order_by(_O.c.id)):
        if row.state in _WENT:
            mails.setdefault(row.bundle or str(row.id), row.at)
        elif row.state == "held" and row.problem == "too_many":
            suspected = suspected or manners.is_suspicious(row.kind)
    return Correspondence(tuple(mails.values()), heard, frozenset(mails), suspected)


def hour(connection: sa.Connection, now: datetime) -> Hour:
    """Our mails to requesters and the human mails of the last hour."""
    since = now - manners.HOUR
    resumed = facts.get(connection, _RESUMED)
    if resumed:
        since = max(since, datetime.fromisoformat(resumed))
    row = connection.execute(_HOUR, {"since": since}).one()
    return Hour(row.mails, row.heard)


def strangers(connection: sa.Connection, now: datetime) -> int:
    """How many mails went to addresses that nobody has proved, within the hour."""
    since, oldest = now - manners.HOUR, now - manners.HOUR - manners.STRANGERS_WAIT
    return connection.scalar(_STRANGERS, {"since": since, "oldest": oldest}) or 0


# ---------------------------------------------------------------- the breaker


def stopped_at(connection: sa.Connection) -> datetime | None:
    """Since when nothing is sent to requesters; None where all is sent."""
    since = facts.get(connection, _STOPPED)
    return datetime.fromisoformat(since) if since else None


def stop(connection: sa.Connection, now: datetime) -> bool:
    """Stops the sending to requesters. False where it was stopped already."""
    return facts.put_new(connection, _STOPPED, now.isoformat())


def resume(connection: sa.Connection, now: datetime) -> bool:
    """A person lets the sending go on; counting starts anew. False where it was not stopped."""
    if stopped_at(connection) is None:
        return False
    facts.forget(connection, _STOPPED)
    facts.put(connection, _RESUMED, now.isoformat())
    return True
