"""Those who stand in: chains, races, and what is good when somebody is back."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from mailproc import standing_in
from mailproc.deadlines import Deadlines
from mailproc.deciding import Given, Taken, mandate, take
from mailproc.model import Request, State
from mailproc.store import absences, links, people, requests, schema
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.store.desk import Desk, Link
from mailproc.wording import request_words
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from tests.factories import NOW, a_catalogue, a_person
from tests.test_wording import THAI
from tests.walk import DESK, RULES, Walk

MONDAY = NOW + timedelta(days=1)  # 09:05 in Bangkok
DAY = timedelta(days=1)


class Office:
    """A head, two deputies and an officer, on either database."""

    def __init__(self, database: Database) -> None:
        self.database, self.walk = database, Walk(database, MONDAY)
        self.head = self._add("head", "group_director")
        self.first, self.second = self._add("first", "deputy"), self._add("second", "deputy")
        self._add("officer", "officer")
        self.deadlines = Deadlines(database, RULES, "Asia/Bangkok")

    def _add(self, name: str, role: str) -> int:
        with self.database.write() as connection:
            person = a_person(name=name, address=f"{name}@example.org", role=role)
            return people.add(connection, person, NOW)

    def desk(self, now: datetime = MONDAY) -> Desk:
        with self.database.read() as connection:
            return standing_in.as_of(connection, DESK, now)

    def waiting(self) -> Request:
        """A request that the head (the director of `DESK` by id) was asked for."""
        return self.walk.prepared()

    def away(
        self, who: int, deputy: int | None, since: datetime = MONDAY, days: float | None = 5
    ) -> None:
        until = None if days is None else since + days * DAY
        with self.database.write() as connection:
            absences.begin(connection, who, deputy, since, until, "page", MONDAY)

    def back(self, who: int, now: datetime) -> None:
        with self.database.write() as connection:
            absences.end(connection, who, now)

    def turn(self, now: datetime = MONDAY) -> None:
        while self.deadlines.turn(self.desk(now), now):
            pass

    def letters(self, kind: str) -> list[tuple[str, str, str]]:
        """To whom, for whom, and why."""
        rows = self.walk.rows(schema.outbox, schema.outbox.c.kind == kind)
        found = [load_letter(row.letter) for row in rows]
        return [(one.to_name, one.for_name or one.absent, one.reason) for one in found]

    def link(self, person: int, request: Request) -> Link:
        with self.database.read() as connection:
            mine = links.to_decide(connection, person, MONDAY)
        return next(link for link in mine if link.request_id == request.id)

    def decide(self, link: Link, choice: str = "approve", now: datetime = MONDAY) -> Taken:
        given = Given(choice, via="page", device="code", reason="x")
        return take(self.database, link.id, given, RULES, lambda: self.desk(now), now)

    def decided(self) -> list[tuple[int, int | None, str]]:
        rows = self.walk.rows(schema.decisions)
        return [(row.person_id, row.for_person_id, row.verdict) for row in rows]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_who_stands_in_is_mailed_once_and_the_decision_says_for_whom(office: Office) -> None:
    request = office.waiting()
    office.away(office.head, office.first)
    office.turn()
    office.turn(MONDAY + timedelta(hours=1))
    assert office.letters("approval")[-1] == ("first", "head", "")
    assert len([x for x in office.letters("approval") if x[0] == "first"]) == 1
    assert office.decide(office.link(office.first, request)).outcome == "done"
    assert office.decided() == [(office.first, office.head, "approved")]
    decider = request_words(THAI, a_catalogue())["decider"]
    assert decider(office.walk.get(request.id)) == "first ในฐานะผู้รักษาราชการแทน head"


def test_a_refusal_says_for_whom_too(office: Office) -> None:
    request = office.waiting()
    office.away(office.head, office.first)
    office.turn()
    office.decide(office.link(office.first, request), "refuse")
    decider = request_words(THAI, a_catalogue())["decider"]
    assert decider(office.walk.get(request.id)) == "first ในฐานะผู้รักษาราชการแทน head"


def test_a_chain_leads_to_its_end_and_back_when_the_middle_is_there_again(office: Office) -> None:
    office.away(office.head, office.first)
    office.away(office.first, office.second, days=2)
    request = office.waiting()
    office.turn()
    assert office.letters("approval")[-1][:2] == ("second", "head")
    later = MONDAY + 3 * DAY
    office.turn(later)
    assert office.letters("approval_reminder")[-1][:2] == ("first", "head")
    late = office.decide(office.link(office.second, request), now=later)
    assert late.outcome == "back"
    assert office.walk.get(request.id).state is State.AWAITING_DECISION


def test_where_nobody_is_named_all_deputies_are_asked_and_one_decision_counts(
    office: Office,
) -> None:
    request = office.waiting()
    office.away(office.head, None)
    office.turn()
    assert [x[0] for x in office.letters("approval")[-2:]] == ["first", "second"]
    outcomes = _at_once(
        office,
        [
            (office.link(office.first, request), "approve"),
            (office.link(office.second, request), "refuse"),
        ],
    )
    assert sorted(outcomes) == ["already", "done"]
    assert len(office.decided()) == 1


def test_the_absent_person_and_the_stand_in_decide_at_once_and_one_counts(office: Office) -> None:
    office.away(office.head, office.first, MONDAY + timedelta(hours=1))
    request = office.waiting()
    now = MONDAY + timedelta(hours=2)
    office.turn(now)
    pair = [
        (office.link(office.head, request), "approve"),
        (office.link(office.first, request), "approve"),
    ]
    assert sorted(_at_once(office, pair, now)) == ["already", "done"]
    assert len(office.decided()) == 1


def _at_once(
    office: Office, decisions: list[tuple[Link, str]], now: datetime = MONDAY
) -> list[str]:
    barrier, outcomes = threading.Barrier(len(decisions)), []

    def run(link: Link, choice: str) -> None:
        barrier.wait()
        outcomes.append(str(office.decide(link, choice, now).outcome))

    threads = [threading.Thread(target=run, args=one) for one in decisions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_page_that_was_open_when_the_absence_ended_decides_nothing(office: Office) -> None:
    request = office.waiting()
    office.away(office.head, office.first)
    office.turn()
    link = office.link(office.first, request)
    later = MONDAY + timedelta(hours=3)
    office.back(office.head, later)
    assert office.decide(link, now=later).outcome == "back"
    with office.database.read() as connection:
        found = mandate(connection, link, later)
    assert found is not None
    assert found.is_back
    assert not found.is_open(later)
    assert office.decided() == []


def test_an_absence_that_begins_at_midnight_is_handed_over_in_the_morning(office: Office) -> None:
    request = office.waiting()
    midnight = datetime.fromisoformat("2026-11-24T00:00+07:00")
    office.away(office.head, office.first, midnight)
    told = len(office.letters("approval"))
    office.turn(midnight - timedelta(microseconds=1))
    office.turn(midnight)
    office.turn(midnight + timedelta(hours=8, minutes=29))
    assert len(office.letters("approval")) == told
    morning = midnight + timedelta(hours=8, minutes=30)
    office.turn(morning)
    assert len(office.letters("approval")) == told + 1
    assert office.letters("approval_reminder") == [], "not both on one morning"
    remind_at = office.walk.get(request.id).remind_at
    assert remind_at == morning + DAY


def test_both_are_told_when_it_is_entered_and_when_it_ends_early(office: Office) -> None:
    office.away(office.head, office.first, MONDAY + 2 * DAY)
    office.turn()
    office.turn()
    assert office.letters("stand_in") == [("first", "head", "")]
    assert office.letters("away") == [("head", "head", "")]
    office.back(office.head, MONDAY + 3 * DAY)
    office.turn(MONDAY + 3 * DAY)
    assert office.letters("stand_in")[1:] == [("first", "head", "ended")]
    assert office.letters("away")[1:] == [("head", "head", "ended")]


def test_an_absence_that_runs_out_as_was_said_needs_no_word(office: Office) -> None:
    office.away(office.head, office.first, days=1)
    office.turn()
    office.turn(MONDAY + 2 * DAY)
    assert len(office.letters("stand_in")) == 1


def test_who_lost_the_role_stands_in_for_nobody(office: Office) -> None:
    office.away(office.head, office.first)
    with office.database.write() as connection:
        people.end_role(connection, office.first, MONDAY)
    asked = office.desk().holders(("group_director",), MONDAY)
    assert [one.person.name for one in asked] == ["second"], "whoever holds the role of a deputy"


def test_a_crash_between_two_hand_overs_repeats_none(office: Office) -> None:
    first, second = office.waiting(), office.waiting()
    office.away(office.head, office.first)
    with office.database.read() as connection:
        events = standing_in.delegated(connection, office.desk(), RULES, MONDAY)
    assert [request.id for request, _ in events] == [first.id, second.id]
    with office.database.write() as connection:
        _apply(connection, office, events[0])
    office.turn()
    to_first = [x for x in office.letters("approval") if x[0] == "first"]
    assert len(to_first) == 2


def _apply(connection: sa.Connection, office: Office, event: tuple[Request, e.Delegated]) -> None:

    requests.apply(connection, [decide(*event, RULES, MONDAY)], office.desk(), MONDAY)
