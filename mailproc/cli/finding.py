"""What one part of `run.py check` found, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailproc.cli.words import words

Level = Literal["ok", "note", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    part: str
    level: Level
    th: str
    en: str


def found(part: str, level: Level, key: str, **values: object) -> Finding:
    return Finding(part, level, *words(key, **values))
