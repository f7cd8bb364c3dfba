"""New requests, before they are numbered and decided upon."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa

from mailproc.mail.delivery import is_one_address
from mailproc.mail.sender import trust
from mailproc.model import Form, Request, State
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
