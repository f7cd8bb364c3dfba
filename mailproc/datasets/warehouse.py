"""The warehouse: imported figures, any SQLAlchemy database, one immutable round per import."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from mailproc.errors import TryAgain
from mailproc.model import Round

metadata = MetaData()

# Keys are given, never generated: autoincrement fails on DuckDB.
rounds = Table(
    "rounds",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("dataset_id", String(64), nullable=False),
    Column("academic_year", Integer, nullable=False, comment="Buddhist Era"),
    Column("round", Integer, nullable=False, comment="1 = June, 2 = November, 3 = end of year"),
    Column("as_of", String(10), nullable=False, comment="ISO date"),
    Column("source", String, nullable=False),
    Column("digest", String(64), nullable=False, comment="SHA-256 of facts and figures"),
    Column("imported_at", String(32), nullable=False, comment="ISO time, UTC"),
    UniqueConstraint("dataset_id", "digest"),
)

students = Table(
    "students",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("school_code", String(8), primary_key=True, comment="text: codes may start with 00"),
    Column("school_name", String, nullable=False),
    Column("grade", String(8), primary_key=True),
    Column("sex", String(1), primary_key=True, comment="m or f"),
    Column("pupils", Integer, nullable=False),
)


@lru_cache(maxsize=16)
def engine(url: str) -> Engine:
    """The engine of this warehouse, one per process; makes the folder of a SQLite file."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(parsed)
    if parsed.get_backend_name() == "sqlite":
        event.listen(made, "connect", _patient)
    return made


def state(url: str) -> tuple[int, ...] | None:
    """Changes with every write to a SQLite file; None for other databases, which can't be seen."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    try:
        found = os.stat(str(parsed.database))
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection to read with. Raises TryAgain where the database does not answer."""
    try:
        with engine(url).connect() as connection:
            yield connection
    except DatabaseError as error:
        raise TryAgain(f"The warehouse could not be read: {error}") from error


def loaded_rounds(url: str) -> dict[str, tuple[Round, ...]]:
    """The rounds of each dataset, newest first; of two imports of one round the later counts."""
    newest_first = select(rounds).order_by(
        rounds.c.academic_year.desc(), rounds.c.round.desc(), rounds.c.id.desc()
    )
    found: dict[str, dict[tuple[int, int], Round]] = {}
    with reading(url) as connection:
        if not inspect(connection).has_table("rounds"):
            return {}
        for row in connection.execute(newest_first):
            of_dataset = found.setdefault(row.dataset_id, {})
            loaded = Round(row.academic_year, row.round, row.as_of, row.source, row.digest)
            of_dataset.setdefault((row.academic_year, row.round), loaded)
    return {dataset_id: tuple(of_dataset.values()) for dataset_id, of_dataset in found.items()}


def _patient(connection: Any, _record: object) -> None:
    """Several processes open the file at the first start; wait for each other."""
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA foreign_keys=ON")
