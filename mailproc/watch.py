"""Keeps a connection to the mailbox for as long as the daemon runs: IDLE with a poll behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import structlog

from mailproc.collect import Limits, collect, mark
from mailproc.errors import AuthFailed, FolderGone, LinkLost, LoginRests, Unencrypted, Untrusted
from mailproc.health.fault import Fault
from mailproc.health.living import Living
from mailproc.health.pulse import in_short
from mailproc.health.pulses import ending, unreachable
from mailproc.mail.mailbox import Mailbox
from mailproc.store.database import Database
from mailproc.workflow import retry

log = structlog.get_logger()
_LOOK_AGAIN = 6.0  # seconds: whether a person has mended it; a little more than a first pause
_AGAIN = 3  # looks in a row, where a server tells of mails with every search
_TIME_AGAIN = 600.0  # seconds until the server is asked for its time once more
_IDLE_RENEW = 540.0  # seconds: RFC 2177 says 29 minutes at most, middle boxes forget after ten


class Watcher(Living):
    """A thread. `arrived` is called after new mail was stored; `polled_at` is its sign of life."""

    def __init__(
        self,
        connect: Callable[[], Mailbox],
        database: Database,
        limits: Limits,
        poll_seconds: float,
        arrived: Callable[[], None],
        clock: Callable[[], datetime],
        held: Callable[[], str] = lambda: "",
        dated: Callable[[datetime, bool], None] = lambda internal_date, just_now: None,
        told: Callable[[datetime, datetime], None] = lambda server_now, now: None,
    ) -> None:
        """`held`: why no mail may be taken in now, else empty. `dated`: is told the mail server's
        date of new mail, and whether that came since the last look. `told`: is told the server's
        own time, where it gives that, and which time we thought it was; before any mail is read."""
        super().__init__("mailbox")
        self._held, self._dated, self._told = held, dated, told
        self._connect, self._database, self._limits = connect, database, limits
        self._poll = min(poll_seconds, _IDLE_RENEW)
        self._arrived, self._clock = arrived, clock
        self._marks = threading.Event()
        self._marks.set()  # flags that an earlier run still owed
        self._lost, self._refused, self._again = 0, 0, 0
        self.polled_at: datetime | None = None
        self._faults: tuple[Fault, ...] = ()
        self._certificate_ends: datetime | None = None  # the server's certificate
        self._looked = False  # in this connection: what comes from now on has just arrived
        self._ask_time_at = 0.0

    def faults(self) -> Iterator[Fault]:
        """What is wrong with the mailbox, as far as a connection tells."""
        yield from self._faults or unreachable(self.beat, "mailbox_unreachable")
        yield from ending("IMAP", self._certificate_ends, self._clock())

    def marks_owed(self) -> None:
        """There are flags to set on the server."""
        self._marks.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.pulse.beat()
            pause = self._session()
            self.pulse.rest()
            self._stopping.wait(pause)

    def _session(self) -> float:
        """One connection for as long as it lasts; gives the seconds to wait before the next."""
        mailbox: Mailbox | None = None
        try:
            mailbox = self._connect()
            self._refused, self._faults, self._looked = 0, (), False
            self._certificate_ends = mailbox.certificate_ends
            self._ask_time_at = 0.0
            while not self._stopping.is_set() and not self._ends(mailbox):
                self._turn(mailbox)
            return 0.0
        except LoginRests as error:
            if error.lasting:
                self.pulse.failed("AuthFailed", refused=True)
            return _LOOK_AGAIN  # no try was made
        except AuthFailed as error:
            self._refused += 1
            self.pulse.failed("AuthFailed", refused=True)
            log.error("mailbox_login_refused", tries=self._refused, remedy=error.remedy)
            # The login itself knows when the next try may be, also after a restart.
            return _LOOK_AGAIN
        except LinkLost as error:
            self._faults = tuple(_named(error)) or self._faults
            return self._lost_link(error.problem)
        except Exception as error:
            news = self.pulse.failed(in_short(error))
            log.error("mailbox_failed", error=type(error).__name__, exc_info=news)
            return self._lost_link(in_short(error))
        finally:
            if mailbox is not None:
                mailbox.close()

    def _ends(self, mailbox: Mailbox) -> bool:
        """Whether the login is about to end: better we go than that the server cuts us off."""
        return mailbox.good_until is not None and self._clock() >= mailbox.good_until

    def _lost_link(self, problem: str) -> float:
        self._lost += 1
        self.pulse.failed(problem)
        log.warning("mailbox_lost", times=self._lost, problem=problem)
        return retry.reconnect_pause(self._lost)

    def _turn(self, mailbox: Mailbox) -> None:
        """All that is new, then the flags that are owed; a wait where there was neither."""
        self.pulse.beat()
        self._ask_time(mailbox)
        now = self._clock()
        if not self._held() and collect(
            mailbox, self._database, self._limits, now, self._stored, self._may_go_on
        ):
            return  # more may have come meanwhile
        if mailbox.is_behind and self._again < _AGAIN:
            self._again += 1
            return
        self._again = 0
        self.polled_at, self._lost, self._looked = now, 0, True
        self.pulse.well()
        if self._marks.is_set():
            self._marks.clear()
            mark(mailbox, self._database)
            # What came meanwhile was told in answer to a mark, and IDLE will not tell it again.
            return
        self._wait(mailbox)

    def _ask_time(self, mailbox: Mailbox) -> None:
        """At the start of a connection, and now and then."""
        if time.monotonic() < self._ask_time_at:
            return
        now = self._clock()
        found = mailbox.server_time(now)
        self._ask_time_at = time.monotonic() + _TIME_AGAIN
        if found is not None:
            self._told(found, now)

    def renew(self, limits: Limits) -> None:
        """From now on these limits."""
        self._limits = limits

    def _stored(self, internal_date: datetime) -> None:
        self.pulse.beat()
        self._dated(internal_date, self._looked)
        self._arrived()

    def _may_go_on(self) -> bool:
        return not self._stopping.is_set() and not self._held()

    def _wait(self, mailbox: Mailbox) -> None:
        until = time.monotonic() + self._seconds_to_wait(mailbox)
        if not mailbox.can_idle:
            while not self._interrupted() and time.monotonic() < until:
                self.pulse.beat()
                self._stopping.wait(min(1.0, self._poll))
            mailbox.check_alive()
            return
        mailbox.start_idle()
        while not self._interrupted() and time.monotonic() < until:
            self.pulse.beat()
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


def _named(error: LinkLost) -> Iterator[Fault]:
    """What the loss of a link says of its cause; nothing where it may be anything."""
    if isinstance(error, FolderGone):
        yield Fault("mailbox_folder", {"folder": error.values["folder"]})
    elif isinstance(error, Untrusted):
        yield Fault("certificate_bad", {"part": "IMAP"})
    elif isinstance(error, Unencrypted):
        yield Fault("encryption_gone", {"part": "IMAP"})
