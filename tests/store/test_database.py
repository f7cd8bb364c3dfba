from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from mailproc.errors import MailprocError
from mailproc.store import desk_lists, facts, requests, schema
from mailproc.store.codec import dump_request
from mailproc.store.database import Database, alembic_config
from mailproc.store.desk_lists import Wanted
from tests.factories import NOW, a_form, a_request


def test_the_migrations_give_exactly_the_schema(empty_url: str) -> None:
    database = Database(empty_url)
    assert database.revision() is None
    database.migrate()
    with database.read() as connection:
        context = MigrationContext.configure(
            connection,
            # Alembic misreads empty defaults on SQLite.
            opts={"compare_type": True, "compare_server_default": not database.is_sqlite},
        )
        assert compare_metadata(context, schema.metadata) == []
    assert database.revision() == schema.REVISION
    database.close()


def _put(connection: sa.Connection, name: str, value: str) -> None:
    connection.execute(schema.facts.insert().values(name=name, value=value))


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.write() as connection:
        _put(connection, "instance", "x")
    database.migrate()
    with database.read() as connection:
        assert facts.get(connection, "instance") == "x"


def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    errors: list[Exception] = []

    def start() -> None:
        database = Database(empty_url)
        try:
            database.migrate()
            with database.write() as connection:
                facts.first_start(connection, NOW)
        except Exception as error:
            errors.append(error)
        finally:
            database.close()

    together = [threading.Thread(target=start) for _ in range(2)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert errors == []


def test_a_newer_database_is_refused_and_left_as_it_is(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MailprocError, match="newer"):
        database.migrate()
    assert database.revision() == "9999"


def test_half_a_migration_is_taken_back(tmp_path: Path) -> None:
    """The last table is there already, so the migration fails after it made most others."""
    file = tmp_path / "half.sqlite"
    last = next(reversed(schema.metadata.sorted_tables)).name
    with sqlite3.connect(file) as connection:
        connection.execute(f"CREATE TABLE {last} (x)")
    connection.close()
    database = Database(f"sqlite:///{file}")
    with pytest.raises(sa.exc.OperationalError):
        database.migrate()
    with database.read() as reading:
        assert sa.inspect(reading).get_table_names() == [last]
    assert database.revision() is None
    database.close()


def test_requests_that_were_there_before_are_found_by_their_words(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with database.write() as connection:
        config = alembic_config(database.url)
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        request = a_request(form=a_form(requester_name="นางสาวสุดา พากเพียร"))
        row = requests.request_row(request, dump_request(request), "0" * 64)
        connection.execute(schema.requests.insert(), row | {"opened_at": NOW})
    database.migrate()
    with database.read() as connection:
        for word, found in (("สุดา", 1), ("ไม่มีคำนี้", 0)):
            assert len(desk_lists.listed(connection, Wanted(words=word), 9)) == found
    database.close()


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            _put(connection, "instance", "x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as connection:
        assert facts.get(connection, "instance") is None


def test_a_reader_waits_for_no_writer_and_sees_one_moment(database: Database) -> None:
    with database.read() as reading:
        assert facts.get(reading, "instance") is None
        with database.write() as writing:
            _put(writing, "instance", "x")
        assert facts.get(reading, "instance") is None
    with database.read() as reading:
        assert facts.get(reading, "instance") == "x"


def test_the_first_start_is_kept_for_ever_in_whole_seconds(database: Database) -> None:
    with database.write() as connection:
        first = facts.first_start(connection, NOW.replace(microsecond=7))
    with database.write() as connection:
        again = facts.first_start(connection, NOW.replace(year=2030))
    assert first == again == NOW.replace(microsecond=0)


def test_sqlite_survives_a_power_cut_by_its_settings(sqlite_database: Database) -> None:
    with sqlite_database.read() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        found = [connection.scalar(sa.text(f"PRAGMA {name}")) for name in asked]
    assert found == ["wal", 2, 1]
