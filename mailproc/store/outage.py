"""What a database says where it fails as a whole, in the words of SQLite and PostgreSQL: then no
statement is at fault, and what was at hand may be done again once it is right."""

from __future__ import annotations

import sqlalchemy as sa

_WORDS = (
    ("readonly", "database_readonly"),
    ("read-only", "database_readonly"),
    ("Read-only file system", "database_readonly"),
    ("disk is full", "disk_full"),
    ("No space left", "disk_full"),
    ("malformed", "database_broken"),
    ("not a database", "database_broken"),
    ("unable to open database", "database_failing"),
    ("disk I/O error", "database_failing"),
)
_AWAY = "connection failed"  # libpq, of a server that does not answer


def kind(told: str) -> tuple[str, str]:
    """The words that tell of it, and the name of their alarm; both empty where there are none."""
    return next(((words, name) for words, name in _WORDS if words in told), ("", ""))


def is_one(error: BaseException) -> bool:
    """Whether the database failed as a whole, or its server went away."""
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    told = str(error.orig)
    return error.connection_invalidated or _AWAY in told or bool(kind(told)[1])
