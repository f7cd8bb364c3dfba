"""`run.py check`: tries every part of the settings and says how to mend what is wrong."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import click
from sqlalchemy.exc import SQLAlchemyError

from mailproc.cli import (
    check_alarms,
    check_approval,
    check_arrival,
    check_backup,
    check_reach,
    check_reply,
    check_sent,
    login,
)
from mailproc.cli.finding import Finding
from mailproc.cli.finding import found as _found
from mailproc.cli.output import common, local, show
from mailproc.cli.words import words
from mailproc.clock import utc_now
from mailproc.config import Config, load
from mailproc.datasets.rhythm import is_overdue
from mailproc.errors import (
    AuthFailed,
    ConfigError,
    LinkLost,
    MailprocError,
    Unencrypted,
    Untrusted,
)
from mailproc.health.machine import network_disk
from mailproc.health.pulse import first_words
from mailproc.mail.compose import Composer
from mailproc.mail.delivery import Delivery, Result
from mailproc.mail.mailbox import Mailbox
from mailproc.mail.sender import stamp_of
from mailproc.mail.server_time import NEAR
from mailproc.model import Person
from mailproc.office import make_office, open_database, read_catalogue
from mailproc.store import correspondence, integrity, messages, onetime, outbox, people, requests
from mailproc.web.render import Pages

Check = Callable[[Config], Iterator[Finding]]
_MARKS = {"ok": "✓", "note": "!", "fault": "✗"}
_FREE_MB = 500
_FEW_CODES = 10  # on a list: time to print the next
_RECENT_DAYS, _STAMPS = 30, 50
_WITHOUT_SERVERS = ("state", "database", "datasets")  # what can be tried before all is filled in


@click.command()
@common
def check(config_file: Path, as_json: bool) -> None:
    """Tries mailbox, sending, database, people, templates and address; exit 1 where one fails."""
    faults = 0
    for finding in findings(config_file):
        faults += finding.level == "fault"
        show(asdict(finding), _line(finding), as_json=as_json)
    sys.exit(1 if faults else 0)


def _line(finding: Finding) -> str:
    th, en = words(f"check_{finding.part}")
    lines = dict.fromkeys((finding.th, finding.en))  # once where there is no Thai
    return f"{_MARKS[finding.level]} {th} · {en}" + "".join(f"\n    {line}" for line in lines)


def findings(config_file: Path) -> Iterator[Finding]:
    """One finding after the other, as each check ends."""
    try:
        config = load(config_file)
    except ConfigError as error:
        for fault in error.faults:
            yield Finding("settings", "fault", fault, fault)
        return
    except MailprocError as error:
        yield _told("settings", error)
        return
    unfilled = list(_settings(config))
    yield from unfilled
    told: set[str] = set()
    for part, test in _CHECKS.items():
        if unfilled and part not in _WITHOUT_SERVERS:
            continue
        yield from _tried(part, test, config, told)


def _tried(part: str, test: Check, config: Config, told: set[str]) -> Iterator[Finding]:
    """What one check found, or why it could not look. `told`: what was said of databases already,
    as every part that needs one meets the same."""
    try:
        yield from test(config)
    except ConfigError as error:
        for fault in error.faults:
            yield Finding(part, "fault", fault, fault)
    except MailprocError as error:
        yield _told(part, error)
    except SQLAlchemyError as error:
        problem = first_words(error)
        if problem not in told:
            yield _found(part, "fault", "database_fails", problem=problem)
        told.add(problem)


def _told(part: str, error: MailprocError) -> Finding:
    if error.key:
        return _found(part, "fault", error.key, **error.values)
    return Finding(part, "fault", str(error), str(error))


def _settings(config: Config) -> Iterator[Finding]:
    """Values that `init` wrote and nobody filled in."""
    sections = {"office": config.office, "mailbox": config.mailbox, "smtp": config.smtp}
    unfilled = [
        f"{name}.{key}"
        for name, section in sections.items()
        for key, value in _flat(section.model_dump())
        if isinstance(value, str) and "«" in value
    ]
    if unfilled:
        yield _found("settings", "fault", "unfilled", keys=", ".join(unfilled))


def _flat(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Settings by their names, those of inner sections too."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _state(config: Config) -> Iterator[Finding]:
    folder = config.state
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield _found("state", "fault", "state_unwritable", folder=folder, problem=error.strerror)
        return
    free, need = shutil.disk_usage(folder).free // 1_000_000, config.store.min_free_mb
    if free < max(_FREE_MB, need):
        level: Literal["note", "fault"] = "fault" if free < need else "note"
        need = max(_FREE_MB, need)
        yield _found("state", level, "state_full", folder=folder, free=free, need=need)
    else:
        yield _found("state", "ok", "state_fine", folder=folder, free=free)
    on_file = config.database_url.startswith("sqlite")
    if on_file and (kind := network_disk(folder)):
        yield _found("state", "fault", "network_disk", state=folder, kind=kind)


def _database(config: Config) -> Iterator[Finding]:
    database = open_database(config)
    if faults := integrity.faults(database, thorough=True):
        file = database.file
        yield _found("database", "fault", "database_broken", file=file, problem=faults[0])
        return
    try:
        integrity.require_writable(database)
    except MailprocError as error:
        yield _told("database", error)
    else:
        yield _found("database", "ok", "database_fine", revision=database.revision())
    with database.read() as connection:
        everybody = people.listed(connection, utc_now())
        approvers = [p for p in everybody if p.role in ("group_director", "deputy")]
        codes = [(p, onetime.kept(connection, p.id)) for p in approvers]
    database.close()
    yield from _people(everybody)
    yield from _codes(codes, needed=not config.web.public_url)


def _people(everybody: list[Person]) -> Iterator[Finding]:
    directors = [p for p in everybody if p.role == "group_director"]
    officers = [p for p in everybody if p.role == "officer"]
    for role, found in (("group_director", directors), ("officer", officers)):
        if not found:
            yield _found("people", "fault", "people_missing", role=role)
    if directors and officers:
        names = {"directors": _names(directors), "officers": _names(officers)}
        yield _found("people", "ok", "people_fine", **names)
    for person in directors:
        if not person.has_code:
            yield _found("people", "note", "people_no_code", name=person.name, id=person.id)
    for person in officers[:1]:
        if not person.phone:
            yield _found("people", "note", "people_no_phone", name=person.name)


def _codes(codes: list[tuple[Person, onetime.Kept]], *, needed: bool) -> Iterator[Finding]:
    """Who can decide by a reply; without a page there is no other way."""
    lacking = [person for person, kept in codes if not kept.any]
    if lacking and needed:
        names = ", ".join(f"{person.name} ({person.id})" for person in lacking)
        alone = len(lacking) == len(codes)
        yield _found("people", "fault" if alone else "note", "approvers_no_codes", names=names)
    elif codes and not lacking:
        yield _found("people", "ok", "approvers_codes_fine", names=_names([p for p, _ in codes]))
    for person, kept in codes:
        if not kept.app and 0 < kept.left <= _FEW_CODES:
            told = {"name": person.name, "id": person.id, "count": kept.left}
            yield _found("people", "note", "approvers_few_codes", **told)


def _names(found: list[Person]) -> str:
    return ", ".join(person.name for person in found)


def _senders(config: Config) -> Iterator[Finding]:
    """How senders prove who they are, and how many had to be asked."""
    database, now = open_database(config), utc_now()
    with database.read() as connection:
        opened, asked = requests.opened_since(connection, now - timedelta(days=_RECENT_DAYS))
        stamps = Counter(stamp_of(raw) for raw in messages.newest(connection, _STAMPS))
    database.close()
    yield from _stamps(config.mailbox.authserv_id.casefold(), stamps)
    if opened:
        share = f"{100 * asked / opened:.0f}"
        yield _found("senders", "ok", "senders_asked", asked=asked, opened=opened, share=share)


def _stamps(chosen: str, stamps: Counter[str]) -> Iterator[Finding]:
    total = stamps.total()
    if not total:
        return
    if chosen:
        level: Literal["ok", "note"] = "ok" if stamps[chosen] == total else "note"
        count = stamps[chosen]
        yield _found("senders", level, "senders_stamped", name=chosen, count=count, total=total)
        return
    name, count = stamps.most_common(1)[0]
    if name and count > total * 0.8:
        yield _found("senders", "note", "senders_could", name=name, count=count, total=total)
    else:
        yield _found("senders", "note", "senders_unstamped")


def _sending(config: Config) -> Iterator[Finding]:
    """Whether mail goes out to requesters, and how much of it is held."""
    database = open_database(config)
    with database.read() as connection:
        since = correspondence.stopped_at(connection)
        held = len(outbox.listed(connection, ("held",)))
    database.close()
    if since is not None:
        yield _found("sending", "fault", "sending_stopped", since=local(since))
    elif held:
        yield _found("sending", "note", "sending_held", count=held)
    else:
        yield _found("sending", "ok", "sending_fine")


def _datasets(config: Config) -> Iterator[Finding]:
    catalogue = read_catalogue(config, utc_now())
    loaded = [dataset.title_th for dataset in catalogue.datasets if dataset.rounds]
    if loaded:
        titles = ", ".join(loaded)
        yield _found("datasets", "ok", "datasets_fine", count=len(loaded), titles=titles)
    else:
        yield _found("datasets", "note", "datasets_none")
    overdue = [d.title_th for d in catalogue.datasets if is_overdue(d, utc_now().date())]
    if overdue:
        yield _found("datasets", "note", "datasets_overdue", titles=", ".join(overdue))


def _templates(config: Config) -> Iterator[Finding]:
    for folder in config.template_folders:
        if not folder.is_dir():
            yield _found("templates", "fault", "templates_no_folder", folder=folder)
            return
    office, folders = make_office(config, ()), config.template_folders
    faults = [*Composer(office, folders).faults(), *Pages(office, folders).faults()]
    for fault in faults:
        yield Finding("templates", "fault", fault, fault)
    if not faults:
        yield _found("templates", "ok", "templates_fine")


def _imap(config: Config) -> Iterator[Finding]:
    chosen = config.mailbox
    try:
        mailbox = Mailbox(chosen.server(), config.mailbox_login(), chosen.folder)
    except AuthFailed as error:
        yield login.refused("imap", config.account("mailbox"), error)
        return
    except (Untrusted, Unencrypted) as error:
        yield _found("imap", "fault", "server_unsafe", host=chosen.host, problem=error.problem)
        return
    except LinkLost as error:
        yield _folder_or_link(config, error)
        return
    try:
        count = len(mailbox.new_since(0))
        if mailbox.can_idle:
            yield _found("imap", "ok", "imap_fine", count=count, folder=chosen.folder)
        else:
            yield _found("imap", "note", "imap_no_idle", seconds=chosen.poll_seconds)
        yield from _clock(mailbox, utc_now())
    finally:
        mailbox.close()


def _clock(mailbox: Mailbox, now: datetime) -> Iterator[Finding]:
    """Where the mail server tells its time, whether ours is another."""
    there = mailbox.server_time(now)
    if there is not None and abs(there - now) > NEAR:
        yield _found("imap", "fault", "clock_differs", here=local(now), there=local(there))


def _folder_or_link(config: Config, error: LinkLost) -> Finding:
    """Was it the folder alone? Then say which there are."""
    chosen = config.mailbox
    try:
        mailbox = Mailbox(chosen.server(), config.mailbox_login(), "INBOX")
        folders = mailbox.folders()
        mailbox.close()
    except MailprocError:
        return _unreachable("imap", chosen.host, chosen.port, error.problem)
    names = ", ".join(folders)
    return _found("imap", "fault", "folder_missing", folder=chosen.folder, folders=names)


def _smtp(config: Config) -> Iterator[Finding]:
    chosen = config.smtp
    delivery = Delivery(chosen.server(), config.smtp_login(), config.office.address)
    try:
        closed, size = asyncio.run(_try_smtp(delivery))
    except AuthFailed as error:
        yield login.refused("smtp", config.account("smtp"), error)
        return
    if closed is not None and closed.unsafe:
        yield _found("smtp", "fault", "server_unsafe", host=chosen.host, problem=closed.text)
    elif closed is not None:
        problem = closed.text or str(closed.code)
        yield _unreachable("smtp", chosen.host, chosen.port, problem)
    else:
        allowed = f"{size / 1_000_000:.0f} MB" if size else "—"
        yield _found("smtp", "ok", "smtp_fine", size=allowed)


async def _try_smtp(delivery: Delivery) -> tuple[Result | None, int]:
    closed = await delivery.open()
    size = delivery.max_size
    await delivery.close()
    return closed, size


def _unreachable(part: str, host: str, port: int, problem: str) -> Finding:
    return _found(part, "fault", "server_fails", host=host, port=port, problem=problem)


_CHECKS: dict[str, Check] = {
    "state": _state,
    "database": _database,
    "backup": check_backup.findings,
    "senders": _senders,
    "sending": _sending,
    "alarms": check_alarms.findings,
    "datasets": _datasets,
    "approval": check_approval.findings,
    "templates": _templates,
    "imap": _imap,
    "sent": check_sent.findings,
    "smtp": _smtp,
    "reply": check_reply.findings,
    "arrival": check_arrival.findings,
    "public": check_reach.findings,
}
