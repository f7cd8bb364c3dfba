"""Where a person of the office takes part: told of trouble, settling how it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from mailproc.model import Question, Request, Rules, State
from mailproc.workflow import events as e
from mailproc.workflow import policy
from mailproc.workflow.belonging import open_questions
from mailproc.workflow.effects import Send, StartJob, VoidLinks
from mailproc.workflow.steps import asking, deciding, ending, preparing
from mailproc.workflow.steps.common import Step, end, for_person

_WAITING_ON = frozenset(
    {State.UNCONFIRMED, State.INCOMPLETE, State.RETURNED, State.AWAITING_DECISION}
)


def trouble(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """The gate, the sending or a bounce: the officer is told; who waits for a person waits on."""
    problem = getattr(event, "problem", "")
    officer = Send("officer_needs_person", "officer", reason=problem, note=_said(event))
    if request.state in _WAITING_ON:
        return request, (officer,)
    waiting = for_person(request, request.state, problem, rules, now)
    came_back = isinstance(event, e.BounceReceived)
    reached = not came_back or policy.recipient(request) != request.requester_addr
    told = (Send("needs_person", "requester"),) if reached else ()
    return waiting, (VoidLinks(), *told, officer)


def _said(event: e.Event) -> str:
    """What the server of the other side said."""
    return event.note if isinstance(event, e.DeliveryFailed | e.BounceReceived) else ""


def remarked(request: Request, event: e.Remarked, rules: Rules, now: datetime) -> Step:
    """Shown with the request from now on; what was laid before somebody stays as it is."""
    return replace(request, remark=event.note), ()


def settled(request: Request, event: e.PersonSettled, rules: Rules, now: datetime) -> Step | None:
    settle = _SETTLE.get(event.to)
    settled = replace(request, resume=None, reason="", failures=0, asks=0, due_at=None)
    return settle(settled, event, rules, now) if settle else None


def _settle_ask(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """Asks once more what is open; where nothing is, the person's own words are the question."""
    unclear = Question("purpose", "unclear", said=getattr(event, "note", ""))
    known = request.questions or open_questions(request, rules)
    questions = known or (unclear,)
    return asking.ask_back(request, questions, rules, now)


def _settle_decide(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    return deciding.ask_director(request, event, rules, now) if request.prepared else None


def _settle_deliver(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if not policy.is_decided(request) or request.revoked_at is not None:
        return None  # nothing leaves without a decision over the same content that still stands
    return replace(request, state=State.DELIVERING), (StartJob("build"),)


def _settle_delivered(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    return end(request, State.DELIVERED), ()


def _settle_refused(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    note = getattr(event, "note", "")
    return deciding.refused(request, e.Refused(by=event.by, reason=note), rules, now)


_SETTLE: dict[State, Callable[..., Step | None]] = {
    State.INCOMPLETE: _settle_ask,
    State.PREPARING: preparing.prepare_again,
    State.AWAITING_DECISION: _settle_decide,
    State.DELIVERING: _settle_deliver,
    State.DELIVERED: _settle_delivered,
    State.REFUSED: _settle_refused,
    State.CANCELLED: ending.cancelled,
}
