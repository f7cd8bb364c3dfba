"""A backup on an empty machine, without anything being sent twice.

All of it is unpacked and made ready in a folder of its own: the database is migrated, its chains
are verified, and what the lost daemon may have done since is put in doubt. Then it moves into
place, the database last: until then there is no office here, and a restore can begin again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from mailproc import fates
from mailproc.alarms import words
from mailproc.clock import utc_now
from mailproc.config import Config, load
from mailproc.errors import MailprocError
from mailproc.machine import contents, sealed, snapshot, traces
from mailproc.office import DeskSource, make_rules, read_catalogue
from mailproc.sections.office import StoreSection
from mailproc.store import alarms, audit, claims, doubts, people_log, schema
from mailproc.store.database import Database

_WORK = ".restoring"
_WEEK = timedelta(days=7)
Say = Callable[[str], None]  # a step, by the name of its text


@dataclass(frozen=True, slots=True)
class Report:
    """What came back, and what a person has to look at."""

    backup_at: datetime
    requests: int
    sent: int  # letters that the mailbox shows as sent since
    waiting: int  # letters that wait for a person
    looked: bool  # the mailbox could be read
    complete: bool  # and shows all that was sent
    left_out: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # files that were here already and stay as they are


def restore(
    file: Path,
    secret: str,
    config_file: Path,
    now: datetime,
    *,
    look: bool = True,
    say: Say = lambda step: None,
) -> Report:
    """Puts the office of the backup beside `config_file`. Raises MailprocError and starts nothing.

    `look`: ask the mailbox what was sent since.
    """
    work = config_file.absolute().parent / _WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    try:
        say("restore_reading")
        manifest = _unpack(file, secret, work)
        kept = _settings(work, config_file)
        config = load(config_file)
        _refuse_living(config, work)
        kept += _place_files(config, work, manifest)
        os.replace(work / contents.STORE, work / "mailproc.sqlite")  # as in a `state/`
        say("restore_checking")
        staged = _staged(config, work)
        database = _sound(staged)
        try:
            say("restore_looking")
            report = _settle(config, staged, database, manifest, now, look=look)
        finally:
            database.close()
        say("restore_placing")
        _place_databases(config, staged)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return replace(report, kept=tuple(kept))


# ---------------------------------------------------------------- unpacking


def _unpack(file: Path, secret: str, work: Path) -> sealed.Manifest:
    def keep(name: str, content: IO[bytes]) -> None:
        target = work / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("xb") as stream:
            shutil.copyfileobj(content, stream, 1 << 20)

    try:
        with file.open("rb") as stream:
            return sealed.read(stream, secret, keep)
    except FileNotFoundError:
        raise MailprocError(key="restore_no_file", file=file) from None


def _settings(work: Path, config_file: Path) -> list[str]:
    """Settings that are here already win: another machine may have other addresses."""
    theirs = work / contents.SETTINGS
    if not config_file.exists():
        _install(theirs, config_file)
        return []
    if config_file.read_bytes() == theirs.read_bytes():
        return []
    _install(theirs, config_file.with_name(config_file.name + ".from-backup"))
    return [str(config_file)]


def _refuse_living(config: Config, work: Path) -> None:
    """Figures may be here, as after a restore that was cut off, where the backup has them too."""
    ours = snapshot.rounds(f"sqlite:///{work / contents.WAREHOUSE}")
    living = [] if snapshot.is_empty(config.database_url) else [config.database_url]
    if not snapshot.rounds(config.warehouse_url) <= ours:
        living.append(config.warehouse_url)
    for url in living:
        place = snapshot.sqlite_file(url) or sa.make_url(url).render_as_string()
        raise MailprocError(key="restore_not_empty", place=place)


def _place_files(config: Config, work: Path, manifest: sealed.Manifest) -> list[str]:
    """Secrets and the office's own files; one that is here and differs is refused, a key above
    all: with another key every link would be void."""
    targets = [(m.name, contents.target(m.name, config)) for m in manifest.members]
    files = [(work / name, place) for name, place in targets if place is not None]
    other = [str(p) for f, p in files if p.exists() and p.read_bytes() != f.read_bytes()]
    password = str(config.password_file)
    if strange := [name for name in other if name != password]:
        raise MailprocError(key="restore_files_differ", files=", ".join(strange))
    for source, place in files:
        if str(place) not in other:
            _install(source, place)
    return other


def _install(source: Path, place: Path) -> None:
    """Whole or not at all, for us alone."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_name(f".{place.name}.part")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target, source.open("rb") as content:
        shutil.copyfileobj(content, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())
    os.replace(draft, place)


# ---------------------------------------------------------------- making ready


def _staged(config: Config, work: Path) -> Config:
    """The settings, as if the work folder were the state."""
    datasets = config.datasets.model_copy(update={"warehouse_url": ""})
    store = StoreSection(state=str(work))
    return config.model_copy(update={"store": store, "datasets": datasets})


def _sound(staged: Config) -> Database:
    """The database at this program's schema, its chains verified."""
    database = Database(staged.database_url)
    try:
        database.migrate()  # refuses one that is newer than this program
        with database.read() as connection:
            found = audit.verify(connection)
        if found.faults:
            raise MailprocError(key="restore_chain_broken", faults="\n".join(found.faults[:20]))
    except BaseException:
        database.close()
        raise
    return database


def _settle(
    config: Config,
    staged: Config,
    database: Database,
    manifest: sealed.Manifest,
    now: datetime,
    *,
    look: bool,
) -> Report:
    """What the lost daemon may have done is put in doubt, in one transaction."""
    backup_at = datetime.fromisoformat(manifest.made_at)
    found = _traces(config, database, backup_at) if look else traces.Traces()
    desk = DeskSource(staged, database, utc_now)()
    rules = make_rules(staged, read_catalogue(staged, now))
    with database.write() as connection:
        _stop_what_ran(connection, now)
        restored = doubts.Restored(backup_at, now, found.complete, found.later)
        doubts.begin(connection, restored)
        recent = doubts.opened_since(connection, backup_at - max(_WEEK, now - backup_at))
        doubts.go_on_counting(connection, recent)
        doubts.end_logins(connection, now)
        sent = 0
        for row, state in _fates(doubts.owed(connection), found):
            doubts.settle(connection, [row.id], state, now)
            sent += state == "sent"
            if state != "recorded":
                fates.follow(connection, row, state, desk, rules, now, reason=doubts.REASON)
        waiting = doubts.waiting(connection)
        zone, clear = config.office.timezone, found.complete and not waiting
        _write_down(connection, backup_at, waiting, now, zone, clear=clear)
        count = connection.scalar(sa.select(sa.func.count()).select_from(schema.requests)) or 0
    return Report(
        backup_at,
        count,
        sent,
        waiting,
        found.looked,
        found.complete,
        manifest.left_out,
        manifest.environment,
    )


def _write_down(
    connection: sa.Connection,
    backup_at: datetime,
    waiting: int,
    now: datetime,
    timezone: str,
    *,
    clear: bool,
) -> None:
    at = backup_at.isoformat(timespec="minutes")
    people_log.note(connection, 0, "restored", "command", now, backup_at=at, letters=waiting)
    if not clear:
        facts = {"backup_at": words.at(backup_at, timezone), "letters": waiting}
        alarms.raise_alarm(connection, "restored", facts, now)


def _traces(config: Config, database: Database, since: datetime) -> traces.Traces:
    with database.read() as connection:
        sample = doubts.sent_before(connection, since - traces.LOOK_BACK, traces.SAMPLE)
        known = doubts.known_as_sent(connection)
    return traces.look(config, since, sample, known)


def _stop_what_ran(connection: sa.Connection, now: datetime) -> None:
    """Whoever held a lease is gone."""
    for table in (schema.messages, schema.jobs):
        claims.release_all(connection, table, now)


def _fates(
    rows: list[sa.Row[tuple[object, ...]]], found: traces.Traces
) -> Iterator[tuple[sa.Row[tuple[object, ...]], str]]:
    """sent where the mailbox shows it, recorded where it surely would, else unknown.

    Letters of one bundle may have gone under the Message-ID of another of it.
    """
    ids = {row.id: row.message_id for row in rows}
    bundles = {row.bundle for row in rows if row.bundle and row.message_id in found.sent}
    for row in rows:
        led = ids.get(row.bundled_into, row.message_id)
        if row.message_id in found.sent or led in found.sent:
            yield row, "sent"
        elif found.complete and row.bundle not in bundles:
            yield row, "recorded"
        else:
            yield row, "unknown"


# ---------------------------------------------------------------- into place


def _place_databases(config: Config, staged: Config) -> None:
    """The figures first: with the store the office is there."""
    if snapshot.sqlite_file(config.warehouse_url) or not snapshot.rounds(config.warehouse_url):
        _place_database(staged.warehouse_url, config.warehouse_url, snapshot.fill_warehouse)
    _place_database(staged.database_url, config.database_url, snapshot.fill_store)


def _place_database(source: str, target: str, fill: Callable[[Path, str], None]) -> None:
    file = snapshot.sqlite_file(source)
    if file is None or not file.exists():
        return
    place = snapshot.sqlite_file(target)
    if place is None:
        fill(file, target)
        return
    snapshot.settle_down(file)
    for name in (f"{place.name}-wal", f"{place.name}-shm"):
        place.with_name(name).unlink(missing_ok=True)
    _install(file, place)
