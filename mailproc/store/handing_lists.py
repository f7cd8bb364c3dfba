"""What waits for an officer's own hand or voice: files to hand over, and people to be told."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from mailproc.model import Request, State
from mailproc.store import schema
from mailproc.store.codec import load_request

_R, _V = schema.requests, schema.handovers
_MOST = 500
LATELY = timedelta(days=60)
# The reasons of a request whose file is ready for a person to hand over.
_READY = ("handover", "too_big")
_TO_TELL = (State.INCOMPLETE, State.RETURNED, State.REFUSED, State.EXPIRED)
_ENDED = (State.REFUSED.value, State.EXPIRED.value)


def to_hand_over(connection: sa.Connection) -> list[Request]:
    """Requests whose file waits to be handed over, the oldest first."""
    query = sa.select(_R.c.body).where(_R.c.state == State.NEEDS_PERSON.value)
    found = map(load_request, connection.scalars(query.order_by(_R.c.id).limit(_MOST)))
    return [one for one in found if one.reason in _READY and one.file_id is not None]


def to_tell(connection: sa.Connection, since: datetime) -> list[Request]:
    """Requesters without an address who are to be asked or told something by a person, the oldest
    first; of what has ended only what was opened since then, and nobody told of it yet."""
    query = sa.select(_R.c.body).where(*_untold(since)).order_by(_R.c.id).limit(_MOST)
    return [load_request(body) for body in connection.scalars(query)]


def count_to_tell(connection: sa.Connection, since: datetime) -> int:
    """How many these are."""
    query = sa.select(sa.func.count()).select_from(_R).where(*_untold(since))
    return connection.scalar(query) or 0


def _untold(since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    told = sa.exists().where(_V.c.request_id == _R.c.id)
    return (
        _R.c.requester_addr == "",
        _R.c.erased_at.is_(None),
        _R.c.state.in_([state.value for state in _TO_TELL]),
        sa.or_(_R.c.state.not_in(_ENDED), sa.and_(_R.c.opened_at >= since, ~told)),
    )
