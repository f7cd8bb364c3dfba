"""Work that is due is a query: rows are claimed by moving `due_at` to the end of a lease.

A claim has a fencing number: who comes late with an old one changes nothing. The lease lasts
longer than any step. The CTE keeps PostgreSQL from running the inner select once per row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

LEASE = timedelta(minutes=15)


def is_due(
    connection: sa.Connection, table: sa.Table, now: datetime, *where: sa.ColumnElement[bool]
) -> bool:
    """Cheap look before a claim, so that an idle process never takes the write lock."""
    query = sa.select(table.c.id).where(table.c.due_at <= now, *where).limit(1)
    return connection.execute(query).first() is not None


def claim(
    connection: sa.Connection,
    table: sa.Table,
    *where: sa.ColumnElement[bool],
    now: datetime,
    owner: str,
    limit: int,
    first: Sequence[sa.ColumnElement[Any]] = (),
) -> Sequence[sa.Row[Any]]:
    """Up to `limit` due rows, oldest first unless `first` orders them, now leased to `owner`."""
    due = (
        sa.select(table.c.id)
        .where(table.c.due_at <= now, *where)
        .order_by(*first, table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = (
        sa.update(table)
        .where(table.c.id.in_(sa.select(due.c.id)))
        .values(due_at=now + LEASE, owner=owner, fence=table.c.fence + 1, tries=table.c.tries + 1)
        .returning(*table.c)
    )
    return sorted(connection.execute(taken), key=lambda row: row.id)


def settle(connection: sa.Connection, table: sa.Table, row: sa.Row[Any], **values: Any) -> bool:
    """Ends a claim with `values` (due_at None: nothing more to do). False where it was lost."""
    values = {"due_at": None, "owner": None} | values
    done = sa.update(table).where(table.c.id == row.id, table.c.fence == row.fence).values(values)
    return connection.execute(done).rowcount == 1


def give_back(
    connection: sa.Connection,
    table: sa.Table,
    owner: str,
    now: datetime,
    *where: sa.ColumnElement[bool],
) -> int:
    """Ends the leases of one owner, which was no try; gives how many."""
    held = sa.update(table).where(table.c.owner == owner, *where)
    return connection.execute(held.values(due_at=now, owner=None, tries=table.c.tries - 1)).rowcount


def release_all(connection: sa.Connection, table: sa.Table, now: datetime) -> None:
    """Ends every lease at once: for a process that knows it is the only one."""
    held = sa.update(table).where(table.c.owner.is_not(None)).values(due_at=now, owner=None)
    connection.execute(held)
