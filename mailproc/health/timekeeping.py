"""A time that a wrong clock does not move.

The clock of the machine is believed while it agrees with the seconds that passed since it was last
believed. If it jumps, time goes on by those seconds, so that nothing expires and no deadline comes
because of the jump, until the mail server says who is right: by its own time where it tells that
(mail/server_time), else by the dates of new mails (INTERNALDATE, RFC 3501 2.3.3). A mail that a
colleague moves may carry an old date, so one old date alone proves nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

STEP = timedelta(minutes=5)  # more than any clock drifts between two looks
NEAR = timedelta(minutes=10)  # a mail that is read this soon after it arrived tells the time
_LONG = timedelta(days=400)  # nobody is off for so long: then the clock is doubted at the start
_SAME_PAST, _SAME_FUTURE = 3, 2  # mails that must agree to prove the clock wrong
_UNDECIDED = timedelta(hours=12)  # without any mail a jump of some hours is believed after that
_FEW_HOURS = timedelta(days=4)


def elapsed() -> float:
    """Seconds that passed, also while the machine slept, where the system counts those."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Timekeeper:
    """Call it for the time now; `off` says by how much the machine's clock is wrong."""

    def __init__(
        self, wall: Callable[[], datetime], seconds: Callable[[], float] = elapsed
    ) -> None:
        self._wall, self._seconds = wall, seconds
        self._guard = threading.Lock()
        self._lags: list[timedelta] = []
        self._apart_at: float | None = None
        self._agreed, self._began = False, seconds()
        self._set(wall())

    def __call__(self) -> datetime:
        """The time now, aware."""
        with self._guard:
            wall, steady = self._wall(), self._steady()
            if abs(wall - steady) <= STEP or self._undecided_long(wall - steady):
                self._set(wall)
                return wall
            return steady

    @property
    def off(self) -> timedelta:
        """How far the clock of the machine is ahead; negative: behind; zero where it is right."""
        found = self._wall() - self()
        return found if abs(found) > STEP else timedelta()

    @property
    def is_sure(self) -> bool:
        """Whether a mail server said the same since the start, or said nothing for long: what can't
        be taken back waits for that."""
        with self._guard:
            return self._agreed or self._seconds() - self._began > _UNDECIDED.total_seconds()

    @property
    def wall(self) -> datetime:
        """What the clock of the machine says."""
        return self._wall()

    def begin_after(self, last: datetime) -> None:
        """At the start: it can't be earlier than when we were last alive, nor years later."""
        with self._guard:
            wall = self._wall()
            if wall < last - STEP or wall > last + _LONG:
                self._set(last)

    def told(self, server_now: datetime) -> None:
        """The mail server said what time it is."""
        with self._guard:
            wall = self._wall()
            self._agree(wall if abs(wall - server_now) <= NEAR else server_now)

    def arrived(self, internal_date: datetime, *, just_now: bool) -> None:
        """A new mail with the mail server's date; `just_now`: it came since the last look."""
        with self._guard:
            wall, steady = self._wall(), self._steady()
            if abs(wall - internal_date) <= NEAR:
                self._agree(wall)
            elif steady - internal_date > NEAR and not just_now:
                return  # it came while nobody looked
            elif abs(steady - internal_date) <= NEAR:
                self._agree(steady)
            elif steady < internal_date <= wall:
                self._set(internal_date)  # it is at least as late as that
            elif just_now:
                self._compare(internal_date, steady - internal_date)

    def _compare(self, internal_date: datetime, lag: timedelta) -> None:
        """Mails that came at different times and lag alike: then it is the clock, not the mail."""
        self._lags = [*self._lags[-_SAME_PAST:], lag]
        need = _SAME_PAST if lag > timedelta() else _SAME_FUTURE
        last = self._lags[-need:]
        if len(last) == need and max(last) - min(last) <= NEAR:
            self._agree(internal_date)

    def _agree(self, now: datetime) -> None:
        self._lags.clear()
        self._agreed = True
        self._set(now)

    def _steady(self) -> datetime:
        return self._anchor + timedelta(seconds=self._seconds() - self._at)

    def _set(self, now: datetime) -> None:
        self._anchor, self._at = now, self._seconds()
        self._apart_at = None

    def _undecided_long(self, apart: timedelta) -> bool:
        if self._apart_at is None:
            self._apart_at = self._seconds()
        long = self._seconds() - self._apart_at > _UNDECIDED.total_seconds()
        return long and abs(apart) <= _FEW_HOURS
