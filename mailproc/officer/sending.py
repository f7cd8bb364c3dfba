"""Letters that a person orders: sent again, or settled where nobody knew what became of them."""

from __future__ import annotations

import sqlalchemy as sa

from mailproc.model import State
from mailproc.officer.nouns import Done, Here, Who
from mailproc.officer.passing import MOST
from mailproc.officer.turns import happen
from mailproc.store import outbox, requests
from mailproc.workflow import events as e
from mailproc.workflow import manners

AGAIN = ("held", "rejected", "unknown", "bounced")  # states from which a letter may go again


def resend(connection: sa.Connection, letter: int, here: Here) -> Done:
    """Sends a letter again, and those that went in the same mail. No limit holds it: a person
    ordered it."""
    kind = outbox.change(
        connection, letter, AGAIN, "recorded", due_at=here.now, standing=manners.HAND
    )
    return Done("done") if kind else Done("letter_not")


def send_file_again(
    connection: sa.Connection, request_id: int, who: Who, here: Here, *, seen: int = 0
) -> Done:
    """The delivered file once more to its requester."""
    return happen(connection, request_id, e.Resend(by=who.name), here, seen=seen)


def take_back(
    connection: sa.Connection, request_id: int, words: str, who: Who, here: Here, *, seen: int = 0
) -> Done:
    """The delivered file is given out no more, and its requester is told. The reason stays in the
    history."""
    if not words.strip():
        return Done("reason_missing", requests.get(connection, request_id), field="reason")
    event = e.AccessRevoked(by=who.name, reason=words.strip()[:MOST])
    return happen(connection, request_id, event, here, seen=seen)


def settle(connection: sa.Connection, letter: int, outcome: str, who: Who, here: Here) -> Done:
    """What really became of a letter in `unknown`: sent | rejected. The request of a dataset that
    did arrive is delivered."""
    kind = outbox.change(connection, letter, ("unknown",), outcome, due_at=None)
    if kind is None:
        return Done("letter_not")
    if kind == "dataset" and outcome == "sent":
        for request_id in outbox.requests_of(connection, letter):
            request = requests.get(connection, request_id)
            if request is not None and request.state is State.NEEDS_PERSON:
                happen(connection, request_id, e.AllSent(by=who.name), here)
    return Done("done")
