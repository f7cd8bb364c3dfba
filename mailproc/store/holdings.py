"""Everything that is held about one person outside the office, and forgetting all of it.

Someone is known by an e-mail address, or, who came to the counter or called, by the name or the
telephone number on the form. Personal Data Protection Act B.E. 2562, sections 30 (to be shown) and
33 (to be erased).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.model import Request
from mailproc.store import addresses, schema, waiting
from mailproc.store.codec import load_letter, load_request
from mailproc.store.erase import erase as erase_request
from mailproc.store.retention import ENDED

_R, _M, _O, _H = schema.requests, schema.messages, schema.outbox, schema.history
# Tables whose rows belong to a request, and what is shown of them.
_OF_REQUEST: Mapping[str, tuple[sa.Table, str]] = {
    "history": (_H, "request_id at event"),
    "files": (schema.files, "id filename built_at"),
    "papers": (schema.papers, "id kind filename added_at"),
    "handovers": (schema.handovers, "id way at taken_by note"),
}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held, by kind; rows as the database has them, without bytes."""

    requests: tuple[Request, ...]  # the person's own
    named_in: tuple[Request, ...]  # of others, which name the person
    rows: dict[str, tuple[Row, ...]]

    @property
    def open(self) -> tuple[Request, ...]:
        """Own requests that have not ended."""
        return tuple(request for request in self.requests if request.state not in ENDED)

    @property
    def is_empty(self) -> bool:
        return not (self.requests or self.named_in or any(self.rows.values()))


def find(connection: sa.Connection, who: str) -> Holdings:
    """All that is held about `who`: an address, a name or a telephone number. Nothing where that
    is blank, since whoever came to the counter may have no address either."""
    who = who.strip().casefold()
    if not who:
        return Holdings((), (), {})
    named = _R.c.body.icontains(who, autoescape=True)
    mine = sa.or_(sa.func.lower(_R.c.requester_addr) == who, named)
    query = sa.select(_R.c.body).where(_R.c.erased_at.is_(None), mine).order_by(_R.c.id)
    found = [load_request(body) for body in connection.scalars(query)]
    own = tuple(request for request in found if _is_own(request, who))
    ids = [request.id for request in own]
    return Holdings(
        requests=own,
        named_in=tuple(request for request in found if request not in own),
        rows={kind: tuple(rows) for kind, rows in _rows(connection, who, ids)},
    )


def _is_own(request: Request, who: str) -> bool:
    form = request.form
    told = (request.requester_addr, form.email, form.requester_name, form.phone)
    return who in {(text or "").strip().casefold() for text in told}


def _rows(
    connection: sa.Connection, who: str, ids: Sequence[int]
) -> Iterator[tuple[str, Iterable[Row]]]:
    for kind, table, names, is_held in _held(who, ids):
        columns = [table.c[name] for name in names.split()]
        yield kind, _some(connection, columns, is_held)


def _held(
    who: str, ids: Sequence[int]
) -> Iterator[tuple[str, sa.Table, str, sa.ColumnElement[bool]]]:
    """Kind, table, columns that are shown, and which rows."""
    people, known, opens = schema.people, schema.addresses, schema.link_opens
    from_who = sa.or_(sa.func.lower(_M.c.from_addr) == who, _M.c.request_id.in_(ids))
    yield "mails", _M, "id internal_date size verdict request_id", from_who
    to_who = sa.func.lower(_O.c.to_addr) == who
    yield "letters", _O, "id kind to_addr state recorded_at request_id", to_who
    for kind, (table, names) in _OF_REQUEST.items():
        yield kind, table, names, table.c.request_id.in_(ids)
    theirs = sa.select(schema.links.c.id).where(schema.links.c.request_id.in_(ids))
    yield "link_opens", opens, "at client agent", opens.c.link_id.in_(theirs)
    yield "addresses", known, "address asked_at confirmed_at", known.c.address == who
    named = sa.or_(sa.func.lower(people.c.address) == who, sa.func.lower(people.c.name) == who)
    yield "people", people, "id name address position phone", named


def _some(
    connection: sa.Connection, columns: Sequence[sa.Column[Any]], where: sa.ColumnElement[bool]
) -> Iterator[Row]:
    query = sa.select(*columns).where(where).order_by(columns[0])
    yield from (dict(row._mapping) for row in connection.execute(query))


def forget(connection: sa.Connection, who: str, now: datetime) -> dict[str, int]:
    """Erases the person's own requests with all that belongs to them, mails and letters without a
    request, and the address; gives the counts. Requests of others stay as they are, and so do the
    people of the office. Requests must have ended: see `Holdings.open`."""
    held, address = find(connection, who), who.strip().casefold()
    if not address:
        return dict.fromkeys(("requests", "mails", "letters"), 0)
    requests = sum(erase_request(connection, request.id, now) for request in held.requests)
    gone = {"raw": None, "from_addr": None, "message_id": None, "guess": None}
    mails = _M.update().where(sa.func.lower(_M.c.from_addr) == address, _M.c.verdict.is_not(None))
    letters = _O.update().where(sa.func.lower(_O.c.to_addr) == address)
    blank = {"letter": None, "to_addr": None, "correspondent": None, "problem": None}
    done = {
        "requests": requests,
        "mails": connection.execute(mails.values(**gone)).rowcount,
        "letters": connection.execute(letters.values(**blank, due_at=None)).rowcount,
    }
    addresses.forget(connection, address)
    _forget_notices(connection, address)
    return done


def _forget_notices(connection: sa.Connection, who: str) -> None:
    """Officers were told the words of mails that nobody could place; what is still to be sent goes
    out first."""
    told = sa.and_(_O.c.kind == waiting.KIND, _O.c.state != "recorded", _O.c.letter.is_not(None))
    query = sa.select(_O.c.id, _O.c.letter).where(told, _O.c.letter.icontains(who, autoescape=True))
    theirs = [row.id for row in connection.execute(query) if _tells_of(row.letter, who)]
    connection.execute(_O.update().where(_O.c.id.in_(theirs)).values(letter=None))


def _tells_of(letter: str, who: str) -> bool:
    mails = load_letter(letter).waiting
    return any(who in (mail.from_addr.casefold(), mail.from_name.casefold()) for mail in mails)
