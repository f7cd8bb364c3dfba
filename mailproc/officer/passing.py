"""How a request goes on: checked and laid before the director, asked about, settled, ended."""

from __future__ import annotations

import sqlalchemy as sa

from mailproc.model import State
from mailproc.officer.nouns import Done, Here, Who
from mailproc.officer.turns import happen
from mailproc.store import requests
from mailproc.workflow import events as e

MOST = 2000  # letters of a question, remark or reason


def submit(
    connection: sa.Connection, request_id: int, who: Who, here: Here, *, seen: int = 0
) -> Done:
    """Lays it before whoever decides: one that was checked, or that waited for a person."""
    request = requests.get(connection, request_id)
    checking = request is not None and request.state is State.CHECKING
    event: e.Event = e.PersonSettled(by=who.name, to=State.AWAITING_DECISION)
    if checking:
        event = e.OfficerPassed(by=who.name)
    return happen(connection, request_id, event, here, seen=seen)


def ask(
    connection: sa.Connection, request_id: int, words: str, who: Who, here: Here, *, seen: int = 0
) -> Done:
    """Mails a question to the requester: these words, or without any what is open."""
    event = e.OfficerAsked(by=who.name, note=words.strip()[:MOST])
    done = happen(connection, request_id, event, here, seen=seen)
    if done.outcome == "no_place" and not words.strip() and done.request is not None:
        return Done("question_missing", done.request, field="question")
    return done


def remark(
    connection: sa.Connection, request_id: int, words: str, who: Who, here: Here, *, seen: int = 0
) -> Done:
    """A word for whoever decides; an empty one takes it back."""
    event = e.Remarked(by=who.name, note=words.strip()[:MOST])
    return happen(connection, request_id, event, here, seen=seen)


def settle(
    connection: sa.Connection,
    request_id: int,
    to: State,
    who: Who,
    here: Here,
    *,
    note: str = "",
    seen: int = 0,
) -> Done:
    """Says how a request that needs a person goes on; a refusal needs a reason."""
    if to is State.REFUSED and not note.strip():
        return Done("reason_missing", requests.get(connection, request_id), field="note")
    if to is State.AWAITING_DECISION:
        return submit(connection, request_id, who, here, seen=seen)
    event = e.PersonSettled(by=who.name, to=to, note=note.strip()[:MOST])
    return happen(connection, request_id, event, here, seen=seen)


def cancel(
    connection: sa.Connection, request_id: int, who: Who, here: Here, *, seen: int = 0
) -> Done:
    """Ends it for the requester, who is told."""
    return happen(connection, request_id, e.Cancelled(by=who.name), here, seen=seen)
