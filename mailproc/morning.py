"""One turn: in the morning of a working day, one mail to each officer with all that waits."""

from __future__ import annotations

from datetime import date, datetime, time

from mailproc.model import Letter, Person, Rules
from mailproc.promise import agenda
from mailproc.store import facts, outbox, staff_letters, tasks
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import calendar


class Morning:
    """Owed once for an officer and day, whoever runs; nothing where nothing waits at that hour."""

    def __init__(self, database: Database, at: time | None) -> None:
        self._database, self._at = database, at
        self._done: date | None = None

    def turn(self, desk: Desk, rules: Rules, now: datetime) -> int:
        """Writes the lists that are owed; gives their number."""
        if self._at is None:
            return 0
        hour = agenda.hour(now, self._at, rules)
        if hour is None or self._done == hour.date():
            return 0
        officers = {one.address.casefold(): one for one in desk.people.get("officer", ())}
        written = self._write(list(officers.values()), hour, desk, rules, now)
        self._done = hour.date()
        return written

    def _write(
        self, officers: list[Person], hour: datetime, desk: Desk, rules: Rules, now: datetime
    ) -> int:
        day = hour.date()
        with self._database.write() as connection:
            if facts.first_start(connection, now) > hour:
                return 0  # it was set up today: nothing is left over from before
            # Claimed also where nothing is owed: what comes at nine is told at once, or tomorrow.
            mine = [
                one
                for one in officers
                if facts.advance(connection, f"{agenda.KIND} {one.id}", day.isoformat())
            ]
            found = tasks.sections(connection, rules, now) if mine else ()
            if not agenda.is_owed(found, calendar.local_day(now, rules.timezone), rules):
                return 0
            count = sum(one.count for one in found)
            for officer in mine:
                list_id = outbox.record(
                    connection, _letter(officer, count, desk, now), "officer", desk
                )
                tasks.told_in(connection, officer.address, list_id)
        return len(mine)


def _letter(officer: Person, count: int, desk: Desk, now: datetime) -> Letter:
    """It holds no request: what waits is looked up when it is sent, and erased with it."""
    return staff_letters.letter(agenda.KIND, officer, desk, now, reason=str(count))
