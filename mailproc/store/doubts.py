"""After a restore: which letters the lost daemon may have sent already. See docs/adr/0020.

What it did after the backup is not in the database. A letter about a request that began before the
restore is in doubt, unless the folder of sent mail shows all that was sent and nothing of it, or a
person said that it may go.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.digest import about
from mailproc.model import Request
from mailproc.store import facts, schema
from mailproc.store.codec import load_letter
from mailproc.workflow import manners

REASON = "restored"  # the problem of a letter in doubt
_FACT, _CLEARED = "restored", "cleared:"
_O = schema.outbox
# The office's own people may be told twice of trouble; better than not at all.
_OUTSIDE_DOUBT = frozenset({"officer", "admin"})


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore. `seen`: Message-IDs that mails of ours, sent after the backup, had or named."""

    backup_at: datetime
    at: datetime
    complete: bool = False  # the mailbox shows all that was sent
    seen: frozenset[str] = frozenset()


def begin(connection: sa.Connection, restored: Restored) -> None:
    """From now on letters may be in doubt."""
    value = {
        "backup_at": restored.backup_at.isoformat(),
        "at": restored.at.isoformat(),
        "complete": restored.complete,
        "seen": sorted(restored.seen),
    }
    _forget_cleared(connection)
    facts.put(connection, _FACT, json.dumps(value))


def current(connection: sa.Connection) -> Restored | None:
    """The restore whose doubts are not over; None where there is none."""
    text = facts.get(connection, _FACT)
    if text is None:
        return None
    value = json.loads(text)
    return Restored(
        datetime.fromisoformat(value["backup_at"]),
        datetime.fromisoformat(value["at"]),
        bool(value["complete"]),
        frozenset(value["seen"]),
    )


def is_in_doubt(connection: sa.Connection, row: sa.Row[Any], restored: Restored | None) -> bool:
    """Whether the lost daemon may have sent this very letter, under another Message-ID."""
    if restored is None or row.audience in _OUTSIDE_DOUBT or row.standing == manners.HAND:
        return False
    letter = load_letter(row.letter)
    named = {letter.in_reply_to, *letter.references}
    began = _began(connection, letter.request, letter.in_reply_to)
    if began is None or began >= restored.at:
        return False
    if letter.request is not None:
        if facts.get(connection, f"{_CLEARED}{letter.request.id}") is not None:
            return False
        thread = letter.request.thread
        if not thread:  # a mail without a Message-ID leaves no trace that could be found
            return True
        named |= {thread, about(thread)} | _own_ids(connection, letter.request.id)
    return not restored.complete or bool(named & restored.seen)


def _began(connection: sa.Connection, request: Request | None, answers: str) -> datetime | None:
    """When the mail came that the letter goes back to."""
    if request is not None:
        return request.received_at
    messages = schema.messages
    query = sa.select(sa.func.min(messages.c.internal_date)).where(
        messages.c.message_id == answers, messages.c.message_id != ""
    )
    found: datetime | None = connection.scalar(query)
    return found


def _own_ids(connection: sa.Connection, request_id: int) -> set[str]:
    return set(connection.scalars(sa.select(_O.c.message_id).where(_O.c.request_id == request_id)))


# ---------------------------------------------------------------- what was owed at the backup


def owed(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Letters that were not sent when the backup was made, or were being sent."""
    query = sa.select(_O).where(_O.c.state.in_(("recorded", "transmitting")))
    return list(connection.execute(query.order_by(_O.c.id)))


def sent_before(connection: sa.Connection, since: datetime, limit: int) -> list[str]:
    """Message-IDs of mails that surely went out, the newest first."""
    query = sa.select(_O.c.message_id).where(_O.c.state == "sent", _O.c.sent_at >= since)
    query = query.where(_O.c.bundled_into.is_(None)).order_by(_O.c.sent_at.desc())
    return list(connection.scalars(query.limit(limit)))


def known_as_sent(connection: sa.Connection) -> set[str]:
    """Message-IDs that need no looking for."""
    gone = _O.c.state.in_(("sent", "bounced", "delayed"))
    return set(connection.scalars(sa.select(_O.c.message_id).where(gone)))


def settle(connection: sa.Connection, ids: Collection[int], state: str, now: datetime) -> None:
    """Says of letters: sent, unknown (in doubt), or recorded (surely not sent)."""
    values: dict[str, Any] = {"state": state, "owner": None, "due_at": None, "problem": None}
    if state == "sent":
        values["sent_at"] = now
    elif state == "recorded":
        values |= {"due_at": now, "tries": 0, "bundled_into": None}
    else:
        values["problem"] = REASON
    connection.execute(_O.update().where(_O.c.id.in_(list(ids))).values(values))


# ---------------------------------------------------------------- a person's word


def waiting(connection: sa.Connection) -> int:
    """How many letters wait for a person since the restore."""
    query = sa.select(sa.func.count()).where(_O.c.state == "unknown", _O.c.problem == REASON)
    return connection.scalar(query) or 0


def clear(connection: sa.Connection, request_ids: Iterable[int], now: datetime) -> int:
    """These requests are in doubt no longer, and their letters go; gives their number."""
    ids = list(request_ids)
    for one in ids:
        facts.put(connection, f"{_CLEARED}{one}", now.isoformat())
    return _send(connection, _O.c.request_id.in_(ids), now)


def clear_all(connection: sa.Connection, now: datetime) -> int:
    """Nothing is in doubt any longer, and all letters go; gives their number."""
    facts.forget(connection, _FACT)
    _forget_cleared(connection)
    return _send(connection, sa.true(), now)


def _send(connection: sa.Connection, which: sa.ColumnElement[bool], now: datetime) -> int:
    going = _O.update().where(_O.c.state == "unknown", _O.c.problem == REASON, which)
    values = {"state": "recorded", "due_at": now, "tries": 0, "problem": None}
    return connection.execute(going.where(_O.c.letter.is_not(None)).values(values)).rowcount


def _forget_cleared(connection: sa.Connection) -> None:
    table = schema.facts
    connection.execute(table.delete().where(table.c.name.startswith(_CLEARED)))


# ---------------------------------------------------------------- what must not come back


def go_on_counting(connection: sa.Connection, recent: int) -> None:
    """Ids and numbers that the lost daemon gave out are never given out again: numbers go on at the
    next thousand. Ids make the links of a request, and a number is on somebody's mail."""
    counters = schema.counters
    for row in list(connection.execute(sa.select(counters))):
        beyond = row.last + max(500, 3 * recent)
        last = -(-beyond // 1000) * 1000
        mine = counters.update().where(counters.c.name == row.name)
        connection.execute(mine.values(last=last))


def opened_since(connection: sa.Connection, since: datetime) -> int:
    """How many requests were opened after that."""
    query = sa.select(sa.func.count()).where(schema.requests.c.opened_at >= since)
    return connection.scalar(query) or 0


def end_logins(connection: sa.Connection, now: datetime) -> None:
    """Browsers that were trusted: one of them may have been revoked after the backup."""
    for table in (schema.sessions, schema.devices):
        live = table.update().where(table.c.revoked_at.is_(None))
        connection.execute(live.values(revoked_at=now))
