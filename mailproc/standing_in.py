"""Absences that were entered, begin or end: both are told, and who stands in gets what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from mailproc.model import Person, Request, Rules, State
from mailproc.store import absences, links, outbox, people, requests, staff_letters
from mailproc.store.absences import Entered
from mailproc.store.database import Database
from mailproc.store.desk import Desk, by_audience
from mailproc.workflow import approval, standin
from mailproc.workflow.events import Delegated

_ALL = 100_000  # requests
_AUTOMATIC = {"out_of_office": "out_of_office"}  # entered by no person: the letters say so


def as_of(connection: sa.Connection, desk: Desk, now: datetime) -> Desk:
    """The desk with the people and absences of this very moment: an absence may be seconds old."""
    everybody = people.listed(connection, now)
    away = absences.current(connection, now)
    return replace(desk, people=by_audience(everybody), absences=away)


def delegated(
    connection: sa.Connection, desk: Desk, rules: Rules, now: datetime
) -> list[tuple[Request, Delegated]]:
    """What waits for somebody who is away, the oldest first, and who stands in without a link."""
    waiting = requests.listed(connection, [State.AWAITING_DECISION], _ALL)
    return [
        (request, Delegated("clock", person_id))
        for request in reversed(waiting)
        for person_id in _stand_ins(request, desk, rules, now)
        if not links.is_asked(connection, request.id, person_id, request.content_hash)
    ]


def _stand_ins(request: Request, desk: Desk, rules: Rules, now: datetime) -> list[int]:
    asked = [
        one for seat in approval.open_seats(request, rules) for one in desk.holders(seat.who, now)
    ]
    return list(dict.fromkeys(one.person.id for one in asked if one.for_person is not None))


def announce(database: Database, desk: Desk, now: datetime) -> int:
    """Tells both of absences that were entered or ended; gives their number."""
    with database.read() as connection:
        if not absences.unannounced(connection):
            return 0
    with database.write() as connection:
        news = [
            one
            for one in absences.unannounced(connection)
            if absences.announced(connection, one.id, now)
        ]
        current = as_of(connection, desk, now)
        for one in news:
            _tell(connection, one, current, now)
    return len(news)


def _tell(connection: sa.Connection, entered: Entered, desk: Desk, now: datetime) -> None:
    absent = people.ever(connection, entered.absence.person_id)
    if absent is None:
        return
    acting = [people.ever(connection, id_) for id_ in _acting(entered, desk, now)]
    deputies = [one for one in acting if one is not None and one.id != absent.id]
    for deputy in deputies:
        _write(connection, "stand_in", deputy, entered, absent, deputies, desk, now)
    _write(connection, "away", absent, entered, absent, deputies, desk, now)


def _acting(entered: Entered, desk: Desk, now: datetime) -> tuple[int, ...]:
    """Who stands in: the one named and, where she is away too, the end of the chain."""
    absence = entered.absence
    everybody = tuple(deputy.id for deputy in desk.people.get("deputy", ()))
    named = everybody if absence.deputy_id is None else (absence.deputy_id,)
    if _is_over(entered, now):
        return named
    begins = max(absence.since, now)
    last = standin.acting(absence.person_id, everybody, desk.absences, begins)
    return last if absence.deputy_id is None else tuple(dict.fromkeys((*named, *last)))


def _is_over(entered: Entered, now: datetime) -> bool:
    until = entered.absence.until
    return until is not None and until <= now


def _write(
    connection: sa.Connection,
    kind: str,
    person: Person,
    entered: Entered,
    absent: Person,
    deputies: list[Person],
    desk: Desk,
    now: datetime,
) -> None:
    letter = staff_letters.letter(
        kind,
        person,
        desk,
        now,
        reason="ended" if _is_over(entered, now) else _AUTOMATIC.get(entered.source, ""),
        absence=entered.absence,
        absent=absent.name,
        deputies=tuple(one.name for one in deputies),
    )
    outbox.record(connection, letter, "officer", desk)
