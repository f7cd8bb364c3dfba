"""Paper that belongs to a request: scanned, photographed, or a file that an officer attached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.desk import Desk

_P = schema.papers
KINDS = ("signed_form", "decision", "attached")


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of a paper without its bytes."""

    id: int
    request_id: int
    kind: str  # one of KINDS
    filename: str
    media_type: str
    sha256: str
    person_id: int  # who added it
    added_at: datetime


def add(
    connection: sa.Connection,
    request_id: int,
    kind: str,
    filename: str,
    media_type: str,
    content: bytes,
    person_id: int,
    desk: Desk,
    now: datetime,
) -> Paper:
    """Keeps it as it came."""
    values = {
        "request_id": request_id,
        "kind": kind,
        "filename": filename,
        "media_type": media_type,
        "sha256": sha256(content).hexdigest(),
        "person_id": person_id,
        "added_at": now,
    }
    new = _P.insert().values(**values, content=content, purge_after=now + desk.keep)
    key = connection.execute(new).inserted_primary_key
    assert key is not None
    return Paper(id=int(key[0]), **values)  # type: ignore[arg-type]


def of_request(connection: sa.Connection, request_id: int) -> Sequence[Paper]:
    """All papers of a request, the first one first."""
    columns = [_P.c[name] for name in Paper.__dataclass_fields__]
    query = sa.select(*columns).where(_P.c.request_id == request_id).order_by(_P.c.id)
    return [Paper(**row._mapping) for row in connection.execute(query)]


def get(connection: sa.Connection, paper_id: int) -> tuple[Paper, bytes] | None:
    """A paper with its bytes; None where there is none, or it was erased."""
    row = connection.execute(sa.select(_P).where(_P.c.id == paper_id)).first()
    if row is None or row.content is None:
        return None
    return Paper(**{name: getattr(row, name) for name in Paper.__dataclass_fields__}), row.content
