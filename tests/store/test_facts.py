from __future__ import annotations

from mailproc.store import facts
from mailproc.store.database import Database


def test_a_new_fact_is_new_once_on_either_database(database: Database) -> None:
    with database.write() as connection:
        assert facts.put_new(connection, "told", "a")
        assert not facts.put_new(connection, "told", "b")
    with database.read() as connection:
        assert facts.get(connection, "told") == "a"
    with database.write() as connection:
        facts.forget(connection, "told")
        assert facts.put_new(connection, "told", "b")
