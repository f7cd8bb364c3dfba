"""Which backups may go: the newest of each of the last days, weeks and months stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days, weeks and months have a backup each."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


def superfluous(made: Iterable[datetime], keep: Keep) -> list[datetime]:
    """Those of no use any more; the newest of all is never among them."""
    newest_first = sorted(set(made), reverse=True)
    kept: set[datetime] = set(newest_first[:1])
    for count, name in (
        (keep.daily, "%Y-%m-%d"),
        (keep.weekly, "%G-%V"),
        (keep.monthly, "%Y-%m"),
    ):
        kept |= set(_newest_of_each(newest_first, name)[:count])
    return [one for one in newest_first if one not in kept]


def _newest_of_each(newest_first: Sequence[datetime], name: str) -> list[datetime]:
    found: dict[str, datetime] = {}
    for one in newest_first:
        found.setdefault(one.strftime(name), one)
    return list(found.values())
