"""What was handed over by a person: which way, to whom, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.desk import Desk

_V = schema.handovers
WAYS = ("pickup", "paper", "smart_office", "line", "other")


@dataclass(frozen=True, slots=True)
class Handover:
    """One hand-over."""

    request_id: int
    file_id: int | None
    way: str  # one of WAYS
    at: datetime
    person_id: int  # who handed it over
    taken_by: str = ""
    note: str = ""


def record(connection: sa.Connection, one: Handover, desk: Desk, now: datetime) -> None:
    """Writes it down."""
    values = {name: getattr(one, name) for name in Handover.__dataclass_fields__}
    connection.execute(_V.insert().values(**values, purge_after=now + desk.keep))


def of_request(connection: sa.Connection, request_id: int) -> Sequence[Handover]:
    """All hand-overs of a request, the first one first; personal words are gone once erased."""
    query = sa.select(_V).where(_V.c.request_id == request_id).order_by(_V.c.id)
    return [
        Handover(r.request_id, r.file_id, r.way, r.at, r.person_id, r.taken_by or "", r.note or "")
        for r in connection.execute(query)
    ]
