"""What an alarm means and how to mend it, in Thai and English; see templates/texts/alarms.toml.

A line of a remedy that begins with «$ » is a command of run.py. A fact that is a time (ISO, in the
office's time zone: `at`) is shown as people of each language write it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailproc import thai
from mailproc.store.alarms import Alarm

_FILE = Path(__file__).parents[2] / "templates" / "texts" / "alarms.toml"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?[+-]\d\d:\d\d")
_OTHER = "other"  # for a name that nobody wrote a text for


@dataclass(frozen=True, slots=True)
class Words:
    """One alarm in one language."""

    title: str
    what: str
    remedy: str  # steps, one a line

    @property
    def plain(self) -> str:
        """All of it for a terminal, where a command is typed as it stands."""
        steps = self.remedy.replace("$ ", "python3 run.py ")
        return "\n".join(part for part in (self.title, self.what, steps) if part)


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def names() -> frozenset[str]:
    """The alarms that have words of their own."""
    return frozenset(_texts()) - {_OTHER}


def said(alarm: Alarm, language: str = "th") -> Words:
    """What the alarm says to a person."""
    entry = _texts().get(alarm.name, _texts()[_OTHER])
    shown = {name: _shown(value, language) for name, value in sorted(alarm.facts.items())}
    facts = ", ".join(f"{name} {value}" for name, value in shown.items())
    known = _Known({"name": alarm.name, "facts": facts} | shown)
    parts = (entry.get(f"{part}_{language}", "") for part in ("title", "what", "do"))
    return Words(*(part.strip().format_map(known) for part in parts))


def at(when: datetime, timezone: str) -> str:
    """A time as a fact of an alarm."""
    return when.astimezone(ZoneInfo(timezone)).isoformat(timespec="minutes")


def _shown(value: Any, language: str) -> Any:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return value
    return thai.moment(datetime.fromisoformat(value), language)


class _Known(dict[str, Any]):
    """A fact that nobody told is a dash: an alarm is never lost for the want of a number."""

    def __missing__(self, key: str) -> str:
        return "–"
