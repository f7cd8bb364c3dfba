"""What happens by itself to a request that waits for the office, and when.

Reminders, escalation and the legal days are instants in office hours of working days; `due_at` is
the next of them. Whatever falls due while the office is closed waits for its opening, so that
after a weekend there is one letter of each kind and not three. Silence never decides.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from mailproc.model import Request, Rules, State
from mailproc.workflow import calendar

# For these the office has to do something; the legal days run.
OURS = frozenset({State.CHECKING, State.AWAITING_DECISION, State.NEEDS_PERSON})
REMIND, ESCALATE, LEGAL_SOON, LEGAL_END = "remind", "escalate", "soon", "end"


def wait(request: Request, rules: Rules, now: datetime) -> Request:
    """The request as it waits from now on for whoever was just told of it."""
    return set_due(replace(request, remind_at=next_reminder(rules, now)), rules, now)


def next_reminder(rules: Rules, now: datetime) -> datetime:
    """`rules.remind` after now, in office hours, and never on the same day."""
    wanted = calendar.in_hours(now + rules.remind, rules.timezone, rules.holidays)
    if calendar.local_day(wanted, rules.timezone) > calendar.local_day(now, rules.timezone):
        return wanted
    tomorrow = calendar.local_day(now, rules.timezone) + timedelta(days=1)
    return _opening(rules, calendar.workday_from(tomorrow, rules.holidays), now)


def set_due(request: Request, rules: Rules, now: datetime) -> Request:
    """`due_at` as the next of its instants; what is due while the office is closed, as it opens."""
    opens = calendar.in_hours(now, rules.timezone, rules.holidays)
    due = min(instants(request, rules).values(), default=None)
    return replace(request, due_at=max(due, opens) if due is not None else None)


def fallen(request: Request, rules: Rules, now: datetime) -> frozenset[str]:
    """What is due now; nothing while the office is closed."""
    if not is_open(rules, now):
        return frozenset()
    return frozenset(name for name, at in instants(request, rules).items() if at <= now)


def is_open(rules: Rules, now: datetime) -> bool:
    """Whether the office works at this moment."""
    return calendar.in_hours(now, rules.timezone, rules.holidays) <= now


def instants(request: Request, rules: Rules) -> dict[str, datetime]:
    """All that is still to come, by name."""
    if request.state not in OURS:
        return {}
    found: dict[str, datetime] = {}
    if (remind := request.remind_at or request.due_at) is not None:
        found[REMIND] = remind
    if (at := _escalation(request, rules)) is not None:
        found[ESCALATE] = at
    return found | _legal(request, rules)


def _escalation(request: Request, rules: Rules) -> datetime | None:
    """At the opening after so many working days since the seats that are asked now were asked."""
    count, since = rules.escalation.workdays, asked_since(request)
    if request.state is not State.AWAITING_DECISION or request.escalated_at or not count:
        return None
    if since is None:
        return None
    first = calendar.business_day(since, rules.timezone, rules.holidays)
    return _opening(rules, calendar.workdays_after(first, count, rules.holidays), since)


def asked_since(request: Request) -> datetime | None:
    """Since when the seats that are asked now are asked."""
    return max((one.at for one in request.approvals), default=request.laid_at)


def _legal(request: Request, rules: Rules) -> dict[str, datetime]:
    """On the last working day before, so that word comes in time."""
    start = request.legal_from or request.received_at
    names = ((LEGAL_SOON, rules.legal.warn), (LEGAL_END, rules.legal.end))
    return {
        name: _opening(rules, _workday_upto(start, days, rules), start)
        for name, days in names
        if name not in request.legal_told
    }


def _workday_upto(start: datetime, days: int, rules: Rules) -> date:
    day = calendar.local_day(start, rules.timezone) + timedelta(days=days)
    return calendar.workday_upto(day, rules.holidays)


def legal_end(request: Request, rules: Rules) -> datetime:
    """The last moment of office hours within the legal days."""
    start = request.legal_from or request.received_at
    day = _workday_upto(start, rules.legal.end, rules)
    return calendar.closing(day, rules.timezone).astimezone(start.tzinfo)


def answer_by(request: Request, rules: Rules, now: datetime) -> datetime | None:
    """Until when an answer can be expected: as promised, else within the legal days; None where
    both are over."""
    if request.asked_at is not None or request.promised_at >= now:
        return request.promised_at
    end = legal_end(request, rules)
    return end if end >= now else None


def may_nudge(request: Request, rules: Rules, now: datetime) -> bool:
    """Whether the requester has not asked for hurry on this working day."""
    if request.nudged_at is None:
        return True
    days = (request.nudged_at, now)
    then, today = (calendar.business_day(at, rules.timezone, rules.holidays) for at in days)
    return then < today


def _opening(rules: Rules, day: date, like: datetime) -> datetime:
    return calendar.opening(day, rules.timezone).astimezone(like.tzinfo)
