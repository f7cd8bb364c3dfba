"""When a list takes the place of many mails."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mailproc.workflow.roundup import Roundup
from tests.factories import a_form, a_request

FRIDAY = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # 10:00 in Bangkok
CHOSEN = Roundup(above=5, may_fold=True, holidays=frozenset({date(2026, 11, 23)}))


@pytest.mark.parametrize(
    ("now", "hour"),
    [
        ("2026-11-20T01:29", "2026-11-19T06:30"),  # before the office opens: yesterday afternoon
        ("2026-11-20T01:30", "2026-11-20T01:30"),
        ("2026-11-20T06:29", "2026-11-20T01:30"),
        ("2026-11-20T06:30", "2026-11-20T06:30"),
        ("2026-11-22T03:00", "2026-11-20T06:30"),  # Sunday
        ("2026-11-23T03:00", "2026-11-20T06:30"),  # a holiday
        ("2026-11-24T03:00", "2026-11-24T01:30"),
    ],
)
def test_lists_go_when_the_office_opens_and_after_noon(now: str, hour: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert CHOSEN.hour(at) == datetime.fromisoformat(hour).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [("2026-11-20T03:00", True), ("2026-11-20T11:00", False), ("2026-11-23T03:00", False)],
)
def test_a_list_that_was_missed_does_not_come_in_the_evening_or_on_a_holiday(
    now: str, is_open: bool
) -> None:
    assert CHOSEN.is_open(datetime.fromisoformat(now).replace(tzinfo=UTC)) is is_open


@pytest.mark.parametrize(
    ("waiting", "folded", "hours", "owed"),
    [
        (5, 0, 0, False),  # so many come one by one, and are reminded of one by one
        (6, 0, 0, True),
        (1, 1, 0, True),  # what got no mail of its own is always told
        (0, 0, 0, False),
        (9, 0, 5, False),  # in the afternoon only what is new
        (9, 1, 5, True),
    ],
)
def test_a_list_is_owed_of_much_in_the_morning_and_of_what_got_no_mail(
    waiting: int, folded: int, hours: int, owed: bool
) -> None:
    assert CHOSEN.is_owed(waiting, folded, FRIDAY.replace(hour=3 + hours)) is owed


def test_a_new_request_goes_by_itself_until_so_many_went_today() -> None:
    assert not CHOSEN.is_much("approval", lambda: 4, lambda: 40)
    assert CHOSEN.is_much("approval", lambda: 5, lambda: 5)
    assert not Roundup(above=5, may_fold=False).is_much("approval", lambda: 50, lambda: 50)


def test_reminders_stop_where_a_list_goes_each_morning() -> None:
    assert not CHOSEN.is_much("approval_reminder", lambda: 0, lambda: 5)
    assert CHOSEN.is_much("approval_reminder", lambda: 0, lambda: 6)


@pytest.mark.parametrize(
    ("needed", "pressing"),
    [("2026-11-20", True), ("2026-11-21", True), ("2026-11-19", True), ("2026-11-30", False)],
)
def test_what_is_needed_at_once_goes_by_itself(needed: str, pressing: bool) -> None:
    request = a_request(form=a_form(needed_by=needed), promised_at=FRIDAY)
    assert CHOSEN.is_pressing(request, FRIDAY) is pressing
    assert not CHOSEN.is_pressing(a_request(form=a_form(needed_by=None)), FRIDAY)
