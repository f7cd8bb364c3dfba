"""Links by their token, and the capped log of who opened them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.desk import Link, token_digest

_L = schema.links
_OPENS_KEPT = 50  # per link; a scanner may come back a thousand times


def find(connection: sa.Connection, token: str, purpose: str) -> Link | None:
    """The link of this token; the look-up by digest leaks no timing of the secret."""
    query = sa.select(_L).where(_L.c.token_digest == token_digest(token), _L.c.purpose == purpose)
    return _link(connection.execute(query).first())


def get(connection: sa.Connection, link_id: str) -> Link | None:
    """The link of this id, whatever it is for."""
    return _link(connection.execute(sa.select(_L).where(_L.c.id == link_id)).first())


def to_decide(connection: sa.Connection, person_id: int, now: datetime) -> list[Link]:
    """Links that this person may decide by, the oldest first; one for each request and seat."""
    query = (
        sa.select(_L)
        .where(_L.c.person_id == person_id, _L.c.purpose == "decide")
        .where(_L.c.voided_at.is_(None), _L.c.expires_at > now)
        .order_by(_L.c.created_at, _L.c.id)
    )
    found = (_link(row) for row in connection.execute(query))
    newest = {(link.request_id, link.seat): link for link in found if link is not None}
    return list(newest.values())


def _link(row: sa.Row[Any] | None) -> Link | None:
    names = Link.__dataclass_fields__
    return Link(**{name: getattr(row, name) for name in names}) if row else None


def log_open(connection: sa.Connection, link_id: str, client: str, now: datetime) -> None:
    """Notes that somebody, or a robot, opened the link; at most some times per link."""
    opens = schema.link_opens
    count = sa.select(sa.func.count()).where(opens.c.link_id == link_id).scalar_subquery()
    row = sa.select(
        sa.literal(link_id), sa.literal(now, schema.Instant), sa.literal(client[:100])
    ).where(count < _OPENS_KEPT)
    connection.execute(opens.insert().from_select(["link_id", "at", "client"], row))


def opens_left(connection: sa.Connection, link_id: str) -> bool:
    """False once the log of this link is full, so that a GET need not write."""
    opens = schema.link_opens
    count = connection.scalar(sa.select(sa.func.count()).where(opens.c.link_id == link_id))
    return (count or 0) < _OPENS_KEPT
