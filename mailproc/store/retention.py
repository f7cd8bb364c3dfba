"""What has been kept long enough is erased: each class of data by its own days, some rows at once.

Rows stay, so that counts, statistics and the chain of the history stay; what is personal in them
goes. A request on its way keeps all of its own, and a file keeps its content while a link to it is
good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.model import State
from mailproc.store import schema
from mailproc.store.erase import erase

ENDED = frozenset({State.DELIVERED, State.REFUSED, State.EXPIRED, State.CANCELLED})
_ENDED = sorted(state.value for state in ENDED)
_M, _R, _H, _O = schema.messages, schema.requests, schema.history, schema.outbox
_F, _L, _P, _G = schema.files, schema.links, schema.papers, schema.handovers
_SETTLED_LETTERS = ("sent", "folded", "rejected", "bounced", "delayed", "held", "unknown")
Erase = Callable[[sa.Connection, datetime, datetime, int], int]


def _on_its_way(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """The row belongs to a request that has not ended."""
    live = sa.select(_R.c.id).where(_R.c.state.not_in(_ENDED))
    return sa.and_(column.is_not(None), column.in_(live))


def _some(
    connection: sa.Connection,
    table: sa.Table,
    values: Mapping[str, object],
    limit: int,
    *where: sa.ColumnElement[bool],
) -> int:
    """Blanks up to `limit` rows; gives their number."""
    chosen = sa.select(table.c.id).where(*where).order_by(table.c.id).limit(limit)
    ids = list(connection.scalars(chosen))
    if ids:
        connection.execute(table.update().where(table.c.id.in_(ids)).values(**values))
    return len(ids)


def _raw_mail(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    """Of a mail that belongs to no request its sender goes as well."""
    old = (_M.c.verdict.is_not(None), _M.c.verdict_at < before)
    sender = {"from_addr": None, "message_id": None, "guess": None}
    left = sa.or_(_M.c.raw.is_not(None), _M.c.from_addr.is_not(None), _M.c.message_id.is_not(None))
    alone = (*old, _M.c.request_id.is_(None), left)
    done = _some(connection, _M, {"raw": None, **sender}, limit, *alone)
    kept = (*old, _M.c.request_id.is_not(None), _M.c.raw.is_not(None))
    return done + _some(
        connection, _M, {"raw": None}, limit - done, *kept, sa.not_(_on_its_way(_M.c.request_id))
    )


def _files(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    offered = sa.exists().where(
        _L.c.file_id == _F.c.id, _L.c.voided_at.is_(None), _L.c.expires_at > now
    )
    old = (_F.c.content.is_not(None), _F.c.built_at < before, sa.not_(offered))
    return _some(
        connection, _F, {"content": None}, limit, *old, sa.not_(_on_its_way(_F.c.request_id))
    )


def _letters(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    """What is still to be sent stays; which request a letter was about stays."""
    old = (_O.c.recorded_at < before, _O.c.state.in_(_SETTLED_LETTERS))
    left = sa.or_(_O.c.letter.is_not(None), _O.c.to_addr.is_not(None))
    gone = {"letter": None, "to_addr": None, "correspondent": None, "problem": None}
    return _some(connection, _O, gone, limit, *old, left, sa.not_(_on_its_way(_O.c.request_id)))


def _requests(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    """The whole of a request that ended so long ago."""
    lately = sa.exists().where(_H.c.request_id == _R.c.id, _H.c.at >= before)
    old = sa.select(_R.c.id).where(_R.c.erased_at.is_(None), _R.c.state.in_(_ENDED))
    ids = connection.scalars(old.where(sa.not_(lately)).order_by(_R.c.id).limit(limit))
    return sum(erase(connection, request_id, now) for request_id in ids.all())


def _papers(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    old = (_P.c.content.is_not(None), _P.c.added_at < before)
    gone = {"content": None, "filename": ""}
    return _some(connection, _P, gone, limit, *old, sa.not_(_on_its_way(_P.c.request_id)))


def _handovers(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    left = sa.or_(_G.c.taken_by.is_not(None), _G.c.note.is_not(None))
    gone = {"taken_by": None, "note": None}
    return _some(connection, _G, gone, limit, _G.c.at < before, left)


def _opens(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    table = schema.link_opens
    left = sa.or_(table.c.client.is_not(None), table.c.agent.is_not(None))
    return _some(
        connection, table, {"client": None, "agent": None}, limit, table.c.at < before, left
    )


def _sessions(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    return _drop(connection, schema.sessions, limit, schema.sessions.c.expires_at < before)


def _people_log(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    table = schema.people_log
    return _drop(connection, table, limit, table.c.at < before, table.c.due_at.is_(None))


def _addresses(connection: sa.Connection, before: datetime, now: datetime, limit: int) -> int:
    """Who proved an address: forgotten with the time for which it was believed."""
    table = schema.addresses
    old = sa.select(table.c.address).where(table.c.purge_after < now).limit(limit)
    found = list(connection.scalars(old))
    if found:
        connection.execute(table.delete().where(table.c.address.in_(found)))
    return len(found)


def _drop(
    connection: sa.Connection, table: sa.Table, limit: int, *where: sa.ColumnElement[bool]
) -> int:
    found = list(connection.scalars(sa.select(table.c.id).where(*where).limit(limit)))
    if found:
        connection.execute(table.delete().where(table.c.id.in_(found)))
    return len(found)


# By the names of the settings; `addresses` has a date of its own in each row.
CLASSES: Mapping[str, Erase] = {
    "raw_mail": _raw_mail,
    "files": _files,
    "letters": _letters,
    "papers": _papers,
    "handovers": _handovers,
    "opens": _opens,
    "sessions": _sessions,
    "people_log": _people_log,
    "requests": _requests,
    "addresses": _addresses,
}
