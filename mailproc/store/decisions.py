"""Who decided what about which content: one row per decision, also for those taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.store import schema


@dataclass(frozen=True, slots=True)
class Row:
    """A decision as it is kept; `reason` is read by the requester."""

    request_id: int
    request_version: int
    person_id: int | None
    verdict: str  # approved | refused | returned | undone | revoked
    content_hash: str
    via: str  # page | queue | reply | paper | rule
    reason: str = ""
    for_person_id: int | None = None
    seat: int = 0
    ground: str = ""  # of a refusal
    private_note: str = ""  # for the office alone
    conditions: str = ""  # canonical JSON of model.Conditions; empty: none
    device: str = ""  # what proved the person: code | device ID | app | list | passkey
    standing_id: int | None = None
    entered_by: int | None = None  # who wrote it down from paper; the person's own: None
    paper_id: int | None = None  # the picture of what was signed


def of_request(connection: sa.Connection, request_id: int) -> list[dict[str, Any]]:
    """Every decision over a request, the first one first: who, for whom, when, by which way and
    proof, over which content; without what is empty."""
    d, by, stood_for = schema.decisions.c, schema.people.alias(), schema.people.alias()
    wrote = schema.people.alias()
    names = (by.c.name.label("by"), stood_for.c.name.label("for"), wrote.c.name.label("entered"))
    query = (
        sa.select(schema.decisions, *names)
        .outerjoin(wrote, wrote.c.id == d.entered_by)
        .outerjoin(by, by.c.id == d.person_id)
        .outerjoin(stood_for, stood_for.c.id == d.for_person_id)
        .where(d.request_id == request_id)
        .order_by(d.id)
    )
    return [_told(dict(row._mapping)) for row in connection.execute(query)]


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "at verdict by for via entered paper_id device seat standing_id ground reason private_note"
    ).split()
    told = {name: row[name] for name in names if row[name] not in (None, "")}
    if row["conditions"]:
        told["conditions"] = json.loads(row["conditions"])
    return told | {"content_hash": row["content_hash"]}


def record(connection: sa.Connection, row: Row, now: datetime) -> None:
    connection.execute(schema.decisions.insert().values(at=now, **asdict(row)))
