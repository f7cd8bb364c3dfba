"""An old backup is an alarm, and a new one ends it."""

from __future__ import annotations

import os
from datetime import timedelta

from mailproc.machine import backup, overdue
from mailproc.store import alarms
from tests.factories import NOW
from tests.machine.conftest import Office


def _open(office: Office) -> list[str]:
    with office.walk.database.read() as connection:
        return [one.name for one in alarms.open_alarms(connection)]


def test_a_backup_that_grows_old_is_an_alarm_until_the_next(office: Office) -> None:
    office.backup()
    overdue.look(office.config, office.walk.database, NOW + timedelta(hours=36))
    assert _open(office) == []
    late = NOW + timedelta(hours=37)
    overdue.look(office.config, office.walk.database, late)
    assert _open(office) == [overdue.NAME]
    folder = office.config.backup_folder
    backup.make(office.config, office.file, folder, late)
    overdue.look(office.config, office.walk.database, late)
    assert _open(office) == []


def test_a_key_without_a_backup_counts_from_its_own_day(office: Office) -> None:
    key = backup.recipient_file(office.config)
    os.utime(key, (NOW.timestamp(), NOW.timestamp()))
    assert overdue.since(office.config, NOW + timedelta(hours=36)) is None
    assert overdue.since(office.config, NOW + timedelta(hours=37)) == NOW
    key.unlink()
    assert overdue.since(office.config, NOW + timedelta(days=9)) is None, "nobody began"
