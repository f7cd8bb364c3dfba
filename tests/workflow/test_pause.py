"""The promise waits while the requester is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailproc.model import Request, Trust
from mailproc.workflow import calendar
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from tests.factories import a_form
from tests.walk import RULES, a_draft

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 09:00 in Bangkok
_MINUTES = timedelta(minutes=10)


def _asked(now: datetime = MONDAY, **changes: object) -> Request:
    draft = a_draft(form=a_form(purpose=None), received_at=now, promised_at=now + _MINUTES)
    return decide(replace(draft, **changes), e.Opened(), RULES, now).after  # type: ignore[arg-type]


def _answered(request: Request, now: datetime) -> Request:
    return decide(request, e.Answered(form=a_form()), RULES, now).after


def test_the_time_until_the_answer_is_added() -> None:
    asked = _asked()
    assert (asked.asked_at, asked.promised_at) == (MONDAY, MONDAY + _MINUTES)
    after = _answered(asked, MONDAY + timedelta(hours=3))
    assert after.promised_at == MONDAY + timedelta(hours=3) + _MINUTES
    assert after.asked_at is None


def test_nights_and_holidays_do_not_count_twice() -> None:
    asked = _asked()
    tuesday = MONDAY + timedelta(days=1)  # 7.5 office hours after, and a night
    assert _answered(asked, tuesday).promised_at == tuesday + _MINUTES
    rules = replace(RULES, holidays=frozenset({tuesday.date()}))
    wednesday = MONDAY + timedelta(days=2)
    after = decide(asked, e.Answered(form=a_form()), rules, wednesday).after
    assert after.promised_at == wednesday + _MINUTES


def test_an_answer_that_leaves_something_open_starts_the_pause_anew() -> None:
    asked = _asked(form=a_form(purpose=None, organisation=None))
    half = e.Answered(form=a_form(purpose=None))
    later = MONDAY + timedelta(hours=1)
    again = decide(asked, half, RULES, later).after
    assert (again.asked_at, again.promised_at) == (later, later + _MINUTES)
    assert _answered(again, MONDAY + timedelta(hours=2)).promised_at == (
        MONDAY + timedelta(hours=2) + _MINUTES
    )


def test_a_confirmation_pauses_too_and_a_note_does_not_end_it() -> None:
    waiting = _asked(trust=Trust.UNSTAMPED, vouched="", form=a_form())
    assert waiting.asked_at == MONDAY
    noted = decide(waiting, e.Noted(note="x"), RULES, MONDAY + _MINUTES).after
    assert noted.asked_at == MONDAY
    confirmed = decide(noted, e.Confirmed(form=a_form()), RULES, MONDAY + timedelta(hours=1)).after
    assert confirmed.promised_at == MONDAY + timedelta(hours=1) + _MINUTES


@pytest.mark.parametrize("event", [e.Cancelled(), e.Silent()])
def test_an_end_keeps_what_was_promised(event: e.Event) -> None:
    ended = decide(_asked(), event, RULES, MONDAY + timedelta(hours=5)).after
    assert (ended.promised_at, ended.asked_at) == (MONDAY + _MINUTES, None)


def test_a_promise_is_moved_by_office_hours_alone() -> None:
    friday = MONDAY + timedelta(days=4, hours=7)  # 16:00, half an hour before closing
    asked_over_the_weekend = friday + timedelta(hours=40)
    moved = calendar.moved(friday, friday, asked_over_the_weekend, "Asia/Bangkok")
    assert moved == friday + timedelta(minutes=30)
    assert calendar.moved(moved, moved, moved + timedelta(hours=9), "Asia/Bangkok") == moved
