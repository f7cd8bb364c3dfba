"""Mails that wait for an officer to place them, and how the officer learns of them.

Waiting means: unplaced, with guesses (be they none); unplaced without is not for us.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.model import Letter, Person, Waiting
from mailproc.store import outbox, schema, staff_letters
from mailproc.store.codec import dump_letter, load_letter
from mailproc.store.desk import Desk

_M, _O = schema.messages, schema.outbox
_WAITS = sa.and_(_M.c.verdict == "unplaced", _M.c.guess.is_not(None))
# As the indexes have it, so that no long row is read to find the few.
_ASIDE = sa.text("verdict = 'quarantined'")
_WAITING = sa.union_all(sa.select(_M.c.id).where(_WAITS), sa.select(_M.c.id).where(_ASIDE))
KIND = "officer_unplaced"
PAUSE = timedelta(hours=1)  # between two notices
_SHOWN = 10  # mails in one notice


def listed(
    connection: sa.Connection, limit: int = 1000, offset: int = 0, *, raw: bool = False
) -> Sequence[sa.Row[Any]]:
    """What waits for a person, newest first, without the bytes: unplaced, and put aside."""
    columns = [column for column in _M.c if raw or column.name != "raw"]
    waiting = _WAITING.subquery()
    ids = sa.select(waiting.c.id).order_by(waiting.c.id.desc()).limit(limit).offset(offset)
    query = sa.select(*columns).where(_M.c.id.in_(ids)).order_by(_M.c.id.desc())
    return list(connection.execute(query))


def count(connection: sa.Connection) -> int:
    """How many mails nobody could place yet."""
    return connection.scalar(sa.select(sa.func.count()).where(_WAITS)) or 0


def count_all(connection: sa.Connection) -> int:
    """How many mails wait for a person: those that nobody could place, and those put aside."""
    return connection.scalar(sa.select(sa.func.count()).select_from(_WAITING.subquery())) or 0


def guesses(row: sa.Row[Any]) -> list[dict[str, Any]]:
    """`[{"request": number or None, "score": 0 to 1, "because": […]}]`, best first."""
    return list(json.loads(row.guess)) if row.guess else []


def place(connection: sa.Connection, message_id: int, where: str, now: datetime) -> bool:
    """Has an unplaced mail read again as a person says: `new`, or the number of a request."""
    again = _unplaced(message_id).values(
        verdict=None, verdict_at=None, guess=None, problem=None, tries=0, due_at=now, placed=where
    )
    return connection.execute(again).rowcount == 1


def dismiss(connection: sa.Connection, message_id: int) -> bool:
    """The mail is not for us: it stays unplaced and waits no longer."""
    done = _unplaced(message_id).values(guess=None, placed="not for us")
    return connection.execute(done).rowcount == 1


def _unplaced(message_id: int) -> sa.Update:
    row = _M.update().where(_M.c.id == message_id, _M.c.verdict == "unplaced")
    return row.where(_M.c.raw.is_not(None))


def tell(
    connection: sa.Connection, desk: Desk, now: datetime, mails: Sequence[Waiting] = ()
) -> None:
    """One notice an hour to each officer of the mails that came; one that was not sent yet is told
    the new count and the new mails."""
    waiting = count(connection)
    for officer in desk.people.get("officer", ()):
        last = _last_notice(connection, officer)
        if last is not None and last.state == "recorded" and last.letter:
            _add_to(connection, last, waiting, mails)
            continue
        at = now if last is None else max(now, last.recorded_at + PAUSE)
        outbox.record(connection, _notice(officer, waiting, mails, desk, at), "officer", desk)


def _last_notice(connection: sa.Connection, officer: Person) -> sa.Row[Any] | None:
    """Locked: what another daemon has to tell stays in it, and nobody sends it meanwhile."""
    query = sa.select(_O).where(_O.c.kind == KIND, _O.c.to_addr == officer.address)
    return connection.execute(query.order_by(_O.c.id.desc()).limit(1).with_for_update()).first()


def _add_to(
    connection: sa.Connection, notice: sa.Row[Any], count: int, mails: Sequence[Waiting]
) -> None:
    letter = load_letter(notice.letter)
    shown = (*letter.waiting, *mails)[:_SHOWN]
    text = dump_letter(replace(letter, reason=str(count), waiting=shown))
    connection.execute(_O.update().where(_O.c.id == notice.id).values(letter=text))


def _notice(
    officer: Person, waiting: int, mails: Sequence[Waiting], desk: Desk, at: datetime
) -> Letter:
    shown = tuple(mails[:_SHOWN])
    return staff_letters.letter(KIND, officer, desk, at, reason=str(waiting), waiting=shown)
