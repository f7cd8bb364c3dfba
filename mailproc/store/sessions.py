"""Logins at the desk: one person in one browser, until the end of a working day.

The cookie holds a random token, the table its digest. A session ends with the code that it was
opened with, after a while without use, and when its owner ends it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.database import insert
from mailproc.store.desk import token_digest

_S, _P = schema.sessions, schema.people
LIFE = timedelta(hours=12)
IDLE = timedelta(hours=2)  # without a look at any page
_TOUCHED = timedelta(minutes=1)  # so rarely a look is written down
_MOST = 10  # of one person; the one used longest ago gives way
_LABEL = 80  # letters
_KEPT = timedelta(days=90)  # after their end, to be looked at


@dataclass(frozen=True, slots=True)
class Session:
    """A login, as its owner is shown it."""

    id: str
    person_id: int
    proof: str  # code | app | list | passkey
    label: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime


def begin(
    connection: sa.Connection,
    person_id: int,
    proof: str,
    label: str,
    now: datetime,
    once: str = "",
) -> str | None:
    """A new session; gives the token for its cookie, which is kept nowhere.

    `once` is what may open one session only (a signed challenge); None where it did already.
    """
    _forget(connection, now)
    for old in listed(connection, person_id, now)[_MOST - 1 :]:
        end(connection, person_id, now, old.id)
    token = secrets.token_urlsafe(32)
    row = {
        "id": once or secrets.token_hex(8),
        "token_digest": token_digest(token),
        "person_id": person_id,
        "code_version": sa.select(_P.c.code_version).where(_P.c.id == person_id).scalar_subquery(),
        "proof": proof,
        "label": label[:_LABEL],
        "created_at": now,
        "used_at": now,
        "expires_at": now + LIFE,
    }
    new = insert(connection, _S).values(**row).on_conflict_do_nothing(index_elements=["id"])
    return token if connection.scalar(new.returning(_S.c.id)) is not None else None


def find(connection: sa.Connection, token: str, now: datetime) -> Session | None:
    """The session of this token, while it lasts; else None."""
    if not token:
        return None
    query = _alive(now).where(_S.c.token_digest == token_digest(token))
    row = connection.execute(query).first()
    return _session(row) if row is not None else None


def is_stale(session: Session, now: datetime) -> bool:
    """Whether it is time to write down that it was used."""
    return now - session.used_at >= _TOUCHED


def used(connection: sa.Connection, session_id: str, now: datetime) -> None:
    """Somebody looked at a page with it."""
    connection.execute(_S.update().where(_S.c.id == session_id).values(used_at=now))


def listed(connection: sa.Connection, person_id: int, now: datetime) -> Sequence[Session]:
    """The person's sessions that last, the one used last first."""
    query = _alive(now).where(_S.c.person_id == person_id)
    query = query.order_by(_S.c.used_at.desc(), _S.c.id)
    return [_session(row) for row in connection.execute(query)]


def end(
    connection: sa.Connection,
    person_id: int,
    now: datetime,
    session_id: str = "",
    *,
    but: str = "",
) -> int:
    """Ends one session of the person, or all of them but one; gives how many were ended."""
    mine = _S.update().where(_S.c.person_id == person_id, _S.c.revoked_at.is_(None))
    mine = mine.where(_S.c.expires_at > now, _S.c.id != but)
    if session_id:
        mine = mine.where(_S.c.id == session_id)
    return connection.execute(mine.values(revoked_at=now)).rowcount


def end_token(connection: sa.Connection, token: str, now: datetime) -> None:
    """Ends the session of this token, where there is one: the browser gets another."""
    if token:
        mine = _S.update().where(_S.c.token_digest == token_digest(token))
        connection.execute(mine.where(_S.c.revoked_at.is_(None)).values(revoked_at=now))


def _forget(connection: sa.Connection, now: datetime) -> None:
    connection.execute(_S.delete().where(_S.c.expires_at < now - _KEPT))


def _alive(now: datetime) -> sa.Select[Any]:
    names = [_S.c[name] for name in Session.__dataclass_fields__]
    return (
        sa.select(*names)
        .join(_P, sa.and_(_P.c.id == _S.c.person_id, _P.c.code_version == _S.c.code_version))
        .where(_S.c.revoked_at.is_(None), _S.c.expires_at > now, _S.c.used_at > now - IDLE)
        .where(_P.c.code_hash.is_not(None))
    )


def _session(row: sa.Row[Any]) -> Session:
    return Session(**dict(row._mapping))
