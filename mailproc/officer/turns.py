"""One act as one transaction; where a request moved on at that very moment, once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from mailproc.errors import Stale
from mailproc.model import Rules
from mailproc.officer.nouns import Done, Here
from mailproc.store import happened, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide

_TRIES = 5
Act = Callable[[sa.Connection, Here], Done]


def in_turn(
    database: Database, act: Act, rules: Rules, desk: Callable[[], Desk], now: datetime
) -> Done:
    """What became of the act. Raises Stale where the request moves on without end."""
    for left in reversed(range(_TRIES)):
        there = desk()  # before the transaction: it may ask the store, and many would wait
        try:
            with database.write() as connection:
                return act(connection, Here(rules, there, now))
        except Stale:
            if not left:
                raise
    raise AssertionError("unreachable")


def happen(
    connection: sa.Connection, request_id: int, event: e.Event, here: Here, *, seen: int = 0
) -> Done:
    """Lets an event happen by the same rules as the daemon. `seen`: the version that the officer
    acts upon; 0: whatever it is now. An event without a place is not even recorded."""
    request = requests.get(connection, request_id)
    if request is None:
        return Done("gone")
    if seen and request.version != seen:
        return Done("meanwhile", request, happened.since(connection, request_id, seen))
    decision = decide(request, event, here.rules, here.now)
    if decision.ignored:
        return Done("no_place", request)
    requests.apply(connection, [decision], here.desk, here.now)
    return Done("done", decision.after)
