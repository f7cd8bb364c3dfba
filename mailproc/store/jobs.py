"""Datasets to prepare or to build, and the files that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.errors import Stale
from mailproc.model import Built, Request
from mailproc.store import claims, schema
from mailproc.store.desk import Desk

_J = schema.jobs
_F = schema.files
_FINISH = (
    _J.update()
    .where(_J.c.id == sa.bindparam("row_id"), _J.c.fence == sa.bindparam("row_fence"))
    .where(_J.c.owner.is_not(None))
    .values(done_at=sa.bindparam("new_done_at"), problem=sa.bindparam("new_problem"))
    .values(due_at=None, owner=None)
)


def is_due(connection: sa.Connection, now: datetime) -> bool:
    return claims.is_due(connection, _J, now)


def claim(
    connection: sa.Connection, now: datetime, owner: str, limit: int
) -> Sequence[sa.Row[Any]]:
    """Jobs that are due, leased."""
    return claims.claim(connection, _J, now=now, owner=owner, limit=limit)


def finish(
    connection: sa.Connection, rows: Sequence[sa.Row[Any]], now: datetime, problem: str = ""
) -> None:
    """Ends jobs; what follows of them was written in the same transaction.

    Raises Stale where another process took a job over, so that nothing follows twice.
    """
    if not rows:
        return
    told = {"new_done_at": now, "new_problem": problem or None}
    parameters = [{"row_id": row.id, "row_fence": row.fence} | told for row in rows]
    if connection.execute(_FINISH, parameters).rowcount != len(rows):
        raise Stale("A job was taken over by another process.")


def keep_file(
    connection: sa.Connection,
    request_id: int,
    built: Built,
    desk: Desk,
    now: datetime,
    covers: str | None = None,
) -> int:
    """Stores a file that passed the gate; gives its id. `covers`: of a booklet, what it holds."""
    insert = _F.insert().values(
        request_id=request_id,
        filename=built.filename,
        media_type=built.media_type,
        content=built.content,
        sha256=built.sha256,
        result_digest=built.result_digest,
        built_at=now,
        covers=covers,
        purge_after=now + desk.keep,
    )
    key = connection.execute(insert).inserted_primary_key
    assert key is not None
    return int(key[0])


def sizes(connection: sa.Connection, file_ids: Sequence[int]) -> dict[int, int]:
    """Bytes of stored files."""
    query = sa.select(_F.c.id, sa.func.length(_F.c.content)).where(_F.c.id.in_(file_ids))
    return {file_id: size or 0 for file_id, size in connection.execute(query)}


def file(connection: sa.Connection, file_id: int) -> Built | None:
    """A stored file, or None where it was purged."""
    row = connection.execute(sa.select(_F).where(_F.c.id == file_id)).first()
    if row is None or row.content is None:
        return None
    return Built(row.filename, row.media_type, row.content, row.sha256, row.result_digest)


# ---------------------------------------------------------------- booklets


def booklet(connection: sa.Connection, covers: str) -> int | None:
    """The file of the booklet that holds exactly this."""
    query = sa.select(_F.c.id).where(_F.c.covers == covers, _F.c.content.is_not(None))
    return connection.scalar(query.order_by(_F.c.id).limit(1))


def booklet_job(connection: sa.Connection, covers: str) -> str | None:
    """How far the job of a booklet is: due | done; None where it was never ordered."""
    row = connection.execute(sa.select(_J.c.done_at).where(_J.c.covers == covers)).first()
    if row is None:
        return None
    return "due" if row.done_at is None else "done"


def order_booklet(connection: sa.Connection, request: Request, covers: str, now: datetime) -> None:
    """A job that binds it; it belongs to the first of its requests."""
    values = {"request_id": request.id, "request_version": request.version, "kind": "booklet"}
    values |= {"covers": covers, "recorded_at": now, "due_at": now}
    connection.execute(_J.insert().values(values))
