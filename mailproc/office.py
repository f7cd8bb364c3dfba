"""The office as values: what the settings and the people mean for each part of the service."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from mailproc.collect import Limits
from mailproc.config import Config
from mailproc.datasets.catalogue import load_catalogue, names
from mailproc.datasets.importer import load_sample
from mailproc.model import Catalogue, Known, Office, Person, Rules
from mailproc.settling import Habits
from mailproc.store import people
from mailproc.store.database import Database
from mailproc.store.desk import Desk


def open_database(config: Config) -> Database:
    """The migrated database."""
    database = Database(config.database_url)
    database.migrate()
    return database


def read_catalogue(config: Config, now: datetime) -> Catalogue:
    """The catalogue with the rounds that are loaded."""
    if config.datasets.load_sample:
        load_sample(config.warehouse_url, now)
    return load_catalogue(config.catalogue_folder, config.warehouse_url)


def make_rules(config: Config, catalogue: Catalogue) -> Rules:
    """The office's choices for the workflow."""
    chosen = config.workflow
    return Rules(
        hold=timedelta(seconds=chosen.hold_seconds),
        ask_limit=chosen.ask_limit,
        silent=timedelta(days=chosen.silent_days),
        remind=timedelta(hours=chosen.remind_hours),
        officer_checks_all=chosen.officer_checks == "all",
        catalogue=catalogue,
    )


def make_office(config: Config, officers: tuple[Person, ...]) -> Office:
    """The office as its mails and pages name it; the first officer is the one to call."""
    chosen, officer = config.office, officers[0] if officers else None
    return Office(
        name_th=chosen.name_th,
        name_en=chosen.name_en or chosen.name_th,
        group_th=chosen.group_th,
        group_en=chosen.group_en,
        address=chosen.address,
        phone=chosen.phone,
        timezone=chosen.timezone,
        officer_name=officer.name if officer else chosen.group_th,
        officer_phone=(officer.phone if officer else "") or chosen.phone,
        public_url=config.web.public_url,
        privacy_th=chosen.privacy_th,
        privacy_en=chosen.privacy_en,
    )


def make_habits(config: Config, catalogue: Catalogue) -> Habits:
    """The office's choices for its incoming mail."""
    own = {config.office.address, config.smtp.sender, config.mailbox_login().username}
    known = Known(
        frozenset(address.casefold() for address in own if "@" in address), names(catalogue)
    )
    return Habits(
        known=known,
        timezone=config.office.timezone,
        fiscal=config.office.number_year == "fiscal",
        promise=timedelta(minutes=config.office.promise_minutes),
        holidays=frozenset(config.office.holidays),
        authserv_id=config.mailbox.authserv_id,
        mark=config.mailbox.mark == "seen",
        dedicated=config.mailbox.mode == "dedicated",
    )


def make_limits(config: Config, first_start: datetime) -> Limits:
    return Limits(first_start, config.mailbox.max_bytes)


_FRESH = 10.0  # seconds; an idle daemon asks several times a second


class DeskSource:
    """The desk as it is now; people are looked up every ten seconds."""

    def __init__(self, config: Config, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._key = config.secret("links")
        self._domain = config.office.address.rpartition("@")[2]
        self._desk: Desk | None = None
        self._until = 0.0

    def __call__(self) -> Desk:
        if self._desk is None or time.monotonic() > self._until:
            self._desk = self._read()
            self._until = time.monotonic() + _FRESH
        return self._desk

    def _read(self) -> Desk:
        with self._database.read() as connection:
            everybody = people.listed(connection, self._clock())
        audiences = (("director", "group_director"), ("officer", "officer"))
        return Desk(
            self._key,
            self._domain,
            {to: tuple(p for p in everybody if p.role == role) for to, role in audiences},
        )
