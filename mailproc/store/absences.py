"""When people are away, and who stands in (ผู้รักษาราชการแทน)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from mailproc.model import Absence
from mailproc.store import schema

_A = schema.absences


def current(connection: sa.Connection, now: datetime) -> tuple[Absence, ...]:
    """Absences that hold now or will, the one entered last at the end."""
    lasting = sa.or_(_A.c.until.is_(None), _A.c.until > now)
    query = sa.select(_A).where(lasting).order_by(_A.c.id)
    return tuple(
        Absence(row.person_id, row.deputy_id, row.since, row.until)
        for row in connection.execute(query)
    )
