"""Once a month, to everybody who approved something ahead: what that let through."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from mailproc.model import Letter, Person, Request, Rules, Standing
from mailproc.store import facts, outbox, people, staff_letters, standing
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import calendar

KIND = "standing_account"


class Accounts:
    """On the first working day of a month, or as soon after it as we run."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: date | None = None  # the month whose account was seen to

    def turn(self, desk: Desk, rules: Rules, now: datetime) -> int:
        """Writes the letters that are due; gives their number. Once a month, whoever runs."""
        month = calendar.local_day(now, rules.timezone).replace(day=1)
        first = calendar.workday_from(month, rules.holidays)
        if self._told == month or now < calendar.opening(first, rules.timezone):
            return 0
        with self._database.write() as connection:
            new = facts.put_new(connection, f"{KIND} {month.isoformat()}", now.isoformat())
            written = _write(connection, month, desk, rules, now) if new else 0
        self._told = month
        return written


def _write(connection: Connection, month: date, desk: Desk, rules: Rules, now: datetime) -> int:
    """A letter for each request, which go as one mail: so each is erased with its request."""
    before = (month - timedelta(days=1)).replace(day=1)
    zone = ZoneInfo(rules.timezone)
    since, until = (datetime.combine(day, time(), zone) for day in (before, month))
    passed = standing.let_through(connection, since, until)
    for one, request in passed:
        for person in _readers(connection, one, desk, now):
            letter = _letter(person, request, before, month - timedelta(days=1), desk, now)
            bundle = desk.bundle(KIND, person.address.casefold(), month.isoformat())
            outbox.record(connection, letter, "director", desk, bundle=bundle)
    return len(passed)


def _readers(connection: Connection, one: Standing, desk: Desk, now: datetime) -> Iterable[Person]:
    """Who approved it ahead; where that person has left, who holds the role now."""
    person = people.get(connection, one.person_id, now)
    return (person,) if person is not None else desk.people.get("director", ())


def _letter(
    person: Person, request: Request, since: date, upto: date, desk: Desk, now: datetime
) -> Letter:
    """`reason` and `note` are the first and the last day of the account."""
    return staff_letters.letter(
        KIND,
        person,
        desk,
        now,
        request=outbox.without_query(request),
        reason=since.isoformat(),
        note=upto.isoformat(),
    )
