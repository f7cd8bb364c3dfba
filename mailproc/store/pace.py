"""How many mails may still go now, over all daemons of one database.

Counted are mails in flight, and those whose try ended within the span. So whatever the server saw
within any such span was counted when the last of it began.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.workflow.pace import Pace

_O = schema.outbox
_SENDING = 0x73656E64  # the number of our advisory lock
UNLIMITED = 1_000_000


def room(connection: sa.Connection, pace: Pace, now: datetime) -> int:
    """How many more mails may begin."""
    found = [most - _counted(connection, now, now - span) for span, most in pace.windows]
    return max(0, min(found, default=UNLIMITED))


def hold(connection: sa.Connection, pace: Pace) -> None:
    """Nobody else begins mails until this transaction ends; on SQLite no other one writes."""
    if pace.windows and connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SENDING)))


def _counted(connection: sa.Connection, now: datetime, since: datetime) -> int:
    """Mails, not letters: those that went in the mail of another letter count with it.

    A time to come was written while the clock was wrong.
    """
    lately = sa.and_(_O.c.tried_at > since, _O.c.tried_at <= now)
    begun = sa.or_(_O.c.state == "transmitting", lately)
    query = sa.select(sa.func.count()).where(begun, _O.c.bundled_into.is_(None))
    return connection.scalar(query) or 0
