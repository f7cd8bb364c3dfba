"""How a delivered file reached its requester, and when it was fetched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc.store import requests, schema

_B, _H, _L = schema.outbox, schema.history, schema.links
_ON_ITS_WAY = ("recorded", "transmitting", "held", "rejected")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """`until` and `fetched` are of a link; what was attached to a mail is simply gone."""

    sent_at: datetime
    by_link: bool
    until: datetime | None
    fetched: tuple[datetime, ...]


def handed_over(connection: sa.Connection, request_id: int) -> HandedOver | None:
    """The last mail that brought the file or a link to it; None where none has left yet."""
    sent = sa.func.coalesce(_B.c.sent_at, _B.c.recorded_at)
    query = (
        sa.select(sent.label("sent_at"), _B.c.link_id, _L.c.expires_at)
        .outerjoin(_L, _L.c.id == _B.c.link_id)
        .where(_B.c.request_id == request_id, _B.c.kind == "dataset")
        .where(_B.c.state.not_in(_ON_ITS_WAY))
        .order_by(_B.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    by_link = row.link_id is not None
    fetched = _fetched(connection, request_id) if by_link else ()
    return HandedOver(row.sent_at, by_link, row.expires_at, fetched)


def _fetched(connection: sa.Connection, request_id: int) -> tuple[datetime, ...]:
    query = sa.select(_H.c.at).where(_H.c.request_id == request_id, _H.c.event == "Downloaded")
    return tuple(connection.scalars(query.order_by(_H.c.version)))


def taken_back(connection: sa.Connection, request_ids: Collection[int]) -> set[int]:
    """Of these requests those whose file is given out no more."""
    ended = sa.select(_H.c.request_id).where(_H.c.event == "AccessRevoked")
    known = connection.scalars(ended.where(_H.c.request_id.in_(list(request_ids))).distinct())
    found = (requests.get(connection, request_id) for request_id in known.all())
    return {request.id for request in found if request is not None and request.revoked_at}
