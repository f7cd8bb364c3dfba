"""The composition root: builds all from the settings, runs the loops, stops cleanly.

Flow of the loops: mailbox → intake → jobs → outbox, with deadlines and web pages beside them. Each
finds its work in the database; being woken only makes it quicker.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import IO

import sqlalchemy as sa
import structlog

from mailproc import office as offices
from mailproc import people_letters
from mailproc.accounts import Accounts
from mailproc.alarms import words
from mailproc.alarms.webhook import Webhook
from mailproc.claiming import Claiming
from mailproc.clock import utc_now
from mailproc.composing import Composing
from mailproc.config import Config
from mailproc.datasets.changes import Changes
from mailproc.datasets.planning import left_to_ask
from mailproc.datasets.query import prepare
from mailproc.datasets.register import known_schools
from mailproc.datasets.standing import outdated
from mailproc.deadlines import Deadlines
from mailproc.errors import MailprocError
from mailproc.filing import Filing
from mailproc.fulfil import Fulfil, Prepare
from mailproc.health.bell import Bell
from mailproc.health.fault import Fault
from mailproc.health.machine import Disk, network_disk
from mailproc.health.metrics import Metrics
from mailproc.health.pulse import Beat
from mailproc.health.pulses import is_stuck
from mailproc.health.timekeeping import Timekeeper
from mailproc.health.warden import BELL, Warden, takes_no_mail, with_the_warden
from mailproc.intake import Intake
from mailproc.loops import Loop
from mailproc.mail.delivery import Delivery
from mailproc.mail.mailbox import Mailbox
from mailproc.model import Catalogue, Conditions, Item, Person, Prepared, Question
from mailproc.morning import Morning
from mailproc.outbox import Outbox
from mailproc.retention import Retention
from mailproc.roundups import Roundups
from mailproc.sandbox import AGAIN_SECONDS, FIRST_SECONDS, Builder, Reader
from mailproc.store import claims, correspondence, facts, messages, people, schema, vitals
from mailproc.store.alarms import Alarm
from mailproc.store.vitals import Daemon
from mailproc.watch import Watcher
from mailproc.web.common import Site
from mailproc.web.internal import Health, internal_app
from mailproc.web.public import public_app
from mailproc.web.readings import Readings
from mailproc.web.render import Pages
from mailproc.web.server import WebThread, listen

log = structlog.get_logger()
_ALIVE = timedelta(minutes=3)  # a sign of another machine that is no older
_CONNECTIONS = 3  # for sending at once; Microsoft 365 takes no more from one mailbox


class Service:
    """One office's daemon in this process."""

    def __init__(
        self,
        config: Config,
        clock: Callable[[], datetime] | None = None,
        listeners: tuple[socket.socket, socket.socket] | None = None,
    ) -> None:
        self._time = Timekeeper(utc_now) if clock is None else None
        self._config, self._clock = config, clock or self._time or utc_now
        self._owner = secrets.token_hex(8)
        self._lanes = (self._owner, f"{self._owner}-again")  # of intake
        self._lock = lock_of_daemon(config)
        self.database = offices.open_database(config, whole=True)
        self._check_in()
        with self.database.write() as connection:
            self._first_start = facts.first_start(connection, self._clock())
            officers = _staff(connection, self._clock())
        self.catalogue = offices.read_catalogue(config, self._clock())
        self._changes = Changes(config.warehouse_url, config.catalogue_folder)
        self.office = offices.make_office(config, officers)
        self._rules = offices.make_rules(config, self.catalogue)
        self._desk = offices.DeskSource(config, self.database, self._clock)
        self._build_loops()
        self._watcher = Watcher(
            self._connect,
            self.database,
            offices.make_limits(config, self._first_start),
            config.mailbox.poll_seconds,
            self._loops["intake"].wake,
            self._clock,
            self._warden.holds_intake,
            self._dated,
            self._told,
        )
        self._web = self._build_web(listeners)

    # ------------------------------------------------------------ building

    def _build_loops(self) -> None:
        config = self._config
        habits = offices.make_habits(config, self.catalogue)
        self._readers = (
            Reader(habits.known, FIRST_SECONDS),
            Reader(habits.known, AGAIN_SECONDS, together=1),  # each of them has failed once
        )
        self._builder = Builder(config.warehouse_url)
        self._intakes = [
            Intake(self.database, reader, habits, self._rules, owner, tried=tried)
            for reader, owner, tried in zip(self._readers, self._lanes, (False, True), strict=True)
        ]
        self._fulfil = self._build_fulfil()
        self._deadlines = Deadlines(
            self.database,
            self._rules,
            config.office.timezone,
            outdated_by(self.catalogue, config.warehouse_url),
        )
        self._accounts = Accounts(self.database)
        days = config.retention.days()
        self._retention = Retention(self.database, days, config.office.timezone)
        self._morning = Morning(self.database, config.office.morning_at)
        self._roundups = Roundups(self.database, offices.make_roundup(config))
        self._deliveries = tuple(self._build_delivery() for _ in range(_CONNECTIONS))
        self._composing = Composing(self.office, config.template_folders, self.catalogue)
        self._filing = self._build_filing()
        self._outbox = self._build_outbox()
        self._runner = asyncio.Runner()  # the outbox's event loop, used in its thread alone
        held = partial(Claiming, database=self.database, clock=self._clock)
        mails, unsent = schema.messages, schema.outbox.c.state == "recorded"
        turns: dict[str, Callable[[], int]] = {
            "intake": held(lambda: self._intake_turn(0), table=mails, owner=self._lanes[0]),
            "intake-again": held(lambda: self._intake_turn(1), table=mails, owner=self._lanes[1]),
            "jobs": held(self._jobs_turn, table=schema.jobs, owner=self._owner),
            "deadlines": self._deadlines_turn,
            "outbox": held(
                self._outbox_turn, table=schema.outbox, owner=self._owner, where=(unsent,)
            ),
            "retention": self._retention_turn,
        }
        self._drops = offices.make_drops(config)
        if self._drops is not None:
            turns["drops"] = self._drops_turn
        if self._filing is not None:
            turns["copies"] = self._filing.turn
        self._build_health()
        self._loops = {name: Loop(name, self._unless_second(turn)) for name, turn in turns.items()}
        self._loops |= {
            "warden": Loop("warden", self._warden.turn),
            BELL: Loop(BELL, self._alarms_turn),
        }
        for name in ("intake", "intake-again", "jobs", "deadlines"):
            self._loops[name].then = tuple(
                self._loops[other] for other in ("jobs", "deadlines", "outbox") if other != name
            )

    def _build_health(self) -> None:
        config, url = self._config, self._config.alarms.webhook
        webhook = Webhook(url, config.office.name_en or config.office.name_th) if url else None
        disk = Disk(config.state, config.store.min_free_mb)
        now = self._clock()
        self._bell = Bell(
            self.database,
            Daemon(self._owner, socket.gethostname(), now, now),
            self._seen,
            webhook,
        )
        self._warden = Warden(
            self._beats,
            (disk.faults, self._clock_faults, self._mail_faults, self._bell.second),
            self._clock,
            webhook,
        )
        self._metrics = Metrics(
            self.database, self._beats, lambda: self._warden.alarms, self._clock, self._copies
        )

    def _unless_second(self, turn: Callable[[], int]) -> Callable[[], int]:
        """No turn while another daemon works on the same file."""
        return lambda: 0 if self._warden.holds_all() else turn()

    def _build_fulfil(self) -> Fulfil:
        config = self._config
        return Fulfil(
            self.database,
            prepare_by(self.catalogue, config.warehouse_url),
            self._builder,
            self._rules,
            config.office.name_th,
            config.office.timezone,
            self._owner,
            outdated_by(self.catalogue, config.warehouse_url),
        )

    def _build_outbox(self) -> Outbox:
        return Outbox(
            self.database,
            self._composing,
            self._deliveries,
            self._rules,
            self.office.public_url,
            self._owner,
            self._clock,
            offices.make_manners(self._config),
            self._config.smtp.max_bytes,
            offices.make_pace(self._config),
            self._filing,
        )

    def _build_filing(self) -> Filing | None:
        if not offices.keeps_copies(self._config):
            return None
        connect = partial(offices.open_sent_folder, self._config)
        return Filing(self.database, connect, self._clock, self._config.mailbox.sent_max_bytes)

    def _build_delivery(self) -> Delivery:
        smtp = self._config.smtp
        sender = smtp.sender or self._config.office.address
        return Delivery(smtp.server(), self._config.smtp_login(), sender)

    def _build_web(self, listeners: tuple[socket.socket, socket.socket] | None) -> WebThread:
        config = self._config
        public, internal = listeners or (
            listen(config.web.public_listen),
            listen(config.web.internal_listen),
        )
        self._pages = Pages(self.office, config.template_folders, self.catalogue)
        self._readings = Readings(offices.make_known(config, self.catalogue))
        site = Site(
            database=self.database,
            readings=self._readings,
            pages=self._pages,
            office=self.office,
            rules=lambda: self._rules,
            desk=self._desk,
            pepper=config.secret("pepper"),
            clock=self._clock,
            committed=self.wake,
            habits=lambda: offices.make_habits(config, self._rules.catalogue),
            schools=lambda: known_schools(config.warehouse_url),
            asks=lambda item: left_to_ask(item, self._rules.catalogue, config.warehouse_url),
            trusted_proxies=frozenset(config.web.trusted_proxies),
            promise=timedelta(minutes=config.office.promise_minutes),
            plain_http=config.web.plain_http,
        )
        return WebThread(
            [(public, public_app(site)), (internal, internal_app(self.health, site, self.metrics))]
        )

    def _connect(self) -> Mailbox:
        config = self._config
        folder = config.mailbox.folder
        return Mailbox(config.mailbox.server(), config.mailbox_login(), folder)

    def _check_in(self) -> None:
        """Raises where another machine works on the same file, or it lies where none may."""
        if self.database.is_sqlite and (kind := network_disk(self._config.state)):
            raise MailprocError(key="network_disk", state=self._config.state, kind=kind)
        with self.database.read() as connection:
            last, known = vitals.last_daemon(connection), vitals.last_known(connection)
        if self._time is not None and known is not None:
            self._time.begin_after(known)
        if last is None or not self.database.is_sqlite:
            return  # on PostgreSQL several may work
        elsewhere = last.host not in ("", socket.gethostname())
        if elsewhere and abs(self._clock() - last.at) < _ALIVE:
            raise MailprocError(key="running_elsewhere", host=last.host)

    # ------------------------------------------------------------ running

    def start(self) -> None:
        """Starts everything; returns at once."""
        # The outbox waits for short answers of a server, many per mail. With Python's usual 5 ms
        # it gets its turn back so late that a busy intake halves the mails per second.
        sys.setswitchinterval(0.0005)
        if self.database.is_sqlite:
            self._take_over()
        self._warden.look()  # before any mail is taken in
        for part in self._parts:
            part.start()

    @property
    def _parts(self) -> tuple[Loop | Watcher | WebThread, ...]:
        return (*self._loops.values(), self._watcher, self._web)

    def _take_over(self) -> None:
        """The only process on a SQLite file: whoever held a lease is gone."""
        with self.database.write() as connection:
            for table in (schema.messages, schema.jobs, schema.outbox):
                claims.release_all(connection, table, self._clock())

    def wake(self) -> None:
        """Something was committed outside the loops: there may be work, or others stand in."""
        self._desk.forget()
        for loop in self._loops.values():
            loop.wake()

    def stop(self) -> None:
        """Ends everything; waits for the mail that is being sent."""
        for part in self._parts:
            part.stop()
        for part in self._parts:
            part.join(20)
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            if self._filing is not None:
                self._filing.finish()
        with contextlib.suppress(sa.exc.SQLAlchemyError), self.database.write() as connection:
            vitals.sign_off(connection, self._owner)
        for delivery in self._deliveries:
            self._runner.run(delivery.close())
        self._runner.close()
        for reader in self._readers:
            reader.stop()
        self._builder.stop()
        self._readings.stop()
        if self._drops is not None:
            self._drops.stop()
        self._composing.stop()
        self.database.close()
        self._lock.close()

    def now(self) -> datetime:
        """The time, however wrong the machine's clock is."""
        return self._clock()

    def health(self) -> Health:
        """How the loops are; from memory alone, but for what the database says of sending."""
        alive = not any(is_stuck(name, beat) for name, beat in self._beats().items())
        alarms = tuple(alarm.name for alarm in self._warden.alarms)
        polled, now = self._watcher.polled_at, self._clock()
        late = timedelta(seconds=max(3 * self._config.mailbox.poll_seconds, 900))
        ready = alive and not any(takes_no_mail(alarm) for alarm in self._warden.alarms)
        ready = ready and polled is not None and now - polled < late
        try:
            with self.database.read() as connection:
                stopped = correspondence.stopped_at(connection)
        except sa.exc.SQLAlchemyError:
            return Health(polled, alive, None, alarms, ready=False)
        return Health(polled, alive, stopped, alarms, ready=ready)

    def metrics(self) -> bytes:
        """The figures of `/metrics`."""
        return self._metrics.text(self._watcher.polled_at)

    def _beats(self) -> dict[str, Beat]:
        return {name: loop.beat for name, loop in self._loops.items()} | {
            "mailbox": self._watcher.beat,
            "web": self._web.beat,
        }

    def _seen(self) -> tuple[Alarm, ...]:
        """What the warden sees; that it is dead itself is for the bell to tell."""
        beat = self._loops["warden"].beat
        return with_the_warden(self._warden.alarms, beat, self._clock())

    def _copies(self) -> Mapping[str, int]:
        return self._filing.counts if self._filing is not None else {}

    def _mail_faults(self) -> Iterator[Fault]:
        yield from self._watcher.faults()
        yield from self._outbox.faults()

    def _clock_faults(self) -> Iterator[Fault]:
        if self._time is not None and self._time.off:
            zone = self._config.office.timezone
            here, there = (words.at(one, zone) for one in (self._time.wall, self._time()))
            yield Fault("clock_wrong", {"here": here, "there": there})

    def _dated(self, internal_date: datetime, just_now: bool) -> None:
        if self._time is not None:
            self._time.arrived(internal_date, just_now=just_now)
            self._mend_first_start(timedelta())

    def _told(self, server_now: datetime, thought: datetime) -> None:
        if self._time is not None:
            self._time.told(server_now)
            self._mend_first_start(server_now - thought)

    def _mend_first_start(self, off: timedelta) -> None:
        """By a clock that was wrong new mail would stay unanswered, or old mail be answered."""
        now, box = self._clock(), self._config.mailbox
        if self._first_start <= now and not off:
            return
        account = f"{self._config.mailbox_login().username}@{box.host}"
        with self.database.write() as connection:
            polled = messages.place(connection, account, box.folder) is not None
            found = facts.mend_first_start(connection, now, off, polled=polled)
        if found != self._first_start:
            log.warning("first_start_mended", was=str(self._first_start), now=str(found))
            self._first_start = found
            self._watcher.renew(offices.make_limits(self._config, found))

    def warm(self) -> None:
        """Starts the builder's child ahead of the first file."""
        self._builder.warm()

    # ------------------------------------------------------------ turns

    def _alarms_turn(self) -> int:
        told = self._bell.turn(self._desk(), self._clock())
        if told:
            self._loops["outbox"].wake()
        return told

    def _intake_turn(self, lane: int) -> int:
        handled = self._intakes[lane].turn(self._desk(), self._clock())
        if handled:
            self._watcher.marks_owed()
        else:
            self._readers[lane].rest()
            self._readings.rest()
        return handled

    def _deadlines_turn(self) -> int:
        self._look_for_rounds()
        desk, now = self._desk(), self._clock()
        done = self._accounts.turn(desk, self._rules, now)
        done += self._deadlines.turn(desk, now, is_sure=self._is_time_sure)
        # After the reminders: what they would tell one by one stands in the list.
        done += self._roundups.turn(desk, now)
        done += self._morning.turn(desk, self._rules, now)
        return done + people_letters.tell(self.database, desk, now)

    def _look_for_rounds(self) -> None:
        """What was imported, opened or closed since the last look counts from now on."""
        if not self._changes.any(self._clock()):
            return
        try:
            catalogue = offices.read_catalogue(self._config, self._clock())
        except MailprocError as error:  # a dataset file that is being edited, say
            log.error("catalogue_kept", problem=error.problem)
            return
        self.catalogue = catalogue
        self._rules = offices.make_rules(self._config, catalogue)
        for intake in self._intakes:
            intake.renew(self._rules)
        url = self._config.warehouse_url
        self._fulfil.renew(self._rules, prepare_by(catalogue, url), outdated_by(catalogue, url))
        self._deadlines.renew(self._rules, outdated_by(catalogue, url))
        self._outbox.renew(self._rules)
        self._pages.renew(catalogue)
        log.info("catalogue_renewed")

    def _outbox_turn(self) -> int:
        self._composing.renew(self.catalogue)
        sent = self._runner.run(self._outbox.turn(self._desk()))
        if not sent:
            self._composing.rest()
        return sent

    def _retention_turn(self) -> int:
        """Never by a clock that is doubted."""
        if not self._is_time_sure or (self._time is not None and self._time.off):
            return 0
        return self._retention.turn(self._clock())

    @property
    def _is_time_sure(self) -> bool:
        return self._time is None or self._time.is_sure

    def _drops_turn(self) -> int:
        return self._drops.turn(self._clock()) if self._drops is not None else 0

    def _jobs_turn(self) -> int:
        done = self._fulfil.turn(self._desk(), self._clock())
        if not done:
            self._builder.rest()
        return done


def prepare_by(catalogue: Catalogue, warehouse_url: str) -> Prepare:
    """`prepare` over rounds that never change, so equal items are run once."""

    @lru_cache(maxsize=256)
    def run(item: Item, conditions: Conditions) -> Prepared | tuple[Question, ...]:
        return prepare(item, catalogue, warehouse_url, conditions)

    return run


def outdated_by(catalogue: Catalogue, warehouse_url: str) -> Callable[[Prepared], str]:
    """Why something that was prepared no longer counts; empty where it does."""
    return lambda prepared: outdated(prepared, catalogue, warehouse_url)


def _staff(connection: sa.Connection, now: datetime) -> tuple[Person, ...]:
    """The officers. Raises where nobody could decide or be told."""
    officers = people.in_role(connection, "officer", now)
    missing = [
        role
        for role, found in (
            ("group_director", people.in_role(connection, "group_director", now)),
            ("officer", officers),
        )
        if not found
    ]
    if missing:
        raise MailprocError(key="nobody_in_role", role=", ".join(missing))
    return officers


def lock_of_daemon(config: Config) -> IO[str]:
    """The lock of a daemon: one per SQLite file; on PostgreSQL several share it. Raises where
    another holds it for itself."""
    one = config.database_url.startswith("sqlite")
    try:
        config.state.mkdir(parents=True, exist_ok=True)
        lock = (config.state / "serve.lock").open("w")
    except OSError as error:
        problem = error.strerror
        raise MailprocError(key="state_unwritable", folder=config.state, problem=problem) from None
    try:
        fcntl.flock(lock, (fcntl.LOCK_EX if one else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        key = "already_serving" if one else "upgrade_running"
        raise MailprocError(key=key, state=config.state) from None
    return lock
