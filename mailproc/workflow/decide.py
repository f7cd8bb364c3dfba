"""What becomes of a request when something happens: one pure function over `states.TABLE`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from mailproc.model import Request, Rules, State
from mailproc.workflow import events as e
from mailproc.workflow import pause, unmailed
from mailproc.workflow.effects import Decision, Effect, Send
from mailproc.workflow.states import FROM_A_PERSON, allowed
from mailproc.workflow.steps import (
    asking,
    deciding,
    delivering,
    ending,
    intake,
    officer,
    people,
    preparing,
    waiting,
)
from mailproc.workflow.steps.common import Step, is_on_its_way


def decide(request: Request, event: e.Event, rules: Rules, now: datetime) -> Decision:
    """The request after the event, what is recorded and what is owed. Never raises, never acts.

    An event that has no place in the state changes nothing but the version, is recorded as
    ignored, and is answered where a person caused it.
    """
    targets = allowed(request.state, event)
    step = _HANDLERS[type(event)](request, event, rules, now) if targets else None
    if step is None or step[0].state not in targets:
        after, effects, ignored = request, _answer(request, event), True
    else:
        (after, effects), ignored = step, False
        after = pause.promised(request, after, rules, now)
    after = replace(after, version=request.version + 1)
    return Decision(
        before=request,
        after=after,
        event=type(event).__name__,
        by=event.by,
        facts=_facts(request, after, event, ignored),
        told=_told(event),
        effects=unmailed.by_voice(after, effects),
    )


def _facts(before: Request, after: Request, event: e.Event, ignored: bool) -> dict[str, str | int]:
    facts: dict[str, str | int] = {"from": before.state.value, "to": after.state.value}
    if ignored:
        facts["ignored"] = 1
    if after.content_hash:
        facts["content_hash"] = after.content_hash
    if isinstance(event, e.DataBuilt | e.Downloaded | e.HandedOver):
        facts["file_id"] = event.file_id
    if isinstance(event, e.HandedOver):
        facts["way"] = event.way
    if isinstance(event, e.FileAttached) and event.attached is not None:
        facts["paper_id"], facts["sha256"] = event.attached.paper_id, event.attached.sha256
    if isinstance(event, e.DataPrepared) and after.state is State.APPROVED:
        facts["by_rule"] = f"standing {after.standing_id}" if after.standing_id else "open dataset"
    return facts


def _told(event: e.Event) -> dict[str, str]:
    """The words of people in the event: personal, so kept apart from the facts."""
    names = ("reason", "note", "problem", "entered_by")
    return {name: text for name in names if (text := getattr(event, name, ""))}


def _answer(request: Request, event: e.Event) -> tuple[Effect, ...]:
    """What a person is told whose message changes nothing."""
    if isinstance(event, e.Resend) and event.by == "requester":  # the day of its use is past
        return (Send("noted", "requester"), Send("officer_note", "officer", reason="use_ended"))
    if not isinstance(event, FROM_A_PERSON):
        return ()
    if isinstance(event, e.Cancelled) and is_on_its_way(request):
        return (Send("too_late", "requester"),)
    officer = Send("officer_note", "officer", note=getattr(event, "note", ""))
    if isinstance(event, e.Noted) and event.approver:
        words = f"{event.note}\n\n{event.by} {event.approver}"
        return (replace(officer, note=words, reason="from_approver"),)
    if isinstance(event, e.Noted) and event.quiet:
        return (officer,)
    return (Send("noted", "requester", last=getattr(event, "last", False)), officer)


_HANDLERS: dict[type[e.Event], Callable[[Request, Any, Rules, datetime], Step | None]] = {
    e.Opened: intake.opened,
    e.Answered: intake.answered,
    e.Confirmed: intake.confirmed,
    e.RecipientProved: deciding.recipient_proved,
    e.RoundOpened: preparing.round_opened,
    e.DataPrepared: preparing.prepared,
    e.Unanswerable: asking.unanswerable,
    e.StepFailed: preparing.step_failed,
    e.OfficerPassed: deciding.ask_director,
    e.OfficerAsked: officer.asked,
    e.OfficerCorrected: officer.corrected,
    e.FileAttached: officer.attached,
    e.HandedOver: officer.handed_over,
    e.Remarked: people.remarked,
    e.Approved: deciding.approved,
    e.Refused: deciding.refused,
    e.Returned: deciding.returned,
    e.Undone: deciding.undone,
    e.Delegated: deciding.delegated,
    e.HoldElapsed: deciding.hold_elapsed,
    e.DataBuilt: delivering.built,
    e.ContentChanged: preparing.content_changed,
    e.GateBlocked: officer.gate_blocked,
    e.TooBig: delivering.too_big,
    e.Downloaded: delivering.downloaded,
    e.AccessRevoked: delivering.access_revoked,
    e.AllSent: delivering.all_sent,
    e.DeliveryFailed: people.trouble,
    e.BounceReceived: people.trouble,
    e.Resend: delivering.resent,
    e.Silent: ending.silent,
    e.ReminderDue: waiting.remind,
    e.Nudged: waiting.nudged,
    e.PersonSettled: people.settled,
    e.Cancelled: ending.cancelled,
}
DEADLINES: dict[State, type[e.Event]] = {
    State.UNCONFIRMED: e.Silent,
    State.INCOMPLETE: e.Silent,
    State.RETURNED: e.Silent,
    State.WAITING: e.ReminderDue,
    State.CHECKING: e.ReminderDue,
    State.AWAITING_DECISION: e.ReminderDue,
    State.NEEDS_PERSON: e.ReminderDue,
    State.APPROVED: e.HoldElapsed,
}
