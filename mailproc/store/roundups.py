"""Letters to those who decide that go in a list: who has which, and what was sent of late."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from mailproc.store import schema

_O, _L = schema.outbox, schema.links
FOLDED = "folded"  # the state of a letter whose request a list tells of


def deciders(connection: sa.Connection, now: datetime) -> list[int]:
    """People with a link that may decide."""
    query = sa.select(_L.c.person_id).where(_L.c.purpose == "decide", _L.c.person_id.is_not(None))
    query = query.where(_L.c.voided_at.is_(None), _L.c.expires_at > now).distinct()
    return sorted(connection.scalars(query))


def sent_before(connection: sa.Connection, row: sa.Row[tuple[object, ...]], since: datetime) -> int:
    """How many requests were laid before the person of this letter, each by its own mail."""
    query = (
        sa.select(sa.func.count())
        .where(_O.c.person_id == row.person_id, _O.c.kind == row.kind, _O.c.id < row.id)
        .where(_O.c.recorded_at >= since, _O.c.state != FOLDED)
    )
    return connection.scalar(query) or 0


def last_list(connection: sa.Connection, person_id: int, kind: str) -> datetime | None:
    """When the person was last sent a list."""
    query = sa.select(sa.func.max(_O.c.recorded_at))
    mine = query.where(_O.c.person_id == person_id, _O.c.kind == kind)
    found: datetime | None = connection.scalar(mine)
    return found


def folded(connection: sa.Connection, link_ids: Collection[str]) -> list[int]:
    """Letters of these links that were folded and no list has told of yet."""
    query = sa.select(_O.c.id).where(_O.c.link_id.in_(link_ids), _O.c.state == FOLDED)
    return list(connection.scalars(query.where(_O.c.bundled_into.is_(None))))


def told_in(connection: sa.Connection, letter_ids: Collection[int], list_id: int) -> None:
    """The list tells of them."""
    mine = _O.update().where(_O.c.id.in_(letter_ids))
    connection.execute(mine.values(bundled_into=list_id))


def told_by(connection: sa.Connection, list_id: int) -> list[int]:
    """The requests that only this list told of."""
    query = sa.select(_O.c.request_id).where(_O.c.bundled_into == list_id, _O.c.state == FOLDED)
    return list(connection.scalars(query.where(_O.c.request_id.is_not(None))))
