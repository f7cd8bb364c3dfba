"""When people are away, and who stands in (ผู้รักษาราชการแทน).

Of absences that overlap the one entered last holds. What is over or taken back stays as a row, so
that the history can tell why somebody decided for another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.errors import MailprocError
from mailproc.model import Absence
from mailproc.store import people, schema
from mailproc.workflow import standin

_A = schema.absences


class AbsenceRefused(MailprocError):
    """The absence was not entered; `why`: self | circle | dates | no_role | deputy_no_role."""

    def __init__(self, why: str, **values: object) -> None:
        self.why = why
        super().__init__(key=f"absence_{why}", **values)


@dataclass(frozen=True, slots=True)
class Entered:
    """An absence as it was entered."""

    id: int
    absence: Absence
    source: str
    entered_at: datetime
    told_at: datetime | None  # since then whoever stands in has what waits
    announced_at: datetime | None  # since then both know of it as it stands


def begin(
    connection: sa.Connection,
    person_id: int,
    deputy_id: int | None,
    since: datetime,
    until: datetime | None,
    source: str,
    now: datetime,
) -> int:
    """A person is away from `since` until `until` (None: until it is ended); gives the id.

    `source`: page | command | out_of_office.

    Entered twice it is one. Raises AbsenceRefused where nobody would be left to decide.
    """
    wanted = Absence(person_id, deputy_id, since, until)
    _check(connection, wanted, now)
    for entered in listed(connection, now):
        if entered.absence == wanted:
            return entered.id
    values = {
        "person_id": person_id,
        "deputy_id": deputy_id,
        "since": since,
        "until": until,
        "source": source,
        "entered_at": now,
    }
    key = connection.execute(_A.insert().values(values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _check(connection: sa.Connection, wanted: Absence, now: datetime) -> None:
    until, deputy = wanted.until, wanted.deputy_id
    if until is not None and (until <= wanted.since or until <= now):
        raise AbsenceRefused("dates")
    if people.get(connection, wanted.person_id, now) is None:
        raise AbsenceRefused("no_role", id=wanted.person_id)
    if deputy is None:
        return
    if deputy == wanted.person_id:
        raise AbsenceRefused("self", id=deputy)
    if people.get(connection, deputy, now) is None:
        raise AbsenceRefused("deputy_no_role", id=deputy)
    meanwhile = [one for one in current(connection, now) if standin.overlap(one, wanted)]
    if standin.is_circle(wanted.person_id, deputy, meanwhile):
        raise AbsenceRefused("circle", id=wanted.person_id, deputy=deputy)


def end(
    connection: sa.Connection, person_id: int, now: datetime, absence_id: int | None = None
) -> int:
    """The person is back: what holds now ends; where nothing does, what was to come is taken back.

    With an id that one alone. Gives how many ended.
    """
    mine = [one for one in listed(connection, now) if one.absence.person_id == person_id]
    if absence_id is not None:
        ending = [one for one in mine if one.id == absence_id]
    else:
        ending = [one for one in mine if one.absence.since <= now] or mine
    for one in ending:
        # Who was told of it is told of its end; who never was need not know.
        values = {"until": now, "announced_at": None if one.announced_at else now}
        connection.execute(_A.update().where(_A.c.id == one.id).values(values))
    return len(ending)


def current(connection: sa.Connection, now: datetime) -> tuple[Absence, ...]:
    """Absences that hold now or will, the one entered last at the end."""
    return tuple(entered.absence for entered in listed(connection, now))


def listed(connection: sa.Connection, now: datetime) -> list[Entered]:
    """The same, with who entered them and when."""
    return list(_entered(connection, sa.or_(_A.c.until.is_(None), _A.c.until > now)))


def untold(connection: sa.Connection, now: datetime) -> list[Entered]:
    """Absences that hold now and whose stand-in does not have what waits yet."""
    lasting = sa.or_(_A.c.until.is_(None), _A.c.until > now)
    return list(_entered(connection, lasting, _A.c.since <= now, _A.c.told_at.is_(None)))


def told(connection: sa.Connection, absence_id: int, now: datetime) -> None:
    """From now on the stand-in has what waits."""
    connection.execute(_A.update().where(_A.c.id == absence_id).values(told_at=now))


def unannounced(connection: sa.Connection) -> list[Entered]:
    """Absences of which both are to be told: entered, or ended earlier than was said."""
    return list(_entered(connection, _A.c.announced_at.is_(None)))


def announced(connection: sa.Connection, absence_id: int, now: datetime) -> bool:
    """Both know of it. False where they did already."""
    mine = _A.update().where(_A.c.id == absence_id, _A.c.announced_at.is_(None))
    return connection.execute(mine.values(announced_at=now)).rowcount == 1


def _entered(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> Iterator[Entered]:
    for row in connection.execute(sa.select(_A).where(*which).order_by(_A.c.id)):
        yield _of(row)


def _of(row: sa.Row[Any]) -> Entered:
    absence = Absence(row.person_id, row.deputy_id, row.since, row.until)
    return Entered(row.id, absence, row.source, row.entered_at, row.told_at, row.announced_at)
