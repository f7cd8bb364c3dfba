"""What is wrong now, as the daemon found it, and whether an alarm has a second way out."""

from __future__ import annotations

from collections.abc import Iterator

from mailproc.alarms.words import said
from mailproc.cli.finding import Finding
from mailproc.cli.finding import found as _found
from mailproc.cli.output import local
from mailproc.cli.words import words
from mailproc.config import Config
from mailproc.office import open_database
from mailproc.store import alarms
from mailproc.store.alarms import Alarm


def findings(config: Config) -> Iterator[Finding]:
    """Each open alarm is a fault; it is told by mail and by `check` alike."""
    database = open_database(config)
    with database.read() as connection:
        wrong = alarms.open_alarms(connection)
    database.close()
    yield from (of_alarm(one) for one in wrong)
    if not config.alarms.webhook:
        yield _found("alarms", "note", "webhook_none")
    elif not wrong:
        yield _found("alarms", "ok", "alarms_none")


def of_alarm(alarm: Alarm) -> Finding:
    """One that is open, in both languages."""
    since = local(alarm.raised_at)
    thai, _ = words("alarm_open", since=since, words=said(alarm, "th").plain)
    _, english = words("alarm_open", since=since, words=said(alarm, "en").plain)
    return Finding("alarms", "fault", thai, english)
