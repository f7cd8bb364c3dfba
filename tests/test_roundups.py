"""A busy director: single mails up to a number, then one list; and letters about codes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from mailproc.demo.boxes import Boxes
from mailproc.demo.server import EmbeddedMail
from mailproc.people_letters import tell
from mailproc.roundups import Roundups
from mailproc.store import people, people_log, schema
from mailproc.workflow import calendar
from mailproc.workflow import events as e
from mailproc.workflow.roundup import KIND, Roundup
from tests.factories import a_form, a_person
from tests.web.conftest import Room, blank_room

MAILBOXES = {
    "office": ("data@example.org", "a"),
    "requester": ("somsri@school.example.org", "b"),
    "director": ("director@example.org", "c"),
    "officer": ("officer@example.org", "d"),
}
CHOSEN = Roundup(above=2, may_fold=True)
__all__ = ["blank_room"]  # the fixture of the web's office


@pytest.fixture
def mail() -> Iterator[EmbeddedMail]:
    with EmbeddedMail(MAILBOXES, imap_port=0, smtp_port=0) as server:
        yield server


@pytest.fixture
def room(blank_room: Room) -> Room:
    """An office that opened just now, and lists from the third request on."""
    room = blank_room.with_code()
    day = calendar.workday_from(room.clock().date() + timedelta(days=1))
    room.clock.now = calendar.opening(day, room.office.timezone) + timedelta(minutes=5)
    room.manners = replace(room.manners, roundup=CHOSEN)
    return room


def _subjects(mail: EmbeddedMail, who: str = "director") -> list[str]:
    return [one.subject for one in reversed(Boxes(mail).mails(who))]


def _next_morning(room: Room) -> None:
    zone = room.office.timezone
    day = calendar.workdays_after(calendar.local_day(room.clock(), zone), 1)
    room.clock.now = calendar.opening(day, zone) + timedelta(minutes=10)


def _turn(room: Room) -> int:
    return Roundups(room.database, CHOSEN).turn(room.desk(), room.clock())


def _states(room: Room, kind: str = "approval") -> list[str]:
    return [row.state for row in room.rows(schema.outbox, schema.outbox.c.kind == kind)]


@pytest.mark.on_postgres
def test_of_several_daemons_one_alone_writes_the_list_of_an_hour(
    room: Room, mail: EmbeddedMail
) -> None:
    room.opened(5, form=a_form(needed_by=None))
    room.send(mail)
    room.clock.pass_by(hours=5)
    desk, now, count = room.desk(), room.clock(), 6
    daemons = [Roundups(room.database, CHOSEN) for _ in range(count)]
    together = Barrier(count)

    def turn(daemon: Roundups) -> int:
        together.wait()
        return daemon.turn(desk, now)

    with ThreadPoolExecutor(count) as pool:
        written = list(pool.map(turn, daemons))
    assert (sum(written), len(_states(room, KIND))) == (1, 1)


def test_two_come_singly_and_the_rest_in_one_list_after_noon(
    room: Room, mail: EmbeddedMail
) -> None:
    turns = Roundups(room.database, CHOSEN)
    assert turns.turn(room.desk(), room.clock()) == 0  # this morning nothing waits
    room.opened(5, form=a_form(needed_by=None))
    room.send(mail)
    assert _states(room) == ["sent", "sent", "folded", "folded", "folded"]
    assert len(_subjects(mail)) == 2
    assert turns.turn(room.desk(), room.clock()) == 0
    room.clock.pass_by(hours=5)
    assert turns.turn(room.desk(), room.clock()) == 1
    room.send(mail)
    (text,) = [one.text for one in Boxes(mail).mails("director") if "5 เรื่อง" in one.subject]
    assert text.count("คำขอเลขที่") == 5
    assert "/q/" in text
    assert _turn(room) == 0  # though another process asks
    rows = room.rows(schema.outbox, schema.outbox.c.state == "folded")
    (list_row,) = room.rows(schema.outbox, schema.outbox.c.kind == KIND)
    assert {row.bundled_into for row in rows} == {list_row.id}


def test_what_is_needed_tomorrow_comes_by_itself(room: Room, mail: EmbeddedMail) -> None:
    tomorrow = (room.clock() + timedelta(days=1)).date().isoformat()
    room.opened(2, form=a_form(needed_by=None))
    room.opened(1, form=a_form(needed_by=tomorrow))
    room.opened(1, form=a_form(needed_by=None))
    room.send(mail)
    assert _states(room) == ["sent", "sent", "sent", "folded"]


def test_a_morning_with_much_has_one_list_and_no_reminders(room: Room, mail: EmbeddedMail) -> None:
    ids = room.opened(4, form=a_form(needed_by=None))
    room.send(mail)
    before = len(_subjects(mail))
    _next_morning(room)
    for one in ids:
        room.happens(one, e.ReminderDue("clock"))
    assert _turn(room) == 1
    room.send(mail)
    assert _states(room, "approval_reminder") == ["folded"] * 4
    assert _subjects(mail)[before:] == ["มี 4 เรื่องรอท่านพิจารณา"]
    _next_morning(room)
    assert _turn(room) == 1  # each morning anew while they wait


def test_with_few_waiting_each_has_its_reminder_and_there_is_no_list(
    room: Room, mail: EmbeddedMail
) -> None:
    ids = room.opened(2, form=a_form(needed_by=None))
    room.send(mail)
    _next_morning(room)
    for one in ids:
        room.happens(one, e.ReminderDue("clock"))
    assert _turn(room) == 0
    room.send(mail)
    assert _states(room, "approval_reminder") == ["sent", "sent"]


def test_a_requester_who_hurries_is_heard_though_there_is_a_list(
    room: Room, mail: EmbeddedMail
) -> None:
    ids = room.opened(4, form=a_form(needed_by=None))
    room.send(mail)
    _next_morning(room)
    _turn(room)
    room.happens(ids[0], e.Nudged("requester"))
    room.send(mail)
    assert _states(room, "approval_reminder") == ["sent"]


def test_what_was_decided_before_the_list_is_sent_is_not_in_it(
    room: Room, mail: EmbeddedMail
) -> None:
    ids = room.opened(3, form=a_form(needed_by=None))
    room.send(mail)
    _next_morning(room)
    assert _turn(room) == 1
    for one in ids:
        room.happens(one, e.Refused(by="x", reason="ไม่ครบ"))
    room.send(mail)
    (told,) = [one for one in Boxes(mail).mails("director") if "ไม่มีเรื่องรอ" in one.subject]
    assert "คำขอเลขที่" not in told.text


def test_without_a_page_nothing_is_folded_but_the_morning_still_has_its_list(
    room: Room, mail: EmbeddedMail
) -> None:
    chosen = replace(CHOSEN, may_fold=False)
    room.public_url = ""
    room.office = replace(room.office, public_url="")
    room.manners = replace(room.manners, roundup=chosen)
    room.opened(4, form=a_form(needed_by=None))
    room.send(mail)
    assert _states(room) == ["sent"] * 4
    _next_morning(room)
    assert Roundups(room.database, chosen).turn(room.desk(), room.clock()) == 1
    room.send(mail)
    (text,) = [one.text for one in Boxes(mail).mails("director") if "4 เรื่อง" in one.subject]
    assert "/q/" not in text
    assert "อยู่ในเมลเสนอที่ส่งให้ท่านก่อนหน้านี้" in text


def test_who_is_away_gets_no_list_and_the_stand_in_does(room: Room) -> None:
    deputy = room.add(
        a_person(id=0, name="นางรอง ใจดี", address="d@example.org", role="deputy", has_code=False)
    )
    room.opened(3, form=a_form(needed_by=None))
    room.away(room.director, deputy)
    room.opened(3, form=a_form(needed_by=None))
    _next_morning(room)
    assert _turn(room) == 1
    (row,) = room.rows(schema.outbox, schema.outbox.c.kind == KIND)
    assert row.person_id == deputy


def test_a_list_that_its_server_refused_is_told_to_the_officer(
    room: Room, mail: EmbeddedMail
) -> None:
    room.opened(3, form=a_form(needed_by=None))
    room.send(mail)
    assert _turn(room) == 1
    with room.database.write() as connection:
        gone = schema.outbox.update().where(schema.outbox.c.kind == KIND)
        connection.execute(gone.values(to_addr="nobody@elsewhere.example.net"))
    room.send(mail)
    assert _states(room, KIND) == ["rejected"]
    (row,) = room.rows(schema.outbox, schema.outbox.c.kind == "officer_needs_person")
    folded = room.rows(schema.outbox, schema.outbox.c.state == "folded")
    assert row.request_id == folded[0].request_id


# ---------------------------------------------------------------- letters about codes


def test_a_reset_is_told_to_the_person_and_to_the_director_once(
    room: Room, mail: EmbeddedMail
) -> None:
    with room.database.write() as connection:
        people_log.note(connection, room.officer, "code_reset", "command", room.clock())
    assert tell(room.database, room.desk(), room.clock()) == 1
    assert tell(room.database, room.desk(), room.clock()) == 0
    room.send(mail)
    assert "รหัสอนุมัติของท่านถูกยกเลิกเพื่อตั้งใหม่" in _subjects(mail, "officer")
    (told,) = Boxes(mail).mails("director")
    assert "ผู้อำนวยการ" in told.text
    with room.database.read() as connection:
        officer = people.ever(connection, room.officer)
    assert officer is not None
    assert officer.name in told.subject


def test_the_director_gets_one_letter_about_an_own_code(room: Room, mail: EmbeddedMail) -> None:
    with room.database.write() as connection:
        people_log.note(connection, room.director, "code_reset", "command", room.clock())
        people_log.note(connection, room.director, "device_revoked", "command", room.clock())
    tell(room.database, room.desk(), room.clock())
    room.send(mail)
    assert _subjects(mail) == ["รหัสอนุมัติของท่านถูกยกเลิกเพื่อตั้งใหม่"]


@pytest.mark.parametrize("event", sorted(people_log.TOLD))
def test_every_event_that_is_told_has_its_words(room: Room, mail: EmbeddedMail, event: str) -> None:
    with room.database.write() as connection:
        people_log.note(connection, room.director, event, "x", room.clock(), device="Chrome <b>")
    tell(room.database, room.desk(), room.clock())
    room.send(mail)
    (told,) = Boxes(mail).mails("director")
    assert "ของท่าน" in told.subject
    assert "{" not in told.text
    assert "โทรศัพท์ถึง" in told.text
