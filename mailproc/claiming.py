"""Turns over claimed rows that were broken off: what they held is done again at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from mailproc.errors import AuthFailed, LoginRests
from mailproc.store import claims, outage
from mailproc.store.database import Database


class Claiming:
    """A turn; the one after an outage of the database, or a refused login, first gives back what
    the turn had claimed. Else it would wait for the end of a lease that nobody uses."""

    def __init__(
        self,
        turn: Callable[[], int],
        database: Database,
        table: sa.Table,
        owner: str,
        clock: Callable[[], datetime],
        where: tuple[sa.ColumnElement[bool], ...] = (),
    ) -> None:
        """`owner`: of this turn alone. `where`: the rows to which nothing was done yet."""
        self._turn, self._database, self._table = turn, database, table
        self._owner, self._clock, self._where = owner, clock, where
        self._holds = False

    def __call__(self) -> int:
        """Gives what the turn gives, and raises what it raises."""
        if self._holds:
            with self._database.write() as connection:
                claims.give_back(connection, self._table, self._owner, self._clock(), *self._where)
            self._holds = False
        try:
            return self._turn()
        except Exception as error:
            refused = isinstance(error, AuthFailed) and not isinstance(error, LoginRests)
            self._holds = refused or outage.is_one(error)
            raise
