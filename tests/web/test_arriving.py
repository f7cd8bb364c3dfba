"""From the mailed link to its page: no secret in the address, and it works without cookies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mailproc.store import schema
from mailproc.web.public import public_app
from tests.web.conftest import CODE, Room, a_config, csrf_of

PREVIEWS = (
    "facebookexternalhit/1.1;line-poker/1.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
)
LINE = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 Line/14.1"
)


def without_cookies(room: Room) -> TestClient:
    """A mail app's browser, which keeps none."""

    class Forgetful(TestClient):
        def request(self, *args, **named):  # type: ignore[no-untyped-def]
            self.cookies.clear()
            return super().request(*args, **named)

    return Forgetful(public_app(room.site()), base_url=room.public_url)


def test_the_token_leaves_the_address_at_once(room: Room) -> None:
    (one,) = room.opened()
    path = room.link(one)
    with room.browser() as client:
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code == 303
        where = answer.headers["location"]
        assert re.fullmatch(r"/d/open/[0-9a-f]+\.[0-9a-f]+\.[0-9a-f]+", where)
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert f"Path={where}" in cookie
        assert path[3:] not in where + cookie + answer.text
        assert 'name="choice"' in client.get(where).text


@pytest.mark.parametrize(
    ("url", "secure"),
    [("https://data.example.org", True), ("http://127.0.0.1:8025", False)],
)
def test_the_cookie_is_for_tls_alone_where_there_is_tls(
    tmp_path: Path, url: str, secure: bool
) -> None:
    room = Room(a_config(tmp_path), public_url=url).with_code()
    (one,) = room.opened()
    with room.browser() as client:
        cookie = client.get(room.link(one), follow_redirects=False).headers["set-cookie"]
    assert ("Secure" in cookie) is secure
    room.database.close()


def test_the_handle_alone_opens_for_ten_minutes(room: Room) -> None:
    (one,) = room.opened()
    with without_cookies(room) as client:
        where = client.get(room.link(one), follow_redirects=False).headers["location"]
        room.clock.pass_by(minutes=10)
        assert client.get(where).status_code == 200
        room.clock.pass_by(seconds=2)
        late = client.get(where)
    assert late.status_code == 403
    assert "เปิดลิงก์จากเมลอีกครั้ง" in late.text
    assert "สมศรี" not in late.text


def test_with_its_cookie_the_page_opens_later_too(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        where = client.get(room.link(one), follow_redirects=False).headers["location"]
        room.clock.pass_by(hours=5)
        assert client.get(where).status_code == 200


def test_a_page_that_was_read_for_long_decides_without_any_cookie(room: Room) -> None:
    (one,) = room.opened()
    with without_cookies(room) as client:
        page = client.get(room.link(one))
        room.clock.pass_by(hours=3)
        form = {"csrf": csrf_of(page.text), "choice": "approve", "code": CODE}
        answer = client.post(page.url.path, data=form)
    assert "บันทึกผลแล้ว: อนุญาต" in answer.text
    assert room.verdicts(one) == ["approved"]


def test_a_page_of_the_old_kind_still_decides(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        form = room.form(client, room.link(one), choice="approve", code=CODE)
        assert client.post(room.link(one), data=form).status_code == 200
    assert room.verdicts(one) == ["approved"]


def test_a_handle_that_was_changed_in_any_part_opens_nothing(room: Room) -> None:
    one, other = room.opened(2)
    with without_cookies(room) as client:
        where = client.get(room.link(one), follow_redirects=False).headers["location"]
        foreign = client.get(room.link(other), follow_redirects=False).headers["location"]
        link_id, until, signed = where.removeprefix("/d/open/").split(".")
        other_id, _, other_signed = foreign.removeprefix("/d/open/").split(".")
        for forged in (
            f"{other_id}.{until}.{signed}",
            f"{link_id}.{int(until, 16) + 9000:x}.{signed}",
            f"{link_id}.{until}.{other_signed}",
            f"{link_id}.{until}.{signed[:-1]}",
            f"{link_id}.{until}.",
            f"{link_id}.x.{signed}",
            f"{link_id}.-{until}.{signed}",
            link_id,
            "ก.1.2",
            "..",
        ):
            assert client.get(f"/d/open/{forged}").status_code == 404, forged
            assert client.post(f"/d/open/{forged}", data={"csrf": "x"}).status_code in (403, 404)


def test_the_cookie_of_one_page_opens_no_other(room: Room) -> None:
    one, other = room.opened(2)
    with room.browser() as client:
        first = client.get(room.link(one), follow_redirects=False)
        second = client.get(room.link(other), follow_redirects=False).headers["location"]
        value = first.headers["set-cookie"].partition(";")[0]
        room.clock.pass_by(minutes=11)
    with without_cookies(room) as stranger:
        assert stranger.get(second, headers={"cookie": value}).status_code == 403


@pytest.mark.parametrize("agent", PREVIEWS)
def test_a_preview_shows_nothing_of_the_request(room: Room, agent: str) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        where = client.get(room.link(one), follow_redirects=False).headers["location"]
        pages = [
            client.get(path, headers={"user-agent": agent})
            for path in (room.link(one), where, room.link(one, "status"))
        ]
    for page in pages:
        assert page.status_code == 200
        for word in ("สมศรี", "ดอนแก้ว", "somsri", "2569/", "<form"):
            assert word not in page.text
    looks = room.rows(schema.link_opens)
    assert [row.visitor for row in looks][1:] == ["robot"]


def test_line_s_own_browser_is_no_preview(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        page = client.get(room.link(one), headers={"user-agent": LINE, "accept-language": "th"})
    assert 'name="choice"' in page.text
    (row,) = room.rows(schema.link_opens)
    assert (row.agent, row.visitor) == (LINE, None)
