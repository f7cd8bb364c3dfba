from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from mailproc.health.bell import Bell
from mailproc.model import Person
from mailproc.store import alarms, facts, messages, vitals
from mailproc.store.alarms import Alarm
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.store.vitals import Daemon
from tests.factories import NOW

MINUTE = timedelta(minutes=1)
_ADMIN = Person(1, "นายผู้ดูแล", "admin@example.org", "admin")
DESK = Desk(b"k" * 32, "example.org", {"admin": (_ADMIN,)})


class Turns:
    """A daemon's bell, whose rounds are a minute apart."""

    def __init__(self, database: Database, owner: str, started_at: datetime = NOW) -> None:
        self.seen: tuple[Alarm, ...] = ()
        self.seconds, self.now = 0.0, NOW
        me = Daemon(owner, f"host-{owner}", started_at, started_at)
        self.bell = Bell(database, me, lambda: self.seen, None, lambda: self.seconds)

    def round(self) -> int:
        self.seconds, self.now = self.seconds + 60, self.now + MINUTE
        return self.bell.turn(DESK, self.now)

    @property
    def is_second(self) -> bool:
        return bool(list(self.bell.second()))


def _open(database: Database) -> list[str]:
    with database.read() as connection:
        return [alarm.name for alarm in alarms.open_alarms(connection)]


def test_what_the_warden_sees_is_raised_told_and_mended(database: Database) -> None:
    turns = Turns(database, "a")
    assert turns.round() == 0
    turns.seen = (Alarm("disk_low", NOW, {"free_mb": 9}),)
    assert turns.round() == 1
    assert _open(database) == ["disk_low"]
    assert turns.round() == 0
    turns.seen = ()
    assert turns.round() == 0
    assert _open(database) == []
    assert sum(turns.round() for _ in range(10)) == 1  # that it is mended


def test_an_alarm_of_somebody_else_stays_open(database: Database) -> None:
    turns = Turns(database, "a")
    with database.write() as connection:
        alarms.raise_alarm(connection, "login_expires", {}, NOW)
    for _ in range(10):
        turns.round()
    assert _open(database) == ["login_expires"]


def test_an_alarm_of_an_earlier_run_is_mended_once_all_was_looked_at(database: Database) -> None:
    turns = Turns(database, "a")
    with database.write() as connection:
        alarms.raise_alarm(connection, "disk_low", {}, NOW)
    turns.round()
    assert _open(database) == ["disk_low"]
    for _ in range(6):
        turns.round()
    assert _open(database) == []


def test_mail_that_waits_too_long_to_be_read_is_an_alarm(database: Database) -> None:
    with database.write() as connection:
        arrived = messages.Arrived("a@b", "INBOX", 1, 1, NOW, 9, b"Subject: x\r\n\r\n")
        messages.store(connection, [arrived], NOW)
    turns = Turns(database, "a")
    raised = [_open(database) for _ in range(20) if turns.round() is not None]
    assert raised[14] == []
    assert raised[-1] == ["mail_unread"]


# ---------------------------------------------------------------- two daemons


def test_of_two_daemons_on_one_file_the_later_one_gives_way(database: Database) -> None:
    """On PostgreSQL any number may run."""
    first = Turns(database, "first")
    second = Turns(database, "second", NOW + MINUTE)
    held = []
    for _ in range(4):
        first.round()
        second.round()
        held.append((first.is_second, second.is_second))
    assert held[-1] == (False, database.is_sqlite)
    assert all(not one for one, _ in held)
    with database.read() as connection:
        last = vitals.last_daemon(connection)
    assert last is not None
    assert last.owner == ("first" if database.is_sqlite else "second")


def test_the_second_goes_on_once_the_first_is_gone(sqlite_database: Database) -> None:
    first = Turns(sqlite_database, "first")
    second = Turns(sqlite_database, "second", NOW + MINUTE)
    for _ in range(3):
        first.round()
        second.round()
    assert second.is_second
    for _ in range(3):
        second.round()
    assert not second.is_second


def test_who_died_in_the_midst_stops_nobody(sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        vitals.sign(connection, Daemon("dead", "other", NOW - MINUTE, NOW - MINUTE))
    turns = Turns(sqlite_database, "a")
    turns.round()
    turns.round()
    assert not turns.is_second


def test_a_daemon_that_stops_signs_off_and_its_last_time_stays(sqlite_database: Database) -> None:
    turns = Turns(sqlite_database, "a")
    turns.round()
    with sqlite_database.write() as connection:
        vitals.sign_off(connection, "somebody else")
        assert facts.get(connection, "daemon")
        vitals.sign_off(connection, "a")
        last = vitals.last_daemon(connection)
    assert last is not None
    assert (last.owner, last.at) == ("", NOW + MINUTE)


def test_a_round_that_fails_is_taken_again_and_does_not_pass_as_one_that_went_well(
    sqlite_database: Database,
) -> None:
    """As on a disk that became read-only: the loop's failure has to last for others to see it."""
    turns = Turns(sqlite_database, "a")
    turns.round()
    readonly = {"on": 1}

    def lock(connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA query_only={readonly['on']}")

    sa.event.listen(sqlite_database.engine, "connect", lock)
    sqlite_database.engine.dispose()
    turns.seconds += 60
    for _ in range(3):  # with no time between
        with pytest.raises(sa.exc.OperationalError, match="readonly"):
            turns.bell.turn(DESK, turns.now)
    readonly["on"] = 0
    sqlite_database.engine.dispose()
    turns.bell.turn(DESK, turns.now)
    with sqlite_database.read() as connection:
        last = vitals.last_daemon(connection)
    assert last is not None
    assert last.at == turns.now
