"""Incoming mail: raw bytes first, one verdict each.

The key is (account, folder, UIDVALIDITY, UID); the unique constraint decides who stored a mail,
so any number of processes may watch one mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.errors import Stale
from mailproc.store import claims, schema
from mailproc.store.database import insert

_M = schema.messages
_F = schema.folders
VERDICTS = (
    "opened merged command linked note delivery_report ignored_automatic ignored_own duplicate "
    "too_big before_start unplaced quarantined"
).split()
# A second copy of these means nothing new.
_DONE = (
    *("opened", "merged", "command", "linked", "note", "delivery_report", "unplaced"),
    "too_big",  # of these the header alone is known, so no whole mail has their digest
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail as the server holds it; `raw` is None where it was not fetched whole."""

    account: str
    folder: str
    uid_validity: int
    uid: int
    internal_date: datetime
    size: int
    raw: bytes | None
    verdict: str | None = None  # settled without reading: too_big, before_start


@dataclass(frozen=True, slots=True)
class Place:
    """How far a folder is read."""

    uid_validity: int
    last_uid: int


def place(connection: sa.Connection, account: str, folder: str) -> Place | None:
    row = connection.execute(
        sa.select(_F).where(_F.c.account == account, _F.c.folder == folder)
    ).first()
    return Place(row.uid_validity, row.last_uid) if row else None


def set_place(
    connection: sa.Connection, account: str, folder: str, found: Place, now: datetime
) -> None:
    values = {
        "uid_validity": found.uid_validity,
        "last_uid": found.last_uid,
        "polled_at": now,
    }
    new = insert(connection, _F).values(account=account, folder=folder, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["account", "folder"], set_=values))


def store(connection: sa.Connection, mails: Sequence[Arrived], now: datetime) -> None:
    """Keeps the mails; one that is there already stays as it is."""
    rows = [
        {
            "account": mail.account,
            "folder": mail.folder,
            "uid_validity": mail.uid_validity,
            "uid": mail.uid,
            "internal_date": mail.internal_date,
            "size": mail.size,
            "raw": mail.raw,
            "stored_at": now,
            "verdict": mail.verdict,
            "verdict_at": now if mail.verdict else None,
            "due_at": None if mail.verdict == "before_start" else now,
        }
        for mail in mails
    ]
    if rows:
        connection.execute(insert(connection, _M).on_conflict_do_nothing(), rows)


def claim(
    connection: sa.Connection,
    now: datetime,
    owner: str,
    limit: int,
    *,
    tried: bool | None = None,
) -> Sequence[sa.Row[Any]]:
    """Stored mails without a verdict, leased: all, or those that were (not) tried before."""
    return claims.claim(connection, _M, *_lane(tried), now=now, owner=owner, limit=limit)


def is_due(connection: sa.Connection, now: datetime, *, tried: bool | None = None) -> bool:
    return claims.is_due(connection, _M, now, *_lane(tried))


def _lane(tried: bool | None) -> tuple[sa.ColumnElement[bool], ...]:
    if tried is None:
        return ()
    return (_M.c.tries > 0,) if tried else (_M.c.tries == 0,)


@dataclass(frozen=True, slots=True)
class Settled:
    """A mail's one verdict."""

    row: sa.Row[Any]
    verdict: str
    digest: str | None = None
    message_id: str | None = None
    request_id: int | None = None
    problem: str | None = None
    mark: str | None = None
    kind: str | None = None  # what the reader took it for
    from_addr: str | None = None  # casefolded
    human: bool = False  # it moved a request, or asked something in new words
    words: str | None = None  # digest of what it asks
    guess: str | None = None  # of an unplaced mail: where it may belong, as JSON


_SETTLED = tuple(f.name for f in fields(Settled) if f.name != "row")
_SETTLE = (
    _M.update()
    .where(_M.c.id == sa.bindparam("row_id"), _M.c.fence == sa.bindparam("row_fence"))
    .where(_M.c.owner.is_not(None))
    .values({name: sa.bindparam(f"new_{name}") for name in _SETTLED})
    .values(verdict_at=sa.bindparam("at"), due_at=None, owner=None)
)


def settle(connection: sa.Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Ends the way of mails. Raises Stale where another process took one over."""
    if not settled:
        return
    parameters = [
        {"row_id": mail.row.id, "row_fence": mail.row.fence, "at": now}
        | {f"new_{name}": getattr(mail, name) for name in _SETTLED}
        for mail in settled
    ]
    if connection.execute(_SETTLE, parameters).rowcount != len(settled):
        raise Stale("A mail was taken over by another process.")


def try_again(connection: sa.Connection, row: sa.Row[Any], due_at: datetime, problem: str) -> None:
    claims.settle(connection, _M, row, due_at=due_at, problem=problem)


def seen_digests(connection: sa.Connection, digests: Iterable[str]) -> set[str]:
    """Which of the contents were dealt with before."""
    query = sa.select(_M.c.digest).where(_M.c.digest.in_(list(digests)), _M.c.verdict.in_(_DONE))
    return {digest for digest in connection.scalars(query) if digest}


def to_mark(connection: sa.Connection, account: str, folder: str) -> Sequence[sa.Row[Any]]:
    """Mails whose flag is still to be set on the server."""
    query = sa.select(_M.c.id, _M.c.uid, _M.c.uid_validity, _M.c.mark).where(
        _M.c.mark.is_not(None), _M.c.account == account, _M.c.folder == folder
    )
    return list(connection.execute(query.limit(500)))


def marked(connection: sa.Connection, ids: Sequence[int]) -> None:
    connection.execute(_M.update().where(_M.c.id.in_(ids)).values(mark=None))


def listed(
    connection: sa.Connection, verdicts: Sequence[str], limit: int = 1000
) -> Sequence[sa.Row[Any]]:
    """Mails with one of the verdicts, newest first, without their bytes."""
    columns = [column for column in _M.c if column.name != "raw"]
    query = sa.select(*columns).where(_M.c.verdict.in_(verdicts)).order_by(_M.c.id.desc())
    return list(connection.execute(query.limit(limit)))


def newest(connection: sa.Connection, limit: int) -> list[bytes]:
    """The latest mails as they came."""
    query = sa.select(_M.c.raw).where(_M.c.raw.is_not(None)).order_by(_M.c.id.desc()).limit(limit)
    return list(connection.scalars(query))


def get(connection: sa.Connection, message_id: int) -> sa.Row[Any] | None:
    return connection.execute(sa.select(_M).where(_M.c.id == message_id)).first()


def of_request(connection: sa.Connection, request_id: int) -> list[tuple[int, bytes]]:
    """(id, bytes) of the mails that are about a request, oldest first."""
    query = (
        sa.select(_M.c.id, _M.c.raw)
        .where(_M.c.request_id == request_id, _M.c.raw.is_not(None))
        .order_by(_M.c.id)
    )
    return [(row.id, row.raw) for row in connection.execute(query)]


def replay(connection: sa.Connection, message_id: int, now: datetime) -> bool:
    """Gives a mail that was put aside another chance. False where there is no such mail."""
    again = (
        _M.update()
        .where(_M.c.id == message_id, _M.c.raw.is_not(None))
        .where(_M.c.verdict.in_(("quarantined", "unplaced")))
        .values(verdict=None, verdict_at=None, problem=None, guess=None, placed=None)
        .values(tries=0, due_at=now)
    )
    return connection.execute(again).rowcount == 1
