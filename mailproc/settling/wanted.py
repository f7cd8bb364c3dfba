"""What an approver's words want, or what is still to be said: the same for one request and many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from mailproc import parsers
from mailproc.deciding import Given, narrowing
from mailproc.model import Conditions, Request, Rules
from mailproc.parsers import Said
from mailproc.settling.nouns import Habits

FAULT = "fault_"  # before a key of [condition_faults]
_NONE = Conditions()


class Wanted(NamedTuple):
    """A decision that lacks its proof alone; else `lacks` says what is missing."""

    given: Given | None = None
    lacks: str = ""
    unclear: tuple[str, ...] = ()  # words that were not understood
    conditions: Conditions = _NONE  # as far as understood


def wanted(said: Said, request: Request, habits: Habits, rules: Rules, now: datetime) -> Wanted:
    """What the words want of this request."""
    match said.choice:
        case "":
            return Wanted(lacks="unclear")
        case "conditions":
            return _narrowed(said, request, rules, now)
        case "refuse":
            return _refused(said, habits.grounds)
        case "return" if not said.reason:
            return Wanted(lacks="question_missing")
    return Wanted(Given(said.choice, via="reply", reason=said.reason))


def _refused(said: Said, grounds: Sequence[tuple[str, str]]) -> Wanted:
    """As on the page a refusal has its ground and its reason."""
    ground = parsers.ground(said.ground, said.reason, grounds)
    if grounds and not ground:
        return Wanted(lacks="ground_missing")
    if not said.reason:
        return Wanted(lacks="reason_missing")
    return Wanted(Given("refuse", via="reply", reason=said.reason, ground=ground))


def _narrowed(said: Said, request: Request, rules: Rules, now: datetime) -> Wanted:
    """Less than was asked for; nothing where a clause is not understood or can't be met."""
    columns = request.prepared.columns if request.prepared else ()
    found = parsers.narrowed(said.wishes, columns)
    if found.unclear:
        return Wanted(None, "conditions_unclear", found.unclear, found.conditions)
    for fault in narrowing.faults(request, found.conditions, rules, now):
        return Wanted(None, f"{FAULT}{fault}", (), found.conditions)
    return Wanted(Given("approve", via="reply", conditions=found.conditions))
