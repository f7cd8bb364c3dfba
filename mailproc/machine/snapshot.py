"""A consistent copy of a database while others write to it, always as one SQLite file.

SQLite: its own online backup, in one step, so it is one moment and no writer waits. PostgreSQL:
every table read in one REPEATABLE READ transaction into a SQLite file of the same schema, which
fits either database again.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from mailproc.datasets import warehouse
from mailproc.errors import MailprocError
from mailproc.store import schema
from mailproc.store.database import Database, known_revisions

_ROWS = 500  # at once; a row may hold a mail of 25 MB


def of_store(url: str, target: Path) -> None:
    """The office's database. Raises MailprocError where the copy is not sound."""
    if file := sqlite_file(url):
        _copy_file(file, target)
        return
    source = Database(url)
    copy = Database(f"sqlite:///{target}")
    try:
        revision = source.revision() or ""
        if revision not in known_revisions():
            raise MailprocError(key="backup_other_revision", found=revision)
        copy.migrate(revision)
        with source.read() as reading, copy.write() as writing:
            _copy_rows(reading, writing, _as_it_is(reading, revision))
    finally:
        source.close()
        copy.close()
    settle_down(target)


def of_warehouse(url: str, target: Path) -> bool:
    """The figures; False where they lie in a database that is not copied."""
    if file := sqlite_file(url):
        if not file.exists():
            return False
        _copy_file(file, target)
        return True
    if sa.make_url(url).get_backend_name() != "postgresql":
        return False
    source, copy = warehouse.engine(url), sa.create_engine(f"sqlite:///{target}")
    warehouse.metadata.create_all(copy)
    consistent = source.execution_options(isolation_level="REPEATABLE READ")
    with consistent.begin() as reading, copy.begin() as writing:
        if sa.inspect(reading).has_table("rounds"):
            _copy_rows(reading, writing, warehouse.metadata.sorted_tables)
    copy.dispose()
    return True


def fill_store(file: Path, url: str) -> None:
    """Puts a copy into an empty database that is no SQLite file, all or nothing."""
    source, target = Database(f"sqlite:///{file}"), Database(url)
    try:
        target.migrate()
        with source.read() as reading, target.write() as writing:
            _copy_rows(reading, writing, schema.metadata.sorted_tables)
            _go_on_counting(writing)
    finally:
        source.close()
        target.close()


def fill_warehouse(file: Path, url: str) -> None:
    """Puts the figures into an empty database that is no SQLite file, all or nothing."""
    source = sa.create_engine(f"sqlite:///{file}")
    warehouse.create(url)
    with source.begin() as reading, warehouse.engine(url).begin() as writing:
        _copy_rows(reading, writing, warehouse.metadata.sorted_tables)
    source.dispose()


def is_empty(url: str) -> bool:
    """True where nothing of an office is in the database; its tables may be there."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return True
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            tables = set(sa.inspect(connection).get_table_names())
            looked_at = tables & {"people", "requests", "messages", "facts"}
            return not any(_has_rows(connection, name) for name in looked_at)
    finally:
        engine.dispose()


def rounds(url: str) -> frozenset[str]:
    """Digests of the rounds that are in a warehouse, the shipped example aside."""
    if (file := sqlite_file(url)) is not None and not file.exists():
        return frozenset()
    return frozenset(one.round.digest for one in warehouse.stored_rounds(url) if not one.example)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for any other."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def _has_rows(connection: sa.Connection, table: str) -> bool:
    one = sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)
    return connection.scalar(one) is not None


def _copy_file(file: Path, target: Path) -> None:
    """One step of SQLite's backup is one moment; it waits for nobody and nobody for it."""
    if not file.exists():
        raise MailprocError(key="backup_nothing", file=file)
    original = f"{file.absolute().as_uri()}?mode=ro"
    try:
        with (
            contextlib.closing(sqlite3.connect(original, uri=True, timeout=30)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy, pages=-1)
        settle_down(target)
    except sqlite3.Error as error:
        raise MailprocError(key="backup_unsound", problem=error) from None


def settle_down(file: Path) -> None:
    """One file without a write-ahead log, and sound."""
    with contextlib.closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        faults = [text for (text,) in copy.execute("PRAGMA integrity_check(5)") if text != "ok"]
    if faults:
        raise MailprocError(key="backup_unsound", problem="; ".join(faults))


def _as_it_is(connection: sa.Connection, revision: str) -> list[sa.Table]:
    """The tables with the columns that an older database has, as before an upgrade.

    Raises MailprocError where it has one that this program no longer knows: it would be lost.
    """
    inspected, older, found = sa.inspect(connection), sa.MetaData(), []
    there = set(inspected.get_table_names()) - {"alembic_version"}
    known = {table.name: table for table in schema.metadata.sorted_tables}
    for name in [name for name in known if name in there]:
        columns = {column["name"] for column in inspected.get_columns(name)}
        if not columns <= set(known[name].c.keys()):
            raise MailprocError(key="backup_other_revision", found=revision)
        kept = (sa.Column(c.name, c.type) for c in known[name].c if c.name in columns)
        found.append(sa.Table(name, older, *kept))
    if not there <= set(known):
        raise MailprocError(key="backup_other_revision", found=revision)
    return found


def _copy_rows(reading: sa.Connection, writing: sa.Connection, tables: Iterable[sa.Table]) -> None:
    for table in tables:
        rows = reading.execution_options(yield_per=_ROWS).execute(sa.select(table))
        for some in rows.mappings().partitions(_ROWS):
            writing.execute(table.insert(), [dict(row) for row in some])


def _go_on_counting(connection: sa.Connection) -> None:
    """PostgreSQL counts ids apart from the rows."""
    if connection.dialect.name != "postgresql":
        return
    for table in schema.metadata.sorted_tables:
        column = table.c.get("id")
        if column is None or not isinstance(column.type, sa.BigInteger):
            continue
        sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, "id")))
        if sequence is not None:
            last = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
            connection.execute(sa.select(sa.func.setval(sequence, last, False)))
