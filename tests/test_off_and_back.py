"""Off over a weekend, or with a clock that is wrong: what comes then comes once, in its time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mailproc.deadlines import Deadlines
from mailproc.demo.boxes import Boxes
from mailproc.demo.server import EmbeddedMail
from mailproc.health.timekeeping import Timekeeper
from mailproc.roundups import Roundups
from mailproc.store import links, schema
from mailproc.store.database import Database
from mailproc.workflow import calendar
from mailproc.workflow.roundup import Roundup
from tests.factories import a_form
from tests.test_roundups import MAILBOXES
from tests.walk import DESK, RULES, Walk
from tests.web.conftest import Room, blank_room

__all__ = ["blank_room"]  # the fixture of the web's office
HOUR, YEARS = timedelta(hours=1), timedelta(days=3652)
CHOSEN = Roundup(above=5)


@pytest.fixture
def mail() -> Iterator[EmbeddedMail]:
    with EmbeddedMail(MAILBOXES, imap_port=0, smtp_port=0) as server:
        yield server


@pytest.fixture
def walk(sqlite_database: Database) -> Walk:
    return Walk(sqlite_database)


def test_after_a_weekend_the_director_gets_one_list_and_not_a_reminder_each(
    blank_room: Room, mail: EmbeddedMail
) -> None:
    """Twelve requests wait on a Friday; the machine is off until Monday, when all are due."""
    room = blank_room.with_code()
    zone = room.office.timezone
    day = room.clock().date() + timedelta(days=1)
    while day.weekday() != 4 or not calendar.is_workday(day, RULES.holidays):
        day += timedelta(days=1)
    room.clock.now = calendar.opening(day, zone) + HOUR
    room.manners = replace(room.manners, roundup=CHOSEN)
    room.opened(12, form=a_form(needed_by=None))
    room.send(mail)
    before = len(Boxes(mail).mails("director"))
    monday = calendar.workdays_after(day, 1, RULES.holidays)
    room.clock.now = calendar.opening(monday, zone) + timedelta(minutes=7)
    deadlines, turns = Deadlines(room.database, RULES, zone), Roundups(room.database, CHOSEN)
    for _ in range(5):
        deadlines.turn(room.desk(), room.clock())
        turns.turn(room.desk(), room.clock())
        room.send(mail)
    reminders = room.rows(schema.outbox, schema.outbox.c.kind == "approval_reminder")
    assert [row.state for row in reminders] == ["folded"] * 12
    after = Boxes(mail).mails("director")
    assert len(after) - before == 1
    assert "12 เรื่อง" in after[0].subject


@pytest.mark.parametrize("wrong", [HOUR, -HOUR, YEARS, -YEARS])
def test_a_clock_that_jumps_fires_no_deadline_and_ends_no_link(
    walk: Walk, wrong: timedelta
) -> None:
    request = walk.prepared()
    jump = timedelta()
    keeper = Timekeeper(lambda: walk.now + jump, lambda: 0.0)
    with walk.database.read() as connection:
        before = links.of_request(connection, request.id, keeper())
    jump = wrong
    assert Deadlines(walk.database, RULES, "Asia/Bangkok").turn(DESK, keeper()) == 0
    with walk.database.read() as connection:
        assert links.of_request(connection, request.id, keeper()) == before != []
        ended = links.of_request(connection, request.id, walk.now + wrong) == []
    assert ended == (wrong == YEARS), "by the wrong clock it would have"
    assert keeper.off == wrong
    assert walk.get(request.id) == request
