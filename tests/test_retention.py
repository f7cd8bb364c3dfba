from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailproc.retention import Retention
from mailproc.store import people_log, schema
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests.walk import Walk

NIGHT = datetime(2027, 3, 1, 2, 0, tzinfo=ZoneInfo("Asia/Bangkok"))
DAY = timedelta(days=1)
DAYS = dict.fromkeys(
    "raw_mail files letters requests papers handovers opens sessions people_log".split(), 30
)


def _retention(database: Database) -> Retention:
    return Retention(database, DAYS, "Asia/Bangkok")


def _delivered(database: Database, count: int) -> Walk:
    walk = Walk(database)
    for _ in range(count):
        walk.happen(walk.built().id, e.AllSent(by="mail server"))
    return walk


def test_it_erases_once_a_night_and_writes_down_how_much(database: Database) -> None:
    walk = _delivered(database, 3)
    assert _retention(database).turn(NIGHT - timedelta(hours=1)) == 0  # not yet night
    assert _retention(database).turn(NIGHT) > 0
    assert _retention(database).turn(NIGHT) == 0  # another daemon, or the next turn
    with database.read() as connection:
        (entry,) = people_log.listed(connection, 0)
    assert (entry.event, entry.facts["requests"]) == ("expired_erased", 3)
    assert [row.requester_addr for row in walk.rows(schema.requests)] == [None] * 3


def test_who_was_off_at_night_erases_after_the_start(database: Database) -> None:
    _delivered(database, 1)
    assert _retention(database).turn(NIGHT + timedelta(hours=9)) > 0


def test_much_is_erased_in_small_transactions(database: Database) -> None:
    walk = _delivered(database, 1)
    with database.write() as connection:
        rows = [
            {"person_id": 1, "at": NIGHT - 40 * DAY, "event": "away_set", "by": "x", "facts": "{}"}
        ]
        connection.execute(schema.people_log.insert(), rows * 250)
    assert _retention(database).run(NIGHT)["people_log"] == 250
    assert len(walk.rows(schema.people_log)) == 1  # that it was done


def test_where_nothing_is_old_nothing_is_written_down(database: Database) -> None:
    _delivered(database, 1)
    days = dict.fromkeys(DAYS, 3650)
    assert Retention(database, days, "Asia/Bangkok").turn(NIGHT) == 0
    with database.read() as connection:
        assert people_log.listed(connection, 0) == []
