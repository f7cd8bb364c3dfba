"""Tells the people of the office what became of outgoing mail, in the transaction at hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.model import Person, Request
from mailproc.store import outbox, requests, staff_letters
from mailproc.store.correspondence import Hour
from mailproc.store.desk import Desk
from mailproc.workflow import manners

# The request itself tells the officer where one of these is held: see `fates._event`.
_TOLD_BY_REQUEST = frozenset({"ask", "confirm", "dataset"})


def stopped(connection: sa.Connection, hour: Hour, desk: Desk, now: datetime) -> None:
    """Officers and admins learn that nothing is sent to requesters any more."""
    people = (*desk.people.get("officer", ()), *desk.people.get("admin", ()))
    note = f"{hour.mails}/{hour.heard}"
    _write(connection, "officer_stopped", people, desk, now, note=note)


def held(
    connection: sa.Connection, row: sa.Row[Any], reason: str, desk: Desk, now: datetime
) -> bool:
    """The officers learn of a letter that is not sent, once per request.

    True where the request itself has to be told: what it waits for will not come.
    """
    if row.kind == "dataset":
        return True
    if reason == "too_many_strangers":  # one word about a flood, not one for each mail
        if not outbox.was_told(connection, "officer_flood", None, now - manners.DAY):
            _write(connection, "officer_flood", desk.people.get("officer", ()), desk, now)
        return False
    since = None if row.request_id else now - manners.DAY
    if outbox.was_told(connection, "officer_held", row.request_id, since):
        return False
    if row.kind in _TOLD_BY_REQUEST or row.audience != "requester":
        return not outbox.was_told(connection, "officer_needs_person", row.request_id, None)
    request = requests.get(connection, row.request_id) if row.request_id else None
    officers = desk.people.get("officer", ())
    note = f"{row.id} {row.to_addr or ''}".strip()
    _write(
        connection, "officer_held", officers, desk, now, request=request, reason=reason, note=note
    )
    return False


def undelivered(
    connection: sa.Connection, row: sa.Row[Any], state: str, desk: Desk, now: datetime, problem: str
) -> None:
    """The officers learn of a mail to a requester not taken by its server, once per request."""
    if row.audience != "requester":
        return
    since = None if row.request_id else now - manners.DAY
    if outbox.was_told(connection, "officer_undelivered", row.request_id, since):
        return
    request = requests.get(connection, row.request_id) if row.request_id else None
    _write(
        connection,
        "officer_undelivered",
        desk.people.get("officer", ()),
        desk,
        now,
        request=request,
        reason=state,
        note="\n".join(part for part in (row.to_addr or "", problem) if part),
    )


def _write(
    connection: sa.Connection,
    kind: str,
    people: Iterable[Person],
    desk: Desk,
    now: datetime,
    *,
    request: Request | None = None,
    reason: str = "",
    note: str = "",
) -> None:
    """One letter to each address."""
    root = (desk.thread_root(request.id),) if request else ()
    for person in {person.address.casefold(): person for person in people}.values():
        letter = staff_letters.letter(
            kind,
            person,
            desk,
            now,
            in_reply_to=root[0] if root else "",
            references=root,
            subject=request.subject if request else "",
            request=request,
            reason=reason,
            note=note,
        )
        outbox.record(connection, letter, "officer", desk)
