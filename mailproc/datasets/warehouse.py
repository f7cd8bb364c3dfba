"""The warehouse: imported figures, any SQLAlchemy database, one immutable round per import."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Inspector,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    create_engine,
    event,
    inspect,
    select,
    update,
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
    Column("source_id", String(64), nullable=False, comment="the contract it was read by"),
    Column("academic_year", Integer, nullable=False, comment="Buddhist Era"),
    Column("round", Integer, nullable=False, comment="1 = June, 2 = November, 3 = end of year"),
    Column("as_of", String(10), nullable=False, comment="ISO date"),
    Column("source", String, nullable=False, comment="where the figures come from, in words"),
    Column("digest", String(64), nullable=False, unique=True, comment="SHA-256 of all in it"),
    Column("imported_at", String(32), nullable=False, comment="ISO time, UTC"),
    Column("imported_by", String, nullable=False),
    Column("filename", String, nullable=False),
    Column("status", String(8), nullable=False, comment="open or closed (not offered yet)"),
    Column("corrects", String(64), nullable=False, comment="digest of the round it replaces"),
    Column("example", Integer, nullable=False, comment="1: made-up figures, never offered"),
)

schools = Table(
    "schools",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("school_code", String(16), primary_key=True, comment="text: codes may start with 00"),
    Column("name", String, nullable=False),
    Column("district", String, nullable=False),
    Column("subdistrict", String, nullable=False),
    Column("province", String, nullable=False),
    Column("school_group", String, nullable=False),
)

cells = Table(
    "cells",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("school_code", String(16), primary_key=True),
    Column("measure", String(64), primary_key=True),
    Column("d1", String(64), primary_key=True, comment="value of the measure's first dimension"),
    Column("d2", String(64), primary_key=True, comment="of its second, or empty"),
    Column("value", BigInteger, nullable=False, comment="whole; the contract says of which parts"),
)

texts = Table(
    "texts",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("school_code", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("value", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A round as it lies there, and how it came."""

    source_id: str
    round: Round
    status: str  # open | closed
    imported_at: str
    imported_by: str
    filename: str
    corrects: str
    example: bool


def create(url: str) -> None:
    """The tables are there afterwards. The first layout held the shipped sample alone and goes."""
    made = engine(url)
    found = inspect(made)
    if found.has_table("rounds") and "source_id" not in _columns(found, "rounds"):
        old = MetaData()
        old.reflect(made, only=[n for n in ("rounds", "students") if found.has_table(n)])
        old.drop_all(made)
    metadata.create_all(made)


def _columns(found: Inspector, table: str) -> set[str]:
    return {column["name"] for column in found.get_columns(table)}


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


def stored_rounds(url: str, source_id: str = "") -> tuple[Stored, ...]:
    """Every round that was ever imported, newest first, of one source or of all."""
    c = rounds.c
    query = select(rounds).order_by(c.academic_year.desc(), c.round.desc(), c.id.desc())
    query = query.where(c.source_id == source_id) if source_id else query
    with reading(url) as connection:
        found = inspect(connection)
        if not found.has_table("rounds") or "source_id" not in _columns(found, "rounds"):
            return ()
        return tuple(_stored(row) for row in connection.execute(query))


def current_rounds(url: str) -> dict[str, tuple[Stored, ...]]:
    """The rounds that count, by source, newest first: of several imports of one the latest that is
    open, so that a correction takes effect when it is opened; the latest where none is."""
    found: dict[str, dict[tuple[int, int], Stored]] = {}
    for one in stored_rounds(url):
        of_source = found.setdefault(one.source_id, {})
        key = (one.round.academic_year, one.round.round)
        first = of_source.setdefault(key, one)
        if first.status != "open" and one.status == "open":
            of_source[key] = one
    return {source: tuple(of_source.values()) for source, of_source in found.items()}


def set_status(url: str, digest: str, status: str) -> bool:
    """Opens or closes a round; False where there is none of this digest."""
    change = update(rounds).where(rounds.c.digest == digest).values(status=status)
    try:
        with engine(url).begin() as connection:
            return connection.execute(change).rowcount > 0
    except DatabaseError as error:
        raise TryAgain(f"The warehouse could not be written: {error}") from error


def _stored(row: Row[Any]) -> Stored:
    about = (row.imported_at, row.imported_by, row.filename, row.corrects, bool(row.example))
    loaded = Round(row.academic_year, row.round, row.as_of, row.source, row.digest)
    return Stored(row.source_id, loaded, row.status, *about)


def _patient(connection: Any, _record: object) -> None:
    """Several processes open the file at the first start; wait for each other."""
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA foreign_keys=ON")
