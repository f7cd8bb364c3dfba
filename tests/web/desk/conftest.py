"""The desk in a browser: nobody logged in, an officer, the director who may only look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from mailproc.web.internal import Health, internal_app
from tests.web.conftest import CODE, Room, csrf_of

HERE = "http://127.0.0.1:8026"


@contextmanager
def a_browser(room: Room) -> Iterator[TestClient]:
    """A browser of its own at the internal listener; it says where a form comes from."""
    app = internal_app(lambda: Health(None, True), room.site())
    with TestClient(app, base_url=HERE, headers={"origin": HERE}) as client:
        yield client


def log_in(client: TestClient, person: int, code: str = CODE, **fields: str) -> Any:
    """The answer to the login form, followed to the page behind it."""
    csrf = csrf_of(client.get("/desk/login").text)
    sent = {"csrf": csrf, "person": str(person), "code": code}
    return client.post("/desk/login", data=sent | fields)


def press(client: TestClient, path: str, page: str = "", **fields: str) -> Any:
    """The answer to a form of `page`, by default the one it is posted to, followed on."""
    csrf = csrf_of(client.get(page or path).text)
    return client.post(path, data={"csrf": csrf} | fields)


@pytest.fixture
def stranger(room: Room) -> Iterator[TestClient]:
    with a_browser(room.with_code(person=room.officer)) as client:
        yield client


@pytest.fixture
def officer(room: Room, stranger: TestClient) -> TestClient:
    """Logged in as the officer."""
    assert log_in(stranger, room.officer).status_code == 200
    return stranger


@pytest.fixture
def director(room: Room) -> Iterator[TestClient]:
    """Logged in as the director of the group, who may look at everything."""
    with a_browser(room) as client:
        assert log_in(client, room.director).status_code == 200
        yield client
