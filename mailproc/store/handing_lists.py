"""What waits for an officer's own hand or voice: files to hand over, and people to be told."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from mailproc.model import Request, State
from mailproc.store import schema
from mailproc.store.codec import load_request

_R, _V = schema.requests, schema.handovers
_MOST = 500
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
    told = sa.exists().where(_V.c.request_id == _R.c.id)
    open_or_new = sa.or_(_R.c.state.not_in(_ENDED), sa.and_(_R.c.opened_at >= since, ~told))
    query = (
        sa.select(_R.c.body)
        .where(_R.c.requester_addr == "", _R.c.erased_at.is_(None), open_or_new)
        .where(_R.c.state.in_([state.value for state in _TO_TELL]))
    )
    return [load_request(body) for body in connection.scalars(query.order_by(_R.c.id).limit(_MOST))]
