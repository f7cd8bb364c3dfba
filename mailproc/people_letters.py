"""Letters about what happened to people's codes and devices, as the register owes them.

Whoever did it writes a row in the register and knows nothing of mail. A reset is told to the
group's director as well, who answers for who may decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from mailproc.model import Letter, Person, Standing
from mailproc.store import outbox, people, people_log, staff_letters, standing
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.store.people_log import Entry

KIND = "security"
_FOR_DIRECTORS = frozenset({"code_reset", "succeeded"})


def tell(database: Database, desk: Desk, now: datetime) -> int:
    """Writes the letters that are owed; gives how many entries were told."""
    with database.read() as connection:
        if not people_log.is_due(connection, now):
            return 0
    with database.write() as connection:
        entries = people_log.take_due(connection, now)
        for entry in entries:
            _tell(connection, entry, desk, now)
    return len(entries)


def _tell(connection: sa.Connection, entry: Entry, desk: Desk, now: datetime) -> None:
    about = people.ever(connection, entry.person_id)
    if about is None:
        return
    readers: list[Person] = [about]
    if entry.event in _FOR_DIRECTORS:
        readers += desk.people.get("director", ())
    given = _given_ahead(connection, entry)
    for reader in _once(readers):
        letter = replace(_letter(entry, about, reader, desk, now), standing=given)
        outbox.record(connection, letter, "officer", desk)


def _given_ahead(connection: sa.Connection, entry: Entry) -> Standing | None:
    """The yes given ahead that the entry is about, so that its giver sees what was given."""
    known = entry.facts.get("standing")
    return standing.get(connection, int(known)) if known else None


def _once(readers: Iterable[Person]) -> Iterable[Person]:
    return {reader.address.casefold(): reader for reader in reversed(list(readers))}.values()


def _letter(entry: Entry, about: Person, reader: Person, desk: Desk, now: datetime) -> Letter:
    own = reader.id == about.id
    return staff_letters.letter(
        KIND,
        reader,
        desk,
        entry.at,
        reason=entry.event,
        note=str(entry.facts.get("device", "")),
        for_name="" if own else about.name,
    )
