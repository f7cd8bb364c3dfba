"""Who comes to the desk learns what is wrong, also when no mail goes out."""

from __future__ import annotations

from starlette.testclient import TestClient

from mailproc.store import alarms
from tests.web.conftest import Room


def _raise(room: Room) -> None:
    facts = {"folder": "<b>x</b>"}
    with room.database.write() as connection:
        alarms.raise_alarm(connection, "mailbox_folder", facts, room.clock())


def test_every_page_says_what_is_wrong_and_what_to_do(room: Room, officer: TestClient) -> None:
    assert "โฟลเดอร์ของกล่องจดหมาย" not in officer.get("/desk").text
    _raise(room)
    for path in ("/desk", "/desk/me"):
        page = officer.get(path).text
        assert "ไม่พบโฟลเดอร์ของกล่องจดหมาย" in page
        assert "python3 run.py check" in page
        assert "<b>x</b>" not in page
    with room.database.write() as connection:
        alarms.mended(connection, "mailbox_folder", room.clock())
    assert "โฟลเดอร์ของกล่องจดหมาย" not in officer.get("/desk").text


def test_who_is_not_logged_in_learns_nothing(room: Room, stranger: TestClient) -> None:
    _raise(room)
    assert "ไม่พบโฟลเดอร์" not in stranger.get("/desk/login").text
