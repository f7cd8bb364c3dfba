"""Who may decide what: a link, its request as it is now, and its person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.model import Person, Request, State
from mailproc.store import absences, links, people, requests
from mailproc.store.desk import Link
from mailproc.workflow import standin
from mailproc.workflow.approval import given, has_approved

_GIVEN_OUT = (State.DELIVERED, State.NEEDS_PERSON)
_ON_THE_WAY = (State.PREPARING, State.CHECKING, State.AWAITING_DECISION)


@dataclass(frozen=True, slots=True)
class Mandate:
    """A link with what it leads to."""

    link: Link
    request: Request
    person: Person
    for_person: Person | None = None  # whom the person stands in for
    is_back: bool = False  # that one is there again, or somebody else stands in

    def is_open(self, now: datetime) -> bool:
        """True while this link may decide."""
        return (
            self.request.state is State.AWAITING_DECISION
            and self.link.content_hash == self.request.content_hash
            and self.link.voided_at is None
            and self.link.expires_at > now
            and not self.has_approved
            and not self.is_back
        )

    @property
    def has_approved(self) -> bool:
        """Whether this seat, or this person for another one, has said yes to this content."""
        request, seat = self.request, self.link.seat
        return has_approved(request.approvals, request.content_hash, seat, self.person.id)

    @property
    def may_undo(self) -> bool:
        """Whether a yes can still be taken back: in the hold, or this seat's while others wait."""
        if self.link.voided_at is not None:
            return False
        mine = any(one.seat == self.link.seat for one in given(self.request))
        waits = self.request.state is State.AWAITING_DECISION and mine
        return waits or self.request.state is State.APPROVED

    @property
    def may_revoke(self) -> bool:
        """Whether the file that went out can still be given out no more."""
        request = self.request
        given_out = request.state in _GIVEN_OUT and request.file_id is not None
        mine = self.link.content_hash == request.decided_at_hash
        return given_out and mine and request.revoked_at is None

    def may(self, choice: str, now: datetime) -> bool:
        """Whether the person may make this choice now; one that is none may still be made."""
        if choice == "undo":
            return self.may_undo
        return self.may_revoke if choice == "revoke" else self.is_open(now)

    def has_hold(self, now: datetime) -> bool:
        """True while an undo is still likely to come in time; with no hold there is none."""
        due = self.request.due_at
        if self.request.state is State.AWAITING_DECISION:
            return self.may_undo
        return self.may_undo and due is not None and due > now

    @property
    def is_settled(self) -> bool:
        """Whether there is something decided to be shown."""
        request = self.request
        return (
            request.decided_at is not None
            or request.state in (State.CANCELLED, State.RETURNED)
            or (request.state is State.AWAITING_DECISION and self.has_approved)
        )

    @property
    def is_changed(self) -> bool:
        """Whether another content is on its way to be decided."""
        on_the_way = self.request.state in _ON_THE_WAY
        return on_the_way and self.link.content_hash != self.request.content_hash


def by_link(connection: Connection, token: str, now: datetime) -> Mandate | None:
    """What the token of a mailed link leads to; None where it leads nowhere."""
    return mandate(connection, links.find(connection, token, "decide"), now)


def mandate(connection: Connection, link: Link | None, now: datetime) -> Mandate | None:
    """What a link leads to, while its person holds a role."""
    if link is None or link.person_id is None:
        return None
    request = requests.get(connection, link.request_id)
    person = people.get(connection, link.person_id, now)
    if request is None or person is None:
        return None
    if link.for_person_id is None:
        return Mandate(link, request, person)
    stands_for = people.ever(connection, link.for_person_id)
    may_act = may_stand_in(connection, person.id, link.for_person_id, now)
    return Mandate(link, request, person, stands_for, is_back=not may_act)


def may_stand_in(connection: Connection, person_id: int, for_person: int, now: datetime) -> bool:
    """Whether the person acts for that one at this moment."""
    away = absences.current(connection, now)
    deputies = [deputy.id for deputy in people.in_role(connection, "deputy", now)]
    return standin.may_act(person_id, for_person, deputies, away, now)
