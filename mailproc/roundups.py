"""One turn: at its hours, one mail to each who decides with all that waits for that person."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from mailproc import deciding
from mailproc.model import Person
from mailproc.store import facts, outbox, people, roundups, staff_letters
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import roundup, standin
from mailproc.workflow.roundup import Roundup


class Roundups:
    """Each list is owed once for its hour and person, whoever runs."""

    def __init__(self, database: Database, chosen: Roundup) -> None:
        self._database, self._chosen = database, chosen
        self._done_upto: datetime | None = None

    def turn(self, desk: Desk, now: datetime) -> int:
        """Writes the lists that are owed; gives their number."""
        hour = self._chosen.hour(now)
        if self._done_upto == hour or not self._chosen.is_open(now):
            return 0
        with self._database.read() as connection:
            owed = [
                one for one in roundups.deciders(connection, now) if not _is_away(one, desk, now)
            ]
        written = sum(self._write(person_id, hour, desk, now) for person_id in owed)
        self._done_upto = hour
        return written

    def _write(self, person_id: int, hour: datetime, desk: Desk, now: datetime) -> bool:
        with self._database.write() as connection:
            person = people.get(connection, person_id, now)
            last = roundups.last_list(connection, person_id, roundup.KIND)
            if person is None or (last is not None and last >= hour):
                return False
            waiting = deciding.waiting(connection, person_id, now)
            folded = roundups.folded(connection, [link.id for link in waiting])
            if not self._chosen.is_owed(len(waiting), len(folded), now):
                return False
            mark = hour.astimezone(UTC).isoformat()
            if not facts.advance(connection, f"{roundup.KIND} {person_id}", mark):
                return False  # another daemon was faster
            list_id = _record(connection, person, len(waiting), desk, now)
            roundups.told_in(connection, folded, list_id)
        return True


def _is_away(person_id: int, desk: Desk, now: datetime) -> bool:
    return standin.is_away(person_id, desk.absences, now)


def _record(
    connection: sa.Connection, person: Person, count: int, desk: Desk, now: datetime
) -> int:
    """The letter holds no request: what waits is looked up when it is sent, and erased with it."""
    letter = staff_letters.letter(
        roundup.KIND,
        person,
        desk,
        now,
        reason=str(count),
    )
    return outbox.record(connection, letter, "director", desk, person_id=person.id)
