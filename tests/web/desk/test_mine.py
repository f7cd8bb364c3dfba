"""Her own codes at the desk: the code once more, shown once, told by mail."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pyotp
import pytest
from starlette.testclient import TestClient

from mailproc.store import onetime, schema
from tests.web.conftest import CODE, Room, csrf_of
from tests.web.desk.conftest import press

_PATH = "/desk/me"


def _made(client: TestClient, action: str, code: str = CODE, **changes: str) -> Any:
    page = client.get(_PATH).text
    form = page.partition(f'name="action" value="{action}"')[2].partition("</form>")[0]
    was = re.search(r'name="was" value="([^"]*)"', form)
    fields = {"action": action, "code": code, "was": unescape(was[1]) if was else ""} | changes
    return client.post(_PATH, data={"csrf": csrf_of(page)} | fields)


def _kept(room: Room) -> onetime.Kept:
    with room.database.read() as connection:
        return onetime.kept(connection, room.officer)


def _events(room: Room) -> list[str]:
    return [row.event for row in room.rows(schema.people_log) if row.person_id == room.officer]


def test_a_list_is_shown_once_and_its_owner_is_told(room: Room, officer: TestClient) -> None:
    answer = _made(officer, "list")
    assert answer.status_code == 200
    assert len(re.findall(r"<li>\d{3} \d{3}</li>", answer.text)) == 50
    assert _kept(room).left == 50
    assert "list_printed" in _events(room)
    assert "<ol" not in officer.get(_PATH).text


def test_an_app_is_set_up_with_a_picture_and_proved_by_its_own_code(
    room: Room, officer: TestClient
) -> None:
    page = _made(officer, "app").text
    assert "<svg" in page
    (secret,) = re.findall(r'name="secret" value="([A-Z2-7 ]+)"', page)
    sent = {"action": "prove_app", "secret": secret}
    wrong = press(officer, _PATH, app_code="000000", **sent)
    assert wrong.status_code == 422
    assert secret in wrong.text, "to be scanned again"
    code = pyotp.TOTP(secret.replace(" ", "")).at(room.clock())
    assert "ตั้งแอปเรียบร้อยแล้ว" in press(officer, _PATH, app_code=code, **sent).text
    assert _kept(room).app
    assert "app_enrolled" in _events(room)


@pytest.mark.parametrize("action", ["app", "list", "end_codes"])
def test_without_the_code_once_more_nothing_is_made(
    room: Room, officer: TestClient, action: str
) -> None:
    _made(officer, "list")
    before = _kept(room)
    for code, status in (("", 422), ("918273", 403)):
        answer = _made(officer, action, code)
        assert answer.status_code == status
        assert f'id="code-{action}-fault"' in answer.text
    assert _kept(room) == before


def test_wrong_codes_are_counted_and_slowed_down(room: Room, officer: TestClient) -> None:
    answers = [_made(officer, "list", "918273").status_code for _ in range(8)]
    assert answers[-1] == 429
    assert _made(officer, "list").status_code == 429, "the right one has to wait as well"
    assert _kept(room).left == 0


def test_a_page_loaded_twice_makes_one_list(room: Room, officer: TestClient) -> None:
    _made(officer, "list")
    assert _made(officer, "list", was="").status_code == 422
    assert _events(room).count("list_printed") == 1


def test_all_of_them_can_be_ended(room: Room, officer: TestClient) -> None:
    _made(officer, "list")
    assert "ยกเลิกรหัสใช้ครั้งเดียวทั้งหมดแล้ว" in _made(officer, "end_codes").text
    assert _kept(room).left == 0
    assert "list_ended" in _events(room)
