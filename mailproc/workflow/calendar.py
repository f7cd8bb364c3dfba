"""The office's calendar: working days, office hours, and how time is counted in them.

Holidays are handed in as dates. Instants come and go in the zone that they were given in; days are
those of the office's time zone.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(8, 30), time(16, 30)  # office hours of government offices
_DAY = timedelta(days=1)
Holidays = Collection[date]


def is_workday(day: date, holidays: Holidays = ()) -> bool:
    return day.weekday() < 5 and day not in holidays


def workday_from(day: date, holidays: Holidays = ()) -> date:
    """The day itself, or the first working day after it."""
    while not is_workday(day, holidays):
        day += _DAY
    return day


def workday_upto(day: date, holidays: Holidays = ()) -> date:
    """The day itself, or the last working day before it."""
    while not is_workday(day, holidays):
        day -= _DAY
    return day


def workdays_after(day: date, count: int, holidays: Holidays = ()) -> date:
    """The working day that is `count` of them later; the day itself does not count."""
    for _ in range(count):
        day = workday_from(day + _DAY, holidays)
    return day


def opening(day: date, timezone: str) -> datetime:
    """The moment at which the office opens on that day."""
    return datetime.combine(day, OPENS, ZoneInfo(timezone))


def closing(day: date, timezone: str) -> datetime:
    """The moment at which the office closes on that day."""
    return datetime.combine(day, CLOSES, ZoneInfo(timezone))


def local_day(at: datetime, timezone: str) -> date:
    """The date that the office's wall calendar shows then."""
    return at.astimezone(ZoneInfo(timezone)).date()


def in_hours(at: datetime, timezone: str, holidays: Holidays = ()) -> datetime:
    """The moment itself where the office is open then, else that of its next opening."""
    found = _into_hours(at.astimezone(ZoneInfo(timezone)), holidays)
    return found.astimezone(at.tzinfo)


def business_day(at: datetime, timezone: str, holidays: Holidays = ()) -> date:
    """The working day that a moment counts for: what comes after hours is of the next one."""
    return _into_hours(at.astimezone(ZoneInfo(timezone)), holidays).date()


def later(start: datetime, within: timedelta, timezone: str, holidays: Holidays = ()) -> datetime:
    """The moment that is `within` later, counted in office hours."""
    zone = ZoneInfo(timezone)
    at, left = _into_hours(start.astimezone(zone), holidays), within
    while left > (rest := datetime.combine(at.date(), CLOSES, zone) - at):
        left -= rest
        at = _into_hours(datetime.combine(at.date() + _DAY, OPENS, zone), holidays)
    return (at + left).astimezone(start.tzinfo)


def passed(start: datetime, end: datetime, timezone: str, holidays: Holidays = ()) -> timedelta:
    """How much office time lies between two moments."""
    zone, total = ZoneInfo(timezone), timedelta()
    at, until = start.astimezone(zone), end.astimezone(zone)
    while (at := _into_hours(at, holidays)) < until:
        closes = datetime.combine(at.date(), CLOSES, zone)
        total += min(closes, until) - at
        at = closes
    return total


def moved(
    promised: datetime,
    asked: datetime,
    answered: datetime,
    timezone: str,
    holidays: Holidays = (),
) -> datetime:
    """The promised time, later by the office hours that passed between question and answer."""
    waited = passed(asked, answered, timezone, holidays)
    return later(promised, waited, timezone, holidays) if waited else promised


def span(first: date, last: date | None, timezone: str) -> tuple[datetime, datetime | None]:
    """From the first day's first moment to the end of the last day; None: without an end."""
    zone = ZoneInfo(timezone)
    until = None if last is None else datetime.combine(last + _DAY, time(), zone)
    return datetime.combine(first, time(), zone), until


def last_day(until: datetime, timezone: str) -> date:
    """The last day that lies, with some of it, before the moment: of `span` the last one."""
    return local_day(until - timedelta(microseconds=1), timezone)


def _into_hours(at: datetime, holidays: Holidays) -> datetime:
    if at.time() >= CLOSES:
        at = datetime.combine(at.date() + _DAY, OPENS, at.tzinfo)
    if not is_workday(at.date(), holidays):
        at = datetime.combine(workday_from(at.date(), holidays), OPENS, at.tzinfo)
    return max(at, datetime.combine(at.date(), OPENS, at.tzinfo))
