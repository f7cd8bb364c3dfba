from __future__ import annotations

from datetime import timedelta

from mailproc.store import alarms
from mailproc.store.alarms import QUIET, SETTLED
from mailproc.store.database import Database
from tests.factories import NOW

MINUTE = timedelta(minutes=1)


def test_an_alarm_is_new_once_and_keeps_the_first_time(database: Database) -> None:
    with database.write() as connection:
        assert alarms.raise_alarm(connection, "disk_low", {"free_mb": 90}, NOW)
        assert not alarms.raise_alarm(connection, "disk_low", {"free_mb": 80}, NOW + MINUTE)
        (found,) = alarms.open_alarms(connection)
        assert (found.name, found.raised_at, found.facts) == ("disk_low", NOW, {"free_mb": 80})
        assert alarms.is_open(connection, "disk_low")


def test_what_is_mended_is_open_no_more_and_may_break_again(database: Database) -> None:
    with database.write() as connection:
        assert not alarms.mended(connection, "disk_low", NOW)
        alarms.raise_alarm(connection, "disk_low", {}, NOW)
        assert alarms.mended(connection, "disk_low", NOW + MINUTE)
        assert not alarms.mended(connection, "disk_low", NOW + 2 * MINUTE)
        assert alarms.open_alarms(connection) == []
        assert not alarms.is_open(connection, "disk_low")
        assert alarms.raise_alarm(connection, "disk_low", {}, NOW + 3 * MINUTE)
        assert [one.raised_at for one in alarms.open_alarms(connection)] == [NOW + 3 * MINUTE]


def test_people_hear_once_that_it_broke_and_once_that_it_is_mended(database: Database) -> None:
    with database.write() as connection:
        alarms.raise_alarm(connection, "disk_low", {}, NOW)
        ((alarm, news),) = alarms.to_tell(connection, NOW)
        assert (alarm.name, news) == ("disk_low", "raised")
        assert alarms.told(connection, "disk_low", "raised", NOW)
        assert not alarms.told(connection, "disk_low", "raised", NOW)
        assert alarms.to_tell(connection, NOW + 10 * QUIET) == []
        alarms.mended(connection, "disk_low", NOW + MINUTE)
        assert alarms.to_tell(connection, NOW + MINUTE) == []  # not before it lasts
        settled = NOW + MINUTE + SETTLED
        ((alarm, news),) = alarms.to_tell(connection, settled)
        assert (alarm.mended_at, news) == (NOW + MINUTE, "mended")
        assert alarms.told(connection, "disk_low", "mended", settled)
        assert alarms.to_tell(connection, NOW + 10 * QUIET) == []


def test_what_comes_and_goes_is_told_few_times(database: Database) -> None:
    """A fault of twenty minutes, then ten good ones, for a whole day."""
    heard: list[str] = []
    with database.write() as connection:
        for at in range(0, 24 * 60, 5):
            now = NOW + at * MINUTE
            if at % 30 < 20:
                alarms.raise_alarm(connection, "disk_low", {}, now)
            else:
                alarms.mended(connection, "disk_low", now)
            for alarm, news in alarms.to_tell(connection, now):
                alarms.told(connection, alarm.name, news, now)
                heard.append(news)
    assert heard == ["raised", "mended"] * 4


def test_a_try_of_the_webhook_is_of_one_process_and_the_next_waits(database: Database) -> None:
    with database.write() as connection:
        alarms.raise_alarm(connection, "disk_low", {}, NOW)
        pauses, now = list[int](), NOW
        while len(pauses) < 7:
            assert len(alarms.to_push(connection, now)) == 1
            assert alarms.claim_push(connection, "disk_low", now)
            assert not alarms.claim_push(connection, "disk_low", now)
            waited = 0
            while not alarms.to_push(connection, now + waited * MINUTE):
                waited += 1
            pauses.append(waited)
            now += waited * MINUTE
        assert pauses == [1, 2, 4, 8, 16, 30, 30]
        alarms.pushed(connection, "disk_low", "raised", now)
        assert alarms.to_push(connection, now + 10 * QUIET) == []
        assert [news for _, news in alarms.to_tell(connection, now)] == ["raised"]  # another way
