from __future__ import annotations

from datetime import timedelta

import pytest

from mailproc.store import people, people_log
from mailproc.store.database import Database
from tests.factories import NOW, a_person


def _person(database: Database) -> int:
    with database.write() as connection:
        return people.add(connection, a_person(id=0), NOW)


def test_what_happened_is_listed_newest_first(database: Database) -> None:
    one, other = _person(database), _person(database)
    with database.write() as connection:
        people_log.note(connection, one, "code_set", "นายหนึ่ง", NOW)
        people_log.note(connection, other, "device_revoked", "command", NOW, device="Chrome")
    with database.read() as connection:
        both = people_log.listed(connection)
        mine = people_log.listed(connection, one)
    assert [entry.event for entry in both] == ["device_revoked", "code_set"]
    assert both[0].facts == {"device": "Chrome"}
    assert [(entry.person_id, entry.by) for entry in mine] == [(one, "นายหนึ่ง")]


def test_a_word_that_the_register_does_not_know_is_refused(database: Database) -> None:
    with database.write() as connection, pytest.raises(ValueError, match="no word"):
        people_log.note(connection, 1, "danced", "x", NOW)


def test_a_letter_is_owed_once_and_only_for_what_its_person_must_learn(database: Database) -> None:
    one = _person(database)
    with database.write() as connection:
        people_log.note(connection, one, "code_reset", "command", NOW)
        people_log.note(connection, one, "device_revoked", "command", NOW)
        assert people_log.is_due(connection, NOW)
        assert [entry.event for entry in people_log.take_due(connection, NOW)] == ["code_reset"]
        assert not people_log.is_due(connection, NOW)
        assert people_log.take_due(connection, NOW) == []


def test_wrong_codes_are_told_once_a_day_though_each_row_is_kept(database: Database) -> None:
    one = _person(database)
    with database.write() as connection:
        for hours in (0, 1, 23, 25):
            at = NOW + timedelta(hours=hours)
            people_log.note(connection, one, "codes_wrong", "unknown", at, tries=5)
        later = NOW + timedelta(days=9)
        assert len(people_log.listed(connection, one)) == 4
        assert [entry.at for entry in people_log.take_due(connection, later)] == [NOW]
        people_log.note(connection, one, "codes_wrong", "unknown", NOW + timedelta(days=3), tries=5)
        assert len(people_log.take_due(connection, later)) == 1
