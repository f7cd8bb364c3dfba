"""What happened to a request after a version of it, for whoever looked at that one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.store import schema

_H = schema.history


@dataclass(frozen=True, slots=True)
class Happened:
    """One row of the history."""

    version: int
    at: datetime
    event: str  # the name of its class in workflow.events
    by: str  # empty where it was erased
    state: str  # afterwards


def since(connection: sa.Connection, request_id: int, version: int) -> tuple[Happened, ...]:
    """Everything after that version, the first one first."""
    query = sa.select(_H.c.version, _H.c.at, _H.c.event, _H.c.facts, _H.c.personal)
    mine = query.where(_H.c.request_id == request_id, _H.c.version > version)
    return tuple(_told(row) for row in connection.execute(mine.order_by(_H.c.version)))


def _told(row: Any) -> Happened:
    by = json.loads(row.personal).get("by", "") if row.personal else ""
    return Happened(row.version, row.at, row.event, by, json.loads(row.facts).get("to", ""))
