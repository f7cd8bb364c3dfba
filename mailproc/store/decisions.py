"""Who decided what about which content: one row per decision, also for those taken back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc.store import schema


@dataclass(frozen=True, slots=True)
class Row:
    """A decision as it is kept; `reason` is read by the requester."""

    request_id: int
    request_version: int
    person_id: int | None
    verdict: str  # approved | refused | returned | undone
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


def record(connection: sa.Connection, row: Row, now: datetime) -> None:
    connection.execute(schema.decisions.insert().values(at=now, **asdict(row)))
