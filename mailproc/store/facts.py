"""Single facts of this instance, such as the instant of its first start."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.database import insert

_F = schema.facts


def get(connection: sa.Connection, name: str) -> str | None:
    return connection.scalar(sa.select(_F.c.value).where(_F.c.name == name))


def put(connection: sa.Connection, name: str, value: str) -> None:
    """Keeps a fact in place of what was known."""
    new = insert(connection, _F).values(name=name, value=value)
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def put_new(connection: sa.Connection, name: str, value: str) -> bool:
    """Keeps a fact unless it is known. True where it is new."""
    new = insert(connection, _F).values(name=name, value=value).on_conflict_do_nothing()
    # The count of rows would be -1 on PostgreSQL, which is asked for what was inserted instead.
    return connection.scalar(new.returning(_F.c.name)) is not None


def advance(connection: sa.Connection, name: str, value: str) -> bool:
    """Keeps a fact that is greater than what was known. True where it was: of several processes
    that try the same one alone hears it."""
    new = insert(connection, _F).values(name=name, value=value)
    known = new.on_conflict_do_update(
        index_elements=["name"], set_={"value": value}, where=_F.c.value < value
    )
    return connection.scalar(known.returning(_F.c.name)) is not None


def forget(connection: sa.Connection, name: str) -> None:
    connection.execute(_F.delete().where(_F.c.name == name))


def first_start(connection: sa.Connection, now: datetime) -> datetime:
    """The instant of the first start; kept for ever. Older mail is never answered.

    Whole seconds, since that is all that IMAP's INTERNALDATE tells.
    """
    second = now.replace(microsecond=0).isoformat()
    new = insert(connection, _F).values(name="first_start", value=second)
    connection.execute(new.on_conflict_do_nothing())  # whoever starts first decides
    return datetime.fromisoformat(get(connection, "first_start") or second)


def mend_first_start(
    connection: sa.Connection, now: datetime, off: timedelta, *, polled: bool
) -> datetime:
    """The first start as it is by a clock that was found `off` behind, at the right time `now`.

    Before the mailbox was `polled` for the first time the first start was told by that same clock.
    Later it is only known that it can't lie ahead, where it would leave all new mail unanswered.
    """
    known = first_start(connection, now)
    right = min(known if polled else known + off, now).replace(microsecond=0)
    if right != known:
        put(connection, "first_start", right.isoformat())
    return right
