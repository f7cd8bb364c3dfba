"""`run.py status`: whether the daemon lives and what is wrong; for people and for any monitor."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import click

from mailproc.cli.check_alarms import of_alarm
from mailproc.cli.output import common, local, show
from mailproc.cli.store import Opened, opened
from mailproc.cli.words import words
from mailproc.errors import MailprocError
from mailproc.machine import locks
from mailproc.store import alarms, copies, integrity, vitals
from mailproc.store.vitals import Daemon, Vitals

_COPIES_DAYS = 7
_SILENT = timedelta(minutes=3)  # the daemon gives a sign four times a minute


@click.command()
@common
def status(config_file: Path, as_json: bool) -> None:
    """Says whether the daemon runs and what is wrong; exit 1 where anything is."""
    with opened(config_file) as store:
        with store.database.read() as connection:
            daemon = vitals.last_daemon(connection)
            wrong = alarms.open_alarms(connection)
            seen = vitals.read(connection, store.now)
            missing = copies.missing(connection, store.now - timedelta(days=_COPIES_DAYS))
        unwritable = _unwritable(store)
        alive = _is_alive(daemon, store)
    _tell("daemon", _daemon(daemon, alive=alive), as_json=as_json, alive=alive)
    _tell("queues", _queues(seen), as_json=as_json, **_counts(seen))
    if unwritable:
        _tell("database", unwritable, as_json=as_json)
    if missing:
        said = words("status_copies", count=missing, days=_COPIES_DAYS)
        _tell("copies", said, as_json=as_json, missing=missing)
    for alarm in wrong:
        finding = of_alarm(alarm)
        raised = alarm.raised_at.isoformat()
        said = (finding.th, finding.en)
        _tell("alarm", said, as_json=as_json, name=alarm.name, raised_at=raised)
    sys.exit(0 if alive and not wrong and not unwritable else 1)


def _is_alive(daemon: Daemon | None, store: Opened) -> bool:
    """By its signs, or where they don't agree with this machine's clock, by the lock that it holds
    for as long as it lives."""
    if daemon is None or not daemon.owner:
        return False
    return abs(store.now - daemon.at) < _SILENT or locks.is_held(store.config, "serve.lock")


def _unwritable(store: Opened) -> tuple[str, str] | None:
    """What is wrong with the database that the daemon could not write down there."""
    try:
        integrity.require_writable(store.database)
    except MailprocError as error:
        return words(error.key, **error.values)
    return None


def _daemon(daemon: Daemon | None, *, alive: bool) -> tuple[str, str]:
    if daemon is None:
        return words("status_never")
    if not alive:
        return words("status_dead", at=local(daemon.at))
    return words("status_alive", host=daemon.host, at=local(daemon.at))


def _counts(seen: Vitals) -> dict[str, int]:
    queues = {"unread": seen.unread.count, "jobs": seen.jobs.count, "unsent": seen.unsent.count}
    return queues | {"refused": seen.refused, "unknown": seen.unknown, "held": seen.held}


def _queues(seen: Vitals) -> tuple[str, str]:
    return words("status_queues", **_counts(seen))


def _tell(part: str, said: tuple[str, str], *, as_json: bool, **facts: object) -> None:
    thing = {"part": part, "th": said[0], "en": said[1], **facts}
    show(thing, "\n".join(said), as_json=as_json)
