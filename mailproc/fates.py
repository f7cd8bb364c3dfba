"""What the fate of a letter means for its request, and which people of the office are told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc import tell
from mailproc.model import Rules
from mailproc.parcels import TOO_BIG
from mailproc.store import doubts, requests, roundups
from mailproc.store.desk import Desk
from mailproc.workflow import events as e
from mailproc.workflow import roundup
from mailproc.workflow.decide import decide

_AWAITED = ("approval", "ask", "confirm")  # a request rots where these do not arrive
Row = sa.Row[Any]


def follow(
    connection: sa.Connection,
    row: Row,
    state: str,
    desk: Desk,
    rules: Rules,
    now: datetime,
    *,
    reason: str = "",
    said: str = "",
) -> None:
    """What the fate of a letter means for its request, and whom to tell. `said`: by the server of
    the other side."""
    if row.kind == roundup.KIND and state != "sent":
        _list_lost(connection, row, state, desk, rules, now)
        return
    if state == "held" and not tell.held(connection, row, reason, desk, now):
        return
    event = _event(row, state, reason, said)
    if event is None:
        if state in ("rejected", "unknown") and reason != doubts.REASON:
            tell.undelivered(connection, row, state, desk, now, reason)
        return
    request = requests.get(connection, row.request_id)
    if request is not None:
        requests.apply(connection, [decide(request, event, rules, now)], desk, now)


def _list_lost(
    connection: sa.Connection, row: Row, state: str, desk: Desk, rules: Rules, now: datetime
) -> None:
    """Requests that only this list told of go on as if their own mail had been lost."""
    for one in roundups.told_by(connection, row.id):
        request = requests.get(connection, one)
        if request is not None:
            event = e.DeliveryFailed(by="mail server", problem=f"approval_{state}")
            decision = decide(request, event, rules, now)
            requests.apply(connection, [decision], desk, now)


def _event(row: Row, state: str, reason: str, said: str) -> e.Event | None:
    """What the fate of a letter means for its request."""
    if row.request_id is None:
        return None
    if row.kind == "dataset" and reason == TOO_BIG:
        return e.TooBig()
    if row.kind == "dataset":
        if state == "sent":
            return e.AllSent(by="mail server")
        return e.DeliveryFailed(by="mail server", problem=f"dataset_{state}", note=_note(row, said))
    if row.kind in _AWAITED and state != "sent":
        problem = f"{row.kind}_{state}"
        return e.DeliveryFailed(by="mail server", problem=problem, note=_note(row, said))
    return None


def _note(row: Row, said: str) -> str:
    """As of a mail that came back: the address, and what its server said."""
    return f"{row.to_addr}\n{said}" if said else ""
