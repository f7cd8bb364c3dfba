"""What settling is told: the office's habits, and mails with what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from mailproc.model import Conditions, Known, Reading, Roster


@dataclass(frozen=True, slots=True)
class Habits:
    """What the office chose for its incoming mail."""

    known: Known
    timezone: str
    fiscal: bool
    promise: timedelta
    holidays: frozenset[date]
    authserv_id: str
    mark: bool
    dedicated: bool
    roster: Roster = field(default_factory=Roster)
    pepper: bytes = b""  # of the codes that are good once
    grounds: tuple[tuple[str, str], ...] = ()  # of a refusal, as approvers read them: key, words
    away: timedelta | None = None  # how long an out-of-office answer counts; None: not at all


@dataclass(frozen=True, slots=True)
class Read:
    """A stored mail and what it says."""

    row: sa.Row[Any]
    reading: Reading


class Told(NamedTuple):
    """A letter to be written; `note` is what its text needs to say besides."""

    kind: str
    reason: str = ""
    note: str = ""
    conditions: Conditions = Conditions()
