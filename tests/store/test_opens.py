"""The open log: capped, and a person is told from robots by what came after."""

from __future__ import annotations

from datetime import timedelta

from mailproc.store import opens, schema
from mailproc.store.opens import Open
from tests.walk import Walk


def _link(walk: Walk) -> str:
    walk.prepared()
    return str(walk.rows(schema.links, schema.links.c.purpose == "decide")[-1].id)


def test_a_scanner_cannot_fill_the_log_of_openings(walk: Walk) -> None:
    link_id = _link(walk)
    with walk.database.write() as connection:
        for n in range(60):
            assert opens.has_room(connection, link_id) is (n < 50)
            look = Open(walk.now + timedelta(n), "192.0.2.1" * 20, "a" * 900, opens.ROBOT)
            opens.note(connection, link_id, look)
    rows = walk.rows(schema.link_opens)
    assert len(rows) == 50
    assert rows[0].at == walk.now
    assert (len(rows[0].client), len(rows[0].agent)) == (100, 200)


def test_the_newest_look_of_the_visitor_who_typed_the_code_is_a_person_s(walk: Walk) -> None:
    link_id = _link(walk)
    robot = Open(walk.now, "192.0.2.1", "scanner", opens.ROBOT)
    early = Open(walk.now + timedelta(minutes=1), "192.0.2.7", "Firefox")
    late = Open(walk.now + timedelta(minutes=6), "192.0.2.7", "Firefox")
    with walk.database.write() as connection:
        for look in (robot, early, late):
            opens.note(connection, link_id, look)
        opens.by_person(connection, link_id, late)
        found = opens.of_link(connection, link_id)
    assert [look.visitor for look in found] == ["robot", "", "person"]
    assert found[2].at == late.at
    assert {look.purpose for look in found} == {"decide"}


def test_a_person_has_a_row_even_where_robots_filled_the_log(walk: Walk) -> None:
    link_id = _link(walk)
    person = Open(walk.now, "192.0.2.7", "Firefox")
    with walk.database.write() as connection:
        for _ in range(50):
            opens.note(connection, link_id, Open(walk.now, "192.0.2.1", "scanner", "robot"))
        opens.by_person(connection, link_id, person)
        opens.by_person(connection, link_id, Open(walk.now, "192.0.2.8", "Chrome"))
        found = opens.of_link(connection, link_id)
    assert len(found) == 51
    assert [look.client for look in found if look.visitor == "person"] == ["192.0.2.7"]


def test_every_link_of_a_request_is_told(walk: Walk) -> None:
    link_id = _link(walk)
    (request_id,) = {row.request_id for row in walk.rows(schema.links)}
    status = walk.rows(schema.links, schema.links.c.purpose == "status")[0].id
    with walk.database.write() as connection:
        opens.note(connection, status, Open(walk.now, "192.0.2.1", "x"))
        opens.note(connection, link_id, Open(walk.now, "192.0.2.1", "x"))
        found = opens.of_request(connection, request_id)
    assert [look.purpose for look in found] == ["status", "decide"]


def test_when_the_mail_with_a_link_went_out_is_known(walk: Walk) -> None:
    link_id = _link(walk)
    (request_id,) = {row.request_id for row in walk.rows(schema.links)}
    table = schema.outbox
    with walk.database.write() as connection:
        assert opens.sent_at(connection, request_id, link_id) is None
        sent = {"state": "sent", "sent_at": walk.now}
        connection.execute(table.update().where(table.c.link_id == link_id).values(sent))
        assert opens.sent_at(connection, request_id, link_id) == ("sent", walk.now)
