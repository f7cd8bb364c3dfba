"""What is asked for every batch of letters stays quick when the outbox has grown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from mailproc.store import correspondence
from mailproc.store.database import Database
from tests.factories import NOW

_NAMES = [f"teacher{number}@school.example.org" for number in range(20)]


@contextmanager
def plans(database: Database) -> Iterator[list[str]]:
    """How SQLite searches the outbox for each statement that runs meanwhile."""
    found: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        explained = connection.connection.driver_connection.execute(
            f"EXPLAIN QUERY PLAN {statement}", values
        )
        found.extend(row[3] for row in explained if " outbox" in row[3])

    sa.event.listen(database.engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", explain)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda c: correspondence.counted(c, _NAMES, NOW), "ix_outbox_correspondent"),
        (lambda c: correspondence.hour(c, NOW), "ix_outbox_recorded_at"),
        (lambda c: correspondence.strangers(c, NOW), "ix_outbox_recorded_at"),
    ],
    ids=["counted", "hour", "strangers"],
)
def test_only_the_letters_of_late_are_looked_at(
    sqlite_database: Database, ask: Callable[[sa.Connection], object], index: str
) -> None:
    with sqlite_database.read() as connection, plans(sqlite_database) as found:
        ask(connection)
    assert len(found) == 1
    assert f" {index} " in found[0]
    assert "recorded_at>?" in found[0]
