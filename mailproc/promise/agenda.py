"""What an officer finds in the morning: which request belongs in which part of the list, when the
list is owed, and which letters wait for it (docs/adr/0024)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailproc.model import (
    Calendar,
    Catalogue,
    Dataset,
    Letter,
    Request,
    Rules,
    Section,
    State,
    Task,
)
from mailproc.workflow import calendar, dates

KIND = "officer_morning"
# In this order: what is late first, what is others' turn last.
SECTIONS = tuple("promise mine handover undelivered unplaced rounds director requester".split())
BY_HAND = frozenset({"handover", "too_big"})  # why a request waits for a person: the file is ready
_REQUESTER = frozenset({State.UNCONFIRMED, State.INCOMPLETE, State.RETURNED})
_MAY_WAIT = frozenset({"officer_undelivered", "officer_held"})
_ROUNDS_BACK = 3  # years


def hour(now: datetime, at: time, rules: Rules) -> datetime | None:
    """The hour of today's list once it has come; None before it, after the office closed, and on
    days on which nobody works."""
    day = calendar.local_day(now, rules.timezone)
    due = datetime.combine(day, at, ZoneInfo(rules.timezone))
    if not calendar.is_workday(day, rules.holidays):
        return None
    return due if due <= now < calendar.closing(day, rules.timezone) else None


def is_owed(sections: Iterable[Section], today: date, rules: Rules) -> bool:
    """Whether there is anything to tell. Rounds alone may take weeks: they are told once a week."""
    names = {one.name for one in sections if one.count}
    monday = today - timedelta(days=today.weekday())
    return bool(names - {"rounds"}) or (
        bool(names) and calendar.workday_from(monday, rules.holidays) == today
    )


def section_of(request: Request, rules: Rules, now: datetime) -> str | None:
    """The part of the list in which an open request stands; None for what the system does."""
    if request.state in dates.OURS and _is_running_out(request, rules, now):
        return "promise"
    if request.state is State.NEEDS_PERSON and request.reason in BY_HAND:
        return "handover"
    if request.state in (State.NEEDS_PERSON, State.CHECKING):
        return "mine"
    if request.state is State.AWAITING_DECISION:
        return "director"
    return "requester" if request.state in _REQUESTER else None


def _is_running_out(request: Request, rules: Rules, now: datetime) -> bool:
    """Whether the legal days end soon, or are over: from the day on which the officer was, or is,
    told of it."""
    if request.legal_told:
        return True
    soon = dates.instants(request, rules).get(dates.LEGAL_SOON)
    zone = rules.timezone
    return soon is not None and calendar.local_day(soon, zone) <= calendar.local_day(now, zone)


def since(request: Request) -> datetime:
    """Since when it waits for whoever it waits for."""
    if request.state is State.AWAITING_DECISION:
        return dates.asked_since(request) or request.received_at
    return request.asked_at or request.received_at


def gather(tasks: Iterable[Task], most: int) -> tuple[Section, ...]:
    """The parts that have something, each with its oldest tasks first, and `most` of them."""
    parts: dict[str, list[Task]] = {name: [] for name in SECTIONS}
    for task in tasks:
        parts[task.section].append(task)
    return tuple(
        Section(name, len(found), tuple(sorted(found, key=_age)[:most]))
        for name, found in parts.items()
        if found
    )


def _age(task: Task) -> tuple[datetime, int]:
    assert task.since is not None
    return task.since, task.id


def may_wait(letter: Letter, event: str) -> bool:
    """Whether a letter to an officer may be left to the next morning's list, which tells of it.

    `event`: what caused it. A first word about a request never waits, as its promise is minutes.
    """
    match letter.kind:
        case "officer_needs_person":
            states = (State.NEEDS_PERSON, State.CHECKING)
            known = letter.request is not None and letter.request.state in states
            return event == "ReminderDue" and known
        case "officer_overdue":
            return letter.reason == "soon"
        case "officer_unplaced":
            return not any(mail.new or mail.number for mail in letter.waiting)
    return letter.kind in _MAY_WAIT


# ---------------------------------------------------------------- rounds


def rounds_due(catalogue: Catalogue, today: date) -> Iterator[tuple[Dataset, int, int, str]]:
    """(dataset, year, round, its day) of every newest round that was collected and is not there.

    Only rounds of numbers that the dataset had before: of some there is one a year. Of datasets
    that are views of one source the first is told.
    """
    seen: set[str] = set()
    for dataset in catalogue.datasets:
        source = dataset.source_id or dataset.id
        if dataset.example or source in seen:
            continue
        seen.add(source)
        loaded = {(one.academic_year, one.round) for one in (*dataset.rounds, *dataset.closed)}
        for number in sorted({number for _, number in loaded}):
            year, day = _newest(catalogue.calendar, number, today)
            if day and (year, number) not in loaded:
                yield dataset, year, number, day


def _newest(known: Calendar, number: int, today: date) -> tuple[int, str]:
    """The year and day of the newest round of the number that is over; no day where none is."""
    this_year = today.year + 543
    for year in range(this_year + 1, this_year - _ROUNDS_BACK, -1):
        day = known.collected_on(year, number)
        if day and day < today.isoformat():
            return year, day
    return 0, ""
