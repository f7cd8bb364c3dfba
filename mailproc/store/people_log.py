"""The register of people: what happened to roles, codes, devices and absences. Never a secret.

What a person has to learn of is due: a letter about it is owed, whoever wrote the row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.digest import canonical
from mailproc.store import schema

_L = schema.people_log
EVENTS = frozenset(
    "added removed role_given succeeded "
    "slip_printed code_set code_reset codes_wrong "
    "device_remembered device_revoked passkey_added passkey_revoked "
    "app_enrolled app_ended list_printed list_ended "
    "away_set away_ended ahead_set ahead_ended "
    # Of the whole office (id 0): what was erased by its days, or for somebody who asked.
    "restored expired_erased requester_shown requester_erased".split()
)
# Of these the person gets a letter: whoever did not do it must learn of it. Of absences both are
# told where they are announced.
TOLD = frozenset(
    "code_set code_reset codes_wrong device_remembered passkey_added app_enrolled list_printed "
    "succeeded ahead_set".split()
)
_AGAIN = timedelta(hours=24)  # before wrong codes are told once more: a scanner types all day


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the register; `facts` hold ids, days and kinds, nothing that opens anything."""

    id: int
    at: datetime
    person_id: int
    event: str  # one of EVENTS
    by: str  # a name, or command | unknown
    facts: Mapping[str, Any]


def note(
    connection: sa.Connection,
    person_id: int,
    event: str,
    by: str,
    now: datetime,
    **facts: str | int | None,
) -> None:
    """Writes down what happened to the person, in the transaction in which it happens."""
    if event not in EVENTS:
        raise ValueError(f"the register has no word for {event!r}")
    told = event in TOLD and not (
        event == "codes_wrong" and noted_since(connection, person_id, event, now - _AGAIN)
    )
    row = {"at": now, "person_id": person_id, "event": event, "by": by}
    known = {name: value for name, value in facts.items() if value is not None}
    owed = now if told else None
    connection.execute(_L.insert().values(**row, facts=canonical(known), due_at=owed))


def noted_since(connection: sa.Connection, person_id: int, event: str, since: datetime) -> bool:
    """Whether the event happened to the person after that."""
    query = sa.select(_L.c.id).where(_L.c.person_id == person_id, _L.c.event == event)
    return connection.execute(query.where(_L.c.at > since).limit(1)).first() is not None


def listed(
    connection: sa.Connection, person_id: int | None = None, limit: int = 1000
) -> list[Entry]:
    """What happened, to everybody or to one person, newest first."""
    query = sa.select(_L).order_by(_L.c.id.desc()).limit(limit)
    if person_id is not None:
        query = query.where(_L.c.person_id == person_id)
    return [_entry(row) for row in connection.execute(query)]


def is_due(connection: sa.Connection, now: datetime) -> bool:
    """Whether a letter is owed."""
    return connection.execute(_owed(now).limit(1)).first() is not None


def take_due(connection: sa.Connection, now: datetime) -> list[Entry]:
    """Entries whose letter is owed, the oldest first; owed no longer once this is committed."""
    rows = connection.execute(_owed(now).with_for_update(skip_locked=True)).all()
    ids = [row.id for row in rows]
    if ids:
        connection.execute(_L.update().where(_L.c.id.in_(ids)).values(due_at=None))
    return [_entry(row) for row in rows]


def _owed(now: datetime) -> sa.Select[Any]:
    return sa.select(_L).where(_L.c.due_at <= now).order_by(_L.c.id).limit(100)


def _entry(row: sa.Row[Any]) -> Entry:
    return Entry(row.id, row.at, row.person_id, row.event, row.by, json.loads(row.facts))
