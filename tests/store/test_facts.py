from __future__ import annotations

from datetime import timedelta

import pytest

from mailproc.store import facts
from mailproc.store.database import Database
from tests.factories import NOW


def test_a_new_fact_is_new_once_on_either_database(database: Database) -> None:
    with database.write() as connection:
        assert facts.put_new(connection, "told", "a")
        assert not facts.put_new(connection, "told", "b")
    with database.read() as connection:
        assert facts.get(connection, "told") == "a"
    with database.write() as connection:
        facts.forget(connection, "told")
        assert facts.put_new(connection, "told", "b")


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("off", [-7 * HOUR, 7 * HOUR])
def test_a_first_start_by_a_wrong_clock_is_mended_before_the_first_mail(
    sqlite_database: Database, off: timedelta
) -> None:
    with sqlite_database.write() as connection:
        facts.first_start(connection, NOW - off)
        right = facts.mend_first_start(connection, NOW + HOUR, off, polled=False)
        assert right == facts.first_start(connection, NOW + 2 * HOUR) == NOW


def test_a_first_start_that_is_long_past_stays(sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        facts.first_start(connection, NOW)
        assert facts.mend_first_start(connection, NOW + HOUR, 7 * HOUR, polled=True) == NOW


def test_a_first_start_in_the_future_would_leave_all_mail_unanswered(
    sqlite_database: Database,
) -> None:
    with sqlite_database.write() as connection:
        facts.first_start(connection, NOW + 7 * HOUR)
        assert facts.mend_first_start(connection, NOW, timedelta(), polled=True) == NOW
