"""Proves that a person is who the link was sent to, by what neither mail nor page contains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailproc.deciding.mandate import Mandate
from mailproc.model import Person
from mailproc.store import people, people_log
from mailproc.store.database import Database
from mailproc.thai import to_arabic

_MANY = 5  # wrong codes in a row


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
    """Checks the proof of who holds a link to decide."""
    return prove_person(database, found.person, found.link.id, proof, pepper, now)


def prove_person(
    database: Database, person: Person, place: str, proof: Proof, pepper: bytes, now: datetime
) -> Proved:
    """Checks the proof; `place` is where it is asked for, as tries count for each alone. Every try
    counts as a wrong one before it is looked at, so that a crash gives none away."""
    with database.write() as connection:
        wait = people.may_try_at(connection, person.id, place)
        if wait is not None and wait > now:
            return Proved("slow_down")
        tries = people.count_wrong(connection, person.id, place, now)
    if not _is_right(database, person, proof, pepper, now):
        _note_wrong(database, person, tries, now)
        return Proved("code_wrong" if person.has_code else "slip_wrong")
    with database.write() as connection:
        people.forget_wrong(connection, person.id, place)
    return Proved(device="code")


def _is_right(
    database: Database, person: Person, proof: Proof, pepper: bytes, now: datetime
) -> bool:
    if person.has_code:
        with database.read() as connection:
            return people.code_is_right(connection, person.id, proof.code, pepper)
    with database.write() as connection:
        new = (proof.slip, proof.new_code, pepper, now)
        set_ = people.redeem_slip(connection, person.id, *new)
        if set_:
            people_log.note(connection, person.id, "code_set", person.name, now)
    return set_


def _note_wrong(database: Database, person: Person, tries: int, now: datetime) -> None:
    """Many wrong codes in a row are somebody who guesses: the person learns of it."""
    if tries % _MANY == 0:
        with database.write() as connection:
            people_log.note(connection, person.id, "codes_wrong", "unknown", now, tries=tries)


def digits(typed: str) -> str:
    """A code as it is meant: Thai digits are digits, and spaces mean nothing."""
    return to_arabic("".join(typed.split()))
