"""Who follows whom, and what ends with a role."""

from __future__ import annotations

import pytest

from mailproc import enrolment
from mailproc.errors import MailprocError
from mailproc.store import devices, links, people, people_log, person_links, schema
from tests.factories import a_person
from tests.web.conftest import Room, blank_room, csrf_of, room

__all__ = ["blank_room", "room"]  # the fixtures of the web's office


def _succeed(room: Room, old: int, new: int) -> enrolment.Enrolled:
    return enrolment.succeed(
        room.database, old, new, "command", room.rules, room.desk, room.clock()
    )


def _new_director(room: Room) -> int:
    return room.add(
        a_person(id=0, name="นางใหม่ ขยัน", address="new@example.org", role="deputy", has_code=False)
    )


def test_the_new_director_is_asked_for_all_that_waits_and_the_old_one_for_nothing(
    room: Room,
) -> None:
    ids = room.opened(3)
    new = _new_director(room)
    queue, path = room.queue(), room.link(ids[0])
    enrolled = _succeed(room, room.director, new)
    assert enrolled.slip
    with room.database.read() as connection:
        assert links.to_decide(connection, room.director, room.clock()) == []
        mine = links.to_decide(connection, new, room.clock())
        directors = people.in_role(connection, "group_director", room.clock())
        roles = [one.role for one in people.listed(connection, room.clock()) if one.id == new]
    assert sorted(link.request_id for link in mine) == ids
    assert [one.id for one in directors] == [new]
    assert roles == ["group_director"]
    letters = room.rows(schema.outbox, schema.outbox.c.person_id == new)
    assert [row.kind for row in letters] == ["approval"] * 3
    with room.browser() as client:
        assert client.get(queue).status_code == 410
        assert client.get(path).status_code in (404, 410)
    assert [room.verdicts(one) for one in ids] == [[], [], []]


def test_both_and_the_register_are_told_of_the_change(room: Room) -> None:
    new = _new_director(room)
    _succeed(room, room.director, new)
    with room.database.write() as connection:
        due = people_log.take_due(connection, room.clock())
    told = [(one.person_id, one.event) for one in due if one.event == "succeeded"]
    assert told == [(room.director, "succeeded"), (new, "succeeded")]


def test_only_a_director_is_succeeded_and_only_by_somebody_else_who_is_known(room: Room) -> None:
    for old, new in ((room.officer, room.director), (room.director, 99), (room.director,) * 2):
        with pytest.raises(MailprocError):
            _succeed(room, old, new)
    with room.database.read() as connection:
        (director,) = people.in_role(connection, "group_director", room.clock())
    assert director.id == room.director


def test_a_reset_ends_devices_and_codes_and_leaves_the_links(room: Room) -> None:
    (one,) = room.opened()
    with room.database.write() as connection:
        token = devices.remember(connection, room.director, "Chrome, Android", room.clock())
        enrolled = enrolment.reset(connection, room.director, "command", room.clock())
        assert devices.find(connection, token, room.director, room.clock()) is None
        events = [entry.event for entry in people_log.listed(connection, room.director)]
    assert events == ["code_reset", "device_revoked"]
    assert enrolled.slip not in repr(events)
    with room.browser() as client:
        page = client.get(room.link(one))
        assert page.status_code == 200
        assert csrf_of(page.text)


def test_whoever_leaves_has_no_link_left(room: Room) -> None:
    room.opened()
    room.queue()
    with room.database.write() as connection:
        assert enrolment.leave(connection, room.director, "command", room.clock())
        assert not enrolment.leave(connection, room.director, "command", room.clock())
        link = person_links.newest(connection, room.director)
    assert link is None
    rows = room.rows(schema.links, schema.links.c.person_id == room.director)
    assert all(row.voided_at is not None for row in rows)
