"""Proves that a person is who the link was sent to, by what neither mail nor page contains.

That is the person's own code, or a code that is good once: of an app or of a printed list. By mail
only the latter count, since a mail stays in mailboxes for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.deciding.mandate import Mandate
from mailproc.model import Person
from mailproc.store import devices, onetime, people, people_log
from mailproc.store.database import Database
from mailproc.thai import to_arabic

_MANY = 5  # wrong codes in a row


@dataclass(frozen=True, slots=True)
class Proof:
    """What the person typed; the code alone, or at first use the slip and a code of her own.

    `device`: the token of a remembered browser, which stands for the code.
    """

    code: str = ""
    slip: str = ""
    new_code: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Proved:
    """`device`: what proved it, code | app | list; else `error`: slow_down | code_wrong |
    code_used | slip_wrong, and by mail code_old | code_personal."""

    error: str = ""
    device: str = ""
    tries: int = 0  # wrong ones on this link so far
    next_at: datetime | None = None  # no try counts before


_PROBLEMS = {"used": "code_used", "old": "code_wrong", "wrong": "code_wrong"}
_BY_MAIL = _PROBLEMS | {"old": "code_old"}


def prove(database: Database, found: Mandate, proof: Proof, pepper: bytes, now: datetime) -> Proved:
    """Checks the proof of who holds a link to decide."""
    return prove_person(database, found.person, found.link.id, proof, pepper, now)


def prove_person(
    database: Database, person: Person, place: str, proof: Proof, pepper: bytes, now: datetime
) -> Proved:
    """Checks the proof; `place` is where it is asked for, as tries count for each alone. Every try
    counts as a wrong one before it is looked at, so that a crash gives none away."""
    if remembered := _remembered(database, person, proof, now):
        return Proved(device=f"device {remembered}")
    with database.write() as connection:
        tries = people.claim_try(connection, person.id, place, now)
    if tries is None:
        return Proved("slow_down")
    proved = _looked_at(database, person, proof, pepper, now)
    with database.write() as connection:
        if proved.error:
            _note_wrong(connection, person, tries, now)
        else:
            people.forget_wrong(connection, person.id, place)
    return proved


def _remembered(database: Database, person: Person, proof: Proof, now: datetime) -> str:
    """The id of the person's own device; its token is too long to be guessed, so no try counts."""
    if not proof.device:
        return ""
    with database.write() as connection:
        device = devices.find(connection, proof.device, person.id, now)
        if device is not None:
            devices.used(connection, device.id, now)
    return device.id if device is not None else ""


def prove_by_mail(
    connection: Connection, found: Mandate, code: str, pepper: bytes, at: datetime, now: datetime
) -> Proved:
    """Checks a code that came by mail at `at`, in the transaction that settles the mail."""
    return prove_person_by_mail(connection, found.person, found.link.id, code, pepper, at, now)


def prove_person_by_mail(
    connection: Connection,
    person: Person,
    place: str,
    code: str,
    pepper: bytes,
    at: datetime,
    now: datetime,
) -> Proved:
    """The same for any mail; `place` is what it answers, as tries count for each alone."""
    tries = people.claim_try(connection, person.id, place, now)
    if tries is None:
        return Proved("slow_down", next_at=_slowed_until(connection, person, place, now))
    redeemed = onetime.redeem(connection, person.id, code, pepper, at, onetime.BY_MAIL, now)
    if redeemed.kind:
        people.forget_wrong(connection, person.id, place)
        return Proved(device=redeemed.kind)
    _note_wrong(connection, person, tries, now)
    error = _BY_MAIL[redeemed.problem]
    if error == "code_wrong" and people.code_is_right(connection, person.id, code, pepper):
        error = "code_personal"
    return Proved(error, tries=tries, next_at=_slowed_until(connection, person, place, now))


def _slowed_until(
    connection: Connection, person: Person, place: str, now: datetime
) -> datetime | None:
    """When the next try counts; None where it is now."""
    wait = people.may_try_at(connection, person.id, place)
    return wait if wait is not None and wait > now else None


def _looked_at(
    database: Database, person: Person, proof: Proof, pepper: bytes, now: datetime
) -> Proved:
    """The slip of a person without a code, her own code, or one that is good once."""
    if proof.slip and not person.has_code:
        return Proved(*_by_slip(database, person, proof, pepper, now))
    with database.read() as connection:
        if people.code_is_right(connection, person.id, proof.code, pepper):
            return Proved(device="code")
    with database.write() as connection:
        at_once = onetime.AT_ONCE
        used = onetime.redeem(connection, person.id, proof.code, pepper, now, at_once, now)
    return Proved("" if used.kind else _PROBLEMS[used.problem], used.kind)


def _by_slip(
    database: Database, person: Person, proof: Proof, pepper: bytes, now: datetime
) -> tuple[str, str]:
    with database.write() as connection:
        new = (proof.slip, proof.new_code, pepper, now)
        if not people.redeem_slip(connection, person.id, *new):
            return "slip_wrong", ""
        people_log.note(connection, person.id, "code_set", person.name, now)
        return "", "code"


def _note_wrong(connection: Connection, person: Person, tries: int, now: datetime) -> None:
    """Many wrong codes in a row are somebody who guesses: the person learns of it."""
    if tries % _MANY == 0:
        people_log.note(connection, person.id, "codes_wrong", "unknown", now, tries=tries)


def digits(typed: str) -> str:
    """A code as it is meant: Thai digits are digits, and spaces mean nothing."""
    return to_arabic("".join(typed.split()))
