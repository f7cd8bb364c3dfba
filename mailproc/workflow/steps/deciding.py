"""The director's side: asked, approved, refused, returned, undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailproc.model import BY_RULE, Question, Request, Rules, State
from mailproc.workflow import belonging, policy
from mailproc.workflow import events as e
from mailproc.workflow.effects import Send, StartJob, VoidLinks
from mailproc.workflow.steps.common import Step, end


def ask_director(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    asked = replace(
        request,
        state=State.AWAITING_DECISION,
        due_at=now + rules.remind,
        decided_at=None,
        decided_by="",
        decided_at_hash="",
        reason="",
    )
    return asked, (Send("approval", "director"),)


def approve_by_rule(request: Request, rules: Rules, now: datetime) -> Step:
    after = replace(
        request,
        state=State.APPROVED,
        due_at=now,
        decided_at=now,
        decided_by=BY_RULE,
        decided_at_hash=request.content_hash,
    )
    return after, ()


def recipient_proved(
    request: Request, event: e.RecipientProved, rules: Rules, now: datetime
) -> Step | None:
    """What was shown for decision named another recipient, so it is shown anew."""
    if event.address.casefold() != (request.form.email or "").casefold():
        return None
    if not belonging.may_go_to(event.address, request, rules):
        return None
    proved = replace(request, deliver_to=event.address)
    if request.state is not State.AWAITING_DECISION or proved.prepared is None:
        return proved, ()
    anew = replace(proved, content_hash=policy.content_hash(proved, proved.prepared))
    after, effects = ask_director(anew, event, rules, now)
    return after, (VoidLinks(), *effects)


def approved(request: Request, event: e.Approved, rules: Rules, now: datetime) -> Step | None:
    if not event.content_hash or event.content_hash != request.content_hash:
        return None  # what was shown is not what would be sent
    after = replace(
        request,
        state=State.APPROVED,
        due_at=now + rules.hold,
        decided_by=event.by,
        decided_at=now,
        decided_at_hash=event.content_hash,
        failures=0,
    )
    return after, ()


def refused(request: Request, event: e.Refused, rules: Rules, now: datetime) -> Step:
    after = replace(end(request, State.REFUSED, event.reason), decided_by=event.by, decided_at=now)
    return after, (VoidLinks(), Send("refused", "requester", reason=event.reason))


def returned(request: Request, event: e.Returned, rules: Rules, now: datetime) -> Step:
    question = (Question("purpose", "unclear", said=event.reason),)
    after = replace(
        request,
        state=State.RETURNED,
        reason=event.reason,
        questions=question,
        due_at=now + rules.silent,
    )
    return after, (VoidLinks(), Send("ask", "requester", question, event.reason))


def undone(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    return ask_director(request, event, rules, now)[0], ()


def hold_elapsed(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if not policy.is_decided(request):
        return None
    delivering = replace(request, state=State.DELIVERING, due_at=None)
    return delivering, (VoidLinks(), StartJob("build"))
