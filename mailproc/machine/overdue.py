"""An alarm where the newest good backup is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailproc.alarms.words import at
from mailproc.config import Config
from mailproc.machine import backup
from mailproc.store import alarms
from mailproc.store.database import Database

NAME = "backup_old"


def since(config: Config, now: datetime) -> datetime | None:
    """When the newest was made that is too old by now, or the key, where there is none yet.

    None where all is well, and where nobody began with backups: `check` speaks of that.
    """
    key = backup.recipient_file(config)
    if not key.exists():
        return None
    made = backup.last(config)
    newest = made.made_at if made else datetime.fromtimestamp(key.stat().st_mtime, UTC)
    return newest if now - newest > timedelta(hours=config.backup.alarm_hours) else None


def look(config: Config, database: Database, now: datetime) -> None:
    """Raises the alarm, or ends it; writes where that changes something alone."""
    late = since(config, now)
    with database.read() as connection:
        raised = alarms.is_open(connection, NAME)
    if late is None and not raised:
        return
    with database.write() as connection:
        if late is None:
            alarms.mended(connection, NAME, now)
        elif not raised:
            facts = {"since": at(late, config.office.timezone)}
            alarms.raise_alarm(connection, NAME, facts, now)
