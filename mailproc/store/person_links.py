"""Links of a person that lead to no single request: all that waits for the person's decision."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.desk import Desk, token_digest

_L = schema.person_links
QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class PersonLink:
    """A link as it was found by its token or its id."""

    id: str
    purpose: str
    person_id: int
    expires_at: datetime
    voided_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.voided_at is None and self.expires_at > now


def ensure(connection: sa.Connection, person_id: int, desk: Desk, now: datetime) -> PersonLink:
    """The person's link to the queue; a new one where the last has less than half its life left."""
    found = newest(connection, person_id)
    if found is not None and found.is_open(now + desk.link_life / 2):
        return found
    link = PersonLink(secrets.token_hex(16), QUEUE, person_id, now + desk.link_life, None)
    connection.execute(
        _L.insert().values(
            id=link.id,
            token_digest=token_digest(token(link, desk)),
            purpose=QUEUE,
            person_id=person_id,
            created_at=now,
            expires_at=link.expires_at,
        )
    )
    return link


def token(link: PersonLink, desk: Desk) -> str:
    """The secret of the link; recomputed, never stored."""
    return desk.token(link.id, link.purpose, 0)


def find(connection: sa.Connection, secret: str) -> PersonLink | None:
    """The link of this token; the look-up by digest leaks no timing of the secret."""
    return _first(connection, _L.c.token_digest == token_digest(secret))


def get(connection: sa.Connection, link_id: str) -> PersonLink | None:
    return _first(connection, _L.c.id == link_id)


def newest(connection: sa.Connection, person_id: int) -> PersonLink | None:
    """The person's last link that was not made void."""
    return _first(connection, _L.c.person_id == person_id, _L.c.voided_at.is_(None))


def void(connection: sa.Connection, person_id: int, now: datetime) -> int:
    """Makes every link of the person void; gives their number."""
    mine = _L.update().where(_L.c.person_id == person_id, _L.c.voided_at.is_(None))
    return connection.execute(mine.values(voided_at=now)).rowcount


def _first(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> PersonLink | None:
    columns = [_L.c[name] for name in PersonLink.__dataclass_fields__]
    query = sa.select(*columns).where(*where).order_by(_L.c.created_at.desc()).limit(1)
    row = connection.execute(query).first()
    return PersonLink(*row) if row else None
