"""Requests and decisions of a span of time, without names and addresses, for its figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from mailproc.model import APPROVERS, Catalogue, Request
from mailproc.promise.monthly import UNKNOWN, Case, Decided
from mailproc.store import schema, stage_times
from mailproc.store.codec import load_request
from mailproc.workflow.states import ENDS

_R, _H, _D = schema.requests, schema.history, schema.decisions
_LAIN = timedelta(days=366)  # no mail lies longer unread and is still answered
_PEOPLE = ("approved", "refused", "returned", "undone", "revoked")
STOOD_IN = "deputy"  # the role under which whoever stands in is counted


def cases(
    connection: sa.Connection, since: datetime, upto: datetime, catalogue: Catalogue
) -> Iterator[Case]:
    """Every request that was open at some time in between, and perhaps others.

    Class and dataset are as the catalogue has them now, so that a request counts alike before and
    after its personal data is erased.
    """
    moved = sa.select(_H.c.request_id).where(_H.c.at >= since).distinct()
    ends = [state.value for state in ENDS]
    query = sa.select(_R.c.id, _R.c.body).where(
        _R.c.opened_at < upto + _LAIN, sa.or_(_R.c.id.in_(moved), _R.c.state.not_in(ends))
    )
    found = {row.id: load_request(row.body) for row in connection.execute(query)}
    steps = stage_times.of_requests(connection, found)
    for request_id, request in found.items():
        yield Case(
            received=request.received_at,
            steps=steps.get(request_id, ()),
            channel=request.channel,
            sensitivity=_sensitivity(request, catalogue),
            dataset=request.item.dataset_id or UNKNOWN,
            requester_type=request.form.requester_type or UNKNOWN,
            ground=request.ground,
        )


def _sensitivity(request: Request, catalogue: Catalogue) -> str:
    dataset = catalogue.get(request.item.dataset_id)
    if dataset is not None:
        return dataset.sensitivity
    return request.prepared.sensitivity if request.prepared is not None else UNKNOWN


def decided(connection: sa.Connection, since: datetime, upto: datetime) -> list[Decided]:
    """What people decided; not what a rule or a yes given ahead let through."""
    query = sa.select(_D.c.person_id, _D.c.for_person_id, _D.c.at, _D.c.via, _D.c.verdict).where(
        _D.c.at >= since,
        _D.c.at < upto,
        _D.c.person_id.is_not(None),
        _D.c.standing_id.is_(None),
        _D.c.verdict.in_(_PEOPLE),
    )
    roles = _roles(connection)
    return [
        Decided(
            STOOD_IN if row.for_person_id else _role(roles.get(row.person_id, []), row.at),
            row.via,
            row.verdict,
        )
        for row in connection.execute(query)
    ]


_Held = tuple[str, datetime, datetime | None]


def _roles(connection: sa.Connection) -> dict[int, list[_Held]]:
    r = schema.roles.c
    found: dict[int, list[_Held]] = {}
    rows = connection.execute(sa.select(r.person_id, r.role, r.valid_from, r.valid_to))
    for row in rows:
        found.setdefault(row.person_id, []).append((row.role, row.valid_from, row.valid_to))
    return found


def _role(held: list[_Held], at: datetime) -> str:
    """The role in which a person decided then: of several, one that may."""
    valid = [role for role, since, until in held if since <= at and (until is None or at < until)]
    return min(valid, key=lambda role: (role not in APPROVERS, role), default=UNKNOWN)
