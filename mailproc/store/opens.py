"""Who opened a mailed link, and when: a capped log, and a guess whether it was a person.

The guess is a signal for people who look at a request; nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc.store import schema

_O, _L, _B = schema.link_opens, schema.links, schema.outbox
_KEPT = 50  # per link; a scanner may come back a thousand times
_CLIENT, _AGENT = 100, 200  # letters
ROBOT, PERSON = "robot", "person"


@dataclass(frozen=True, slots=True)
class Open:
    """One look at a link; `visitor`: robot | person, or nothing where nobody can say."""

    at: datetime
    client: str
    agent: str
    visitor: str = ""
    purpose: str = ""  # of the link


def note(connection: sa.Connection, link_id: str, seen: Open) -> None:
    """Writes the look down, up to so many per link."""
    count = sa.select(sa.func.count()).where(_O.c.link_id == link_id).scalar_subquery()
    values = sa.select(
        sa.literal(link_id),
        sa.literal(seen.at, schema.Instant),
        sa.literal(seen.client[:_CLIENT]),
        sa.literal(seen.agent[:_AGENT]),
        sa.literal(seen.visitor or None, sa.Text),
    ).where(count < _KEPT)
    names = ["link_id", "at", "client", "agent", "visitor"]
    connection.execute(_O.insert().from_select(names, values))


def has_room(connection: sa.Connection, link_id: str) -> bool:
    """False once the log of this link is full, so that a GET need not write."""
    count = connection.scalar(sa.select(sa.func.count()).where(_O.c.link_id == link_id))
    return (count or 0) < _KEPT


def by_person(connection: sa.Connection, link_id: str, seen: Open) -> None:
    """The look of this visitor was a person's: a right code came after it.

    Where robots have filled the log, the person still gets a row; one per link at the most.
    """
    mine = sa.and_(_O.c.client == seen.client[:_CLIENT], _O.c.agent == seen.agent[:_AGENT])
    newest = sa.select(sa.func.max(_O.c.id)).where(_O.c.link_id == link_id, mine).scalar_subquery()
    marked = connection.execute(_O.update().where(_O.c.id == newest).values(visitor=PERSON))
    known = sa.exists().where(_O.c.link_id == link_id, _O.c.visitor == PERSON)
    if marked.rowcount or connection.scalar(sa.select(known)):
        return
    row = {"link_id": link_id, "at": seen.at, "client": seen.client[:_CLIENT]}
    connection.execute(_O.insert().values(**row, agent=seen.agent[:_AGENT], visitor=PERSON))


def sent_at(
    connection: sa.Connection, request_id: int, link_id: str
) -> tuple[str, datetime] | None:
    """State and date of the mail that holds the link; None where no mail went out yet."""
    mail = sa.func.coalesce(_B.c.sent_at, _B.c.recorded_at)
    query = sa.select(_B.c.state, mail).where(
        _B.c.request_id == request_id, _B.c.link_id == link_id, _B.c.state != "recorded"
    )
    row = connection.execute(query.limit(1)).first()
    return (row[0], row[1]) if row else None


def of_link(connection: sa.Connection, link_id: str) -> Sequence[Open]:
    """Every look at the link, the first one first."""
    return _found(connection, _O.c.link_id == link_id)


def of_request(connection: sa.Connection, request_id: int) -> Sequence[Open]:
    """Every look at any link of the request, the first one first."""
    return _found(connection, _L.c.request_id == request_id)


def _found(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Sequence[Open]:
    query = (
        sa.select(_O.c.at, _O.c.client, _O.c.agent, _O.c.visitor, _L.c.purpose)
        .join(_L, _L.c.id == _O.c.link_id)
        .where(where)
        .order_by(_O.c.at, _O.c.id)
    )
    return [
        Open(row.at, row.client or "", row.agent or "", row.visitor or "", row.purpose)
        for row in connection.execute(query)
    ]
