"""What `check` says of backups, and of mail that waits since a restore."""

from __future__ import annotations

from collections.abc import Iterator

from mailproc.cli.finding import Finding, found
from mailproc.cli.output import local
from mailproc.clock import utc_now
from mailproc.config import Config
from mailproc.machine import backup, overdue
from mailproc.office import open_database
from mailproc.store import doubts


def findings(config: Config) -> Iterator[Finding]:
    """A fault where the newest is too old; a note where nobody began."""
    made = backup.last(config)
    if not backup.recipient_file(config).exists():
        yield found("backup", "note", "backup_none")
    elif late := overdue.since(config, utc_now()):
        yield found("backup", "fault", "backup_late", at=local(late))
    elif made is not None:
        yield found("backup", "ok", "backup_fine", at=local(made.made_at), file=made.file)
    database = open_database(config)
    with database.read() as connection:
        restored, waiting = doubts.current(connection), doubts.waiting(connection)
    database.close()
    if restored is not None and waiting:
        at = local(restored.backup_at)
        yield found("backup", "note", "backup_in_doubt", at=at, count=waiting)
