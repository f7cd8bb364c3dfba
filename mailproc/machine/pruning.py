"""Which backups may go: all of the last days stay, then the newest of each day, week and month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# The one that was made before an upgrade outlives the nightly one, and a weekend.
_ALL_OF = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days, weeks and months have a backup each."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


def superfluous(made: Iterable[datetime], keep: Keep) -> list[datetime]:
    """Those of no use any more; none of the three days before the newest is among them."""
    newest_first = sorted(set(made), reverse=True)
    kept = {one for one in newest_first if newest_first[0] - one < _ALL_OF}
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
