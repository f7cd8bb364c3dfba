"""Who was sent figures of a round, for the notice that it was corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from mailproc.model import Letter, Request, State
from mailproc.store import outbox, schema
from mailproc.store.codec import load_request
from mailproc.store.desk import Desk
from mailproc.workflow import manners
from mailproc.workflow.policy import recipient

KIND = "correction"
_R, _O = schema.requests, schema.outbox
_ENDED = (State.DELIVERED, State.REFUSED, State.EXPIRED, State.CANCELLED)


def delivered(connection: sa.Connection, digests: Sequence[str]) -> list[Request]:
    """Delivered requests whose figures are of one of these rounds, the oldest first."""
    return [request for request in _using(connection, digests, State.DELIVERED)]


def in_work(connection: sa.Connection, digests: Sequence[str]) -> list[Request]:
    """Requests on their way whose figures are of one of these rounds."""
    others = [state for state in State if state not in _ENDED]
    return list(_using(connection, digests, *others))


def _using(connection: sa.Connection, digests: Sequence[str], *states: State) -> Iterator[Request]:
    """The digest stands in the request as the round prepared, or in a query over several."""
    if not digests:
        return
    wanted = sa.or_(*(_R.c.body.contains(digest) for digest in digests))
    query = sa.select(_R.c.body).where(wanted, _R.c.erased_at.is_(None))
    query = query.where(_R.c.state.in_([state.value for state in states])).order_by(_R.c.id)
    for body in connection.scalars(query):
        request = load_request(body)
        prepared = request.prepared
        if prepared is None:
            continue
        if any(d == prepared.round_digest or d in prepared.query for d in digests):
            yield request


def untold(connection: sa.Connection, requests: Sequence[Request], digest: str) -> list[Request]:
    """Those who can be mailed and have no letter about the round of this digest yet."""
    query = sa.select(_O.c.request_id).where(_O.c.kind == KIND, _O.c.letter.contains(digest))
    told = set(connection.scalars(query))
    return [one for one in requests if one.id not in told and recipient(one)]


def notify(
    connection: sa.Connection,
    requests: Sequence[Request],
    digest: str,
    note: str,
    desk: Desk,
    now: datetime,
) -> int:
    """Records a letter to each; it goes where the figures went. Gives their number."""
    for request in requests:
        letter = Letter(
            kind=KIND,
            language=request.language,
            to_name=request.form.requester_name or "",
            to_addr=recipient(request),
            message_id=desk.new_message_id(),
            in_reply_to=request.thread,
            references=(request.thread,),
            subject=request.subject,
            created_at=now,
            request=request,
            reason=digest,
            note=note,
        )
        outbox.record(connection, letter, "requester", desk, standing=manners.HAND)
    return len(requests)
