"""Keeps a connection to the mailbox for as long as the daemon runs: IDLE with a poll behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from mailproc.collect import Limits, collect, mark
from mailproc.errors import AuthFailed, LinkLost, LoginRests
from mailproc.mail.mailbox import Mailbox
from mailproc.store.database import Database
from mailproc.workflow import retry

log = structlog.get_logger()
_LOOK_AGAIN = 5.0  # seconds: whether a person has mended the login
_IDLE_RENEW = 540.0  # seconds: RFC 2177 says 29 minutes at most, middle boxes forget after ten


class Watcher:
    """A thread. `arrived` is called after new mail was stored; `polled_at` is its sign of life."""

    def __init__(
        self,
        connect: Callable[[], Mailbox],
        database: Database,
        limits: Limits,
        poll_seconds: float,
        arrived: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._connect, self._database, self._limits = connect, database, limits
        self._poll = min(poll_seconds, _IDLE_RENEW)
        self._arrived, self._clock = arrived, clock
        self._stopping, self._marks = threading.Event(), threading.Event()
        self._marks.set()  # flags that an earlier run still owed
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)
        self._lost, self._refused = 0, 0
        self.polled_at: datetime | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def marks_owed(self) -> None:
        """There are flags to set on the server."""
        self._marks.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._session())

    def _session(self) -> float:
        """One connection for as long as it lasts; gives the seconds to wait before the next."""
        mailbox: Mailbox | None = None
        try:
            mailbox = self._connect()
            self._refused = 0
            while not self._stopping.is_set() and not self._ends(mailbox):
                self._turn(mailbox)
            return 0.0
        except LoginRests:
            return _LOOK_AGAIN  # no try was made; it is told elsewhere
        except AuthFailed as error:
            self._refused += 1
            log.error("mailbox_login_refused", tries=self._refused, remedy=error.remedy)
            # The login itself knows when the next try may be, also after a restart.
            return _LOOK_AGAIN
        except LinkLost as error:
            return self._lost_link(error.problem)
        except Exception as error:
            log.error("mailbox_failed", error=type(error).__name__, exc_info=True)
            return self._lost_link(type(error).__name__)
        finally:
            if mailbox is not None:
                mailbox.close()

    def _ends(self, mailbox: Mailbox) -> bool:
        """Whether the login is about to end: better we go than that the server cuts us off."""
        return mailbox.good_until is not None and self._clock() >= mailbox.good_until

    def _lost_link(self, problem: str) -> float:
        self._lost += 1
        log.warning("mailbox_lost", times=self._lost, problem=problem)
        return retry.reconnect_pause(self._lost)

    def _turn(self, mailbox: Mailbox) -> None:
        """All that is new, then the flags that are owed, then a wait."""
        now = self._clock()
        if collect(mailbox, self._database, self._limits, now, self._arrived):
            return  # more may have come meanwhile
        self.polled_at, self._lost = now, 0
        if self._marks.is_set():
            self._marks.clear()
            mark(mailbox, self._database)
        self._wait(mailbox)

    def _wait(self, mailbox: Mailbox) -> None:
        until = time.monotonic() + self._seconds_to_wait(mailbox)
        if not mailbox.can_idle:
            while not self._interrupted() and time.monotonic() < until:
                self._stopping.wait(min(1.0, self._poll))
            mailbox.check_alive()
            return
        mailbox.start_idle()
        while not self._interrupted() and time.monotonic() < until:
            if mailbox.heard(1.0):
                break
        mailbox.stop_idle()

    def _seconds_to_wait(self, mailbox: Mailbox) -> float:
        if mailbox.good_until is None:
            return self._poll
        left = (mailbox.good_until - self._clock()).total_seconds()
        return max(0.0, min(self._poll, left))

    def _interrupted(self) -> bool:
        return self._stopping.is_set() or self._marks.is_set()
