from __future__ import annotations

from mailproc.store import links, requests, schema
from mailproc.store.desk import Desk
from mailproc.workflow import events as e
from tests.walk import DESK, DIRECTOR, Walk


def _decide_token(walk: Walk) -> tuple[str, str]:
    row = walk.rows(schema.links, schema.links.c.purpose == "decide")[-1]
    return row.id, DESK.token(row.id, "decide", row.request_version)


def test_a_link_is_found_by_its_token_and_purpose_alone(walk: Walk) -> None:
    request = walk.prepared()
    link_id, token = _decide_token(walk)
    with walk.database.read() as connection:
        link = links.find(connection, token, "decide")
        assert link is not None
        assert (link.id, link.request_id, link.person_id) == (link_id, request.id, DIRECTOR.id)
        assert link.expires_at == link.created_at + DESK.link_life
        assert links.find(connection, token, "status") is None
        assert links.find(connection, token[:-1], "decide") is None
        assert links.find(connection, "", "decide") is None


def test_the_status_link_leads_to_its_request(walk: Walk) -> None:
    request = walk.open()
    token = DESK.token(DESK.status_link(request.id), "status", 1)
    with walk.database.read() as connection:
        link = links.find(connection, token, "status")
    assert link is not None
    assert link.request_id == request.id


def test_another_key_purpose_or_version_gives_another_token() -> None:
    token = DESK.token("id", "decide", 1)
    others = {
        DESK.token("id", "decide", 2),
        DESK.token("id", "status", 1),
        DESK.token("ie", "decide", 1),
        Desk(b"l" * 32, DESK.domain, {}).token("id", "decide", 1),
    }
    assert len(others | {token}) == 5
    assert len(token) == 43, "256 bits in base64url"


def test_a_reminder_brings_a_new_link_and_leaves_the_old_one(walk: Walk) -> None:
    request = walk.prepared()
    walk.happen(request.id, e.ReminderDue(ordered=True))
    rows = walk.rows(schema.links, schema.links.c.purpose == "decide")
    assert len({row.id for row in rows}) == 2
    assert [row.voided_at for row in rows] == [None, None]
    assert {row.content_hash for row in rows} == {request.content_hash}


def test_links_can_be_made_void_once(walk: Walk) -> None:
    request = walk.prepared()
    _, token = _decide_token(walk)
    with walk.database.write() as connection:
        assert requests.void_links(connection, request.id, walk.now) == 1
        assert requests.void_links(connection, request.id, walk.now) == 0
        link = links.find(connection, token, "decide")
    assert link is not None
    assert link.voided_at == walk.now
