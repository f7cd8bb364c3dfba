"""What intake asks of the store about a batch of mails: one query per question, none writes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc.model import Past, Request, State
from mailproc.store import schema
from mailproc.store.codec import load_request

_R, _O, _M = schema.requests, schema.outbox, schema.messages
_CLOSED = tuple(s.value for s in (State.REFUSED, State.EXPIRED, State.CANCELLED))
_MOST = 50  # requests of one sender
_PAST = 100  # that an approver is told of


@dataclass(frozen=True, slots=True)
class Heard:
    """What a correspondent wrote lately."""

    last: datetime | None = None  # of the last mail that came from a person
    words: frozenset[str] = frozenset()  # see `messages.words`

    def and_(self, at: datetime, words: str | None, human: bool) -> Heard:
        last = max(self.last or at, at) if human else self.last
        return Heard(last, self.words | {words} if words else self.words)


def of_senders(
    connection: sa.Connection, addresses: Iterable[str], since: datetime
) -> dict[str, tuple[Request, ...]]:
    """By casefolded address: its requests that are open, or delivered since then; newest first."""
    wanted = {spelt for address in addresses for spelt in (address, address.casefold())}
    if not wanted:
        return {}
    lately = sa.or_(_R.c.state != State.DELIVERED.value, _R.c.opened_at >= since)
    query = (
        sa.select(_R.c.body)
        .where(_R.c.requester_addr.in_(wanted), _R.c.state.not_in(_CLOSED), lately)
        .order_by(_R.c.id.desc())
        .limit(_MOST * len(wanted))
    )
    found: dict[str, tuple[Request, ...]] = {}
    for body in connection.scalars(query):
        request = load_request(body)
        key = request.requester_addr.casefold()
        found[key] = (*found.get(key, ()), request)
    return found


def same(
    connection: sa.Connection, fingerprints: Iterable[str], since: datetime
) -> dict[str, Request]:
    """The first request opened since then with each fingerprint that is open or delivered."""
    wanted = {one for one in fingerprints if one}
    if not wanted:
        return {}
    query = (
        sa.select(_R.c.fingerprint, _R.c.body)
        .where(_R.c.fingerprint.in_(wanted), _R.c.opened_at >= since)
        .where(_R.c.state.not_in(_CLOSED))
        .order_by(_R.c.id.desc())
    )
    return {row.fingerprint: load_request(row.body) for row in connection.execute(query)}


def by_numbers(connection: sa.Connection, numbers: Iterable[str]) -> dict[str, Request]:
    wanted = set(numbers)
    if not wanted:
        return {}
    query = sa.select(_R.c.number, _R.c.body).where(_R.c.number.in_(wanted))
    return {row.number: load_request(row.body) for row in connection.execute(query)}


def opened_since(
    connection: sa.Connection, addresses: Iterable[str], since: datetime
) -> dict[str, int]:
    """By casefolded address: how many requests it opened since then."""
    wanted = {spelt for address in addresses for spelt in (address, address.casefold())}
    if not wanted:
        return {}
    query = (
        sa.select(_R.c.requester_addr, sa.func.count())
        .where(_R.c.requester_addr.in_(wanted), _R.c.opened_at > since)
        .group_by(_R.c.requester_addr)
    )
    found: dict[str, int] = {}
    for address, count in connection.execute(query):
        found[address.casefold()] = found.get(address.casefold(), 0) + count
    return found


def of_same_mail(connection: sa.Connection, request: Request) -> list[Request]:
    """The requests that the same mail opened, itself among them, in their order."""
    mine = sa.select(_R.c.opened_at).where(_R.c.id == request.id).scalar_subquery()
    query = sa.select(_R.c.body).where(
        _R.c.requester_addr == request.requester_addr, _R.c.opened_at == mine
    )
    found = [load_request(body) for body in connection.scalars(query.order_by(_R.c.id))]
    return [one for one in found if one.thread == request.thread]


def letters_since(
    connection: sa.Connection, kinds: Collection[str], addresses: Iterable[str], since: datetime
) -> dict[str, int]:
    """How many letters of these kinds each address got since then; addresses as they are spelt."""
    wanted = {address for address in addresses if address}
    if not wanted:
        return {}
    query = (
        sa.select(_O.c.to_addr, sa.func.count())
        .where(_O.c.to_addr.in_(wanted), _O.c.kind.in_(kinds), _O.c.recorded_at >= since)
        .group_by(_O.c.to_addr)
    )
    return {address: count for address, count in connection.execute(query)}


def answers_since(
    connection: sa.Connection, kinds: Collection[str], addresses: Iterable[str], since: datetime
) -> dict[str, tuple[datetime, ...]]:
    """When each address got a letter of these kinds; addresses as they are spelt."""
    wanted = {address for address in addresses if address}
    if not wanted:
        return {}
    query = sa.select(_O.c.to_addr, _O.c.recorded_at).where(
        _O.c.to_addr.in_(wanted), _O.c.kind.in_(kinds), _O.c.recorded_at >= since
    )
    found = defaultdict[str, list[datetime]](list)
    for address, at in connection.execute(query):
        found[address].append(at)
    return {address: tuple(times) for address, times in found.items()}


def heard_since(
    connection: sa.Connection, addresses: Iterable[str], since: datetime
) -> dict[str, Heard]:
    """By casefolded address, what a person there wrote since then."""
    wanted = {address.casefold() for address in addresses if address}
    if not wanted:
        return {}
    told = sa.or_(_M.c.human, _M.c.words.is_not(None))
    query = sa.select(_M.c.from_addr, _M.c.verdict_at, _M.c.human, _M.c.words).where(
        _M.c.from_addr.in_(wanted), _M.c.verdict_at >= since, told
    )
    found = defaultdict[str, Heard](Heard)
    for row in connection.execute(query):
        found[row.from_addr] = found[row.from_addr].and_(row.verdict_at, row.words, row.human)
    return dict(found)


def resends_since(
    connection: sa.Connection, request_ids: Iterable[int], since: datetime
) -> dict[int, int]:
    """How often each request's file was sent once more since then."""
    wanted = set(request_ids)
    if not wanted:
        return {}
    first = (
        sa.select(_O.c.request_id, sa.func.min(_O.c.id).label("id"))
        .where(_O.c.kind == "dataset", _O.c.request_id.in_(wanted))
        .group_by(_O.c.request_id)
        .subquery()
    )
    query = (
        sa.select(_O.c.request_id, sa.func.count())
        .join(first, first.c.request_id == _O.c.request_id)
        .where(_O.c.kind == "dataset", _O.c.id > first.c.id, _O.c.recorded_at >= since)
        .group_by(_O.c.request_id)
    )
    return {request_id: count for request_id, count in connection.execute(query)}


def past(connection: sa.Connection, request: Request) -> Past:
    """What became of the requests that earlier mails from the same address opened."""
    if not request.requester_addr:
        return Past()
    mine = sa.select(_R.c.opened_at).where(_R.c.id == request.id).scalar_subquery()
    spelt = {request.requester_addr, request.requester_addr.casefold()}
    query = (
        sa.select(_R.c.state)
        .where(sa.or_(*(_R.c.requester_addr == one for one in spelt)))
        .where(_R.c.id < request.id, _R.c.opened_at < mine)
        .order_by(_R.c.id.desc())
        .limit(_PAST + 1)
    )
    states = list(connection.scalars(query))
    count = Counter(states[:_PAST])
    return Past(
        times=count.total(),
        delivered=count[State.DELIVERED],
        refused=count[State.REFUSED],
        ended=count[State.EXPIRED] + count[State.CANCELLED],
        more=len(states) > _PAST,
    )
