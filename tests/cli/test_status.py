"""`status` for a monitor: what the daemon itself could not write down is told as well."""

from __future__ import annotations

import fcntl
from datetime import timedelta
from pathlib import Path

from mailproc.clock import utc_now
from mailproc.store import copies, schema, vitals
from mailproc.store.vitals import Daemon
from tests.cli.test_commands import Run, run, settings, walk
from tests.walk import Walk

__all__ = ["run", "settings", "walk"]


def _sign(walk: Walk, ago: timedelta) -> None:
    at = utc_now() - ago
    with walk.database.write() as connection:
        vitals.sign(connection, Daemon("owner", "pc", at, at))


def test_a_database_that_can_not_be_written_is_told_although_no_alarm_is_in_it(
    run: Run, settings: Path, walk: Walk
) -> None:
    _sign(walk, timedelta())
    assert run("status").exit_code == 0
    file = settings.parent / "state" / "mailproc.sqlite"
    url = f"sqlite:///file:{file}?mode=ro&uri=true"
    text = settings.read_text() + f'[store]\ndatabase_url = "{url}"\n'
    settings.write_text(text)
    done = run("status")
    assert done.exit_code == 1
    assert "can't be written" in done.stdout
    assert "can't be written" in run("check").stdout


def test_a_daemon_whose_clock_differs_is_not_called_dead(
    run: Run, settings: Path, walk: Walk
) -> None:
    """A clock that jumped does not move the daemon's time; its lock says that it lives."""
    _sign(walk, timedelta(hours=1))
    assert run("status").exit_code == 1
    with (settings.parent / "state" / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run("status").exit_code == 0


def test_copies_that_are_missing_are_told_and_are_no_fault(run: Run, walk: Walk) -> None:
    _sign(walk, timedelta())
    walk.prepared()
    assert "folder of sent mail" not in run("status").stdout
    values = {"recorded_at": utc_now(), "sent_copy": copies.MISSING}
    with walk.database.write() as connection:
        connection.execute(schema.outbox.update().values(values))
    done = run("status")
    assert (done.exit_code, "folder of sent mail: 2" in done.stdout) == (0, True)
