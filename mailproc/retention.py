"""One turn: once a night, what has been kept for its days is erased, in small transactions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from mailproc.store import facts, people_log, retention
from mailproc.store.database import Database

log = structlog.get_logger()
_FROM = time(1, 30)  # when nobody works; who is off at night does it after the next start
_BATCH = 100  # rows of one transaction: a mail that arrives meanwhile hardly waits
_BATCHES = 2000  # of a class in one night
_DONE = "retention_done"


class Retention:
    """Erases by `days` of each class; one daemon of an office does it each night."""

    def __init__(self, database: Database, days: Mapping[str, int], timezone: str) -> None:
        self._database, self._days, self._zone = database, days, ZoneInfo(timezone)
        self._done: date | None = None

    def turn(self, now: datetime) -> int:
        """Erases what is due tonight, where that was not done; gives how many rows."""
        local = now.astimezone(self._zone)
        if self._done == local.date() or local.time() < _FROM:
            return 0
        self._done = local.date()
        if not self._claim(local.date()):
            return 0
        found = self.run(now)
        return sum(found.values())

    def _claim(self, day: date) -> bool:
        with self._database.write() as connection:
            if (facts.get(connection, _DONE) or "") >= day.isoformat():
                return False
            facts.put(connection, _DONE, day.isoformat())
        return True

    def run(self, now: datetime) -> Mapping[str, int]:
        """Erases all that is due; gives the rows by class, and writes that down."""
        found = {name: self._erase(name, now) for name in retention.CLASSES}
        done = {name: count for name, count in found.items() if count}
        if done:
            with self._database.write() as connection:
                people_log.note(connection, 0, "expired_erased", "clock", now, **done)
            log.info("erased", **done)
        return found

    def _erase(self, name: str, now: datetime) -> int:
        before, total = now - timedelta(days=self._days.get(name, 0)), 0
        for _ in range(_BATCHES):
            with self._database.write() as connection:
                count = retention.CLASSES[name](connection, before, now, _BATCH)
            total += count
            if count < _BATCH:
                break
        return total
