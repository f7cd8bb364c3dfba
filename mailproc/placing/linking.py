"""The same asked twice: linked to the first request, not run again."""

from __future__ import annotations

from mailproc import parsers, thai
from mailproc.model import Form, Known, Reading, Request, State
from mailproc.parsers import intent
from mailproc.placing import doubts
from mailproc.placing.nouns import Found, Placing
from mailproc.workflow import events as e

_ASKED = (State.INCOMPLETE, State.RETURNED)


def again(
    reading: Reading, form: Form, first: Request, found: Found, known: Known
) -> Placing | None:
    """What the second mail means; None where it is a request of its own.

    Where the first still lacks something and the sender is surely the same, the second is an
    answer. Else he is told of the first.
    """
    if found.placed == "new" or intent.asks_anew(reading.subject, reading.text):
        return None
    if _is_another(form, first.form):
        return None  # a mailbox is shared by colleagues
    merged = parsers.merge(first.form, form)
    if first.state in _ASKED and found.verified and merged != first.form:
        event = e.Answered(
            by="requester", form=merged, doubts=doubts.of(reading, merged, (), known)
        )
        return Placing("merged", event=event, about=(first,))
    return Placing("linked", answer=_told(first, found), about=(first,))


def _is_another(form: Form, first: Form) -> bool:
    """Whether the two forms name different people."""
    names = [thai.fold(one.requester_name or "") for one in (form, first)]
    if not all(names):
        return False
    shorter, longer = sorted(names, key=len)
    return shorter not in longer


def _told(first: Request, found: Found) -> str:
    """The letter that he gets. Who never confirmed is asked for that alone, and once a day: the
    sender may be forged."""
    if first.state is State.UNCONFIRMED:
        return "" if found.confirms_today else "confirm"
    return "" if found.often else "linked"
