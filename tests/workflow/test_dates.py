"""What happens by itself to what waits, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc.model import Approval, ApprovalPolicy, Escalation, Request, State
from mailproc.workflow import dates
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision, Send
from tests.walk import RULES, a_draft, data_prepared

_ZONE = ZoneInfo("Asia/Bangkok")
RULES_TH = replace(RULES, holidays=frozenset({date(2026, 12, 7), date(2026, 12, 10)}))


def _at(text: str) -> datetime:
    """«02 10:00» of December 2026; the 1st is a Tuesday."""
    return datetime.fromisoformat(f"2026-12-{text}").replace(tzinfo=_ZONE).astimezone(UTC)


def _said(at: datetime | None) -> str:
    return f"{at.astimezone(_ZONE):%d %H:%M}" if at else ""


def _laid(now: datetime, rules: object = RULES_TH) -> Request:
    opened = decide(a_draft(received_at=now), e.Opened(), RULES_TH, now).after
    return decide(opened, data_prepared(opened), rules or RULES_TH, now).after  # type: ignore[arg-type]


def _sends(decision: Decision) -> list[Send]:
    return [effect for effect in decision.effects if isinstance(effect, Send)]


def _kinds(decision: Decision) -> list[str]:
    return [send.kind for send in _sends(decision)]


@pytest.mark.parametrize(
    ("hours", "now", "then"),
    [
        (24, "01 10:00", "02 10:00"),
        (24, "04 10:00", "08 08:30"),  # over a weekend and a holiday, once
        (24, "05 12:00", "08 08:30"),  # a Saturday
        (24, "01 18:00", "03 08:30"),  # after hours
        (4, "01 09:00", "02 08:30"),  # never twice on one day
        (4, "01 15:00", "02 08:30"),
        (72, "01 10:00", "04 10:00"),
        (96, "01 10:00", "08 08:30"),  # which is a Saturday
    ],
)
def test_a_reminder_comes_in_office_hours_and_once_a_day(hours: int, now: str, then: str) -> None:
    rules = replace(RULES_TH, remind=timedelta(hours=hours))
    assert _said(dates.next_reminder(rules, _at(now))) == then


def test_what_falls_due_while_the_office_is_closed_waits_for_its_opening() -> None:
    request = _laid(_at("01 10:00"))
    late = decide(request, e.ReminderDue(), RULES_TH, _at("05 12:00"))  # the daemon was down
    assert _kinds(late) == []
    assert _said(late.after.due_at) == "08 08:30"
    opens = decide(late.after, e.ReminderDue(), RULES_TH, _at("08 08:30"))
    assert _kinds(opens) == ["approval_reminder", "escalated"], "one of each, not four"
    assert _said(opens.after.due_at) == "09 08:30"


def test_the_officer_is_told_after_so_many_working_days_and_once() -> None:
    request = _laid(_at("04 15:00"))
    assert _said(dates.instants(request, RULES_TH)["escalate"]) == "11 08:30"
    told = decide(request, e.ReminderDue(), RULES_TH, _at("11 08:30"))
    (letter,) = [send for send in _sends(told) if send.kind == "escalated"]
    assert (letter.to, letter.reason, [seat.who for seat in letter.seats]) == (
        "officer",
        "3",
        [("officer",)],
    )
    assert "escalate" not in dates.instants(told.after, RULES_TH)


def test_whom_the_office_trusts_gets_a_link_of_the_very_seats() -> None:
    policy = ApprovalPolicy((("group_director",), ("officer",)))
    rules = replace(
        RULES_TH, approval=(policy,), escalation=Escalation(1, ("deputy",), may_decide=True)
    )
    request = _laid(_at("01 10:00"), rules)
    told = decide(request, e.ReminderDue(), rules, _at("02 09:00"))
    (letter,) = [send for send in _sends(told) if send.reason == "escalated"]
    assert (letter.kind, letter.to) == ("approval_reminder", "director")
    assert [(seat.at, seat.who) for seat in letter.seats] == [(0, ("deputy",)), (1, ("deputy",))]


def test_nobody_is_told_where_the_office_does_not_want_it() -> None:
    rules = replace(RULES_TH, escalation=Escalation(0))
    assert "escalate" not in dates.instants(_laid(_at("01 10:00")), rules)


def test_the_next_seat_has_its_own_days() -> None:
    request = _laid(_at("01 10:00"))
    given = Approval(0, 1, "x", "", _at("08 10:00"), "0")
    later = replace(request, approvals=(given,), escalated_at=None)
    assert _said(dates.instants(later, RULES_TH)["escalate"]) == "14 08:30"


def test_the_legal_days_are_calendar_days_and_word_comes_before_they_end() -> None:
    found = dates.instants(_laid(_at("01 10:00")), RULES_TH)
    assert (_said(found["soon"]), _said(found["end"])) == ("11 08:30", "16 08:30")  # 13: a Sunday
    found = dates.instants(_laid(_at("05 23:59")), RULES_TH)
    assert (_said(found["soon"]), _said(found["end"])) == ("17 08:30", "18 08:30")  # 20: a Sunday


def test_at_their_end_officer_and_requester_are_told_once_and_nothing_is_refused() -> None:
    request = _laid(_at("01 10:00"))
    told = decide(request, e.ReminderDue(), RULES_TH, _at("16 08:30"))
    assert _kinds(told) == ["approval_reminder", "escalated", "officer_overdue", "overdue"]
    assert told.after.state is State.AWAITING_DECISION
    assert told.after.legal_told == ("soon", "end")
    again = decide(told.after, e.ReminderDue(), RULES_TH, _at("17 08:30"))
    assert _kinds(again) == ["approval_reminder"]


@pytest.mark.parametrize("state", [State.CHECKING, State.NEEDS_PERSON])
def test_the_legal_days_run_while_the_officer_has_it_too(state: State) -> None:
    waiting = replace(_laid(_at("01 10:00")), state=state)
    told = decide(waiting, e.ReminderDue(), RULES_TH, _at("11 09:00"))
    assert _kinds(told) == ["officer_needs_person", "officer_overdue"]


def test_the_legal_days_pause_while_the_requester_is_asked() -> None:
    request = _laid(_at("01 10:00"))
    returned = decide(request, e.Returned(reason="x"), RULES_TH, _at("02 10:00")).after
    answered = decide(returned, e.Answered(form=request.form), RULES_TH, _at("12 10:00")).after
    assert answered.legal_from == request.received_at + timedelta(days=10)


def test_what_was_stored_before_there_were_reminders_of_its_own_is_reminded_too() -> None:
    old = replace(_laid(_at("01 10:00")), remind_at=None, due_at=_at("02 10:00"))
    assert "approval_reminder" in _kinds(decide(old, e.ReminderDue(), RULES_TH, _at("02 10:00")))


# ---------------------------------------------------------------- a nudge


def test_a_nudge_reminds_once_a_working_day() -> None:
    request = _laid(_at("01 10:00"))
    first = decide(request, e.Nudged(), RULES_TH, _at("02 09:00"))
    assert [(send.kind, send.reason) for send in _sends(first)] == [
        ("approval_reminder", "nudge"),
        ("nudged", "sent"),
    ]
    assert _said(first.after.remind_at) == "03 09:00", "no other reminder today"
    second = decide(first.after, e.Nudged(), RULES_TH, _at("02 16:29"))
    assert [(send.kind, send.reason) for send in _sends(second)] == [("nudged", "again")]
    third = decide(second.after, e.Nudged(), RULES_TH, _at("03 08:30"))
    assert "approval_reminder" in _kinds(third)


def test_a_nudge_out_of_hours_disturbs_nobody_before_the_office_opens() -> None:
    request = _laid(_at("01 10:00"))
    night = decide(request, e.Nudged(), RULES_TH, _at("01 20:00"))
    assert [(send.kind, send.reason) for send in _sends(night)] == [("nudged", "later")]
    assert _said(night.after.due_at) == "02 08:30"
    assert not dates.may_nudge(night.after, RULES_TH, _at("02 15:00")), "it counted for that day"
    assert dates.may_nudge(night.after, RULES_TH, _at("02 16:30"))


def test_an_answer_can_be_expected_as_promised_or_within_the_legal_days() -> None:
    request = replace(_laid(_at("01 10:00")), promised_at=_at("01 10:10"))
    assert _said(dates.answer_by(request, RULES_TH, _at("01 10:05"))) == "01 10:10"
    assert _said(dates.answer_by(request, RULES_TH, _at("02 10:00"))) == "16 16:30"
    assert dates.answer_by(request, RULES_TH, _at("17 10:00")) is None
