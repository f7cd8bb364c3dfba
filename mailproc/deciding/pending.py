"""All that waits for one person's decision."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from mailproc.deciding.mandate import Mandate
from mailproc.model import Request
from mailproc.store import links, people, requests

_TOLD_APART = frozenset({"personal", "special"})  # sensitivities whose content has to be looked at


def pending(connection: Connection, person_id: int, now: datetime) -> list[Mandate]:
    """What the person may decide now, for himself or for another, laid before first comes first."""
    person = people.get(connection, person_id, now)
    if person is None:
        return []
    mine = links.to_decide(connection, person_id, now)
    asked = requests.get_many(connection, {link.request_id for link in mine})
    absent = {link.for_person_id for link in mine if link.for_person_id}
    others = {one: people.ever(connection, one) for one in absent}
    found = [
        Mandate(link, asked[link.request_id], person, others.get(link.for_person_id or 0))
        for link in mine
        if link.request_id in asked
    ]
    return sorted((one for one in found if one.is_open(now)), key=_age)


def _age(mandate: Mandate) -> tuple[datetime, int]:
    request = mandate.request
    return request.laid_at or request.received_at, request.id


def is_sensitive(request: Request) -> bool:
    """Whether this is data about persons, which nobody should release by a tick in a list."""
    prepared = request.prepared
    return prepared is None or prepared.sensitivity in _TOLD_APART
