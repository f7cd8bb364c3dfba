"""The steps of requests, read from their histories: all that the clock of the promise needs.

They are facts of the chain, so they stay when a request's personal data is erased.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.model import Rules, State
from mailproc.promise import stages
from mailproc.promise.stages import Clock, Step
from mailproc.store import requests, schema

_H = schema.history
_MOST = 500  # numbers in one statement


def of_request(
    connection: sa.Connection, request_id: int, rules: Rules, now: datetime
) -> Clock | None:
    """The clock of one request; None where there is no such request."""
    request = requests.get(connection, request_id)
    if request is None:
        return None
    steps = of_requests(connection, [request_id]).get(request_id, ())
    return stages.read(request.received_at, steps, rules, now)


def of_requests(connection: sa.Connection, ids: Iterable[int]) -> dict[int, tuple[Step, ...]]:
    """The steps of each request, in their order."""
    found: dict[int, list[Step]] = {}
    for some in _parts(list(ids)):
        query = sa.select(_H.c.request_id, _H.c.at, _H.c.event, _H.c.facts)
        mine = query.where(_H.c.request_id.in_(some)).order_by(_H.c.request_id, _H.c.version)
        for row in connection.execute(mine):
            found.setdefault(row.request_id, []).append(_step(row))
    return {request_id: tuple(steps) for request_id, steps in found.items()}


def _step(row: Any) -> Step:
    facts = json.loads(row.facts)
    event = "" if facts.get("ignored") else row.event
    return Step(row.at, State(facts["to"]), event, facts.get("by_rule", ""))


def _parts(ids: list[int]) -> Iterator[list[int]]:
    for at in range(0, len(ids), _MOST):
        yield ids[at : at + _MOST]
