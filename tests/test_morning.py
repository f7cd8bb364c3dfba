"""The officer's morning: one list, in working hours of working days, and what may wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from mailproc.demo.boxes import Boxes
from mailproc.demo.server import EmbeddedMail
from mailproc.model import Calendar, Catalogue, Round, Rules, Section, State, Waiting
from mailproc.morning import Morning
from mailproc.promise import agenda
from mailproc.store import facts, schema, tasks
from mailproc.workflow import events as e
from tests.factories import a_dataset, a_letter, a_request
from tests.test_roundups import MAILBOXES
from tests.web.conftest import Room, blank_room

__all__ = ["blank_room"]  # the fixture of the web's office
_BANGKOK = ZoneInfo("Asia/Bangkok")
_EIGHT = time(8)
_HOLIDAY = date(2026, 12, 7)


@pytest.fixture
def mail() -> Iterator[EmbeddedMail]:
    with EmbeddedMail(MAILBOXES, imap_port=0, smtp_port=0) as server:
        yield server


@pytest.fixture
def room(blank_room: Room) -> Room:
    """An office on Monday, 23 November 2026 at 7:50, which wants its list."""
    room = blank_room.with_code()
    room.clock.now = _at("11-23 07:50")
    room.manners = replace(room.manners, morning=True)
    with room.database.write() as connection:
        facts.first_start(connection, room.clock())
    return room


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=_BANGKOK).astimezone(UTC)


def _turn(room: Room, at: str) -> int:
    """As a process that has just started sees it; no round is due."""
    room.clock.now = _at(at)
    room.rules = _without_rounds(room)
    return Morning(room.database, _EIGHT).turn(room.desk(), room.rules, room.clock())


@pytest.mark.on_postgres
def test_a_list_comes_once_whoever_asks_and_however_often(room: Room) -> None:
    room.opened(2)
    assert _turn(room, "11-23 07:59") == 0
    assert _turn(room, "11-23 08:00") == 1
    assert _turn(room, "11-23 08:00") == 0, "another process"
    assert _turn(room, "11-23 14:00") == 0, "the same day"
    assert _turn(room, "11-24 09:15") == 1, "a machine that was off at eight"


def test_none_comes_on_free_days_nor_after_the_office_closed(room: Room) -> None:
    room.opened(1)
    room.rules = replace(room.rules, holidays=frozenset({_HOLIDAY}))
    for when in ("12-05 08:00", "12-06 08:00", "12-07 08:30", "12-08 16:30", "12-08 20:00"):
        assert _turn(room, when) == 0, when
    assert _turn(room, "12-08 16:29") == 1


def test_none_comes_where_nothing_waits_nor_later_that_day(room: Room) -> None:
    known = room.rules
    assert _turn(room, "11-24 08:00") == 0
    room.rules = known
    room.opened(1)
    assert _turn(room, "11-24 10:00") == 0, "what came since is told at once or tomorrow"
    assert _turn(room, "11-25 08:00") == 1


def test_on_the_day_on_which_it_is_set_up_nothing_is_left_over(blank_room: Room) -> None:
    blank_room.opened(1)
    assert _turn(blank_room, "11-24 08:10") == 0
    assert _turn(blank_room, "11-25 08:00") == 1


def test_no_hour_no_list(room: Room) -> None:
    room.opened(1)
    room.clock.now = _at("11-23 08:00")
    assert Morning(room.database, None).turn(room.desk(), room.rules, room.clock()) == 0


def _without_rounds(room: Room) -> Rules:
    return replace(room.rules, catalogue=Catalogue())


# ---------------------------------------------------------------- what stands in it


def _sections(room: Room) -> dict[str, list[int]]:
    with room.database.read() as connection:
        found = tasks.sections(connection, _without_rounds(room), room.clock())
    assert all(one.count == len(one.tasks) for one in found)
    return {one.name: [task.id for task in one.tasks] for one in found}


@pytest.mark.on_postgres
def test_each_request_stands_in_one_part(room: Room) -> None:
    first, second, third, fourth, fifth = room.opened(5)
    room.put(second, state=State.NEEDS_PERSON, reason="build", resume=State.DELIVERING)
    room.put(third, state=State.NEEDS_PERSON, reason="handover", resume=State.DELIVERING)
    room.happens(fourth, e.Returned(by="director", reason="ใช้ทำอะไร"))
    room.happens(fifth, e.Cancelled())
    assert _sections(room) == {
        "mine": [second],
        "handover": [third],
        "director": [first],
        "requester": [fourth],
    }


def test_what_runs_out_of_its_legal_days_stands_first(room: Room) -> None:
    (late, fresh) = room.opened(2)
    room.clock.now = _at("12-04 07:50")  # the 12th day is a Sunday for what came on the 23rd
    assert _sections(room) == {"promise": [late, fresh]}
    room.clock.now = _at("12-03 08:00")
    assert _sections(room) == {"director": [late, fresh]}


def test_the_list_reads_as_a_person_would_write_it(room: Room, mail: EmbeddedMail) -> None:
    first, second = room.opened(2)
    room.put(second, state=State.NEEDS_PERSON, reason="handover", resume=State.DELIVERING)
    room.office = replace(room.office, desk_url="http://desk.example.org:8026")
    assert _turn(room, "11-24 08:00") == 1
    room.send(mail)
    (found,) = [one for one in Boxes(mail).mails("officer") if "งานเช้านี้" in one.subject]
    assert found.subject == "งานเช้านี้: รอท่าน 1 เรื่อง"
    assert "รอท่านส่งมอบ (1)" in found.text
    assert "รอผู้อำนวยการกลุ่มพิจารณา (1)" in found.text
    assert "http://desk.example.org:8026/desk/handovers#r2" in found.text
    assert "ระบบงาน เมนู «ส่งมอบ»" in found.text
    assert "python3 -m run requests" not in found.text, "a page is nearer than a command"
    assert f"http://desk.example.org:8026/desk/requests/{first}" in found.text
    assert "None" not in found.text


def test_the_stored_letter_holds_no_request(room: Room) -> None:
    room.opened(1)
    assert _turn(room, "11-24 08:00") == 1
    (row,) = room.rows(schema.outbox, schema.outbox.c.kind == agenda.KIND)
    assert "สมศรี" not in row.letter
    assert row.request_id is None


def test_what_was_done_meanwhile_is_not_told(room: Room, mail: EmbeddedMail) -> None:
    (only,) = room.opened(1)
    assert _turn(room, "11-24 08:00") == 1
    room.happens(only, e.Cancelled())
    room.send(mail)
    subjects = [one.subject for one in Boxes(mail).mails("officer")]
    assert "ไม่มีงานค้างแล้ว" in subjects


# ---------------------------------------------------------------- what waits for it


def test_a_reminder_waits_and_a_first_word_does_not(room: Room, mail: EmbeddedMail) -> None:
    (request_id,) = room.opened(1)
    room.put(request_id, state=State.DELIVERING)
    room.happens(request_id, e.GateBlocked(problem="x"))
    room.send(mail)
    room.clock.now = _at("11-24 11:00")
    room.happens(request_id, e.ReminderDue())
    room.send(mail)
    kind = schema.outbox.c.kind == "officer_needs_person"
    assert [row.state for row in room.rows(schema.outbox, kind)] == ["sent", "folded"]
    assert _turn(room, "11-25 08:00") == 1
    told = [row.bundled_into for row in room.rows(schema.outbox, kind)]
    (listed,) = room.rows(schema.outbox, schema.outbox.c.kind == agenda.KIND)
    assert told == [None, listed.id]


def test_without_a_list_everything_comes_by_itself(room: Room, mail: EmbeddedMail) -> None:
    room.manners = replace(room.manners, morning=False)
    (request_id,) = room.opened(1)
    room.put(request_id, state=State.DELIVERING)
    room.happens(request_id, e.GateBlocked(problem="x"))
    room.clock.now = _at("11-24 11:00")
    room.happens(request_id, e.ReminderDue())
    room.send(mail)
    kind = schema.outbox.c.kind == "officer_needs_person"
    assert [row.state for row in room.rows(schema.outbox, kind)] == ["sent", "sent"]


def test_a_letter_that_did_not_arrive_is_listed_with_its_number(room: Room) -> None:
    (request_id,) = room.opened(1)
    letters = schema.outbox
    mine = (letters.c.request_id == request_id, letters.c.audience == "requester")
    row = room.rows(letters, *mine)[0]
    with room.database.write() as connection:
        done = letters.update().where(letters.c.id == row.id)
        connection.execute(done.values(state="bounced", problem="550 5.1.1"))
    assert _sections(room)["undelivered"] == [row.id]
    room.happens(request_id, e.Cancelled())
    room.clock.pass_by(days=8)
    assert _sections(room) == {}


@pytest.mark.parametrize(
    ("kind", "event", "changes", "waits"),
    [
        ("officer_needs_person", "ReminderDue", {"request": "checking"}, True),
        ("officer_needs_person", "DataPrepared", {"request": "checking"}, False),
        ("officer_needs_person", "ReminderDue", {"request": "waiting"}, False),
        ("officer_undelivered", "", {}, True),
        ("officer_held", "", {}, True),
        ("officer_overdue", "ReminderDue", {"reason": "soon"}, True),
        ("officer_overdue", "ReminderDue", {"reason": "end"}, False),
        ("officer_unplaced", "", {"waiting": (Waiting(1, "", "", "", ""),)}, True),
        ("officer_unplaced", "", {"waiting": (Waiting(1, "", "", "", "", new=True),)}, False),
        ("officer_handover", "DataBuilt", {}, False),
        ("officer_stopped", "", {}, False),
        ("officer_note", "Noted", {}, False),
        ("escalated", "ReminderDue", {}, False),
    ],
)
def test_what_may_wait_for_the_morning(
    kind: str, event: str, changes: dict[str, object], waits: bool
) -> None:
    values = dict(changes)
    if isinstance(state := values.get("request"), str):
        values["request"] = a_request(state=State(state))
    assert agenda.may_wait(a_letter(kind, **values), event) is waits


# ---------------------------------------------------------------- rounds


def _known(*loaded: tuple[int, int], **changes: object) -> Catalogue:
    rounds = tuple(Round(year, number, "2025-06-10", "", "a") for year, number in loaded)
    return Catalogue((a_dataset(rounds=rounds, **changes),), Calendar())


def _due(known: Catalogue, today: date) -> list[tuple[int, int, str]]:
    return [(year, number, day) for _, year, number, day in agenda.rounds_due(known, today)]


def test_a_round_is_due_the_day_after_it_was_collected() -> None:
    known = _known((2568, 1))
    assert _due(known, date(2026, 6, 10)) == []
    assert _due(known, date(2026, 6, 11)) == [(2569, 1, "2026-06-10")]
    assert _due(_known((2568, 1), (2569, 1)), date(2026, 6, 11)) == []


def test_rounds_that_a_dataset_never_had_are_not_asked_for() -> None:
    assert _due(_known((2568, 3)), date(2027, 3, 31)) == []
    assert _due(_known((2568, 3)), date(2027, 4, 1)) == [(2569, 3, "2027-03-31")]
    assert _due(_known(), date(2027, 4, 1)) == []
    assert _due(_known((2560, 1), example=True), date(2027, 4, 1)) == []


def test_rounds_alone_are_told_on_the_first_working_day_of_a_week() -> None:
    rounds = (Section("rounds", 1),)
    rules = Rules(holidays=frozenset({_HOLIDAY}))
    days = [date(2026, 12, day) for day in (1, 4, 8, 9)]  # the 7th is a Monday
    assert [agenda.is_owed(rounds, day, rules) for day in days] == [False, False, True, False]
    assert agenda.is_owed((*rounds, Section("mine", 1)), date(2026, 12, 1), rules)
    assert not agenda.is_owed((), date(2026, 12, 8), rules)
