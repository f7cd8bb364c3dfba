"""Links to files that are too big for a mail, and the codes typed to open them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mailproc.store import people, schema
from mailproc.store.codec import load_letter
from mailproc.store.desk import Desk, token_digest
from mailproc.workflow.conditions import ends_at

_L, _F, _O, _T = schema.links, schema.files, schema.outbox, schema.code_tries
PURPOSE = "download"
MOST_TRIES = 10  # wrong codes; then the link is locked
_REQUESTER = 0  # who types a code that belongs to no person of the office


@dataclass(frozen=True, slots=True)
class Offered:
    """A file as its link offers it, without its content."""

    id: int
    filename: str
    media_type: str
    size: int  # bytes
    sha256: str


def offer(connection: sa.Connection, letter: sa.Row[Any], desk: Desk, now: datetime) -> sa.Row[Any]:
    """The letter with a link to its file, good from now on for `desk.download_life`, or until the
    day that the approver set.

    A letter that is tried again keeps its link. The file is kept as long as the link lives.
    """
    until = _until(letter, desk, now)
    link_id = letter.link_id or secrets.token_hex(16)
    if letter.link_id is None:
        connection.execute(_L.insert().values(_link(letter, link_id, desk, now, until)))
        connection.execute(_O.update().where(_O.c.id == letter.id).values(link_id=link_id))
    else:
        connection.execute(_L.update().where(_L.c.id == link_id).values(expires_at=until))
    kept = _F.update().where(_F.c.id == letter.file_id, _F.c.purge_after < until)
    connection.execute(kept.values(purge_after=until))
    return connection.execute(sa.select(_O).where(_O.c.id == letter.id)).one()


def _until(letter: sa.Row[Any], desk: Desk, now: datetime) -> datetime:
    request = load_letter(letter.letter).request
    ends = ends_at(request.conditions, desk.timezone) if request else None
    return min(now + desk.download_life, ends.astimezone(UTC)) if ends else now + desk.download_life


def _link(
    letter: sa.Row[Any], link_id: str, desk: Desk, now: datetime, until: datetime
) -> dict[str, Any]:
    request = load_letter(letter.letter).request
    return {
        "id": link_id,
        "token_digest": token_digest(desk.token(link_id, PURPOSE, letter.request_version)),
        "purpose": PURPOSE,
        "request_id": letter.request_id,
        "request_version": letter.request_version,
        "content_hash": request.content_hash if request else "",
        "file_id": letter.file_id,
        "created_at": now,
        "expires_at": until,
    }


def until(connection: sa.Connection, link_id: str) -> datetime:
    """When the link ends."""
    ends: datetime = connection.scalars(sa.select(_L.c.expires_at).where(_L.c.id == link_id)).one()
    return ends


def offered(connection: sa.Connection, file_id: int | None) -> Offered | None:
    """What is offered, or None where it was erased."""
    size = sa.func.length(_F.c.content).label("size")
    query = sa.select(_F.c.id, _F.c.filename, _F.c.media_type, size, _F.c.sha256)
    row = connection.execute(query.where(_F.c.id == file_id)).first()
    return Offered(*row) if row is not None and row.size is not None else None


# ---------------------------------------------------------------- codes


def tries(connection: sa.Connection, link_id: str) -> int:
    """How many wrong codes were typed since the last right one."""
    query = sa.select(_T.c.tries).where(_T.c.person_id == _REQUESTER, _T.c.link_id == link_id)
    return connection.scalar(query) or 0


def claim_try(connection: sa.Connection, link_id: str, now: datetime) -> int | None:
    """One try, which counts as a wrong one until `forget_wrong`; see `people.claim_try`."""
    return people.claim_try(connection, _REQUESTER, link_id, now)


def forget_wrong(connection: sa.Connection, link_id: str) -> None:
    """The right code was typed."""
    people.forget_wrong(connection, _REQUESTER, link_id)
