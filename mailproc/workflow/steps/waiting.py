"""While a request waits for the office: reminders, escalation, the legal days, and a nudge."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from mailproc.model import Request, Rules, State
from mailproc.workflow import approval, calendar, dates
from mailproc.workflow import events as e
from mailproc.workflow.effects import Effect, Seat, Send
from mailproc.workflow.steps.common import LATE, Step


def remind(request: Request, event: e.ReminderDue, rules: Rules, now: datetime) -> Step:
    """Whatever has fallen due; nothing while the office is closed, and nothing twice."""
    if request.state is State.WAITING:
        told = Send("officer_needs_person", "officer", reason=request.reason)
        return replace(request, due_at=now + LATE), (told,)
    due = {*dates.fallen(request, rules, now), *([dates.REMIND] if event.ordered else [])}
    after = _noted(request, due, rules, now)
    return dates.set_due(after, rules, now), tuple(_letters(request, due, rules))


def _noted(request: Request, due: Collection[str], rules: Rules, now: datetime) -> Request:
    if dates.REMIND in due:
        request = replace(request, remind_at=dates.next_reminder(rules, now))
    if dates.ESCALATE in due:
        request = replace(request, escalated_at=now)
    told = [name for name in (dates.LEGAL_SOON, dates.LEGAL_END) if name in due]
    return replace(request, legal_told=tuple(dict.fromkeys((*request.legal_told, *told))))


def _letters(request: Request, due: Collection[str], rules: Rules) -> list[Effect]:
    seats = approval.asked_now(request, rules)
    found: list[Effect] = []
    if dates.REMIND in due:
        found.append(_reminder(request, seats, rules))
    if dates.ESCALATE in due:
        found.append(_escalation(request, seats, rules))
    return [*found, *_legal(request, due, seats, rules)]


def _reminder(request: Request, seats: tuple[Seat, ...], rules: Rules, reason: str = "") -> Send:
    if request.state is State.AWAITING_DECISION:
        needed = approval.needed(request, rules)
        return Send("approval_reminder", "director", seats=seats, reason=reason, needed=needed)
    return Send("officer_needs_person", "officer", reason=request.reason)


def _escalation(request: Request, seats: tuple[Seat, ...], rules: Rules) -> Send:
    """To those whom the office named: word of it, or a link of the very seats."""
    to, days = rules.escalation.to, str(rules.escalation.workdays)
    if rules.escalation.may_decide:
        theirs = tuple(Seat(seat.at, to) for seat in seats)
        return _reminder(request, theirs, rules, "escalated")
    return Send("escalated", "officer", seats=(Seat(0, to),), asked=seats, reason=days)


def _legal(
    request: Request, due: Collection[str], seats: tuple[Seat, ...], rules: Rules
) -> list[Effect]:
    """Word of the legal days; where both are due on one day the second says it all."""
    end = dates.legal_end(request, rules)
    if dates.LEGAL_END in due:
        officer = Send("officer_overdue", "officer", asked=seats, reason="end", answer_by=end)
        return [officer, Send("overdue", "requester", asked=seats, answer_by=end)]
    if dates.LEGAL_SOON in due:
        return [Send("officer_overdue", "officer", asked=seats, reason="soon", answer_by=end)]
    return []


def nudged(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """Once a working day whoever is asked is reminded, in office hours; the requester is told."""
    seats = approval.open_seats(request, rules)
    expected = dates.answer_by(request, rules, now)

    def told(how: str) -> Send:
        return Send("nudged", "requester", reason=how, asked=seats, answer_by=expected)

    if not dates.may_nudge(request, rules, now):
        return request, (told("again"),)
    opens = calendar.in_hours(now, rules.timezone, rules.holidays)
    hurried = replace(request, nudged_at=now)
    if opens > now:
        due = min(opens, request.remind_at or opens)
        return dates.set_due(replace(hurried, remind_at=due), rules, now), (told("later"),)
    after = dates.wait(hurried, rules, now)
    return after, (_reminder(request, seats, rules, "nudge"), told("sent"))
