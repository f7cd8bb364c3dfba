"""Remembered browsers: for one person, for thirty days, and no longer than the person's code."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from mailproc.store import devices, people, schema
from mailproc.store.database import Database
from tests.factories import NOW, a_person

PEPPER = b"p" * 32


def _person(connection: sa.Connection, address: str = "director@example.org") -> int:
    person = people.add(connection, a_person(id=0, address=address, has_code=False), NOW)
    slip = people.new_slip(connection, person, NOW)
    assert people.redeem_slip(connection, person, slip, "482915", PEPPER, NOW)
    return person


def test_a_device_is_found_by_its_token_by_its_own_person_alone(database: Database) -> None:
    with database.write() as connection:
        mine, other = _person(connection), _person(connection, "deputy@example.org")
        token = devices.remember(connection, mine, "Chrome, Android", NOW)
        found = devices.find(connection, token, mine, NOW)
        assert found is not None
        assert (found.label, found.expires_at - found.created_at) == (
            "Chrome, Android",
            timedelta(days=30),
        )
        assert devices.find(connection, token, other, NOW) is None
        assert devices.find(connection, token[:-1], mine, NOW) is None
        assert devices.find(connection, "", mine, NOW) is None
        stored = str(connection.execute(sa.select(schema.devices)).one())
    assert token not in stored


@pytest.mark.parametrize("after", [timedelta(days=30), timedelta(days=31)])
def test_a_device_ends_by_itself(database: Database, after: timedelta) -> None:
    with database.write() as connection:
        mine = _person(connection)
        token = devices.remember(connection, mine, "", NOW)
        assert devices.find(connection, token, mine, NOW + after - timedelta(days=2)) is not None
        assert devices.find(connection, token, mine, NOW + after) is None
        assert devices.listed(connection, mine, NOW + after) == []


def test_a_new_slip_ends_every_device(database: Database) -> None:
    with database.write() as connection:
        mine = _person(connection)
        token = devices.remember(connection, mine, "", NOW)
        slip = people.new_slip(connection, mine, NOW)
        assert devices.find(connection, token, mine, NOW) is None
        people.redeem_slip(connection, mine, slip, "739164", PEPPER, NOW)
        assert devices.find(connection, token, mine, NOW) is None


def test_one_device_or_all_can_be_ended(database: Database) -> None:
    with database.write() as connection:
        mine = _person(connection)
        tokens = [devices.remember(connection, mine, f"{n}", NOW) for n in range(3)]
        first = devices.find(connection, tokens[0], mine, NOW)
        assert first is not None
        assert devices.revoke(connection, mine + 1, NOW, first.id) == 0
        assert devices.revoke(connection, mine, NOW, first.id) == 1
        assert [x.label for x in devices.listed(connection, mine, NOW)].count("0") == 0
        assert devices.find(connection, tokens[1], mine, NOW) is not None
        assert devices.revoke(connection, mine, NOW) == 2
        assert devices.listed(connection, mine, NOW) == []


def test_the_device_used_longest_ago_gives_way_to_an_eleventh(database: Database) -> None:
    with database.write() as connection:
        mine = _person(connection)
        for n in range(10):
            devices.remember(connection, mine, f"{n}", NOW + timedelta(minutes=n))
        oldest = devices.listed(connection, mine, NOW)[-1]
        devices.used(connection, oldest.id, NOW + timedelta(hours=1))
        devices.remember(connection, mine, "new", NOW + timedelta(hours=2))
        labels = [one.label for one in devices.listed(connection, mine, NOW)]
    assert len(labels) == 10
    assert labels[:2] == ["new", "0"]
    assert "1" not in labels
