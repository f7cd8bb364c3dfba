from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc.workflow import calendar

BANGKOK = "Asia/Bangkok"
_ZONE = ZoneInfo(BANGKOK)
_HOLIDAY = date(2026, 11, 24)  # a Tuesday
_HOLIDAYS = frozenset({_HOLIDAY})


def _at(text: str) -> datetime:
    """«23T09:05» of November, as the store has it."""
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=_ZONE).astimezone(UTC)


def _said(at: datetime) -> str:
    return f"{at.astimezone(_ZONE):%dT%H:%M}"


@pytest.mark.parametrize(
    ("received", "minutes", "promised"),
    [
        ("23T09:05", 10, "23T09:15"),  # a Monday, in office hours
        ("23T06:00", 10, "23T08:40"),  # before the office opens
        ("23T16:25", 10, "25T08:35"),  # over the evening and a holiday
        ("23T16:20", 10, "23T16:30"),  # to the last minute
        ("23T16:30", 10, "25T08:40"),
        ("23T23:59", 10, "25T08:40"),
        ("24T10:00", 10, "25T08:40"),  # on the holiday
        ("21T10:00", 10, "23T08:40"),  # on a Saturday
        ("22T10:00", 10, "23T08:40"),  # on a Sunday
        ("20T16:25", 10, "23T08:35"),  # from Friday over the weekend
        ("19T08:30", 8 * 60, "19T16:30"),  # one whole day
        ("19T08:30", 8 * 60 + 1, "20T08:31"),
        ("19T12:00", 3 * 8 * 60, "25T12:00"),  # three days over weekend and holiday
        ("19T12:00", 0, "19T12:00"),
    ],
)
def test_a_promise_counts_office_hours_alone(received: str, minutes: int, promised: str) -> None:
    found = calendar.later(_at(received), timedelta(minutes=minutes), BANGKOK, _HOLIDAYS)
    assert found.tzinfo is UTC
    assert _said(found) == promised


@pytest.mark.parametrize(
    ("at", "open_at"),
    [
        ("23T08:30", "23T08:30"),
        ("23T16:29", "23T16:29"),
        ("23T16:30", "25T08:30"),  # the holiday is passed over
        ("23T08:29", "23T08:30"),
        ("21T12:00", "23T08:30"),
        ("24T00:00", "25T08:30"),
    ],
)
def test_what_comes_out_of_hours_waits_for_the_next_opening(at: str, open_at: str) -> None:
    assert _said(calendar.in_hours(_at(at), BANGKOK, _HOLIDAYS)) == open_at
    assert calendar.business_day(_at(at), BANGKOK, _HOLIDAYS).day == int(open_at[:2])


def test_the_day_is_that_of_the_office_and_not_of_the_store() -> None:
    midnight = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # Monday begins in Bangkok
    assert calendar.local_day(midnight, BANGKOK) == date(2026, 11, 23)
    assert calendar.local_day(midnight - timedelta(microseconds=1), BANGKOK) == date(2026, 11, 22)
    assert calendar.opening(date(2026, 11, 23), BANGKOK) == datetime(
        2026, 11, 23, 1, 30, tzinfo=UTC
    )
    assert calendar.closing(date(2026, 11, 23), BANGKOK) == datetime(
        2026, 11, 23, 9, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("day", "count", "found"), [(20, 0, 20), (20, 1, 23), (20, 2, 25), (21, 1, 23), (23, 1, 25)]
)
def test_working_days_are_counted_without_weekends_and_holidays(
    day: int, count: int, found: int
) -> None:
    start = date(2026, 11, day)
    assert calendar.workdays_after(start, count, _HOLIDAYS) == date(2026, 11, found)


def test_the_nearest_working_day_is_found_either_way() -> None:
    assert calendar.workday_upto(_HOLIDAY, _HOLIDAYS) == date(2026, 11, 23)
    assert calendar.workday_upto(date(2026, 11, 22), _HOLIDAYS) == date(2026, 11, 20)
    assert calendar.workday_from(_HOLIDAY, _HOLIDAYS) == date(2026, 11, 25)
    assert calendar.workday_from(date(2026, 11, 25), _HOLIDAYS) == date(2026, 11, 25)


def test_office_time_between_two_moments_is_what_a_promise_adds() -> None:
    start, end = _at("20T15:30"), _at("25T09:30")
    assert calendar.passed(start, end, BANGKOK, _HOLIDAYS) == timedelta(hours=1 + 8 + 1)
    assert calendar.later(start, timedelta(hours=10), BANGKOK, _HOLIDAYS) == end
    assert calendar.passed(end, start, BANGKOK) == timedelta()


def test_days_from_and_to_include_the_last_one() -> None:
    since, until = calendar.span(date(2026, 11, 23), date(2026, 11, 25), BANGKOK)
    assert (since, until) == (_at("23T00:00"), _at("26T00:00"))
    assert until is not None
    assert calendar.last_day(until, BANGKOK) == date(2026, 11, 25)
    assert calendar.span(date(2026, 11, 23), None, BANGKOK)[1] is None


def test_where_clocks_are_changed_the_office_still_opens_by_the_wall_clock() -> None:
    """The calendar is no Thai one: an hour is missing in Berlin on 29 March 2026."""
    before = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # Friday 16:00
    assert calendar.in_hours(before + timedelta(hours=1), "Europe/Berlin") == datetime(
        2026, 3, 30, 6, 30, tzinfo=UTC
    )
