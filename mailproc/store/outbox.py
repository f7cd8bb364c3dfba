"""Letters: recorded → transmitting → sent | rejected | unknown, later bounced | delayed.

A row never holds composed bytes or a token; `message_id` is fixed when it is recorded.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from mailproc.model import Letter, Person, Request
from mailproc.store import claims, schema
from mailproc.store.codec import dump_letter
from mailproc.store.desk import Desk
from mailproc.workflow.effects import Send

_O = schema.outbox
_WITH_DECIDE_LINK = frozenset({"approval", "approval_reminder"})
STATES = ("recorded", "transmitting", "sent", "rejected", "unknown", "bounced", "delayed")


def letters(request: Request, effect: Send, desk: Desk, now: datetime) -> list[dict[str, Any]]:
    """The rows of one effect: one per recipient."""
    if effect.to == "requester":
        person = Person(0, request.form.requester_name or "", request.requester_addr, "requester")
        return [_row(request, effect, person, (request.thread,), desk, now)]
    root = desk.thread_root(request.id)
    return [
        _row(request, effect, person, (root,), desk, now)
        for person in desk.people.get(effect.to, ())
    ]


def _row(
    request: Request,
    effect: Send,
    person: Person,
    thread: tuple[str, ...],
    desk: Desk,
    now: datetime,
) -> dict[str, Any]:
    letter = Letter(
        kind=effect.kind,
        language=request.language if effect.to == "requester" else "th",
        to_name=person.name,
        to_addr=person.address,
        message_id=desk.new_message_id(),
        in_reply_to=thread[-1],
        references=tuple(reference for reference in thread if reference),
        subject=request.subject,
        created_at=now,
        request=request,
        questions=effect.questions,
        reason=effect.reason,
        note=effect.note,
    )
    return _recorded(letter, effect.to, desk) | {
        "request_version": request.version,
        "person_id": person.id or None,
        "link_id": secrets.token_hex(16) if effect.kind in _WITH_DECIDE_LINK else None,
        "file_id": request.file_id if effect.attach else None,
    }


def record(connection: sa.Connection, letter: Letter, audience: str, desk: Desk) -> None:
    """A letter that no decision owes; erased with its request where it speaks of one."""
    connection.execute(_O.insert(), [_recorded(letter, audience, desk)])


def _recorded(letter: Letter, audience: str, desk: Desk) -> dict[str, Any]:
    return {
        "request_id": letter.request.id if letter.request else None,
        "kind": letter.kind,
        "audience": audience,
        "to_addr": letter.to_addr,
        "letter": dump_letter(letter),
        "message_id": letter.message_id,
        "state": "recorded",
        "recorded_at": letter.created_at,
        "due_at": letter.created_at,
        "purge_after": letter.created_at + desk.keep,
    }


def is_due(connection: sa.Connection, now: datetime) -> bool:
    return claims.is_due(connection, _O, now)


def claim(
    connection: sa.Connection, now: datetime, owner: str, limit: int
) -> Sequence[sa.Row[Any]]:
    """Recorded letters, leased; nothing was sent for them yet."""
    return claims.claim(connection, _O, _O.c.state == "recorded", now=now, owner=owner, limit=limit)


def mark_transmitting(connection: sa.Connection, row: sa.Row[Any], now: datetime) -> bool:
    """To be committed before the first byte goes out. False where the claim was lost."""
    lease = now + claims.LEASE
    return _settle(connection, row, "recorded", state="transmitting", due_at=lease)


def put_back(connection: sa.Connection, row: sa.Row[Any], due_at: datetime, **values: Any) -> bool:
    """It surely was not sent: recorded again, due later."""
    return _settle(
        connection,
        row,
        "transmitting",
        "recorded",
        state="recorded",
        due_at=due_at,
        owner=None,
        **values,
    )


def finish(connection: sa.Connection, row: sa.Row[Any], state: str, **values: Any) -> bool:
    """sent, rejected or unknown. A late result still settles an `unknown`."""
    return _settle(
        connection,
        row,
        "transmitting",
        "unknown",
        "recorded",
        state=state,
        due_at=None,
        owner=None,
        **values,
    )


def _settle(connection: sa.Connection, row: sa.Row[Any], *states: str, **values: Any) -> bool:
    statement = _settling(states, tuple(sorted(values)))
    parameters = {f"new_{name}": value for name, value in values.items()}
    parameters |= {"row_id": row.id, "row_fence": row.fence}
    return connection.execute(statement, parameters).rowcount == 1


@cache
def _settling(states: tuple[str, ...], names: tuple[str, ...]) -> sa.Update:
    """Built once: two of these per mail are on the path of every mail."""
    held = _O.update().where(
        _O.c.id == sa.bindparam("row_id"),
        _O.c.fence == sa.bindparam("row_fence"),
        _O.c.state.in_(states),
    )
    return held.values({name: sa.bindparam(f"new_{name}") for name in names})


def any_lost(connection: sa.Connection, now: datetime) -> bool:
    return claims.is_due(connection, _O, now, _O.c.state == "transmitting")


def lost(connection: sa.Connection, now: datetime) -> Sequence[sa.Row[Any]]:
    """Letters whose sender vanished while transmitting: now `unknown`, for a person to settle."""
    gone = (
        _O.update()
        .where(_O.c.state == "transmitting", _O.c.due_at <= now)
        .values(state="unknown", due_at=None, owner=None)
        .returning(*_O.c)
    )
    return list(connection.execute(gone))


def by_message_ids(connection: sa.Connection, message_ids: Sequence[str]) -> dict[str, sa.Row[Any]]:
    """Our letters by their Message-ID."""
    rows = connection.execute(sa.select(_O).where(_O.c.message_id.in_(message_ids)))
    return {row.message_id: row for row in rows}


def bundled_requests(
    connection: sa.Connection, letter_ids: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """The requests of letters that went out in the mail of another letter, by its id."""
    query = sa.select(_O.c.bundled_into, _O.c.request_id).where(
        _O.c.bundled_into.in_(letter_ids), _O.c.request_id.is_not(None)
    )
    found: dict[int, tuple[int, ...]] = {}
    for row in connection.execute(query.order_by(_O.c.id)):
        found[row.bundled_into] = (*found.get(row.bundled_into, ()), row.request_id)
    return found


def listed(
    connection: sa.Connection, states: Sequence[str] = (), limit: int = 1000
) -> Sequence[sa.Row[Any]]:
    """Letters in the given states (all when none), newest first."""
    query = sa.select(_O).order_by(_O.c.id.desc()).limit(limit)
    return list(connection.execute(query.where(_O.c.state.in_(states)) if states else query))


def count_recent(connection: sa.Connection, kind: str, to_addr: str, since: datetime) -> int:
    """How many letters of a kind an address got lately: robots that answer robots stop here."""
    query = sa.select(sa.func.count()).where(
        _O.c.kind == kind, _O.c.to_addr == to_addr, _O.c.recorded_at >= since
    )
    return connection.scalar(query) or 0


def came_back(connection: sa.Connection, row: sa.Row[Any], fate: str) -> None:
    """What a delivery report says of a letter that was sent: bounced, or delayed for now."""
    held = ("sent", "unknown", "delayed") if fate == "bounced" else ("sent", "unknown")
    update = _O.update().where(_O.c.id == row.id, _O.c.state.in_(held)).values(state=fate)
    connection.execute(update)
