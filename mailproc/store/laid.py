"""What lies before a person for a decision, without reading the requests themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc.model import Approval, State
from mailproc.store import links, schema
from mailproc.store.codec import load_approvals
from mailproc.store.desk import Link
from mailproc.store.jsontext import said

_L, _R = schema.links, schema.requests


@dataclass(frozen=True, slots=True)
class Laid:
    """A link over the very content that waits, and what of its request says who has said yes."""

    link: Link
    since: datetime  # when the request was laid, whatever was amended since
    approvals: tuple[Approval, ...]


def before(connection: sa.Connection, person_id: int, now: datetime) -> list[Laid]:
    """What the person has a good link for, the first laid first; one for each request and seat."""
    body = _R.c.body
    since = sa.func.coalesce(
        said(connection, body, "laid_at"), said(connection, body, "received_at")
    )
    query = (
        sa.select(_L, since.label("since"), said(connection, body, "approvals").label("approvals"))
        .join(_R, _R.c.id == _L.c.request_id)
        .where(_L.c.person_id == person_id, _L.c.purpose == "decide")
        .where(_L.c.voided_at.is_(None), _L.c.expires_at > now)
        .where(_R.c.state == State.AWAITING_DECISION.value)
        .where(_L.c.content_hash == said(connection, body, "content_hash"))
        .order_by(_L.c.created_at, _L.c.id)
    )
    newest = {(row.request_id, row.seat): row for row in connection.execute(query)}
    found = (
        Laid(links.of_row(row), datetime.fromisoformat(row.since), load_approvals(row.approvals))
        for row in newest.values()
    )
    return sorted(found, key=lambda one: (one.since, one.link.request_id))
