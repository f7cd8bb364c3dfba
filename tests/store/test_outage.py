from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from mailproc.store import outage, schema
from mailproc.store.database import Database
from tests import outages

_FACT = {"name": "x", "value": "y"}


def test_a_database_that_may_not_be_written_is_an_outage(sqlite_database: Database) -> None:
    with (
        outages.read_only(sqlite_database),
        pytest.raises(sa.exc.OperationalError) as caught,
        sqlite_database.write() as connection,
    ):
        connection.execute(schema.facts.insert().values(_FACT))
    assert outage.is_one(caught.value)


def test_a_full_disk_is_an_outage(sqlite_database: Database) -> None:
    """The limit of pages stands for the end of the disk: SQLite says the same of both."""
    large = schema.facts.insert().values(name="x", value="y" * 500_000)
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        with pytest.raises(sa.exc.OperationalError, match="disk is full") as caught:
            connection.execute(large)
    assert outage.is_one(caught.value)


def test_a_server_that_does_not_answer_is_an_outage() -> None:
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect("postgresql://nobody@127.0.0.1:1/nothing")
    assert outage.is_one(sa.exc.OperationalError("SELECT", {}, caught.value))


def test_a_wrong_statement_and_a_fault_of_ours_are_none(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught, database.write() as connection:
        connection.execute(sa.text("SELECT nothing FROM nowhere"))
    assert not outage.is_one(caught.value)
    assert not outage.is_one(ValueError("disk is full"))


def test_what_is_there_already_is_none(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError) as caught, database.write() as connection:
        connection.execute(schema.facts.insert().values([_FACT, _FACT]))
    assert not outage.is_one(caught.value)
