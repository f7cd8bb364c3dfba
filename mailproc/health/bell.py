"""One turn: what is wrong becomes an alarm in the database, which people hear of; and the daemon
gives its own sign of life there, by which another one on the same file is seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from mailproc.alarms import letters
from mailproc.alarms.webhook import Webhook
from mailproc.health import queues
from mailproc.health.fault import Fault
from mailproc.store import alarms, vitals
from mailproc.store.alarms import Alarm
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.store.vitals import Daemon

_PERIOD = 15.0  # seconds
_LIVES = 120.0  # so long after its last new sign another daemon counts as alive
_FROM_START = 300.0  # so long what an earlier run raised stays open: all has to be looked at first


# What a daemon finds by itself; other alarms are mended by whoever raised them.
LOOKED_AT = frozenset(
    "disk_low disk_full clock_wrong certificate_bad certificate_ends encryption_gone "
    "mailbox_folder "
    "mailbox_unreachable smtp_unreachable login_refused database_readonly database_broken "
    "database_failing second_daemon loop_stuck loop_failing look_failed mail_unread mail_unsent "
    "jobs_waiting".split()
)


class Bell:
    """Writes down what the warden and the queues say, and what this run raised and mended."""

    def __init__(
        self,
        database: Database,
        me: Daemon,
        seen: Callable[[], Iterable[Alarm]],
        webhook: Webhook | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._me, self._seen, self._webhook = database, me, seen, webhook
        self._seconds, self._begun = seconds, seconds()
        self._next = 0.0
        self._mine: set[str] = set()
        self._adopted = False
        self._other = ""
        self._last: tuple[str, datetime] | None = None  # another daemon's sign, as last seen
        self._heard = -_LIVES

    def second(self) -> Iterable[Fault]:
        """Another daemon that was there before works on the same file."""
        if self._other:
            yield Fault("second_daemon", {"other": self._other})

    def turn(self, desk: Desk, now: datetime) -> int:
        """A round, when it is time for one; gives how many alarms were told."""
        if self._seconds() < self._next:
            return 0
        told = self.round(desk, now)
        self._next = self._seconds() + _PERIOD  # a round that fails is taken again, and shows
        return told

    def round(self, desk: Desk, now: datetime) -> int:
        """Signs, writes down, tells."""
        self._sign(now)
        if self._other:
            return 0  # the file is the other's
        with self._database.read() as connection:
            waiting = {f.name: f.facts for f in queues.faults(vitals.read(connection, now), now)}
            known = {alarm.name: alarm for alarm in alarms.open_alarms(connection)}
        found = waiting | {alarm.name: alarm.facts for alarm in self._seen()}
        self._adopt(known)
        gone = [name for name in known if name in self._mine and name not in found]
        changed = {n: f for n, f in found.items() if n not in known or known[n].facts != f}
        if gone or changed:
            with self._database.write() as connection:
                for name, facts in changed.items():
                    alarms.raise_alarm(connection, name, facts, now)
                for name in gone:
                    alarms.mended(connection, name, now)
        self._mine = (self._mine | set(found)) - set(gone)
        pushed = self._webhook.turn(self._database, now) if self._webhook else 0
        return letters.tell(self._database, desk, now) + pushed

    def _adopt(self, known: Iterable[str]) -> None:
        """What an earlier run raised is ours to mend, once all was looked at."""
        if not self._adopted and self._seconds() - self._begun >= _FROM_START:
            self._adopted = True
            self._mine |= set(known) & LOOKED_AT

    def _sign(self, now: datetime) -> None:
        """Alive; on SQLite whoever came later gives way while the other one gives signs."""
        with self._database.write() as connection:
            last = vitals.last_daemon(connection)
            self._other = self._alive_before(last) if self._database.is_sqlite else ""
            if not self._other:
                vitals.sign(connection, replace(self._me, at=now))

    def _alive_before(self, last: Daemon | None) -> str:
        """The machine of a daemon that was there first and lives; its clock may be another."""
        if last is None or last.owner in ("", self._me.owner):
            return ""
        before, self._last = self._last, (last.owner, last.at)
        if before is not None and before[0] == last.owner and before != self._last:
            self._heard = self._seconds()
        lives = self._seconds() - self._heard < _LIVES
        return last.host if lives and last.started_at < self._me.started_at else ""
