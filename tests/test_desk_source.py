"""How soon it is known who is away and who stands in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from mailproc.config import build
from mailproc.office import DeskSource
from mailproc.store import absences, people
from mailproc.store.database import Database
from tests.factories import NOW, a_person
from tests.test_roster import NEEDED


def test_a_deputy_who_was_named_here_counts_at_once(
    sqlite_database: Database, tmp_path: Path
) -> None:
    source = DeskSource(build(NEEDED, tmp_path), sqlite_database, lambda: NOW)
    with sqlite_database.write() as connection:
        away = people.add(connection, a_person(id=0), NOW)
        deputy = a_person(id=0, address="deputy@example.org", role="deputy")
        stands_in = people.add(connection, deputy, NOW)
    assert source().absences == ()
    assert source() is source(), "an idle daemon reads it seldom"
    with sqlite_database.write() as connection:
        until = NOW + timedelta(days=3)
        absences.begin(connection, away, stands_in, NOW, until, "page", NOW)
    source.forget()
    assert [one.deputy_id for one in source().absences] == [stands_in]
