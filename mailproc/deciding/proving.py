"""Proves that a person is who the link was sent to, by what neither mail nor page contains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailproc.deciding.mandate import Mandate
from mailproc.store import people
from mailproc.store.database import Database
from mailproc.thai import to_arabic


@dataclass(frozen=True, slots=True)
class Proof:
    """What the person typed; the code alone, or at first use the slip and a code of her own."""

    code: str = ""
    slip: str = ""
    new_code: str = ""


@dataclass(frozen=True, slots=True)
class Proved:
    """`error`: slow_down | code_wrong | slip_wrong, or nothing; `device`: what proved it."""

    error: str = ""
    device: str = ""


def prove(database: Database, found: Mandate, proof: Proof, pepper: bytes, now: datetime) -> Proved:
    """Checks the proof. Every try counts as a wrong one before it is looked at, so that a crash
    gives none away."""
    person_id, link_id = found.person.id, found.link.id
    with database.write() as connection:
        wait = people.may_try_at(connection, person_id, link_id)
        if wait is not None and wait > now:
            return Proved("slow_down")
        people.count_wrong(connection, person_id, link_id, now)
    if not _is_right(database, found, proof, pepper, now):
        return Proved("code_wrong" if found.person.has_code else "slip_wrong")
    with database.write() as connection:
        people.forget_wrong(connection, person_id, link_id)
    return Proved(device="code")


def _is_right(
    database: Database, found: Mandate, proof: Proof, pepper: bytes, now: datetime
) -> bool:
    person_id = found.person.id
    if found.person.has_code:
        with database.read() as connection:
            return people.code_is_right(connection, person_id, proof.code, pepper)
    with database.write() as connection:
        return people.redeem_slip(connection, person_id, proof.slip, proof.new_code, pepper, now)


def digits(typed: str) -> str:
    """A code as it is meant: Thai digits are digits, and spaces mean nothing."""
    return to_arabic("".join(typed.split()))
