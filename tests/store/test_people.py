from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from mailproc.store import people, schema
from mailproc.store.database import Database
from tests.factories import NOW, a_person
from tests.walk import Walk

PEPPER = b"p" * 32
CODE = "271828"
_ALONE = a_person(id=0)


def _add(database: Database, **changes: object) -> int:
    with database.write() as connection:
        return people.add(connection, a_person(**changes), NOW)


def _with_code(database: Database) -> int:
    person = _add(database)
    with database.write() as connection:
        slip = people.new_slip(connection, person, NOW)
        assert people.redeem_slip(connection, person, slip, CODE, PEPPER, NOW)
    return person


def test_a_role_is_held_between_its_dates(database: Database) -> None:
    first, second = _add(database, name="ก"), _add(database, name="ข")
    later = NOW + timedelta(days=5)
    with database.write() as connection:
        assert people.end_role(connection, first, later)
        assert not people.end_role(connection, first, later)
    with database.read() as connection:

        def held(when: datetime) -> list[int]:
            return [p.id for p in people.in_role(connection, "group_director", when)]

        assert held(NOW - timedelta(seconds=1)) == []
        assert held(NOW) == [first, second]
        assert held(later) == [second]
        assert people.in_role(connection, "officer", NOW) == ()
        assert people.get(connection, first, later) is None
        found = people.get(connection, second, later)
    assert found is not None
    assert (found.name, found.address, found.has_code) == ("ข", _ALONE.address, False)


def test_a_guess_at_a_code_costs_what_it_has_to(database: Database) -> None:
    """scrypt over 16 MB, whatever other tests make of it."""
    person = _with_code(database)
    with database.read() as connection:
        kept = connection.execute(schema.people.select().filter_by(id=person)).one()
    peppered = hmac.digest(PEPPER, CODE.encode(), "sha256")
    salt = bytes.fromhex(kept.code_salt)
    wanted = hashlib.scrypt(peppered, salt=salt, n=2**14, r=8, p=1)
    assert kept.code_hash == wanted.hex()


def test_a_slip_sets_the_code_once(database: Database) -> None:
    person = _add(database)
    with database.write() as connection:
        slip = people.new_slip(connection, person, NOW)
        wrong = "AAAA-AAAA-AAAA"
        assert not people.redeem_slip(connection, person, wrong, CODE, PEPPER, NOW)
        assert not people.code_is_right(connection, person, CODE, PEPPER), "no code yet"
        typed = slip.lower().replace("-", " ")
        assert people.redeem_slip(connection, person, typed, CODE, PEPPER, NOW)
        assert not people.redeem_slip(connection, person, slip, "999999", PEPPER, NOW)
        assert people.code_is_right(connection, person, CODE, PEPPER)
        assert not people.code_is_right(connection, person, "999999", PEPPER)


def test_a_slip_ends_after_thirty_days(database: Database) -> None:
    person = _add(database)
    with database.write() as connection:
        slip = people.new_slip(connection, person, NOW)
        end = NOW + people.SLIP_LIFE
        assert not people.redeem_slip(connection, person, slip, CODE, PEPPER, end)
        before = end - timedelta(seconds=1)
        assert people.redeem_slip(connection, person, slip, CODE, PEPPER, before)


def test_a_slip_is_good_for_its_person_alone(database: Database) -> None:
    first, second = _add(database), _add(database)
    with database.write() as connection:
        slip = people.new_slip(connection, first, NOW)
        assert not people.redeem_slip(connection, second, slip, CODE, PEPPER, NOW)


def test_a_new_slip_ends_the_old_code(database: Database) -> None:
    person = _with_code(database)
    with database.write() as connection:
        people.new_slip(connection, person, NOW)
        assert not people.code_is_right(connection, person, CODE, PEPPER)
        found = people.get(connection, person, NOW)
    assert found is not None
    assert not found.has_code


def test_the_database_alone_does_not_give_the_code_away(database: Database) -> None:
    """Without the pepper even the right code is not recognised."""
    walk = Walk(database)
    first, second = _with_code(database), _with_code(database)
    one, other = walk.rows(schema.people)
    assert one.code_hash != other.code_hash, "equal codes look different"
    with database.read() as connection:
        assert people.code_is_right(connection, first, CODE, PEPPER)
        assert not people.code_is_right(connection, second, CODE, b"q" * 32)
    assert not [row for row in (one, other) if CODE in str(row)]


def test_wrong_codes_cost_growing_time_per_person_and_link(database: Database) -> None:
    waits = []
    with database.write() as connection:
        now = NOW
        for n in range(1, 7):
            assert people.claim_try(connection, 1, "link", now) == n
            until = people.may_try_at(connection, 1, "link")
            assert until is not None
            waits.append((until - now).total_seconds())
            now = until
            early = now - timedelta(microseconds=1)
            assert people.claim_try(connection, 1, "link", early) is None, n
        assert people.may_try_at(connection, 1, "other") is None
        assert people.may_try_at(connection, 2, "link") is None
        people.forget_wrong(connection, 1, "link")
        assert people.may_try_at(connection, 1, "link") is None
    assert waits == [0, 0, 15, 30, 60, 120]
