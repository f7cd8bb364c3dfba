"""What the desk lists: requests by whose turn it is, and all that belongs to one of them.

Every list has a limit. States and reasons are few and have an index; words are looked for where
they are kept apart, not in the bodies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.model import ENTERED, Request, State
from mailproc.store import schema, searched
from mailproc.store.codec import load_request
from mailproc.store.jsontext import said
from mailproc.workflow.states import ENDS

_R, _O, _M = schema.requests, schema.outbox, schema.messages
# By whose turn it is. Of those that need a person, some are told apart by their reason.
_STATES: Mapping[str, tuple[State, ...]] = {
    "mine": (State.CHECKING, State.NEEDS_PERSON),
    "undelivered": (State.NEEDS_PERSON,),
    "handover": (State.NEEDS_PERSON,),
    "director": (State.AWAITING_DECISION,),
    "requester": (State.UNCONFIRMED, State.INCOMPLETE, State.RETURNED),
    "round": (State.WAITING,),
    "system": (State.PREPARING, State.APPROVED, State.DELIVERING),
    "ended": tuple(sorted(ENDS)),
}
GROUPS = tuple(_STATES)
CHANNELS = ("email", *ENTERED)
_HANDED = ("handover", "too_big")  # reasons: the file is ready, a person hands it over
_FAILED = ("%bounced", "%\\_rejected", "%\\_unknown", "%\\_held")  # reasons: a mail did not arrive
_BACK = ("bounced", "rejected")  # letters that the other side did not take
_UNSURE = ("unknown", "held")  # letters of which a person has to say whether they went out
STEPS = 20  # of a history that are shown together
MAILS = 20  # of one request that are shown together
_WORDS = 3  # that are looked for


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty fields narrow nothing."""

    group: str = ""
    words: str = ""  # each must be in number, name, organisation, purpose, address or telephone
    dataset: str = ""  # id
    channel: str = ""


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many requests are in each group."""
    by_state = sa.select(_R.c.state, sa.func.count()).group_by(_R.c.state)
    states = {state: number for state, number in connection.execute(by_state)}
    found = {name: sum(states.get(s.value, 0) for s in group) for name, group in _STATES.items()}
    apart = {name: _count(connection, Wanted(name)) for name in ("undelivered", "handover")}
    failed = sa.select(sa.func.count()).where(_is(State.NEEDS_PERSON), _has_failed(connection))
    mine = found["mine"] - apart["handover"] - (connection.scalar(failed) or 0)
    return found | apart | {"mine": mine}


def _count(connection: sa.Connection, wanted: Wanted) -> int:
    where = _conditions(connection, wanted)
    return connection.scalar(sa.select(sa.func.count()).select_from(_R).where(*where)) or 0


def listed(connection: sa.Connection, wanted: Wanted, limit: int, offset: int = 0) -> list[Request]:
    """The requests that are wanted: what waits longest first, what has ended newest first."""
    waits = wanted.group not in ("", "ended")
    order = _R.c.id if waits else _R.c.id.desc()
    # The ids first: sorting whole bodies took 90 ms where there were 10,000, this takes 3.
    ids = sa.select(_R.c.id).where(*_conditions(connection, wanted)).order_by(order)
    these = list(connection.scalars(ids.limit(limit).offset(offset)))
    query = sa.select(_R.c.body).where(_R.c.id.in_(these)).order_by(order)
    return [load_request(body) for body in connection.scalars(query)]


def _conditions(connection: sa.Connection, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
    if wanted.group:
        where.append(_in_group(connection, wanted.group))
    if wanted.dataset:
        where.append(_R.c.dataset_id == wanted.dataset)
    if wanted.channel:
        said = sa.func.coalesce(_said(connection, "channel"), "email")
        where.append(said == wanted.channel)
    where += [searched.holds(word) for word in wanted.words.split()[:_WORDS]]
    return where


def _is(*states: State) -> sa.ColumnElement[bool]:
    return _R.c.state.in_([state.value for state in states])


def _in_group(connection: sa.Connection, group: str) -> sa.ColumnElement[bool]:
    """A request that needs a person is in one of three groups, by its reason."""
    here = _is(*_STATES[group])
    match group:
        case "handover":
            return sa.and_(here, _is_handed(connection))
        case "undelivered":
            unsure = sa.select(_O.c.request_id).where(
                _O.c.state.in_(_UNSURE), _O.c.request_id.is_not(None)
            )
            return sa.or_(
                sa.and_(here, _has_failed(connection)), _R.c.id.in_(unsure), _is_unreached()
            )
        case "mine":
            other = sa.or_(_is_handed(connection), _has_failed(connection))
            return sa.and_(here, sa.or_(_is(State.CHECKING), sa.not_(other)))
    return here


def _is_handed(connection: sa.Connection) -> sa.ColumnElement[bool]:
    return _reason(connection).in_(_HANDED)


def _has_failed(connection: sa.Connection) -> sa.ColumnElement[bool]:
    reason = _reason(connection)
    return sa.or_(*(reason.like(ending, escape="\\") for ending in _FAILED))


def _is_unreached() -> sa.ColumnElement[bool]:
    """A letter came back from the address that the requester of an open request still has; putting
    the address right ends it."""
    lost = sa.exists().where(
        _O.c.request_id == _R.c.id,
        _O.c.audience == "requester",
        _O.c.state.in_(_BACK),
        _O.c.to_addr == _R.c.requester_addr,
    )
    return sa.and_(_R.c.state.not_in([state.value for state in ENDS]), lost)


def _reason(connection: sa.Connection) -> sa.ColumnElement[str]:
    return sa.func.coalesce(_said(connection, "reason"), "")


def _said(connection: sa.Connection, *path: str) -> sa.ColumnElement[str]:
    return said(connection, _R.c.body, *path)


# ---------------------------------------------------------------- one request


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the history, as people read it; `by` and `told` are gone once it is erased."""

    version: int
    at: datetime
    event: str
    to: str  # the state since then
    ignored: bool
    by: str
    told: tuple[tuple[str, str], ...]  # words of people


def history(
    connection: sa.Connection, request_id: int, limit: int = STEPS, offset: int = 0
) -> list[Step]:
    """What happened to the request, the newest first."""
    h = schema.history.c
    names = "version at event facts personal".split()
    query = (
        sa.select(*(h[name] for name in names))
        .where(h.request_id == request_id)
        .order_by(h.version.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_step(row) for row in connection.execute(query)]


def _step(row: sa.Row[Any]) -> Step:
    facts = json.loads(row.facts)
    personal = json.loads(row.personal) if row.personal else {}
    told = tuple((name, str(words)) for name, words in personal.get("told", {}).items() if words)
    by = str(personal.get("by", ""))
    return Step(
        row.version, row.at, row.event, facts.get("to", ""), bool(facts.get("ignored")), by, told
    )


def letters(connection: sa.Connection, request_id: int, limit: int = 12) -> Sequence[sa.Row[Any]]:
    """Our mails about the request, the newest first, without their words."""
    names = "id kind audience to_addr state recorded_at sent_at due_at problem".split()
    query = sa.select(*(_O.c[name] for name in names)).where(_O.c.request_id == request_id)
    return list(connection.execute(query.order_by(_O.c.id.desc()).limit(limit)))


def unreached(request: Request, letters: Sequence[sa.Row[Any]]) -> sa.Row[Any] | None:
    """The newest of these that came back from the address which the requester still has."""
    mine = (one for one in letters if one.audience == "requester" and one.state in _BACK)
    return next((one for one in mine if one.to_addr == request.requester_addr), None)


def mails(connection: sa.Connection, request_id: int, limit: int = MAILS) -> Sequence[sa.Row[Any]]:
    """The mails that came about the request, the newest first, with their bytes."""
    query = sa.select(_M).where(_M.c.request_id == request_id)
    return list(connection.execute(query.order_by(_M.c.id.desc()).limit(limit)))


def belongings(connection: sa.Connection, request_id: int) -> dict[str, Sequence[sa.Row[Any]]]:
    """Its files, papers and hand-overs, without what is inside."""
    f, p, h = schema.files.c, schema.papers.c, schema.handovers.c
    who = schema.people.c
    kept, has_paper = (c.content.is_not(None).label("kept") for c in (f, p))
    files = sa.select(f.id, f.filename, f.media_type, f.built_at, f.sha256, kept)
    papers = sa.select(
        p.id, p.kind, p.filename, p.media_type, p.added_at, who.name, has_paper
    ).outerjoin_from(schema.papers, schema.people, who.id == p.person_id)
    handed = sa.select(h.way, h.at, h.taken_by, h.note, who.name).outerjoin_from(
        schema.handovers, schema.people, who.id == h.person_id
    )
    found = {
        "files": files.where(f.request_id == request_id).order_by(f.id),
        "papers": papers.where(p.request_id == request_id).order_by(p.id),
        "handed": handed.where(h.request_id == request_id).order_by(h.id),
    }
    return {name: list(connection.execute(query.limit(50))) for name, query in found.items()}


def file(connection: sa.Connection, request_id: int, file_id: int) -> sa.Row[Any] | None:
    """Name, type and bytes of one of its files, while they are kept."""
    f = schema.files.c
    query = sa.select(*(f[name] for name in ("filename", "media_type", "content"))).where(
        f.id == file_id, f.request_id == request_id, f.content.is_not(None)
    )
    return connection.execute(query).first()
