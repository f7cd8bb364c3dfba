"""Whether an SQLite file is whole; PostgreSQL looks after itself (its checksums)."""

from __future__ import annotations

import sqlalchemy as sa

from mailproc.errors import MailprocError
from mailproc.store.database import Database


def faults(database: Database, *, thorough: bool = False) -> list[str]:
    """What SQLite finds wrong; empty where the file is whole. `thorough`: indexes as well.

    `quick_check` reads every page once, some 500 MB a second; the rest compares indexes with rows.
    """
    if not database.is_sqlite:
        return []
    pragma = "integrity_check" if thorough else "quick_check"
    try:
        with database.read() as connection:
            told = connection.exec_driver_sql(f"PRAGMA {pragma}(20)").scalars().all()
    except sa.exc.DatabaseError as error:  # not even that can be read
        return [str(error.orig)]
    return [str(line) for line in told if line != "ok"]


def require(database: Database) -> None:
    """Raises MailprocError where the file is damaged or can't be written: to go on would lose."""
    require_writable(database)
    if found := faults(database):
        raise MailprocError(key="database_broken", file=database.file, problem=found[0])


def require_writable(database: Database) -> None:
    """Raises MailprocError where an SQLite file can't be written now."""
    try:
        database.touch()
    except sa.exc.DatabaseError as error:
        told = str(error.orig)
        raise MailprocError(key=_key(told), file=database.file, problem=told) from None


def _key(told: str) -> str:
    """Which words fit what SQLite says."""
    if "malformed" in told or "not a database" in told:
        return "database_broken"
    return "database_full" if "disk is full" in told else "database_unwritable"
