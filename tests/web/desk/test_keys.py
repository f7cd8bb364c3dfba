"""A passkey opens the desk, where the browser calls it by the name of the public pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from fido2.utils import websafe_decode
from starlette.testclient import TestClient

from mailproc.store import people_log, schema
from mailproc.web.internal import Health, internal_app
from tests.authenticator import Authenticator
from tests.web.conftest import Room, csrf_of
from tests.web.desk.conftest import log_in, press

HERE = "http://localhost:8026"


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    room.with_code(person=room.officer).at("http://localhost:8025")
    app = internal_app(lambda: Health(None, True), room.site())
    with TestClient(app, base_url=HERE, headers={"origin": HERE}) as client:
        yield client


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator(host="localhost", origin=HERE)


def _offer(page: Any) -> dict[str, Any]:
    (told,) = re.findall(r'data-passkey="([^"]+)"', page.text)
    offer: dict[str, Any] = json.loads(unescape(told))
    return offer


def _enrol(client: TestClient, phone: Authenticator) -> Any:
    challenge = websafe_decode(_offer(client.get("/desk/me"))["challenge"])
    made = {"action": "add_passkey", "passkey": phone.create(challenge), "label": "เครื่องที่ทำงาน"}
    return press(client, "/desk/me", **made)


def _signed(page: Any, phone: Authenticator) -> dict[str, str]:
    offer = _offer(page)
    signature = phone.sign(websafe_decode(offer["challenges"]["login"]))
    return {"csrf": csrf_of(page.text), "passkey": f"{offer['until']} {signature}"}


def _enrolled(room: Room, client: TestClient, phone: Authenticator) -> None:
    log_in(client, room.officer)
    assert "เครื่องที่ทำงาน" in _enrol(client, phone).text
    press(client, "/desk/logout", "/desk")


def test_a_passkey_logs_its_owner_in_and_is_good_once_for_a_page(
    room: Room, client: TestClient, phone: Authenticator
) -> None:
    _enrolled(room, client, phone)
    login = client.get("/desk/login?next=/desk/me")
    assert "script-src 'self'" in login.headers["content-security-policy"]
    sent = _signed(login, phone) | {"next": "/desk/me"}
    answer = client.post("/desk/login", data=sent)
    assert str(answer.url) == f"{HERE}/desk/me"
    (row,) = room.rows(schema.sessions, schema.sessions.c.revoked_at.is_(None))
    assert (row.person_id, row.proof) == (room.officer, "passkey")
    with room.database.read() as connection:
        events = [one.event for one in people_log.listed(connection, room.officer)]
    assert events[0] == "passkey_added"
    client.cookies.clear()
    assert client.post("/desk/login", data=sent).status_code == 409  # again the same


def test_a_strange_key_an_old_page_and_a_foreign_origin_open_nothing(
    room: Room, client: TestClient, phone: Authenticator
) -> None:
    _enrolled(room, client, phone)
    login = client.get("/desk/login")
    stranger = Authenticator(host="localhost", origin=HERE)
    assert client.post("/desk/login", data=_signed(login, stranger)).status_code == 403
    phone.origin = "http://localhost:8025"
    assert client.post("/desk/login", data=_signed(login, phone)).status_code == 403
    phone.origin = HERE
    sent = _signed(login, phone)
    for rubbish in ("x", "1 {}", f"99999999999.{'0' * 32} {{}}"):
        wrong = client.post("/desk/login", data=sent | {"passkey": rubbish})
        assert wrong.status_code in (403, 409)
    room.clock.pass_by(hours=2)
    assert client.post("/desk/login", data=sent).status_code == 409
    assert room.rows(schema.sessions, schema.sessions.c.revoked_at.is_(None)) == []


def test_a_key_that_was_ended_opens_nothing(
    room: Room, client: TestClient, phone: Authenticator
) -> None:
    _enrolled(room, client, phone)
    sent = _signed(client.get("/desk/login"), phone)
    log_in(client, room.officer)
    (key,) = room.rows(schema.passkeys)
    press(client, "/desk/me", action="end_passkey", passkey_id=key.id)
    client.cookies.clear()
    assert client.post("/desk/login", data=sent).status_code == 403


def test_no_passkey_is_offered_at_another_name(room: Room, client: TestClient) -> None:
    room.at("https://data.example.org")
    app = internal_app(lambda: Health(None, True), room.site())
    with TestClient(app, base_url=HERE, headers={"origin": HERE}) as other:
        page = log_in(other, room.officer, next="/desk/me")
        assert "data-passkey" not in page.text
