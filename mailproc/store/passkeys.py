"""Public keys that a person's phone or computer signs with; they stand for the person's code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.database import insert

_K = schema.passkeys
MOST = 10  # of one person
_LABEL = 80  # letters


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key as its owner is shown it, and what it takes to check a signature of it."""

    id: str  # base64url
    person_id: int
    public_key: bytes  # COSE (RFC 9052), CBOR
    signatures: int
    label: str
    created_at: datetime
    used_at: datetime | None = None


def add(connection: sa.Connection, key: Passkey) -> bool:
    """Keeps a new key. False where it is known already, revoked ones too, or they are too many."""
    if len(listed(connection, key.person_id)) >= MOST:
        return False
    row = {name: getattr(key, name) for name in Passkey.__dataclass_fields__}
    new = insert(connection, _K).values(**(row | {"label": key.label[:_LABEL]}))
    kept = new.on_conflict_do_nothing(index_elements=["id"]).returning(_K.c.id)
    return connection.scalar(kept) is not None  # PostgreSQL's driver tells no count of rows here


def listed(connection: sa.Connection, person_id: int) -> Sequence[Passkey]:
    """The person's keys that still count, the newest first."""
    names = [_K.c[name] for name in Passkey.__dataclass_fields__]
    query = (
        sa.select(*names)
        .where(_K.c.person_id == person_id, _K.c.revoked_at.is_(None))
        .order_by(_K.c.created_at.desc(), _K.c.id)
    )
    return [_passkey(row) for row in connection.execute(query)]


def used(connection: sa.Connection, key: Passkey, signatures: int, now: datetime) -> bool:
    """Moves the counter on. False where another signature was faster, or the key was revoked."""
    same = (_K.c.id == key.id, _K.c.signatures == key.signatures, _K.c.revoked_at.is_(None))
    moved = _K.update().where(*same).values(signatures=signatures, used_at=now)
    return connection.execute(moved).rowcount == 1


def revoke(connection: sa.Connection, person_id: int, now: datetime, key_id: str = "") -> int:
    """Ends one key of the person, or all of them; gives how many were ended."""
    mine = _K.update().where(_K.c.person_id == person_id, _K.c.revoked_at.is_(None))
    if key_id:
        mine = mine.where(_K.c.id == key_id)
    return connection.execute(mine.values(revoked_at=now)).rowcount


def _passkey(row: sa.Row[Any]) -> Passkey:
    return Passkey(**dict(row._mapping))
