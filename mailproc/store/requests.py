"""Requests and what decisions make of them: the one writer of state, history and what is owed.

`apply` is the only function that changes a request. It writes the row (guarded by its version),
a history row in the request's hash chain, and the mails, jobs and links that the decision owes.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mailproc.digest import canonical, digest
from mailproc.errors import Stale
from mailproc.model import Request, State
from mailproc.store import schema, searched
from mailproc.store.codec import dump_request, load_request
from mailproc.store.database import insert
from mailproc.store.desk import Desk, token_digest
from mailproc.store.outbox import Written, gather, letters, without_query
from mailproc.workflow.effects import Decision, Send, StartJob, VoidLinks
from mailproc.workflow.policy import fingerprint

_R, _C = schema.requests, schema.counters
GENESIS = "0" * 64
# Statements built once: they are on the path of every mail.
_INSERT, _HISTORY = _R.insert(), schema.history.insert()
_LINKS, _OUTBOX, _JOBS = schema.links.insert(), schema.outbox.insert(), schema.jobs.insert()
_TAKE = (
    _C.update()
    .where(_C.c.name == sa.bindparam("counter"))
    .values(last=_C.c.last + sa.bindparam("count"))
    .returning(_C.c.last)
)
_CHANGING = "version state due_at dataset_id requester_addr fingerprint body chain_head".split()
_UPDATE = (
    _R.update()
    .where(_R.c.id == sa.bindparam("new_id"), _R.c.number == sa.bindparam("new_number"))
    .where(_R.c.version == sa.bindparam("new_version") - 1)
    .values({name: sa.bindparam(f"new_{name}") for name in _CHANGING})
)


def take_numbers(connection: sa.Connection, counter: str, count: int) -> range:
    """The next `count` values of a counter; gone with the transaction if it fails."""
    last = connection.scalar(_TAKE, {"counter": counter, "count": count})
    if last is None:  # the first of its name; another process may have the same thought
        new = insert(connection, _C).values(name=counter, last=count)
        step = new.on_conflict_do_update(index_elements=["name"], set_={"last": _C.c.last + count})
        last = connection.scalars(step.returning(_C.c.last)).one()
    return range(last - count + 1, last + 1)


def get(connection: sa.Connection, request_id: int) -> Request | None:
    """The request, or None."""
    body = connection.scalar(sa.select(_R.c.body).where(_R.c.id == request_id))
    return load_request(body) if body else None


def get_many(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Request]:
    """The requests by id."""
    rows = connection.execute(sa.select(_R.c.id, _R.c.body).where(_R.c.id.in_(list(ids))))
    return {row.id: load_request(row.body) for row in rows}


def unconfirmed(connection: sa.Connection, addresses: Iterable[str]) -> list[Request]:
    """Requests that wait for one of these senders to confirm the address."""
    wanted = list(addresses)
    if not wanted:
        return []
    query = sa.select(_R.c.body).where(
        _R.c.requester_addr.in_(wanted), _R.c.state == State.UNCONFIRMED.value
    )
    return [load_request(body) for body in connection.scalars(query.order_by(_R.c.id))]


def opened_since(connection: sa.Connection, since: datetime) -> tuple[int, int]:
    """(requests opened, of these with an address that had to be confirmed first)."""
    past = schema.history
    asked = past.c.facts.contains(f'"to":"{State.UNCONFIRMED.value}"')
    query = sa.select(
        sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((asked, 1), else_=0)), 0)
    ).where(past.c.version == 1, past.c.at >= since)
    opened, confirmed_first = connection.execute(query).one()
    return opened, confirmed_first


def find(connection: sa.Connection, number: str) -> Request | None:
    """The request of that number, or None."""
    body = connection.scalar(sa.select(_R.c.body).where(_R.c.number == number))
    return load_request(body) if body else None


def listed(
    connection: sa.Connection, states: Sequence[State] = (), limit: int = 1000
) -> list[Request]:
    """Requests in the given states (all when none), newest first."""
    query = sa.select(_R.c.body).order_by(_R.c.id.desc()).limit(limit)
    if states:
        query = query.where(_R.c.state.in_([state.value for state in states]))
    return [load_request(body) for body in connection.scalars(query)]


def with_deadline(connection: sa.Connection, now: datetime, limit: int = 100) -> list[Request]:
    """Requests whose date has come."""
    query = sa.select(_R.c.body).where(_R.c.due_at <= now).order_by(_R.c.due_at).limit(limit)
    return [load_request(body) for body in connection.scalars(query)]


def apply(
    connection: sa.Connection, decisions: Sequence[Decision], desk: Desk, now: datetime
) -> None:
    """Writes decisions over different requests. Raises Stale where one was changed meanwhile."""
    if not decisions:
        return
    heads = _heads(connection, decisions)
    bodies = [dump_request(d.after) for d in decisions]
    past = [
        _history_row(d, body, heads.get(d.after.id, GENESIS), now)
        for d, body in zip(decisions, bodies, strict=True)
    ]
    rows = [
        request_row(d.after, body, row["hash"])
        for d, body, row in zip(decisions, bodies, past, strict=True)
    ]
    _write_requests(connection, decisions, rows, desk, now)
    connection.execute(_HISTORY, past)
    _write_effects(connection, decisions, desk, now)


def _heads(connection: sa.Connection, decisions: Sequence[Decision]) -> dict[int, str]:
    """The chain heads of the stored requests, locked, their versions compared."""
    expected = {d.before.id: d.before.version for d in decisions if d.before.version}
    if not expected:
        return {}
    query = (
        sa.select(_R.c.id, _R.c.version, _R.c.chain_head)
        .where(_R.c.id.in_(list(expected)))
        .with_for_update()
    )
    found = {row.id: row for row in connection.execute(query)}
    for request_id, version in expected.items():
        if request_id not in found or found[request_id].version != version:
            raise Stale("The request was changed meanwhile.")
    return {row.id: row.chain_head for row in found.values()}


def _history_row(decision: Decision, body: str, previous: str, now: datetime) -> dict[str, Any]:
    personal = canonical({"by": decision.by, "told": decision.told, "request": body})
    salt = secrets.token_hex(16)
    row: dict[str, Any] = {
        "request_id": decision.after.id,
        "version": decision.after.version,
        "at": now,
        "event": decision.event,
        "facts": canonical(decision.facts),
        "personal": personal,
        "salt": salt,
        "personal_digest": personal_digest(salt, personal),
        "previous": previous,
    }
    return row | {"hash": chain_hash(row)}


def personal_digest(salt: str, personal: str) -> str:
    """What stays in the chain of a personal text when it is erased."""
    return hashlib.sha256((salt + personal).encode()).hexdigest()


def chain_hash(row: Any) -> str:
    """The hash of a history row (mapping) over its content and the row before."""
    content = {name: row[name] for name in ("request_id", "version", "event", "facts")}
    content |= {name: row[name] for name in ("personal_digest", "previous")}
    content["at"] = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return digest(content)


def _write_requests(
    connection: sa.Connection,
    decisions: Sequence[Decision],
    rows: Sequence[dict[str, Any]],
    desk: Desk,
    now: datetime,
) -> None:
    """The rows themselves: `rows` as `request_row` gives them, in the order of the decisions."""
    dates = {"opened_at": now, "purge_after": now + desk.keep}
    new = [row | dates for d, row in zip(decisions, rows, strict=True) if not d.before.version]
    if new:
        connection.execute(_INSERT, new)
    _update(connection, [row for row in rows if row["version"] > 1])
    searched.keep(connection, ((d.before, d.after) for d in decisions))


def _update(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Rows as `request_row` gives them, each one version further than what is stored."""
    if not rows:
        return
    parameters = [{f"new_{name}": value for name, value in row.items()} for row in rows]
    if connection.execute(_UPDATE, parameters).rowcount != len(rows):
        raise Stale("A request was changed meanwhile.")


def request_row(request: Request, body: str, chain_head: str) -> dict[str, Any]:
    """The columns of a request: its JSON, and of it what is searched for."""
    return {
        "id": request.id,
        "number": request.number,
        "version": request.version,
        "state": request.state.value,
        "due_at": request.due_at,
        "dataset_id": request.item.dataset_id,
        "requester_addr": request.requester_addr,
        "fingerprint": fingerprint(request.requester_addr, request.form) or None,
        "body": body,
        "chain_head": chain_head,
    }


def _write_effects(
    connection: sa.Connection, decisions: Sequence[Decision], desk: Desk, now: datetime
) -> None:
    mails: list[dict[str, Any]] = []
    jobs: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    for decision in decisions:
        request = decision.after
        told = without_query(request)
        if not decision.before.version:
            links.append(_status_link(request, desk, now))
        for effect in decision.effects:
            match effect:
                case Send():
                    written = letters(told, effect, desk, now, event=decision.event)
                    mails += [one.row for one in written]
                    links += [
                        _decide_link(request, one, desk, now)
                        for one in written
                        if one.row["link_id"]
                    ]
                case StartJob():
                    jobs.append(_job(request, effect, now))
                case VoidLinks(purpose=purpose):
                    void_links(connection, request.id, now, purpose)
    for insertion, new in ((_LINKS, links), (_OUTBOX, mails), (_JOBS, jobs)):
        if new:
            connection.execute(insertion, new)
    gather(connection, mails, now)


def _job(request: Request, effect: StartJob, now: datetime) -> dict[str, Any]:
    return {
        "request_id": request.id,
        "request_version": request.version,
        "kind": effect.kind,
        "recorded_at": now,
        "due_at": now + effect.after,
    }


def _status_link(request: Request, desk: Desk, now: datetime) -> dict[str, Any]:
    return _link(desk.status_link(request.id), "status", request, 1, None, desk, now)


def _decide_link(request: Request, written: Written, desk: Desk, now: datetime) -> dict[str, Any]:
    row, asked = written.row, written.asked
    link = _link(row["link_id"], "decide", request, request.version, row["person_id"], desk, now)
    stands_for = asked.for_person.id if asked and asked.for_person else None
    return link | {"seat": written.seat, "for_person_id": stands_for}


def _link(
    link_id: str,
    purpose: str,
    request: Request,
    version: int,
    person_id: int | None,
    desk: Desk,
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": link_id,
        "token_digest": token_digest(desk.token(link_id, purpose, version)),
        "purpose": purpose,
        "request_id": request.id,
        "request_version": version,
        "content_hash": request.content_hash if purpose == "decide" else "",
        "person_id": person_id,
        "seat": 0,
        "for_person_id": None,
        "created_at": now,
        "expires_at": now + desk.link_life,
    }


def void_links(
    connection: sa.Connection, request_id: int, now: datetime, purpose: str = "decide"
) -> int:
    """Makes every link of the purpose to the request void; gives their number."""
    links = schema.links
    void = (
        links.update()
        .where(links.c.request_id == request_id, links.c.purpose == purpose)
        .where(links.c.voided_at.is_(None))
        .values(voided_at=now)
    )
    return connection.execute(void).rowcount
