"""Datasets to prepare or to build, and the files that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.errors import Stale
from mailproc.model import Built
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
    connection: sa.Connection, request_id: int, built: Built, desk: Desk, now: datetime
) -> int:
    """Stores a file that passed the gate; gives its id."""
    insert = _F.insert().values(
        request_id=request_id,
        filename=built.filename,
        media_type=built.media_type,
        content=built.content,
        sha256=built.sha256,
        result_digest=built.result_digest,
        built_at=now,
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
