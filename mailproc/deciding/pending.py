"""All that waits for one person's decision: counted and put in order without reading a request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from mailproc.deciding.mandate import Mandate, may_stand_in
from mailproc.model import Request
from mailproc.store import laid, people, requests
from mailproc.store.desk import Link
from mailproc.workflow.approval import has_approved

_TOLD_APART = frozenset({"personal", "special"})  # sensitivities whose content has to be looked at


def waiting(connection: Connection, person_id: int, now: datetime) -> list[Link]:
    """By which links the person may decide now, for himself or for another; laid before first
    comes first; none where the person holds no role any more."""
    if people.get(connection, person_id, now) is None:
        return []
    mine = laid.before(connection, person_id, now)
    absent = {one.link.for_person_id for one in mine if one.link.for_person_id}
    acts = {id_: may_stand_in(connection, person_id, id_, now) for id_ in absent}
    return [
        one.link
        for one in mine
        if acts.get(one.link.for_person_id or 0, True)
        and not has_approved(one.approvals, one.link.content_hash, one.link.seat, person_id)
    ]


def mandates(
    connection: Connection, person_id: int, links: Sequence[Link], now: datetime
) -> list[Mandate]:
    """These of the person's links with what they lead to, as far as they are still open."""
    person = people.get(connection, person_id, now)
    if person is None:
        return []
    asked = requests.get_many(connection, {link.request_id for link in links})
    absent = {link.for_person_id for link in links if link.for_person_id}
    others = {one: people.ever(connection, one) for one in absent}
    found = [
        Mandate(link, asked[link.request_id], person, others.get(link.for_person_id or 0))
        for link in links
        if link.request_id in asked
    ]
    return [one for one in found if one.is_open(now)]


def is_sensitive(request: Request) -> bool:
    """Whether this is data about persons, which nobody should release by a tick in a list."""
    prepared = request.prepared
    return prepared is None or prepared.sensitivity in _TOLD_APART
