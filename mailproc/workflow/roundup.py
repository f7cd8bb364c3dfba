"""When one mail with all that waits takes the place of many: policy over counts and the calendar.

A director who gets more than a few requests reads one list in the morning and not twenty mails.
docs/queue.md says why it is cut so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailproc.model import Request
from mailproc.workflow import calendar
from mailproc.workflow.urgency import hurry

KIND = "approval_list"
AFTERNOON = time(13, 30)  # for what came since the morning and did not go by itself
SINGLE = frozenset({"approval", "approval_reminder"})


@dataclass(frozen=True, slots=True)
class Roundup:
    """What an office chose. `may_fold`: new requests too, which breaks the promise of minutes; and
    there is a page on which what has no mail is decided."""

    above: int = 5
    timezone: str = "Asia/Bangkok"
    holidays: Collection[date] = frozenset()
    may_fold: bool = False

    def morning(self, now: datetime) -> datetime:
        """When the office opened last, today or on the working day before."""
        day = calendar.workday_upto(calendar.local_day(now, self.timezone), self.holidays)
        opened = calendar.opening(day, self.timezone)
        if opened > now:
            day = calendar.workday_upto(day - timedelta(days=1), self.holidays)
            opened = calendar.opening(day, self.timezone)
        return opened

    def hour(self, now: datetime) -> datetime:
        """The hour of the last list, of the morning or of the afternoon."""
        morning = self.morning(now)
        zone = ZoneInfo(self.timezone)
        afternoon = datetime.combine(morning.astimezone(zone).date(), AFTERNOON, zone)
        return afternoon if afternoon <= now else morning

    def is_open(self, now: datetime) -> bool:
        """Whether a list may go at this moment: what was missed does not come in the evening."""
        return calendar.in_hours(now, self.timezone, self.holidays) == now

    def is_owed(self, waiting: int, folded: int, now: datetime) -> bool:
        """Whether a list is owed for the hour: of much in the morning, else of what got no mail."""
        much = waiting > self.above and self.hour(now) == self.morning(now)
        return bool(waiting) and (much or folded > 0)

    def is_much(self, kind: str, sent: Callable[[], int], waiting: Callable[[], int]) -> bool:
        """Whether a letter may go into the list: a reminder where a list goes each morning anyway,
        a new request once `above` of them went by themselves since the morning. Only
        what is needed is counted."""
        if kind == "approval_reminder":
            return waiting() > self.above
        return self.may_fold and sent() >= self.above

    def is_pressing(self, request: Request | None, now: datetime) -> bool:
        """Whether it can't wait for some hours, and so goes by itself."""
        found = hurry(request, now, self.timezone)
        return any(why.startswith("needed") for why in found.why)
