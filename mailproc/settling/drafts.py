"""New requests, before they are numbered and decided upon."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from mailproc import thai
from mailproc.mail.delivery import is_one_address
from mailproc.mail.sender import trust
from mailproc.model import ENTERED, Form, Person, Reading, Request, State, Trust
from mailproc.placing import doubts
from mailproc.settling.nouns import Habits, Read
from mailproc.store import requests
from mailproc.store.desk import Desk
from mailproc.workflow import calendar, policy


def draft(
    mail: Read, form: Form, together: int, habits: Habits, desk: Desk, proved: Collection[str]
) -> Request:
    """One of the requests that a mail opens; `proved` are addresses that have answered us."""
    reading, received = mail.reading, mail.row.internal_date
    if (entry := entered_by(reading, form, habits, desk, proved)) is not None:
        made = entered(form, entry, reading.message_id, received, habits)
        return replace(
            made,
            language=reading.language,
            doubts=doubts.of(reading, form, (), habits.known),
            together=together,
        )
    return Request(
        id=0,
        number="",
        version=0,
        state=State.NEW,
        language=reading.language,
        requester_addr=reading.from_addr,
        trust=trust(reading.authentication_results, habits.authserv_id, reading.from_addr),
        vouched=_vouched(reading.from_addr, habits, desk, proved),
        flags=reading.flags,
        reply_to=reading.reply_to,
        deliver_to=_deliver_to(form, reading.from_addr, proved),
        form=form,
        received_at=received,
        promised_at=calendar.later(received, habits.promise, habits.timezone, habits.holidays),
        subject=reading.subject,
        thread=reading.message_id,
        doubts=doubts.of(reading, form, (), habits.known),
        together=together,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """Who wrote a request down for its requester, how it came, and who vouches for that."""

    channel: str  # one of ENTERED
    by: str
    by_id: int = 0  # of a person of the office
    vouched: str = "officer"


def entered_by(
    reading: Reading, form: Form, habits: Habits, desk: Desk, proved: Collection[str]
) -> Entry | None:
    """Who sent the form of somebody else, as its «ช่องทาง: โทรศัพท์» says; None for a requester.

    The line counts from the office and from its roster alone, and never where the server stamped
    the sender as forged. For the requester's address only the office vouches: another one has to
    be known or to confirm itself.
    """
    if form.channel not in ENTERED or _is_own(reading, form):
        return None
    believed = trust(reading.authentication_results, habits.authserv_id, reading.from_addr)
    known = _vouched(reading.from_addr, habits, desk, ())
    if believed is Trust.FAILED or known not in ("person", "roster"):
        return None
    if known == "person":
        person = _person(reading.from_addr, desk)
        return Entry(form.channel, person.name, person.id)
    address = requester_address(form)
    vouched = _vouched(address, habits, desk, proved) if address else "roster"
    return Entry(form.channel, reading.from_name or reading.from_addr, 0, vouched)


def _is_own(reading: Reading, form: Form) -> bool:
    """Whether the form names its sender: who asks to be called has not taken down a call."""
    if (form.email or "").casefold() == reading.from_addr.casefold():
        return True
    return bool(form.requester_name) and thai.fold(form.requester_name or "") == thai.fold(
        reading.from_name
    )


def entered(form: Form, entry: Entry, thread: str, received: datetime, habits: Habits) -> Request:
    """The request of whoever the form names, before it is numbered."""
    address = requester_address(form)
    return Request(
        id=0,
        number="",
        version=0,
        state=State.NEW,
        language="th",
        requester_addr=address,
        trust=Trust.UNSTAMPED,
        vouched=entry.vouched,
        form=replace(form, channel=None),
        received_at=received,
        promised_at=calendar.later(received, habits.promise, habits.timezone, habits.holidays),
        subject="",
        thread=thread,
        channel=entry.channel,
        entered_by=entry.by,
        entered_by_id=entry.by_id,
    )


def requester_address(form: Form) -> str:
    """Where the requester of an entered form is reached by mail; empty: nowhere."""
    stated = (form.email or "").strip()
    return stated if is_one_address(stated) else ""


def fingerprint(
    reading: Reading, form: Form, habits: Habits, desk: Desk, proved: Collection[str]
) -> str:
    """What the request that the form opens is known by."""
    entry = entered_by(reading, form, habits, desk, proved)
    address = reading.from_addr if entry is None else requester_address(form)
    return policy.fingerprint(address, form)


def _person(address: str, desk: Desk) -> Person:
    everybody = (person for people in desk.people.values() for person in people)
    return next(one for one in everybody if one.address.casefold() == address.casefold())


def _vouched(address: str, habits: Habits, desk: Desk, proved: Collection[str]) -> str:
    """How we know a sender whom no server vouches for."""
    address = address.casefold()
    staff = {p.address.casefold() for people in desk.people.values() for p in people}
    if address in staff:
        return "person"
    if habits.roster.holds(address):
        return "roster"
    return "confirmed" if address in proved else ""


def _deliver_to(form: Form, sender: str, proved: Collection[str]) -> str:
    """The form's address where its owner has answered us; else the sender's is used."""
    stated = (form.email or "").strip()
    if stated.casefold() == sender.casefold() or not is_one_address(stated):
        return ""
    return stated if stated.casefold() in proved else ""


def numbered(
    connection: sa.Connection, drafts: Sequence[Request], habits: Habits
) -> Iterator[Request]:
    """The drafts in order, each with its id and its number within the Buddhist year."""
    ids = requests.take_numbers(connection, "requests", len(drafts))
    years = [
        policy.number_year(one.received_at, habits.timezone, fiscal=habits.fiscal) for one in drafts
    ]
    taken = {
        year: iter(requests.take_numbers(connection, f"number:{year}", years.count(year)))
        for year in set(years)
    }
    for one, id_, year in zip(drafts, ids, years, strict=True):
        yield replace(one, id=id_, number=f"{year}/{next(taken[year]):05d}")
