"""The holidays of government offices in Thailand (docs/adr/0016)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

# Labour Day is for those whom labour law protects; the office is open (Labour Protection Act 2541,
# sections 4 and 29). The library lists it among the public holidays.
_NOT_OURS = "Labor Day"
YEARS = range(2024, 2100)  # the library's table of the Thai lunar calendar ends with 2157


@cache
def government_holidays(years: range = YEARS) -> frozenset[date]:
    """Holidays with their substitutes, as far as they are announced or follow from the calendar."""
    from holidays.countries.thailand import Thailand  # takes 0.1 s to load

    chosen: dict[str, Any] = {"language": "en_US", "categories": ("public", "government")}
    calendar: Any = Thailand  # it says nothing of its types
    days = calendar(years=years, **chosen)
    return frozenset(day for day in days if any(map(_is_ours, days.get_list(day))))


def _is_ours(name: str) -> bool:
    return _NOT_OURS not in name


def office_holidays(added: Iterable[date], workdays: Iterable[date]) -> frozenset[date]:
    """Those, with what the office adds and without the days on which it works."""
    return (government_holidays() | frozenset(added)) - frozenset(workdays)
