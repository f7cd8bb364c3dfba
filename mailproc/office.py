"""The office as values: what the settings and the people mean for each part of the service."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from mailproc.collect import Limits
from mailproc.config import Config
from mailproc.datasets.catalogue import load_catalogue, load_entries, names
from mailproc.datasets.importer import load_sample
from mailproc.datasets.importing import contracts
from mailproc.drops import DropFolder
from mailproc.drops import Habits as DropHabits
from mailproc.logins import providers
from mailproc.mail.sent_folder import SentFolder
from mailproc.model import Catalogue, Known, Office, Person, Roster, Rules
from mailproc.publicdays import office_holidays
from mailproc.sandbox import Importer
from mailproc.settling import Habits
from mailproc.store import absences, integrity, people
from mailproc.store.database import Database
from mailproc.store.desk import Desk, by_audience
from mailproc.texts import load_texts
from mailproc.workflow.manners import Manners
from mailproc.workflow.pace import Pace
from mailproc.workflow.roundup import Roundup


def open_database(config: Config, *, whole: bool = False) -> Database:
    """The migrated database. `whole`: raises MailprocError where its file is damaged."""
    database = Database(config.database_url)
    if whole:
        integrity.require(database)
    database.migrate()
    return database


def read_catalogue(config: Config, now: datetime) -> Catalogue:
    """The catalogue with the rounds that are loaded."""
    if config.datasets.load_sample:
        load_sample(config.warehouse_url, now)
    catalogue = load_catalogue(config.catalogue_folder, config.warehouse_url)
    return replace(catalogue, calendar=config.datasets.calendar())


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
        same=timedelta(days=chosen.same_days),
        timezone=config.office.timezone,
        holidays=office_holidays(config.office.holidays, config.office.workdays),
        roster=make_roster(config),
        approval=config.approval.policies(),
        standing=frozenset(config.approval.standing),
        batch_sensitive=config.approval.batch_sensitive,
        escalation=config.approval.escalation(),
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
        plus_addressing=config.mailbox.plus_addressing,
        desk_url=config.web.desk_url,
        language=chosen.language,
    )


def make_habits(config: Config, catalogue: Catalogue) -> Habits:
    """The office's choices for its incoming mail."""
    return Habits(
        known=make_known(config, catalogue),
        timezone=config.office.timezone,
        fiscal=config.office.number_year == "fiscal",
        promise=timedelta(minutes=config.office.promise_minutes),
        holidays=office_holidays(config.office.holidays, config.office.workdays),
        authserv_id=config.mailbox.authserv_id,
        mark=config.mailbox.mark == "seen",
        dedicated=config.mailbox.mode == "dedicated",
        roster=make_roster(config),
        pepper=config.secret("pepper"),
        grounds=make_grounds(config),
        away=config.approval.away,
    )


def make_grounds(config: Config) -> tuple[tuple[str, str], ...]:
    """The grounds of a refusal in the order of their numbers, as letters to approvers say them."""
    texts = load_texts(config.template_folders, config.office.language)
    return tuple(texts.sections.get("grounds", {}).items())


def make_known(config: Config, catalogue: Catalogue) -> Known:
    """What the reader must know of the office."""
    spanning = frozenset(one.id for one in catalogue.datasets if one.years > 1)
    return Known(_own(config), names(catalogue), spanning)


def _own(config: Config) -> frozenset[str]:
    own = {config.office.address, config.smtp.sender, config.mailbox.username}
    return frozenset(address.casefold() for address in own if "@" in address)


def make_manners(config: Config) -> Manners:
    """The office's choices for its outgoing mail."""
    chosen = config.sending.model_dump(exclude={"per_minute", "in_24_hours"})
    return Manners(
        own=_own(config),
        roundup=make_roundup(config),
        morning=bool(config.office.morning),
        **chosen,
    )


def make_pace(config: Config) -> Pace:
    """How fast mail goes out: as the office chose, or its provider takes it."""
    known = providers.pace(config.smtp.host, config.account("smtp").username)
    minute, day = config.sending.per_minute, config.sending.in_24_hours
    return Pace(
        known.per_minute if minute is None else minute,
        known.in_24_hours if day is None else day,
    )


def keeps_copies(config: Config) -> bool:
    """Whether we put our mails into the folder of sent mail, as the server does not."""
    chosen = config.mailbox.sent_copies
    names = {config.account(name).username.casefold() for name in ("mailbox", "smtp")}
    by_itself = providers.files_sent(config.smtp.host) and len(names) == 1  # into whose folder
    return chosen == "always" or (chosen == "auto" and not by_itself)


def open_sent_folder(config: Config) -> SentFolder:
    """The folder of sent mail; it is there afterwards. Raises AuthFailed or LinkLost."""
    box = config.mailbox
    return SentFolder(
        box.server(), config.mailbox_login(), chosen=box.sent_folder, watched=box.folder
    )


def make_roundup(config: Config) -> Roundup:
    """When one list takes the place of many mails to those who decide."""
    return Roundup(
        above=config.approval.digest_above,
        timezone=config.office.timezone,
        holidays=office_holidays(config.office.holidays, config.office.workdays),
        may_fold=config.approval.fold_new and bool(config.web.public_url),
    )


def make_roster(config: Config) -> Roster:
    """The addresses and domains of the office's area."""
    members = {member.casefold() for member in config.roster_members()}
    addresses = frozenset(member for member in members if "@" in member)
    return Roster(addresses, frozenset(members - addresses))


def make_drops(config: Config) -> DropFolder | None:
    """The drop folder, where the office has one; the folder is there afterwards."""
    folder, chosen = config.drop_folder, config.datasets
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    entries = load_entries(config.catalogue_folder)
    habits = DropHabits(
        folder=folder,
        warehouse_url=config.warehouse_url,
        calendar=chosen.calendar(),
        timezone=config.office.timezone,
        opens=chosen.drop_opens,
        also=frozenset(chosen.count_also),
    )
    return DropFolder(habits, Importer(contracts.load(entries, config.catalogue_folder)), entries)


def make_limits(config: Config, first_start: datetime) -> Limits:
    return Limits(first_start, config.mailbox.max_bytes)


_FRESH = 1.0  # seconds; an idle daemon asks several times a second, and each look costs 0.4 ms


class DeskSource:
    """The desk as it is now. What another process changed of its people counts after a second."""

    def __init__(self, config: Config, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._key = config.secret("links")
        self._timezone = config.office.timezone
        self._language = config.office.language
        self._download_life = timedelta(days=config.web.download_days)
        self._domain = config.office.address.rpartition("@")[2]
        self._desk: Desk | None = None
        self._until = 0.0

    def __call__(self) -> Desk:
        if self._desk is None or time.monotonic() > self._until:
            self._desk = self._read()
            self._until = time.monotonic() + _FRESH
        return self._desk

    def forget(self) -> None:
        """Something was written here: the next who asks gets what is there by now."""
        self._until = 0.0

    def _read(self) -> Desk:
        with self._database.read() as connection:
            everybody = people.listed(connection, self._clock())
            away = absences.current(connection, self._clock())
        return Desk(
            self._key,
            self._domain,
            by_audience(everybody),
            absences=away,
            download_life=self._download_life,
            timezone=self._timezone,
            language=self._language,
        )
