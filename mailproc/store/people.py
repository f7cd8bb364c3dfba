"""People, their roles with dates, and their approval codes.

A person sets the code at first use from a one-time slip; nobody else ever knows it. It is kept as
scrypt over an HMAC with a pepper from a secret file, so that the database alone is no use.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.model import Person
from mailproc.store import onetime, passkeys, schema
from mailproc.store.database import insert
from mailproc.workflow.retry import wrong_code_pause

_P, _R, _T = schema.people, schema.roles, schema.code_tries
_ONCE = onetime.has_any(_P.c.id).label("has_once")
SLIP_LIFE = timedelta(days=30)
CODE_COST = 2**14  # of scrypt: 16 MB and some 50 ms for each guess
ROLES = ("group_director", "officer", "deputy", "admin", "area_director", "area_deputy")
_SLIP_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that look alike on paper


def add(
    connection: sa.Connection,
    person: Person,
    now: datetime,
    *,
    until: datetime | None = None,
    acts_for: int | None = None,
) -> int:
    """A new person in a role from now on; gives the id."""
    key = connection.execute(
        _P.insert().values(
            name=person.name,
            address=person.address,
            position=person.position,
            phone=person.phone,
            added_at=now,
        )
    ).inserted_primary_key
    assert key is not None
    give_role(connection, int(key[0]), person.role, now, until=until, acts_for=acts_for)
    return int(key[0])


def give_role(
    connection: sa.Connection,
    person_id: int,
    role: str,
    now: datetime,
    *,
    until: datetime | None = None,
    acts_for: int | None = None,
) -> None:
    """The person holds the role from now on, or until then."""
    given = {"person_id": person_id, "role": role, "valid_from": now, "valid_to": until}
    connection.execute(_R.insert().values(**given, acts_for=acts_for))


def end_role(
    connection: sa.Connection, person_id: int, now: datetime, role: str | None = None
) -> bool:
    """The person holds this role, or none at all, from now on. False where none was held."""
    still = sa.or_(_R.c.valid_to.is_(None), _R.c.valid_to > now)
    held = _R.update().where(_R.c.person_id == person_id, still)
    if role is not None:
        held = held.where(_R.c.role == role)
    return connection.execute(held.values(valid_to=now)).rowcount > 0


def by_address(connection: sa.Connection, address: str) -> Person | None:
    """Whoever was added last with this address, whatever role is or was held; without a role."""
    query = sa.select(_P.c.id).where(sa.func.lower(_P.c.address) == address.casefold())
    found = connection.scalar(query.order_by(_P.c.id.desc()).limit(1))
    return ever(connection, found) if found is not None else None


def in_role(connection: sa.Connection, role: str, now: datetime) -> tuple[Person, ...]:
    """Who holds the role now, in the order of their addition."""
    return tuple(p for p in listed(connection, now) if p.role == role)


def listed(connection: sa.Connection, now: datetime) -> list[Person]:
    """Everybody with a role that is valid now."""
    query = (
        sa.select(_P, _R.c.role, _ONCE)
        .join(_R, _R.c.person_id == _P.c.id)
        .where(_R.c.valid_from <= now, sa.or_(_R.c.valid_to.is_(None), _R.c.valid_to > now))
        .order_by(_P.c.id)
    )
    return [_person(row, row.role) for row in connection.execute(query)]


def get(connection: sa.Connection, person_id: int, now: datetime) -> Person | None:
    """The person, while a role is valid."""
    return next((p for p in listed(connection, now) if p.id == person_id), None)


def ever(connection: sa.Connection, person_id: int) -> Person | None:
    """The person, whatever role is or was held; without a role."""
    row = connection.execute(sa.select(_P, _ONCE).where(_P.c.id == person_id)).first()
    return _person(row, "") if row is not None else None


def _person(row: sa.Row[Any], role: str) -> Person:
    proofs = {"has_code": bool(row.code_hash), "has_once": bool(row.has_once)}
    return Person(row.id, row.name, row.address, role, row.phone, row.position, **proofs)


# ---------------------------------------------------------------- slips and codes


def new_slip(connection: sa.Connection, person_id: int, now: datetime) -> str:
    """A slip to hand over on paper, good once within `SLIP_LIFE`. The old code ends with it, and
    so do the passkeys."""
    passkeys.revoke(connection, person_id, now)
    slip = "-".join("".join(secrets.choice(_SLIP_LETTERS) for _ in range(4)) for _ in range(3))
    connection.execute(
        _P.update()
        .where(_P.c.id == person_id)
        .values(
            slip_digest=_slip_digest(slip),
            slip_expires_at=now + SLIP_LIFE,
            code_hash=None,
            code_salt=None,
            code_version=_P.c.code_version + 1,
        )
    )
    return slip


def redeem_slip(
    connection: sa.Connection, person_id: int, slip: str, code: str, pepper: bytes, now: datetime
) -> bool:
    """Sets the person's own code. False where the slip is wrong, used or too old."""
    salt = secrets.token_hex(16)
    redeemed = (
        _P.update()
        .where(_P.c.id == person_id, _P.c.slip_digest == _slip_digest(slip))
        .where(_P.c.slip_expires_at > now)
        .values(
            slip_digest=None,
            slip_expires_at=None,
            code_salt=salt,
            code_hash=_code_hash(code, salt, pepper),
            code_version=_P.c.code_version + 1,
        )
    )
    return connection.execute(redeemed).rowcount == 1


def code_is_right(connection: sa.Connection, person_id: int, code: str, pepper: bytes) -> bool:
    """Compares in constant time; some 50 ms of work by design."""
    query = sa.select(_P.c.code_hash, _P.c.code_salt).where(_P.c.id == person_id)
    row = connection.execute(query).first()
    if row is None or row.code_hash is None:
        return False
    return hmac.compare_digest(row.code_hash, _code_hash(code, row.code_salt, pepper))


def code_version(connection: sa.Connection, person_id: int) -> int:
    """Counts the person's codes: whatever stands for an earlier one is worth nothing any more."""
    query = sa.select(_P.c.code_version).where(_P.c.id == person_id)
    return connection.scalar(query) or 0


def _slip_digest(slip: str) -> str:
    letters = "".join(c for c in slip.upper() if c.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()


def _code_hash(code: str, salt: str, pepper: bytes) -> str:
    peppered = hmac.digest(pepper, code.encode(), "sha256")
    return hashlib.scrypt(peppered, salt=bytes.fromhex(salt), n=CODE_COST, r=8, p=1).hex()


# ---------------------------------------------------------------- wrong tries


def may_try_at(connection: sa.Connection, person_id: int, link_id: str) -> datetime | None:
    """When the next try is allowed; None where it is now."""
    query = sa.select(_T.c.next_at).where(_T.c.person_id == person_id, _T.c.link_id == link_id)
    return connection.scalar(query)


def claim_try(connection: sa.Connection, person_id: int, link_id: str, now: datetime) -> int | None:
    """One try, which counts as a wrong one until `forget_wrong`; gives how many there were on this
    link. None where it may not be made yet; of those that come at once each waits for the other."""
    counted = (
        insert(connection, _T)
        .values(person_id=person_id, link_id=link_id, tries=1, next_at=now)
        .on_conflict_do_update(
            index_elements=["person_id", "link_id"],
            set_={"tries": _T.c.tries + 1},
            where=_T.c.next_at <= now,
        )
        .returning(_T.c.tries)
    )
    tries = connection.scalar(counted)
    if tries is None:
        return None
    mine = _T.update().where(_T.c.person_id == person_id, _T.c.link_id == link_id)
    connection.execute(mine.values(next_at=now + wrong_code_pause(tries)))
    return int(tries)


def forget_wrong(connection: sa.Connection, person_id: int, link_id: str) -> None:
    connection.execute(_T.delete().where(_T.c.person_id == person_id, _T.c.link_id == link_id))
