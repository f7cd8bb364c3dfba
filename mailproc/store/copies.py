"""Which letters have a copy in the office's folder of sent mail. The bytes are never stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.store import schema

_O = schema.outbox
DUE, FILED, MISSING = "due", "filed", "missing"


def settle(connection: sa.Connection, letters: Collection[int], state: str) -> None:
    """FILED: it lies there. MISSING: it does not, and will not."""
    if letters:
        connection.execute(_O.update().where(_O.c.id.in_(letters)).values(sent_copy=state))


def left(connection: sa.Connection, before: datetime) -> Sequence[sa.Row[Any]]:
    """Letters sent before then whose copy is still due: whoever held their bytes may be gone."""
    due = sa.select(_O.c.id, _O.c.message_id, _O.c.sent_at).where(
        _O.c.sent_copy == sa.literal_column("'due'")
    )
    return list(connection.execute(due.where(_O.c.sent_at < before).order_by(_O.c.id).limit(100)))


def missing(connection: sa.Connection, since: datetime) -> int:
    """How many letters recorded since then have no copy that should have one."""
    query = sa.select(sa.func.count()).where(_O.c.recorded_at >= since, _O.c.sent_copy == MISSING)
    return connection.scalar(query) or 0
