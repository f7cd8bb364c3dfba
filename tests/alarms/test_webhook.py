"""The second way out, against a real listener on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from mailproc.alarms.webhook import Webhook
from mailproc.store import alarms
from mailproc.store.database import Database
from tests.factories import NOW

HOUR = timedelta(hours=1)


class Listener(HTTPServer):
    """Keeps what it was told; answers with `status`."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.status = 204
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook/{'s3cret' * 4}"


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.told.append(json.loads(self.rfile.read(length)))
        self.send_response(self.server.status)
        self.send_header("Location", self.server.url)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _raise(database: Database) -> None:
    with database.write() as connection:
        alarms.raise_alarm(connection, "disk_low", {"free_mb": 90}, NOW)


def test_the_webhook_hears_once_what_broke_and_once_that_it_is_mended(
    sqlite_database: Database, listener: Listener
) -> None:
    hook = Webhook(listener.url, "Example Office")
    _raise(sqlite_database)
    assert [hook.turn(sqlite_database, NOW), hook.turn(sqlite_database, NOW + HOUR)] == [1, 0]
    with sqlite_database.write() as connection:
        alarms.mended(connection, "disk_low", NOW + HOUR)
    assert hook.turn(sqlite_database, NOW + 2 * HOUR) == 1
    assert [one["state"] for one in listener.told] == ["raised", "mended"]
    assert listener.told[0]["alarm"] == "disk_low"
    assert listener.told[0]["facts"] == {"free_mb": 90}
    assert "Example Office" in listener.told[0]["text"]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_who_does_not_take_it_is_asked_again_later(
    sqlite_database: Database, listener: Listener, status: int
) -> None:
    """A redirect is no yes either: what we tell goes to nobody else."""
    hook, listener.status = Webhook(listener.url, "Example Office"), status
    _raise(sqlite_database)
    assert hook.turn(sqlite_database, NOW) == 0
    assert len(listener.told) == 1
    assert hook.turn(sqlite_database, NOW + timedelta(seconds=30)) == 0
    assert len(listener.told) == 1  # not before the pause is over
    listener.status = 200
    assert hook.turn(sqlite_database, NOW + HOUR) == 1


def test_nobody_there_is_no_error(sqlite_database: Database, listener: Listener) -> None:
    hook = Webhook("http://127.0.0.1:9/x", "Example Office")
    _raise(sqlite_database)
    assert hook.turn(sqlite_database, NOW) == 0


def test_a_log_never_tells_the_address_of_the_webhook(
    sqlite_database: Database, listener: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    listener.status = 500
    _raise(sqlite_database)
    Webhook(listener.url, "Example Office").turn(sqlite_database, NOW)
    captured = capsys.readouterr()
    assert "s3cret" not in captured.out + captured.err
