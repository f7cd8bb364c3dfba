"""Rules of the house as pure functions: what is bound, to whom it goes, when it is promised."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailproc.digest import digest
from mailproc.model import Prepared, Request

_OPENS, _CLOSES = time(8, 30), time(16, 30)  # office hours of government offices
_BY_HAND = frozenset({"line", "pickup", "smart_office"})
_ON_PAPER = frozenset({"pdf", "paper"})


def content_hash(request: Request, prepared: Prepared) -> str:
    """The digest of everything an approver releases."""
    content = {
        "recipient": recipient(request),
        "form": asdict(request.form),
        "prepared": prepared_digest(prepared),
        "delivery": "hand" if is_handed_over(request) else "mail",
    }
    return digest(content)


@lru_cache(maxsize=256)
def prepared_digest(prepared: Prepared) -> str:
    """The digest of the dataset side alone; the same result is often asked for again."""
    return digest(asdict(prepared))


def recipient(request: Request) -> str:
    """Where the result goes: never to an address that has not proved itself."""
    return request.requester_addr


def is_handed_over(request: Request) -> bool:
    """True where the way or the format asked for is not automatic yet."""
    return request.form.delivery in _BY_HAND or request.item.format in _ON_PAPER


def number_year(received: datetime, timezone: str, *, fiscal: bool) -> int:
    """The Buddhist year in which a request received then is numbered."""
    local = received.astimezone(ZoneInfo(timezone))
    return local.year + 543 + int(fiscal and local.month >= 10)


def promised_at(
    received: datetime, within: timedelta, timezone: str, holidays: Collection[date] = ()
) -> datetime:
    """When the requester may expect the answer: `within`, counted in office hours."""
    zone = ZoneInfo(timezone)
    at = _into_office_hours(received.astimezone(zone), holidays)
    left = within
    while left > (rest := datetime.combine(at.date(), _CLOSES, zone) - at):
        left -= rest
        at = _into_office_hours(datetime.combine(at.date() + timedelta(1), _OPENS, zone), holidays)
    return (at + left).astimezone(received.tzinfo)


def _into_office_hours(at: datetime, holidays: Collection[date]) -> datetime:
    if at.time() >= _CLOSES:
        at = datetime.combine(at.date() + timedelta(1), _OPENS, at.tzinfo)
    while at.weekday() >= 5 or at.date() in holidays:
        at = datetime.combine(at.date() + timedelta(1), _OPENS, at.tzinfo)
    return max(at, datetime.combine(at.date(), _OPENS, at.tzinfo))
