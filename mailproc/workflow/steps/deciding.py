"""The director's side: asked, approved, refused, returned, undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailproc.model import BY_RULE, Approval, Conditions, Question, Request, Rules, Standing, State
from mailproc.workflow import approval, belonging, conditions, dates, policy
from mailproc.workflow import events as e
from mailproc.workflow.effects import Seat, Send, StartJob, VoidLinks
from mailproc.workflow.steps.common import PREPARE, Step, end, unprepared


def ask_director(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """Lays the content before those whose yes it needs first."""
    asked = replace(
        request,
        state=State.AWAITING_DECISION,
        decided_at=None,
        decided_by="",
        decided_for="",
        decided_at_hash="",
        reason="",
        approvals=(),
        laid_at=request.laid_at or now,
        inside=belonging.is_inside(request, rules),
    )
    ask = _ask(asked, approval.open_seats(asked, rules), rules)
    return dates.wait(asked, rules, now), (ask,)


def _ask(request: Request, seats: tuple[Seat, ...], rules: Rules, only: int = 0) -> Send:
    needed = approval.needed(request, rules)
    return Send("approval", "director", seats=seats, only=only, needed=needed)


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


def approve_ahead(request: Request, standing: Standing, rules: Rules, now: datetime) -> Step:
    """By a yes that a person gave ahead; whoever ends it within the hold stops it."""
    after = replace(
        request,
        state=State.APPROVED,
        due_at=now + rules.hold,
        decided_at=now,
        decided_by=standing.by,
        decided_at_hash=request.content_hash,
        standing_id=standing.id,
        failures=0,
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
    if event.seat not in {seat.at for seat in approval.open_seats(request, rules)}:
        return None
    if any(event.person_id == one.person_id for one in approval.given(request) if one.person_id):
        return None  # two seats are for two pairs of eyes
    if event.conditions != Conditions():
        return _narrowed(request, event)
    given = replace(request, approvals=(*approval.given(request), _approval(event, now)))
    if open_now := approval.open_seats(given, rules):
        known = approval.open_seats(request, rules)
        next_asked = tuple(seat for seat in open_now if seat not in known)
        ask = (_ask(given, next_asked, rules),) if next_asked else ()
        return dates.wait(replace(given, escalated_at=None), rules, now), ask
    after = replace(
        given,
        state=State.APPROVED,
        due_at=now + rules.hold,
        decided_by=_names(given),
        decided_at=now,
        decided_at_hash=event.content_hash,
        failures=0,
    )
    return after, ()


def _approval(event: e.Approved, now: datetime) -> Approval:
    return Approval(event.seat, event.person_id, event.by, event.for_name, now, event.content_hash)


def _names(request: Request) -> str:
    return ", ".join(dict.fromkeys(one.name for one in request.approvals))


def _narrowed(request: Request, event: e.Approved) -> Step:
    """What is released under conditions is made first, and shown once more."""
    anew = replace(
        unprepared(request),
        state=State.PREPARING,
        conditions=conditions.upon(request.conditions, event.conditions),
        due_at=None,
        failures=0,
        renewed="conditions",
        shown=None,  # the conditions were set upon what had changed
    )
    return anew, (VoidLinks(), PREPARE)


def delegated(request: Request, event: e.Delegated, rules: Rules, now: datetime) -> Step:
    """Who stands in from now on gets a link of her own, and no reminder on the same day."""
    seats = approval.open_seats(request, rules)
    handed = _ask(request, seats, rules, event.person_id)
    return dates.wait(request, rules, now), (handed,)


def refused(request: Request, event: e.Refused, rules: Rules, now: datetime) -> Step:
    after = replace(
        end(request, State.REFUSED, event.reason),
        decided_by=event.by,
        decided_for=event.for_name,
        decided_at=now,
        ground=event.ground,
    )
    told = Send("refused", "requester", reason=event.reason)
    return after, (VoidLinks(), told, *_told_to_others(request, rules))


def _told_to_others(request: Request, rules: Rules) -> tuple[Send, ...]:
    """Whoever said yes learns that somebody else said no, or sent it back."""
    who = dict(enumerate(approval.policy_for(request, rules).seats))
    return tuple(
        Send(
            "approval_withdrawn",
            "director",
            seats=(Seat(one.seat, who[one.seat]),),
            only=one.person_id,
        )
        for one in approval.given(request)
        if one.seat in who and one.person_id
    )


def returned(request: Request, event: e.Returned, rules: Rules, now: datetime) -> Step:
    question = (Question("purpose", "unclear", said=event.reason),)
    after = replace(
        request,
        state=State.RETURNED,
        reason=event.reason,
        sent_back=event.reason,
        decided_by=event.by,
        questions=question,
        decided_for=event.for_name,
        due_at=now + rules.silent,
        approvals=(),
        shown=request.form,
        amended=False,  # what is laid next is what came of the return
        renewed="",
    )
    told = Send("ask", "requester", question, event.reason)
    return after, (VoidLinks(), told, *_told_to_others(request, rules))


def undone(request: Request, event: e.Undone, rules: Rules, now: datetime) -> Step | None:
    """The yes of one seat is taken back; what others said to this content stands."""
    left = tuple(
        one for one in approval.given(request) if event.seat != one.seat and not _is_by(event, one)
    )
    if request.state is State.AWAITING_DECISION and len(left) == len(approval.given(request)):
        return None  # nothing of this seat is to be taken back
    return replace(ask_director(request, event, rules, now)[0], approvals=left), ()


def _is_by(event: e.Undone, one: Approval) -> bool:
    return bool(event.person_id) and event.person_id == one.person_id


def hold_elapsed(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if not policy.is_decided(request):
        return None
    delivering = replace(request, state=State.DELIVERING, due_at=None)
    return delivering, (VoidLinks(), StartJob("build"))
