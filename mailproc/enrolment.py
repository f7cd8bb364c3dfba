"""The life of codes and roles: who gets one, loses it, or follows somebody. All of it is written in
the register of people, which owes the letters; a slip is given to the caller and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc.errors import MailprocError, Stale
from mailproc.model import APPROVERS, Person, Request, Rules, State
from mailproc.store import devices, links, onetime, people, people_log, person_links, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import approval
from mailproc.workflow.decide import decide
from mailproc.workflow.events import Delegated

_ALL = 100_000  # requests
_STALE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A person with a role; the slip is empty where the person has a code already or needs none."""

    id: int
    name: str
    slip: str = ""


def enrol(
    connection: sa.Connection,
    person: Person,
    by: str,
    now: datetime,
    *,
    with_slip: bool | None = None,
    until: datetime | None = None,
    acts_for: int | None = None,
) -> Enrolled:
    """Gives a person the role, from now on or until then, as deputy for somebody perhaps. Whoever
    is known by the address keeps the code. Raises MailprocError where the role is held already."""
    there = people.by_address(connection, person.address)
    held = [
        one for one in people.in_role(connection, person.role, now) if there and one.id == there.id
    ]
    if there is not None and held:
        raise MailprocError(key="person_there", id=there.id, address=person.address)
    if there is None:
        person_id = people.add(connection, person, now, until=until, acts_for=acts_for)
        people_log.note(connection, person_id, "added", by, now, role=person.role)
    else:
        person_id = there.id
        people.give_role(connection, person_id, person.role, now, until=until, acts_for=acts_for)
        people_log.note(connection, person_id, "role_given", by, now, role=person.role)
    wanted = person.role in APPROVERS if with_slip is None else with_slip
    if not wanted or (there is not None and there.has_code):
        return Enrolled(person_id, person.name)
    slip = people.new_slip(connection, person_id, now)
    people_log.note(connection, person_id, "slip_printed", by, now)
    return Enrolled(person_id, person.name, slip)


def reset(connection: sa.Connection, person_id: int, by: str, now: datetime) -> Enrolled:
    """Ends the person's code and all that stands for it, and gives a slip for a new one. Raises
    MailprocError where nobody of that id holds a role."""
    person = people.get(connection, person_id, now)
    if person is None:
        raise MailprocError(key="no_person", id=person_id)
    _end_proofs(connection, person_id, by, now)  # first: with the code devices end unnamed
    slip = people.new_slip(connection, person_id, now)
    people_log.note(connection, person_id, "code_reset", by, now)
    return Enrolled(person_id, person.name, slip)


def leave(connection: sa.Connection, person_id: int, by: str, now: datetime) -> bool:
    """Ends the person's roles, links and proofs. False where no role was held."""
    if not people.end_role(connection, person_id, now):
        return False
    links.void_of(connection, person_id, now)
    person_links.void(connection, person_id, now)
    _end_proofs(connection, person_id, by, now)
    people_log.note(connection, person_id, "removed", by, now)
    return True


def _end_proofs(connection: sa.Connection, person_id: int, by: str, now: datetime) -> None:
    for device in devices.listed(connection, person_id, now):
        devices.revoke(connection, person_id, now, device.id)
        people_log.note(connection, person_id, "device_revoked", by, now, device=device.label)
    kept = onetime.kept(connection, person_id)
    onetime.end(connection, person_id)
    if kept.app:
        people_log.note(connection, person_id, "app_ended", by, now)
    if kept.left:
        people_log.note(connection, person_id, "list_ended", by, now)


# ---------------------------------------------------------------- change of director


def succeed(
    database: Database,
    old_id: int,
    new_id: int,
    by: str,
    rules: Rules,
    desk: Callable[[], Desk],
    now: datetime,
) -> Enrolled:
    """The new one heads the group from now on and is asked for what waits; the old one's links and
    codes are void. `desk` is called after the change. Raises MailprocError where either is nobody.

    Requests are asked for one by one; what a crash leaves out comes with the next reminder.
    """
    with database.write() as connection:
        enrolled = _hand_over(connection, old_id, new_id, by, now)
    asked = desk()
    with database.read() as connection:
        waiting = requests.listed(connection, [State.AWAITING_DECISION], _ALL)
    for request in waiting:
        if _is_for(request, new_id, asked, rules, now):
            _ask(database, request.id, new_id, rules, asked, now)
    return enrolled


def _hand_over(
    connection: sa.Connection, old_id: int, new_id: int, by: str, now: datetime
) -> Enrolled:
    directors = {one.id for one in people.in_role(connection, "group_director", now)}
    new = people.get(connection, new_id, now)
    if old_id not in directors:
        raise MailprocError(key="no_role", id=old_id)
    if new is None or new_id == old_id:
        raise MailprocError(key="no_person", id=new_id)
    leave(connection, old_id, by, now)
    if new_id not in directors:
        people.end_role(connection, new_id, now, "deputy")
        people.give_role(connection, new_id, "group_director", now)
    slip = "" if new.has_code else people.new_slip(connection, new_id, now)
    people_log.note(connection, old_id, "succeeded", by, now, by_person=new_id)
    people_log.note(connection, new_id, "succeeded", by, now, of_person=old_id)
    return Enrolled(new_id, new.name, slip)


def _is_for(request: Request, person_id: int, desk: Desk, rules: Rules, now: datetime) -> bool:
    seats = approval.open_seats(request, rules)
    asked = [one.person.id for seat in seats for one in desk.holders(seat.who, now)]
    return person_id in asked


def _ask(
    database: Database, request_id: int, person_id: int, rules: Rules, desk: Desk, now: datetime
) -> None:
    for _ in range(_STALE_TRIES):
        try:
            with database.write() as connection:
                request = requests.get(connection, request_id)
                if request is None or request.state is not State.AWAITING_DECISION:
                    return
                decision = decide(request, Delegated("succession", person_id), rules, now)
                requests.apply(connection, [decision], desk, now)
            return
        except Stale:  # a reminder, say, was written at this moment
            continue
