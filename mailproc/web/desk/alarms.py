"""What is wrong now, as every page of the desk shows it: the way to learn of it without mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailproc.alarms.words import said
from mailproc.store import alarms
from mailproc.store.database import Database


@dataclass(frozen=True, slots=True)
class Shown:
    """An alarm that is open, in the words of the desk."""

    title: str
    since: datetime
    what: str
    steps: tuple[str, ...]


def open_now(database: Database, language: str) -> tuple[Shown, ...]:
    """The oldest first."""
    with database.read() as connection:
        found = alarms.open_alarms(connection)
    return tuple(_shown(one, language) for one in found)


def _shown(alarm: alarms.Alarm, language: str) -> Shown:
    words = said(alarm, language)
    steps = words.remedy.replace("$ ", "python3 run.py ").splitlines()
    return Shown(words.title, alarm.raised_at, words.what, tuple(step for step in steps if step))
