"""When to try again, as pure functions of how often it failed."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST = timedelta(seconds=300)  # Postfix's minimal_backoff_time
LONGEST = timedelta(seconds=4000)  # and maximal_backoff_time
GIVE_UP = timedelta(days=5)  # RFC 5321 4.5.4.1: at least 4-5 days


def next_try(now: datetime, recorded_at: datetime, tries: int) -> datetime | None:
    """When to send again after `tries` failures; None where five days have passed."""
    if now - recorded_at >= GIVE_UP:
        return None
    doublings: int = 2 ** min(max(tries - 1, 0), 10)
    return now + min(FIRST * doublings, LONGEST)


def reconnect_pause(failures: int) -> float:
    """Seconds to wait before connecting again: 1, 2, 4 … 300."""
    return float(min(2 ** min(failures - 1, 10), 300))


def login_pause(refusals: int) -> float:
    """Seconds after refused logins: three quick tries, then one each 15 minutes."""
    return 5.0 if refusals < 3 else 900.0


def turn_pause(failures: int) -> float:
    """Seconds after a turn that failed: none the first time, then 1, 2, 4 … 20."""
    return 0.0 if failures < 2 else float(min(2 ** min(failures - 2, 10), 20))


def wrong_code_pause(tries: int) -> timedelta:
    """How long a person waits after the n-th wrong code on one link: none, then growing."""
    return timedelta(0) if tries < 3 else timedelta(seconds=min(15 * 2 ** (tries - 3), 3600))


def job_pause(failures: int) -> timedelta:
    """How long a failed dataset job rests."""
    return timedelta(seconds=min(5 * 2 ** min(failures - 1, 10), 300))
