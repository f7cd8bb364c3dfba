"""One door to the database: read and write transactions, and migrations.

SQLite: WAL, synchronous=FULL (a commit survives power loss), writers BEGIN IMMEDIATE, readers plain
BEGIN. PostgreSQL: as it comes.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mailproc.errors import MailprocError
from mailproc.store import schema

_MIGRATIONS = Path(__file__).with_name("migrations")
_MIGRATING = 0x6D61696C  # the number of our advisory lock


class _FairLock:
    """First come, first served: Python's own lock lets a busy thread take it again and again."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        mine.wait()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()  # it stays held: handed over
            else:
                self._held = False


class Database:
    """Read and write transactions over one `database_url`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(mailproc_begin="IMMEDIATE")
        # PostgreSQL would show each statement a later state; SQLite's readers have one snapshot.
        self._reading = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )
        # SQLite has one writer, and its own busy handler polls.
        self._turn: contextlib.AbstractContextManager[Any] = (
            _FairLock() if self.is_sqlite else contextlib.nullcontext()
        )

    @property
    def file(self) -> str:
        """The file of an SQLite database; empty on PostgreSQL."""
        return self.engine.url.database or "" if self.is_sqlite else ""

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may change rows; all or nothing."""
        with self._turn, self._writing.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent view that waits for no writer."""
        with self._reading.begin() as connection:
            yield connection

    def touch(self) -> None:
        """Raises DatabaseError where an SQLite file can't be written; changes nothing in it."""
        if self.is_sqlite:
            with self.write() as connection:
                version = connection.exec_driver_sql("PRAGMA user_version").scalar()
                connection.exec_driver_sql(f"PRAGMA user_version = {version}")

    def revision(self) -> str | None:
        """The schema's revision, None for an empty database."""
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    def migrate(self, revision: str = schema.REVISION) -> None:
        """Brings the schema up to `revision`. Raises where the database is newer than us."""
        found = self.revision()
        if found == revision:
            return
        from alembic import command  # 0.2 s to import, needed once per upgrade

        config = alembic_config(self.url)
        if found is not None and found not in known_revisions():
            raise MailprocError(key="database_newer", revision=found)
        with self.write() as connection:
            if not self.is_sqlite:  # another process may start at the same moment
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    def close(self) -> None:
        self.engine.dispose()


def known_revisions() -> frozenset[str]:
    """Those that this program can migrate from, its own included."""
    return frozenset(one.stem.split("_")[0] for one in (_MIGRATIONS / "versions").glob("*.py"))


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT that knows ON CONFLICT, which both databases spell alike."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def alembic_config(url: str) -> Any:
    """Alembic's settings, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # Errors reach the log, and parameters are what people wrote.
        return sa.create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed, connect_args={"timeout": 30}, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    _switch_to_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _switch_to_wal(connection: Any) -> None:
    """The switch does not wait for its turn as other statements do: two may start together."""
    for left in reversed(range(100)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if not left:
                raise
            time.sleep(0.05)


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("mailproc_begin", "")
    connection.exec_driver_sql(f"BEGIN {mode}")
