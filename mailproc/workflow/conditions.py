"""What an approver may narrow: only to less than was shown, and never into the past."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailproc.model import Conditions, Dataset, Prepared, Request

FINENESS = {"area": 0, "district": 1, "group": 2, "school": 3}


def coarser(prepared: Prepared, dataset: Dataset | None) -> tuple[str, ...]:
    """The levels that the data can be narrowed to, the finest first."""
    if dataset is None or prepared.file is not None:
        return ()
    finest = FINENESS.get(prepared.level, 0)
    levels = (level for level in dataset.levels if FINENESS.get(level, finest) < finest)
    return tuple(sorted(levels, key=lambda level: -FINENESS[level]))


def faults(
    conditions: Conditions, prepared: Prepared, levels: Collection[str], today: date
) -> Iterator[str]:
    """Keys of [condition_faults]; `levels` as `coarser` gives them."""
    if prepared.file is not None and (conditions.without or conditions.level):
        yield "whole_file"
        return
    if set(conditions.without) - set(prepared.columns):
        yield "unknown_column"
    if conditions.level and conditions.level not in levels:
        yield "not_coarser"
    if conditions.until and not _is_to_come(conditions.until, today):
        yield "until_past"


def upon(before: Conditions, more: Conditions) -> Conditions:
    """Both together: what was left out stays out, and what is newly said wins."""
    return Conditions(
        without=tuple(dict.fromkeys((*before.without, *more.without))),
        level=more.level or before.level,
        until=more.until or before.until,
    )


def _is_to_come(until: str, today: date) -> bool:
    try:
        return date.fromisoformat(until) >= today
    except ValueError:
        return False


def ends_at(conditions: Conditions, timezone: str) -> datetime | None:
    """The instant after the last day on which the data may be used; None: no such day."""
    if not conditions.until:
        return None
    after = date.fromisoformat(conditions.until) + timedelta(days=1)
    return datetime.combine(after, time(), ZoneInfo(timezone))


def is_over(request: Request, timezone: str, now: datetime) -> bool:
    """Whether the day is past until which the requester may use the data."""
    ends = ends_at(request.conditions, timezone)
    return ends is not None and now >= ends
