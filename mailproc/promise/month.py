"""A month of the office's calendar, as people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from mailproc import thai

_WRITTEN = re.compile(r"([0-9]{2,4})[-/]([0-9]{1,2})")
_TURNED = re.compile(r"([0-9]{1,2})[-/]([0-9]{4})")
_YEAR = re.compile(r"[0-9]{2,4}")
_MONTHS = 12


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """`year` is of the common era."""

    year: int
    number: int  # 1-12

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def before(self) -> Month:
        return self.later(-1)

    @property
    def iso(self) -> str:
        """«2026-10»."""
        return f"{self.year}-{self.number:02d}"

    @property
    def buddhist(self) -> str:
        """«2569-10»."""
        return f"{self.year + 543}-{self.number:02d}"

    def later(self, months: int) -> Month:
        year, number = divmod(self.year * _MONTHS + self.number - 1 + months, _MONTHS)
        return Month(year, number + 1)

    def span(self, timezone: str) -> tuple[datetime, datetime]:
        """Its first moment, and that of the next month."""
        zone = ZoneInfo(timezone)
        ends = (datetime.combine(one.first, time(), zone) for one in (self, self.later(1)))
        start, end = (at.astimezone(UTC) for at in ends)
        return start, end


def of(at: datetime, timezone: str) -> Month:
    """The month that the office's wall calendar shows then."""
    local = at.astimezone(ZoneInfo(timezone))
    return Month(local.year, local.month)


def parse(text: str) -> Month | None:
    """«2026-10», «2569-10», «๒๕๖๙-๑๐», «10/2569», «ตุลาคม 2569»; None where it is no month."""
    said = thai.to_arabic(text).strip()
    if found := _WRITTEN.fullmatch(said):
        return _month(found[1], int(found[2]))
    if found := _TURNED.fullmatch(said):
        return _month(found[2], int(found[1]))
    name, _, year = said.rpartition(" ")
    number = thai.month(name)
    if number is None or not _YEAR.fullmatch(year):
        return None
    return _month(year, number)


def _month(year: str, number: int) -> Month | None:
    buddhist = thai.buddhist_year(int(year))
    if buddhist is None or not 1 <= number <= _MONTHS:
        return None
    return Month(buddhist - 543, number)
