from __future__ import annotations

from datetime import timedelta

from mailproc.store import people, person_links
from mailproc.store.database import Database
from tests.factories import NOW, a_person
from tests.walk import DESK


def _person(database: Database) -> int:
    with database.write() as connection:
        return people.add(connection, a_person(id=0), NOW)


def test_a_person_keeps_one_link_until_half_of_its_life_is_over(database: Database) -> None:
    person = _person(database)
    with database.write() as connection:
        first = person_links.ensure(connection, person, DESK, NOW)
        again = person_links.ensure(connection, person, DESK, NOW + DESK.link_life / 3)
        later = person_links.ensure(connection, person, DESK, NOW + DESK.link_life * 2 / 3)
    assert again == first
    assert later.id != first.id
    assert first.is_open(NOW + DESK.link_life * 2 / 3)  # the older mail still leads to the queue


def test_a_link_is_found_by_its_token_alone(database: Database) -> None:
    person = _person(database)
    with database.write() as connection:
        link = person_links.ensure(connection, person, DESK, NOW)
        secret = person_links.token(link, DESK)
        assert person_links.find(connection, secret) == link
        assert person_links.find(connection, link.id) is None
        assert person_links.find(connection, "") is None


def test_void_links_lead_nowhere_and_the_next_is_new(database: Database) -> None:
    person = _person(database)
    with database.write() as connection:
        link = person_links.ensure(connection, person, DESK, NOW)
        assert person_links.void(connection, person, NOW) == 1
        found = person_links.find(connection, person_links.token(link, DESK))
        assert found is not None
        assert not found.is_open(NOW + timedelta(seconds=1))
        assert person_links.ensure(connection, person, DESK, NOW).id != link.id
