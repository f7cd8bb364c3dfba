from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mailproc.model import Absence
from mailproc.store import absences, people
from mailproc.store.absences import AbsenceRefused
from mailproc.store.database import Database
from tests.factories import NOW, a_person

DAY = timedelta(days=1)


def _add(database: Database, name: str, role: str = "deputy") -> int:
    with database.write() as connection:
        person = a_person(name=name, role=role, address=f"{name}@example.org")
        return people.add(connection, person, NOW)


def _away(
    database: Database,
    person: int,
    deputy: int | None,
    since: datetime = NOW,
    until: datetime | None = None,
    now: datetime = NOW,
) -> int:
    with database.write() as connection:
        return absences.begin(connection, person, deputy, since, until, "command", now)


def _current(database: Database, now: datetime) -> tuple[Absence, ...]:
    with database.read() as connection:
        return absences.current(connection, now)


def test_an_absence_is_known_before_it_begins_and_until_it_is_over(database: Database) -> None:
    head, deputy = _add(database, "head", "group_director"), _add(database, "deputy")
    _away(database, head, deputy, NOW + DAY, NOW + 3 * DAY)
    held = (Absence(head, deputy, NOW + DAY, NOW + 3 * DAY),)
    assert _current(database, NOW) == held
    assert _current(database, NOW + 3 * DAY - timedelta(seconds=1)) == held
    assert _current(database, NOW + 3 * DAY) == ()


def test_what_is_entered_twice_is_one_absence(database: Database) -> None:
    head, deputy = _add(database, "head", "group_director"), _add(database, "deputy")
    first = _away(database, head, deputy, NOW, NOW + DAY)
    assert _away(database, head, deputy, NOW, NOW + DAY) == first
    assert _away(database, head, deputy, NOW, NOW + 2 * DAY) != first


def test_of_overlapping_absences_all_are_kept_the_newest_last(database: Database) -> None:
    head = _add(database, "head", "group_director")
    one, two = _add(database, "one"), _add(database, "two")
    _away(database, head, one, NOW, NOW + 9 * DAY)
    _away(database, head, two, NOW + DAY, NOW + 2 * DAY)
    assert [absence.deputy_id for absence in _current(database, NOW)] == [one, two]


def test_nobody_stands_in_for_himself_nor_in_a_circle(database: Database) -> None:
    one, two, three = (_add(database, name) for name in ("one", "two", "three"))
    with pytest.raises(AbsenceRefused) as refused:
        _away(database, one, one)
    assert refused.value.why == "self"
    _away(database, one, two)
    _away(database, two, three)
    with pytest.raises(AbsenceRefused) as refused:
        _away(database, three, one)
    assert refused.value.why == "circle"


def test_two_may_stand_in_for_each_other_at_different_times(database: Database) -> None:
    one, two = _add(database, "one"), _add(database, "two")
    _away(database, one, two, NOW, NOW + 2 * DAY)
    assert _away(database, two, one, NOW + 2 * DAY, NOW + 4 * DAY)
    with pytest.raises(AbsenceRefused):
        _away(database, two, one, NOW + DAY, NOW + 3 * DAY)


def test_an_absence_that_is_over_or_ends_before_it_begins_is_refused(database: Database) -> None:
    head, deputy = _add(database, "head", "group_director"), _add(database, "deputy")
    for since, until in ((NOW, NOW), (NOW + DAY, NOW), (NOW - 2 * DAY, NOW - DAY)):
        with pytest.raises(AbsenceRefused) as refused:
            _away(database, head, deputy, since, until)
        assert refused.value.why == "dates"


def test_who_holds_no_role_is_neither_away_nor_stands_in(database: Database) -> None:
    head, deputy = _add(database, "head", "group_director"), _add(database, "deputy")
    with database.write() as connection:
        people.end_role(connection, deputy, NOW)
    with pytest.raises(AbsenceRefused) as refused:
        _away(database, head, deputy)
    assert refused.value.why == "deputy_no_role"
    with pytest.raises(AbsenceRefused) as refused:
        _away(database, deputy, head)
    assert refused.value.why == "no_role"


def test_who_is_back_ends_what_holds_and_keeps_what_is_to_come(database: Database) -> None:
    head, deputy = _add(database, "head", "group_director"), _add(database, "deputy")
    _away(database, head, deputy, NOW, NOW + 2 * DAY)
    _away(database, head, deputy, NOW + 5 * DAY, NOW + 6 * DAY)
    with database.write() as connection:
        assert absences.end(connection, head, NOW + DAY) == 1
    assert [one.since for one in _current(database, NOW + DAY)] == [NOW + 5 * DAY]
    with database.write() as connection:
        assert absences.end(connection, head, NOW + DAY) == 1
        assert absences.end(connection, head, NOW + DAY) == 0
    assert _current(database, NOW + DAY) == ()


def test_one_of_several_absences_can_be_ended_by_its_id(database: Database) -> None:
    head, deputy = _add(database, "head", "group_director"), _add(database, "deputy")
    _away(database, head, deputy, NOW, NOW + 2 * DAY)
    later = _away(database, head, deputy, NOW + 5 * DAY, NOW + 6 * DAY)
    with database.write() as connection:
        assert absences.end(connection, deputy, NOW, later) == 0, "it is not hers"
        assert absences.end(connection, head, NOW, later) == 1
    assert [one.since for one in _current(database, NOW)] == [NOW]


def test_an_absence_is_to_be_told_from_its_first_moment_and_once(database: Database) -> None:
    head, deputy = _add(database, "head", "group_director"), _add(database, "deputy")
    later = _away(database, head, deputy, NOW + DAY, NOW + 3 * DAY)
    with database.read() as connection:
        assert absences.untold(connection, NOW) == []
        assert [one.id for one in absences.untold(connection, NOW + DAY)] == [later]
        assert absences.untold(connection, NOW + 3 * DAY) == []
    with database.write() as connection:
        absences.told(connection, later, NOW + DAY)
        assert absences.untold(connection, NOW + DAY) == []


def test_both_are_told_of_an_absence_and_of_an_early_end(database: Database) -> None:
    head, deputy = _add(database, "head", "group_director"), _add(database, "deputy")
    entered = _away(database, head, deputy, NOW + DAY, NOW + 3 * DAY)
    with database.write() as connection:
        assert [one.id for one in absences.unannounced(connection)] == [entered]
        assert absences.announced(connection, entered, NOW)
        assert not absences.announced(connection, entered, NOW)
        assert absences.unannounced(connection) == []
        absences.end(connection, head, NOW + DAY)
        assert [one.absence.until for one in absences.unannounced(connection)] == [NOW + DAY]


def test_nobody_is_told_of_what_was_taken_back_before_it_was_announced(database: Database) -> None:
    head, deputy = _add(database, "head", "group_director"), _add(database, "deputy")
    _away(database, head, deputy, NOW + DAY, NOW + 3 * DAY)
    with database.write() as connection:
        absences.end(connection, head, NOW)
        assert absences.unannounced(connection) == []
