"""The register of people on the internal listener."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from mailproc.store import people, people_log, schema
from mailproc.web.internal import Health, internal_app
from tests.factories import a_person
from tests.web.conftest import CODE, Room, csrf_of

HERE = "http://127.0.0.1:8026"


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    app = internal_app(lambda: Health(None, True), room.site())
    with TestClient(app, base_url=HERE) as client:
        yield client


def _post(client: TestClient, room: Room, action: str, **fields: str) -> Any:
    page = client.get("/people")
    body = {"csrf": csrf_of(page.text), "action": action, "by": str(room.director), "code": CODE}
    return client.post("/people", data=body | fields)


def _new(**fields: str) -> dict[str, str]:
    return {"name": "นางรอง ใจดี", "address": "rong@example.org", "position": "นักวิชาการ"} | fields


def _slip(html: str) -> str:
    (found,) = re.findall(r'class="slip">([A-Z0-9-]{14})<', html)
    return str(found)


def test_a_deputy_is_enrolled_and_the_slip_is_shown_once(room: Room, client: TestClient) -> None:
    done = _post(client, room, "add", **_new())
    assert done.status_code == 200
    slip = _slip(done.text)
    listed = client.get("/people").text
    assert "นางรอง ใจดี" in listed
    assert slip not in listed
    with room.database.write() as connection:
        (deputy,) = people.in_role(connection, "deputy", room.clock())
        pepper = room.config.secret("pepper")
        assert people.redeem_slip(connection, deputy.id, slip, "739158", pepper, room.clock())
        events = [entry.event for entry in people_log.listed(connection, deputy.id)]
        by = {entry.by for entry in people_log.listed(connection, deputy.id)}
        everything = repr(people_log.listed(connection))
    assert events == ["slip_printed", "added"]
    assert by == {"นายธงชัย มั่นคง"}
    assert slip not in everything


def test_a_deputy_with_days_and_a_person_stands_in_then(room: Room, client: TestClient) -> None:
    first = room.clock().date() + timedelta(days=1)
    days = {"since": first.isoformat(), "until": (first + timedelta(days=2)).isoformat()}
    _post(client, room, "add", **_new(acts_for=str(room.director), **days))
    (absence,) = room.rows(schema.absences)
    (role,) = room.rows(schema.roles, schema.roles.c.role == "deputy")
    assert (absence.person_id, absence.deputy_id) == (room.director, role.person_id)
    assert absence.until == role.valid_to
    assert role.acts_for == room.director
    assert absence.until - absence.since == timedelta(days=3)


def test_no_code_is_taken_on_an_open_line(room: Room) -> None:
    """As at the login: who is in the same network could read it."""
    here = "http://192.168.1.5:8026"
    app = internal_app(lambda: Health(None, True), room.site())
    with TestClient(app, base_url=here) as client:
        for action, fields in (("add", _new()), ("reset", {"person": str(room.director)})):
            answer = _post(client, room, action, **fields)
            assert answer.status_code == 403, action
            assert "ไม่ได้เข้ารหัส" in answer.text
        assert client.get("/people").status_code == 200
    assert len(room.rows(schema.people)) == 2


def test_a_code_is_reset_and_all_that_stood_for_it_ends(room: Room, client: TestClient) -> None:
    done = _post(client, room, "reset", person=str(room.director))
    assert _slip(done.text)
    with room.database.read() as connection:
        person = people.get(connection, room.director, room.clock())
        events = [entry.event for entry in people_log.listed(connection, room.director)]
    assert person is not None
    assert not person.has_code
    assert events[0] == "code_reset"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"code": ""}, 422),
        ({"code": "918273"}, 403),
        ({"by": ""}, 422),
        ({"by": "999"}, 422),
        ({"name": ""}, 422),
        ({"address": "no address"}, 422),
        ({"since": "soon"}, 422),
        ({"csrf": "0" * 64}, 403),
        ({"action": "promote"}, 422),
    ],
)
def test_nothing_is_changed_by_what_is_not_right(
    room: Room, client: TestClient, changed: dict[str, str], status: int
) -> None:
    before = room.rows(schema.people)
    fields = _new() | {"action": "add"} | changed
    assert _post(client, room, fields.pop("action"), **fields).status_code == status
    assert room.rows(schema.people) == before


def test_a_deputy_may_not_enrol_others(room: Room, client: TestClient) -> None:
    deputy = room.add(a_person(id=0, address="d@example.org", role="deputy", has_code=False))
    with room.database.write() as connection:
        slip, pepper = (
            people.new_slip(connection, deputy, room.clock()),
            room.config.secret("pepper"),
        )
        assert people.redeem_slip(connection, deputy, slip, "739158", pepper, room.clock())
    answer = _post(client, room, "add", **_new(by=str(deputy), code="739158"))
    assert answer.status_code == 422
    assert "เลือกชื่อของท่าน" in answer.text


def test_an_officer_sets_a_first_code_by_slip_and_may_then_enrol(
    room: Room, client: TestClient
) -> None:
    slip = room.slip(room.officer)
    wrong = {"person": str(room.officer), "slip": "AAAA-BBBB-CCCC"}
    codes = {"new_code": "739158", "new_code_again": "739158"}
    assert _post(client, room, "set", **wrong, **codes).status_code == 403
    done = _post(client, room, "set", **(wrong | {"slip": slip}), **codes)
    assert "ตั้งรหัสแล้ว" in done.text
    again = _post(client, room, "set", **(wrong | {"slip": slip}), **codes)
    assert again.status_code == 422
    done = _post(client, room, "add", **_new(by=str(room.officer), code="739158"))
    assert _slip(done.text)


@pytest.mark.parametrize("host", ["evil.example.net", "office.example.org:8026", "x"])
def test_a_name_of_somebody_else_is_refused(room: Room, client: TestClient, host: str) -> None:
    assert client.get("/people", headers={"host": host}).status_code == 403


def test_a_foreign_page_cannot_post(room: Room, client: TestClient) -> None:
    page = client.get("/people")
    body = {"csrf": csrf_of(page.text), "action": "add", "by": str(room.director), "code": CODE}
    headers = {"origin": "https://evil.example.net"}
    assert client.post("/people", data=body | _new(), headers=headers).status_code == 403
    assert not room.rows(schema.roles, schema.roles.c.role == "deputy")


def test_whoever_was_a_deputy_before_keeps_the_code(room: Room, client: TestClient) -> None:
    _post(client, room, "add", **_new(until="2001-01-01", since=""))
    first = _post(client, room, "add", **_new())
    slip = _slip(first.text)
    with room.database.write() as connection:
        deputy = people.by_address(connection, "RONG@example.org")
        assert deputy is not None
        pepper = room.config.secret("pepper")
        assert people.redeem_slip(connection, deputy.id, slip, "739158", pepper, room.clock())
        people.end_role(connection, deputy.id, room.clock())
    again = _post(client, room, "add", **_new())
    assert "ใช้รหัสเดิมได้" in again.text
    assert len(room.rows(schema.people, schema.people.c.address == "rong@example.org")) == 1
    there = _post(client, room, "add", **_new())
    assert there.status_code == 422
    assert "เป็นผู้ทำการแทนอยู่แล้ว" in there.text
