"""The clock of the running program. Who decides by the time is told it, as `now` or as `clock`."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time now, aware and in UTC."""
    return datetime.now(UTC)
