"""How a request stands against the day it is needed and the time its requester was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailproc.model import Request

_SOON = timedelta(days=1)  # needed today or tomorrow
_LAST_PART = 4  # of the promised time: a quarter is left


@dataclass(frozen=True, slots=True)
class Hurry:
    """`level`: urgent | overdue, or nothing; `why`: keys of [hurry] in the texts, worst first."""

    level: str = ""
    why: tuple[str, ...] = ()


def hurry(request: Request | None, now: datetime, timezone: str) -> Hurry:
    """What the mark of a request is at `now`; nothing where there is time."""
    if request is None:
        return Hurry()
    today = now.astimezone(ZoneInfo(timezone)).date()
    found = (_needed(request, today), _promised(request, now))
    why = tuple(sorted((one for one in found if one), key=lambda one: "passed" not in one))
    if not why:
        return Hurry()
    return Hurry("overdue" if "passed" in why[0] else "urgent", why)


def _needed(request: Request, today: date) -> str:
    try:
        day = date.fromisoformat(request.form.needed_by or "")
    except ValueError:
        return ""
    if day < today:
        return "needed_passed"
    return "needed_soon" if day <= today + _SOON else ""


def _promised(request: Request, now: datetime) -> str:
    left = request.promised_at - now
    if left <= timedelta():
        return "promise_passed"
    whole = request.promised_at - request.received_at
    return "promise_near" if left < whole / _LAST_PART else ""
