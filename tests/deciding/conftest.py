"""An office of several people on a real database, and links to decide by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailproc.deciding import Given, Taken, take
from mailproc.model import Absence, ApprovalPolicy, Person, Request, Rules
from mailproc.store import absences, links, people, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk, Link
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision
from mailproc.workflow.events import Event, Opened
from tests.factories import NOW
from tests.walk import RULES, a_draft, data_prepared

TWO = (("group_director",), ("area_deputy",))
_NAMES = {
    "group_director": "นายธงชัย มั่นคง",
    "area_deputy": "นางวรรณา ตั้งใจ",
    "deputy": "นางสาวรัตนา รอบคอบ",
    "officer": "นางสาวดาวเรือง ใจเย็น",
}
_AUDIENCES = (
    ("director", "group_director"),
    *((r, r) for r in ("officer", "deputy", "area_deputy")),
)


class Board:
    """Who decides in an office; each role has one person unless a test adds more."""

    def __init__(self, database: Database) -> None:
        self.database, self.now, self.rules = database, NOW, RULES
        self.absences: tuple[Absence, ...] = ()
        self.ids = {role: self.add(role) for role in _NAMES}

    def add(self, role: str, name: str = "") -> int:
        address = f"{role}{len(name)}@example.org"
        person = Person(0, name or _NAMES[role], address, role)
        with self.database.write() as connection:
            return people.add(connection, person, self.now)

    def policy(self, *seats: tuple[str, ...], in_order: bool = False) -> None:
        self.rules = replace(RULES, approval=(ApprovalPolicy(seats, in_order=in_order),))

    def away(self, role: str, deputy: str | None, days: int = 3) -> None:
        until = self.now + timedelta(days=days)
        stand_in = self.ids[deputy] if deputy else None
        self.absences += (Absence(self.ids[role], stand_in, self.now, until),)
        with self.database.write() as connection:
            who = (self.ids[role], stand_in)
            absences.begin(connection, *who, self.now, until, "page", self.now)

    def desk(self) -> Desk:
        with self.database.read() as connection:
            everybody = people.listed(connection, self.now)
        found = {to: tuple(p for p in everybody if p.role == role) for to, role in _AUDIENCES}
        return Desk(b"k" * 32, "example.org", found, self.absences)

    # ------------------------------------------------------------ requests

    def laid(self, rules: Rules | None = None) -> Request:
        """A request that was laid before those who decide."""
        self.rules = rules or self.rules
        with self.database.write() as connection:
            (number,) = requests.take_numbers(connection, "requests", 1)
            draft = replace(a_draft(), id=number, number=f"2569/{number:05d}")
            opened = decide(draft, Opened(), self.rules, self.now)
            requests.apply(connection, [opened], self.desk(), self.now)
        return self.happen(opened.after, data_prepared(opened.after)).after

    def happen(self, request: Request, event: Event) -> Decision:
        with self.database.write() as connection:
            known = requests.get(connection, request.id)
            assert known is not None
            decision = decide(known, event, self.rules, self.now)
            requests.apply(connection, [decision], self.desk(), self.now)
        return decision

    def get(self, request: Request) -> Request:
        with self.database.read() as connection:
            found = requests.get(connection, request.id)
        assert found is not None
        return found

    # ------------------------------------------------------------ decisions

    def links(self, person_id: int) -> list[Link]:
        with self.database.read() as connection:
            return links.to_decide(connection, person_id, self.now)

    def link(self, role: str) -> Link:
        """The one link of the person in that role."""
        (link,) = self.links(self.ids[role])
        return link

    def take(
        self, role: str, choice: str = "approve", link: Link | None = None, **more: Any
    ) -> Taken:
        given = Given(choice=choice, via="page", device="code", **more)
        used = link or self.link(role)
        return take(self.database, used.id, given, self.rules, self.desk, self.now)


@pytest.fixture
def board(database: Database) -> Board:
    return Board(database)
