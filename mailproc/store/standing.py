"""Yeses given ahead: a dataset to requesters of a class until a day, and what they let through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.model import Request, Standing
from mailproc.store import schema
from mailproc.store.codec import load_request

_S, _P, _D, _R = schema.standing_approvals, schema.people, schema.decisions, schema.requests
_QUERY = sa.select(_S, _P.c.name.label("by")).join(_P, _P.c.id == _S.c.person_id).order_by(_S.c.id)


def add(connection: sa.Connection, standing: Standing, via: str) -> int:
    """Keeps one; gives its id. Whether it may be given is asked in `deciding.ahead`."""
    values = {
        "dataset_id": standing.dataset_id,
        "requester_class": standing.requester_class,
        "level": standing.level or None,
        "person_id": standing.person_id,
        "for_person_id": standing.for_person_id,
        "granted_at": standing.granted_at,
        "until": standing.until,
        "via": via,
    }
    key = connection.execute(_S.insert().values(values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def end(connection: sa.Connection, standing_id: int, now: datetime) -> bool:
    """It lets nothing through from now on. False where it had ended."""
    lasting = _S.update().where(_S.c.id == standing_id, _S.c.ended_at.is_(None), _S.c.until > now)
    return connection.execute(lasting.values(ended_at=now)).rowcount == 1


def get(connection: sa.Connection, standing_id: int) -> Standing | None:
    row = connection.execute(_QUERY.where(_S.c.id == standing_id)).first()
    return _standing(row) if row is not None else None


def listed(connection: sa.Connection, person_id: int | None = None) -> list[Standing]:
    """All that were ever given, of one person where one is named; the oldest first."""
    query = _QUERY if person_id is None else _QUERY.where(_S.c.person_id == person_id)
    return [_standing(row) for row in connection.execute(query)]


def in_force(connection: sa.Connection, dataset_id: str, now: datetime) -> list[Standing]:
    """Those for a dataset that count now."""
    query = _QUERY.where(_S.c.dataset_id == dataset_id, _S.c.ended_at.is_(None), _S.c.until > now)
    return [_standing(row) for row in connection.execute(query)]


def let_through(
    connection: sa.Connection, since: datetime, until: datetime
) -> list[tuple[Standing, Request]]:
    """What each let through in that time, in order."""
    query = (
        sa.select(_D.c.standing_id, _R.c.body)
        .join(_R, _R.c.id == _D.c.request_id)
        .where(_D.c.standing_id.is_not(None), _D.c.at >= since, _D.c.at < until)
        .order_by(_D.c.id)
    )
    rows = connection.execute(query).all()
    known = _by_id(connection, [row.standing_id for row in rows])
    return [(known[row.standing_id], load_request(row.body)) for row in rows]


def _by_id(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Standing]:
    rows = connection.execute(_QUERY.where(_S.c.id.in_(set(ids))))
    return {row.id: _standing(row) for row in rows}


def _standing(row: sa.Row[Any]) -> Standing:
    return Standing(
        id=row.id,
        dataset_id=row.dataset_id,
        requester_class=row.requester_class,
        level=row.level or "",
        person_id=row.person_id,
        for_person_id=row.for_person_id,
        granted_at=row.granted_at,
        until=row.until,
        ended_at=row.ended_at,
        by=row.by,
    )
