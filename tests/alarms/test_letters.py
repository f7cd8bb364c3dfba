from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from mailproc.alarms import letters
from mailproc.model import Letter, Person
from mailproc.store import alarms, schema
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from tests.factories import NOW

_ADMIN = Person(1, "นายผู้ดูแล", "admin@example.org", "admin")
_OFFICER = Person(2, "นางสาวดาวเรือง", "officer@example.org", "officer")
_BOTH = Person(3, "นายผู้ดูแล", "Admin@example.org", "officer")


@pytest.fixture
def desk() -> Desk:
    return Desk(b"k" * 32, "example.org", {"admin": (_ADMIN,), "officer": (_OFFICER, _BOTH)})


def _written(database: Database) -> list[Letter]:
    with database.read() as connection:
        query = sa.select(schema.outbox.c.letter).order_by(schema.outbox.c.id)
        return [load_letter(text) for text in connection.scalars(query)]


def test_admins_and_officers_get_one_mail_when_it_breaks(database: Database, desk: Desk) -> None:
    with database.write() as connection:
        alarms.raise_alarm(connection, "disk_low", {"free_mb": 90, "need_mb": 200}, NOW)
    assert letters.tell(database, desk, NOW) == 1
    assert letters.tell(database, desk, NOW + timedelta(days=3)) == 0
    written = _written(database)
    assert [one.to_addr.casefold() for one in written] == [_ADMIN.address, _OFFICER.address]
    assert {one.kind for one in written} == {"alarm"}
    assert "90 MB" in written[0].note
    assert "\n\n" in written[0].note  # what happened, then what to do


def test_they_get_one_mail_when_it_is_mended(database: Database, desk: Desk) -> None:
    with database.write() as connection:
        alarms.raise_alarm(connection, "disk_low", {}, NOW)
    letters.tell(database, desk, NOW)
    with database.write() as connection:
        alarms.mended(connection, "disk_low", NOW + timedelta(minutes=30))
    assert letters.tell(database, desk, NOW + timedelta(hours=1)) == 1
    last = _written(database)[-1]
    assert last.kind == "alarm_mended"
    assert "09:05" in last.reason
    assert "09:35" in last.reason


def test_what_was_mended_before_anybody_heard_of_it_is_not_told(
    database: Database, desk: Desk
) -> None:
    with database.write() as connection:
        alarms.raise_alarm(connection, "disk_low", {}, NOW)
        alarms.mended(connection, "disk_low", NOW)
    assert letters.tell(database, desk, NOW + timedelta(hours=1)) == 0
