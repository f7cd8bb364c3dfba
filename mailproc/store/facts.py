"""Single facts of this instance, such as the instant of its first start."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from mailproc.store import schema

_F = schema.facts


def get(connection: sa.Connection, name: str) -> str | None:
    return connection.scalar(sa.select(_F.c.value).where(_F.c.name == name))


def put(connection: sa.Connection, name: str, value: str) -> None:
    if connection.execute(_F.update().where(_F.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(_F.insert().values(name=name, value=value))


def first_start(connection: sa.Connection, now: datetime) -> datetime:
    """The instant of the first start; kept for ever. Older mail is never answered.

    Whole seconds, since that is all that IMAP's INTERNALDATE tells.
    """
    stored = get(connection, "first_start")
    if stored is None:
        stored = now.replace(microsecond=0).isoformat()
        put(connection, "first_start", stored)
    return datetime.fromisoformat(stored)
