"""One turn: officers and admins learn by mail what is wrong, once, and that it is mended, once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from mailproc import thai
from mailproc.alarms.words import said
from mailproc.model import Letter, Person
from mailproc.store import alarms, outbox, staff_letters
from mailproc.store.alarms import Alarm, News
from mailproc.store.database import Database
from mailproc.store.desk import Desk

RAISED, MENDED = "alarm", "alarm_mended"  # the letters


def tell(database: Database, desk: Desk, now: datetime) -> int:
    """Writes the letters that are owed; gives how many alarms were told."""
    with database.read() as connection:
        if not alarms.to_tell(connection, now):
            return 0
    with database.write() as connection:
        news = alarms.to_tell(connection, now)
        return sum(_tell(connection, alarm, what, desk, now) for alarm, what in news)


def _tell(connection: sa.Connection, alarm: Alarm, news: News, desk: Desk, now: datetime) -> bool:
    if not alarms.told(connection, alarm.name, news, now):
        return False
    for person in _readers(desk):
        outbox.record(connection, _letter(alarm, news, person, desk, now), "officer", desk)
    return True


def _readers(desk: Desk) -> Iterable[Person]:
    """Each once, whatever roles there are."""
    people = (*desk.people.get("admin", ()), *desk.people.get("officer", ()))
    return {person.address.casefold(): person for person in people}.values()


def _letter(alarm: Alarm, news: News, person: Person, desk: Desk, now: datetime) -> Letter:
    words = said(alarm, desk.language)
    return staff_letters.letter(
        RAISED if news == "raised" else MENDED,
        person,
        desk,
        now,
        subject=words.title,
        reason=_span(alarm, desk),
        note=f"{words.what}\n\n{words.remedy}" if news == "raised" else "",
    )


def _span(alarm: Alarm, desk: Desk) -> str:
    """From when, and until when where that is known."""
    ends = (alarm.raised_at, alarm.mended_at)
    told = (thai.date_time(at, desk.timezone, desk.language) for at in ends if at is not None)
    return " – ".join(told)
