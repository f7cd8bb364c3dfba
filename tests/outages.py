"""A database whose disk is read-only for a while, as SQLite itself refuses it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa

from mailproc.store.database import Database


@contextlib.contextmanager
def read_only(database: Database) -> Iterator[None]:
    """No transaction that begins meanwhile may write."""
    begin(database)
    try:
        yield
    finally:
        end(database)


def begin(database: Database) -> None:
    sa.event.listen(database.engine, "begin", _refuse)


def end(database: Database) -> None:
    sa.event.remove(database.engine, "begin", _refuse)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = OFF")


def _refuse(connection: sa.Connection) -> None:
    connection.exec_driver_sql("PRAGMA query_only = ON")
