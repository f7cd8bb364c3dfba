"""Browsers that stand for a person's code: remembered after a right one, for a while.

The cookie holds a random token, the table its digest. A device is good for one person alone, and
ends with the code that it was remembered with.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.desk import token_digest

_D, _P = schema.devices, schema.people
LIFE = timedelta(days=30)
_MOST = 10  # of one person; the one used longest ago gives way
_LABEL = 80  # letters


@dataclass(frozen=True, slots=True)
class Device:
    """A remembered browser, as its owner is shown it."""

    id: str
    person_id: int
    label: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime


def remember(connection: sa.Connection, person_id: int, label: str, now: datetime) -> str:
    """Remembers a browser for `LIFE`; gives the token for its cookie, which is kept nowhere."""
    for old in listed(connection, person_id, now)[_MOST - 1 :]:
        revoke(connection, person_id, now, old.id)
    token = secrets.token_urlsafe(32)
    version = sa.select(_P.c.code_version).where(_P.c.id == person_id).scalar_subquery()
    row = {
        "id": secrets.token_hex(4),
        "token_digest": token_digest(token),
        "person_id": person_id,
        "code_version": version,
        "label": label[:_LABEL],
        "created_at": now,
        "used_at": now,
        "expires_at": now + LIFE,
    }
    connection.execute(_D.insert().values(**row))
    return token


def find(connection: sa.Connection, token: str, person_id: int, now: datetime) -> Device | None:
    """The device of this token, while it stands for this person's code; else None."""
    if not token:
        return None
    query = _alive(person_id, now).where(_D.c.token_digest == token_digest(token))
    return _device(connection.execute(query).first())


def used(connection: sa.Connection, device_id: str, now: datetime) -> None:
    """Something was decided from it."""
    connection.execute(_D.update().where(_D.c.id == device_id).values(used_at=now))


def listed(connection: sa.Connection, person_id: int, now: datetime) -> Sequence[Device]:
    """The person's devices that still count, the one used last first."""
    query = _alive(person_id, now).order_by(_D.c.used_at.desc(), _D.c.id)
    return [one for row in connection.execute(query) if (one := _device(row)) is not None]


def revoke(connection: sa.Connection, person_id: int, now: datetime, device_id: str = "") -> int:
    """Ends one device of the person, or all of them; gives how many were ended."""
    mine = _D.update().where(_D.c.person_id == person_id, _D.c.revoked_at.is_(None))
    mine = mine.where(_D.c.expires_at > now)
    if device_id:
        mine = mine.where(_D.c.id == device_id)
    return connection.execute(mine.values(revoked_at=now)).rowcount


def _alive(person_id: int, now: datetime) -> sa.Select[Any]:
    names = [_D.c[name] for name in Device.__dataclass_fields__]
    return (
        sa.select(*names)
        .join(_P, sa.and_(_P.c.id == _D.c.person_id, _P.c.code_version == _D.c.code_version))
        .where(_D.c.person_id == person_id, _D.c.revoked_at.is_(None), _D.c.expires_at > now)
        .where(_P.c.code_hash.is_not(None))
    )


def _device(row: sa.Row[Any] | None) -> Device | None:
    return Device(**dict(row._mapping)) if row is not None else None
