"""One door to the database: read and write transactions, and the news that something was committed.

SQLite: WAL, synchronous=FULL (a commit survives power loss), writers BEGIN IMMEDIATE, readers plain
BEGIN. PostgreSQL: as it comes.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mailproc.errors import MailprocError
from mailproc.store import schema

_MIGRATIONS = Path(__file__).with_name("migrations")


class Database:
    """Transactions over `database_url`. After each write `on_commit` callbacks run."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(mailproc_begin="IMMEDIATE")
        # SQLite has one writer; waiting here is fair, its own busy handler polls.
        self._turn: contextlib.AbstractContextManager[Any] = (
            threading.Lock() if self.is_sqlite else contextlib.nullcontext()
        )
        self.on_commit: list[Callable[[], None]] = []

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may change rows; all or nothing."""
        with self._turn, self._writing.begin() as connection:
            yield connection
        for callback in self.on_commit:
            callback()

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent view that waits for no writer."""
        with self.engine.begin() as connection:
            yield connection

    def revision(self) -> str | None:
        """The schema's revision, None for an empty database."""
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    def migrate(self) -> None:
        """Brings the schema up to `schema.REVISION`. Raises where the database is newer than us."""
        found = self.revision()
        if found == schema.REVISION:
            return
        from alembic import command  # 0.2 s to import, needed once per upgrade

        config = alembic_config(self.url)
        known = {path.stem.split("_")[0] for path in (_MIGRATIONS / "versions").glob("*.py")}
        if found is not None and found not in known:
            raise MailprocError(key="database_newer", revision=found)
        with self.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        self.engine.dispose()


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
        return sa.create_engine(parsed, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed, connect_args={"timeout": 30})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("mailproc_begin", "")
    connection.exec_driver_sql(f"BEGIN {mode}")
