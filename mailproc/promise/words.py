"""Spans of time, and the clock of a request, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mailproc.promise.stages import COUNTED, Clock, Spent, Stage
from mailproc.texts import Texts

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_SHOWN = 2  # units beside each other: of days and seconds nobody wants the seconds


@dataclass(frozen=True, slots=True)
class Row:
    """A stage as it is shown: time in office hours, by the clock, and whether it runs now."""

    stage: str  # a Stage, or «counted»: of the first three together
    title: str
    working: str
    clock: str
    now: bool = False


def span(passed: timedelta, texts: Texts, *, days: bool = True) -> str:
    """«4 นาที 20 วินาที». Without days hours go on counting, as a day of office hours has eight."""
    left = max(0, round(passed.total_seconds()))
    units = _UNITS if days else _UNITS[1:]
    parts: list[tuple[str, int]] = []
    for name, seconds in units:
        count, left = divmod(left, seconds)
        if count or parts:
            parts.append((name, count))
    shown = [one for one in parts[:_SHOWN] if one[1]] or [("second", 0)]
    return " ".join(_counted(name, count, texts) for name, count in shown)


def _counted(name: str, count: int, texts: Texts) -> str:
    several = f"{name}s" if count != 1 else name
    return texts.get("spans", several).replace("{count}", f"{count:,}")


def rows(clock: Clock, texts: Texts) -> tuple[Row, ...]:
    """The stages that took time, whose turn it is now, and the office's time in all."""
    found = [
        _row(stage, spent, texts, now=clock.stage is stage)
        for stage in Stage
        if (spent := clock.of(stage)).clock or clock.stage is stage
    ]
    return (*found, _row("counted", clock.of(*COUNTED), texts))


def _row(stage: str, spent: Spent, texts: Texts, *, now: bool = False) -> Row:
    return Row(
        stage=str(stage),
        title=texts.get("stages", stage),
        working=span(spent.working, texts, days=False),
        clock=span(spent.clock, texts),
        now=now,
    )


def line(row: Row, texts: Texts) -> str:
    """A row as one line."""
    told = texts.get("stages", "line").replace("{stage}", row.title)
    told = told.replace("{working}", row.working).replace("{clock}", row.clock)
    return told + (texts.get("stages", "is_now") if row.now else "")
