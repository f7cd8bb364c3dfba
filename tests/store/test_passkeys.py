from __future__ import annotations

from dataclasses import replace

import pytest

from mailproc.store import passkeys, people
from mailproc.store.database import Database
from mailproc.store.passkeys import Passkey
from tests.factories import NOW, a_person


@pytest.fixture
def key(database: Database) -> Passkey:
    """A kept key."""
    with database.write() as connection:
        person = people.add(connection, a_person(), NOW)
        key = Passkey("aGVsbG8", person, b"\xa5\x01", 3, "โทรศัพท์", NOW)
        assert passkeys.add(connection, key)
    return key


def test_a_key_is_kept_once(database: Database, key: Passkey) -> None:
    with database.write() as connection:
        assert list(passkeys.listed(connection, key.person_id)) == [key]
        assert not passkeys.add(connection, replace(key, label="another"))
        assert passkeys.revoke(connection, key.person_id, NOW, key.id) == 1
        assert not passkeys.add(connection, key), "a revoked key does not come back"
        assert passkeys.listed(connection, key.person_id) == []


def test_of_two_signatures_over_the_same_counter_one_counts(
    database: Database, key: Passkey
) -> None:
    with database.write() as connection:
        assert passkeys.used(connection, key, 4, NOW)
        assert not passkeys.used(connection, key, 5, NOW)


def test_a_person_has_so_many_keys_at_most(database: Database, key: Passkey) -> None:
    with database.write() as connection:
        for number in range(passkeys.MOST - 1):
            assert passkeys.add(connection, replace(key, id=f"k{number}"))
        assert not passkeys.add(connection, replace(key, id="one too many"))


def test_a_new_slip_ends_all_keys(database: Database, key: Passkey) -> None:
    """Whoever lost the code may have lost the phone."""
    with database.write() as connection:
        people.new_slip(connection, key.person_id, NOW)
        assert passkeys.listed(connection, key.person_id) == []


def test_keys_of_others_are_left_alone(database: Database, key: Passkey) -> None:
    with database.write() as connection:
        assert passkeys.revoke(connection, key.person_id + 1, NOW) == 0
        assert passkeys.revoke(connection, key.person_id + 1, NOW, key.id) == 0
        assert len(passkeys.listed(connection, key.person_id)) == 1
