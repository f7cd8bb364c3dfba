"""What the steps of all flows share: what a step is, and how a request ends or goes to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mailproc.model import Request, Rules, State
from mailproc.workflow import dates
from mailproc.workflow.approval import asked_seats
from mailproc.workflow.effects import Effect, Send, StartJob, VoidLinks

Step = tuple[Request, tuple[Effect, ...]]
PREPARE = StartJob("prepare")
LATE = timedelta(days=14)  # after its day a round that is waited for is overdue
ROUND_WAITED = "round_waited"
TOO_BIG = "too_big"  # the file has to be handed over by a person
# Why a person is needed although a reply may take it on.
SCAN, ASK_LIMIT, NONE_FITS = "scan", "ask_limit", "none_fits"
ANSWERED = "answered"  # what the officer asked in words of her own


def unprepared(request: Request) -> Request:
    """What was prepared, decided and built no longer counts: the form or the data may differ."""
    return replace(
        request,
        prepared=None,
        content_hash="",
        decided_by="",
        decided_for="",
        decided_at=None,
        decided_at_hash="",
        file_id=None,
        revoked_at=None,
        approvals=(),
        standing_id=0,
    )


def end(request: Request, state: State, reason: str = "") -> Request:
    return replace(request, state=state, due_at=None, reason=reason)


def for_person(
    request: Request, resume: State, reason: str, rules: Rules, now: datetime
) -> Request:
    waiting = replace(request, state=State.NEEDS_PERSON, resume=resume, reason=reason)
    return dates.wait(waiting, rules, now)


def to_person(request: Request, resume: State, reason: str, rules: Rules, now: datetime) -> Step:
    waiting = for_person(request, resume, reason, rules, now)
    officer = Send("officer_needs_person", "officer", reason=reason)
    return waiting, (VoidLinks(), Send("needs_person", "requester"), officer)


def is_on_its_way(request: Request) -> bool:
    """True from the end of the hold: the file may have left already."""
    sending = (State.DELIVERING, State.DELIVERED)
    return request.state in sending or request.resume in sending


def withdrawal(before: Request, after: Request, rules: Rules) -> tuple[Effect, ...]:
    """Those who were asked are told of a link that is void, unless a new one follows at once."""
    if before.state is not State.AWAITING_DECISION or after.state is State.PREPARING:
        return ()
    return (Send("approval_withdrawn", "director", seats=asked_seats(before, rules)),)
