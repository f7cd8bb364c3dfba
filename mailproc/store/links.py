"""Links by their token or id, and those that a person may decide by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.desk import Link, token_digest

_L = schema.links


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


def of_request(connection: sa.Connection, request_id: int, now: datetime) -> list[Link]:
    """Links by which a request may be decided; the newest for each person and seat."""
    query = (
        sa.select(_L)
        .where(_L.c.request_id == request_id, _L.c.purpose == "decide")
        .where(_L.c.voided_at.is_(None), _L.c.expires_at > now)
        .order_by(_L.c.created_at, _L.c.id)
    )
    found = (_link(row) for row in connection.execute(query))
    newest = {(link.person_id, link.seat): link for link in found if link is not None}
    return list(newest.values())


def void_of(connection: sa.Connection, person_id: int, now: datetime) -> int:
    """Makes every link by which this person decides void; gives their number."""
    mine = _L.update().where(_L.c.person_id == person_id, _L.c.purpose == "decide")
    return connection.execute(mine.where(_L.c.voided_at.is_(None)).values(voided_at=now)).rowcount


def is_asked(connection: sa.Connection, request_id: int, person_id: int, content_hash: str) -> bool:
    """Whether the person has a link to decide on this very content."""
    query = (
        sa.select(_L.c.id)
        .where(_L.c.request_id == request_id, _L.c.person_id == person_id)
        .where(_L.c.purpose == "decide", _L.c.content_hash == content_hash)
        .where(_L.c.voided_at.is_(None))
    )
    return connection.execute(query.limit(1)).first() is not None


def of_row(row: sa.Row[Any]) -> Link:
    """The link of a row that has its columns among others."""
    return Link(**{name: getattr(row, name) for name in Link.__dataclass_fields__})


def _link(row: sa.Row[Any] | None) -> Link | None:
    return of_row(row) if row else None
