"""The page from which a file is fetched: what opens it, what does not, and what is written down."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from mailproc.model import Built, State
from mailproc.store import downloads, jobs, requests, schema
from mailproc.store.downloads import MOST_TRIES
from mailproc.workflow import events as e
from tests.e2e.dovecot import wait_until
from tests.web.conftest import HOLD, Room, csrf_of

_TIMES = 20
_CONTENT = b"PK\x03\x04" + bytes(range(256)) * 4000


@pytest.fixture
def one(room: Room) -> int:
    """A request whose file is linked in a mail that was sent."""
    return linked(room)


def linked(room: Room, *, content: bytes = _CONTENT, **changes: Any) -> int:
    (one,) = room.opened(**changes)
    asked = room.request(one)
    room.happens(one, e.Approved(by="ผู้อนุญาต", content_hash=asked.content_hash))
    room.clock.now += HOLD
    room.happens(one, e.HoldElapsed())
    name = f"{asked.number.replace('/', '-')}_student_count_2568-1.xlsx"
    file = Built(name, "application/zip", content, hashlib.sha256(content).hexdigest(), "r" * 64)
    with room.database.write() as connection:
        kept = jobs.keep_file(connection, one, file, room.desk(), room.clock())
    room.happens(one, e.DataBuilt(file_id=kept))
    offer(room, one)
    room.happens(one, e.AllSent())
    return one


def offer(room: Room, one: int) -> None:
    """Links the file of the newest dataset letter, as the outbox does, which sends it."""
    table = schema.outbox
    mine = sa.select(table).where(table.c.request_id == one, table.c.kind == "dataset")
    with room.database.write() as connection:
        letter = connection.execute(mine.order_by(table.c.id.desc())).first()
        assert letter is not None
        downloads.offer(connection, letter, room.desk(), room.clock())
        connection.execute(table.update().values(state="sent", due_at=None))


def path_of(room: Room, one: int) -> str:
    table = schema.links
    rows = room.rows(table, table.c.request_id == one, table.c.purpose == "download")
    newest = max(rows, key=lambda row: row.request_version)
    return f"/f/{room.desk().token(newest.id, 'download', newest.request_version)}"


def code_of(room: Room, one: int) -> str:
    return room.desk().download_code(room.request(one))


def wrong(code: str, number: int = 1) -> str:
    return f"{(int(code) + number) % 10**8:08d}"


def typed(client: TestClient, page: Any, code: str, **fields: str) -> Any:
    form = {"csrf": csrf_of(page.text), "code": code, **fields}
    return client.post(page.url.path, data=form, headers={"origin": str(client.base_url)})


def opened(room: Room, client: TestClient, one: int) -> str:
    """Types the code; gives the path of the file."""
    page = typed(client, client.get(path_of(room, one)), code_of(room, one))
    assert page.status_code == 200, page.text
    found = re.search(r'class="button" href="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


# ---------------------------------------------------------------- the mailed link


def test_the_token_leaves_the_address_bar_at_once(room: Room, one: int) -> None:
    with room.browser() as client:
        first = client.get(path_of(room, one), follow_redirects=False)
        token = path_of(room, one).rpartition("/")[2]
        assert first.status_code == 303
        assert token not in first.headers["location"]
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert f"Path={first.headers['location']}" in cookie
        page = client.get(first.headers["location"])
    assert token not in page.text
    assert token not in str(page.url)
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_speaks_the_requester_s_language_and_names_nobody(
    room: Room, language: str
) -> None:
    one = linked(room, language=language)
    with room.browser() as client:
        page = client.get(path_of(room, one)).text
    assert f'<html lang="{language}">' in page
    assert "student_count_2568-1.xlsx" in page
    assert "somsri" not in page
    assert "สมศรี" not in page


def test_robots_that_open_the_link_change_nothing(room: Room, one: int) -> None:
    before = room.everything()
    with room.browser() as client:
        for _ in range(60):
            client.cookies.clear()
            client.get(path_of(room, one))
            client.head(path_of(room, one))
    assert room.everything() == before
    assert 1 <= len(room.rows(schema.link_opens)) <= 50


def test_a_robot_that_sends_the_form_opens_nothing(room: Room, one: int) -> None:
    with room.browser() as client:
        page = client.get(path_of(room, one))
        sent = typed(client, page, "")
        assert sent.status_code == 422
        assert 'class="button"' not in sent.text
        assert client.get(f"{page.url.path}/x.xlsx").status_code == 403
    assert "Downloaded" not in room.events(one)
    assert not room.rows(schema.code_tries)


def test_the_link_of_another_purpose_or_none_is_no_link(room: Room, one: int) -> None:
    status = room.link(one, "status")
    with room.browser() as client:
        assert client.get(status.replace("/s/", "/f/")).status_code == 404
        assert client.get(path_of(room, one).replace("/f/", "/s/")).status_code == 404
        assert client.get("/f/" + "A" * 43).status_code == 404


def test_https_cookies_are_secure(room: Room, one: int) -> None:
    room.office = replace(room.office, public_url="https://data.example.org/x")
    with room.browser() as client:
        answer = client.get("/x" + path_of(room, one), follow_redirects=False)
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["location"].startswith("/x/f/open/")


# ---------------------------------------------------------------- the code


def test_the_code_opens_the_file_and_nothing_else_does(room: Room, one: int) -> None:
    code = code_of(room, one)
    assert re.fullmatch(r"\d{8}", code)
    with room.browser() as client:
        page = client.get(path_of(room, one))
        no = typed(client, page, wrong(code))
        assert no.status_code == 403
        assert "ไม่ถูกต้อง" in no.text
        assert "9" in no.text
        assert code not in no.text
        thai = code.translate({ord("0") + i: chr(ord("๐") + i) for i in range(10)})
        yes = typed(client, page, f" {thai[:4]} {thai[4:]} ")
        assert yes.status_code == 200
        assert 'class="button"' in yes.text
        file = re.search(r'class="button" href="([^"]+)"', yes.text)
        assert file is not None
        got = client.get(file[1])
    assert got.content == _CONTENT
    assert got.headers["content-disposition"].startswith("attachment")
    assert not room.rows(schema.code_tries), "the right code forgets the wrong ones"


def test_the_code_is_one_for_the_requests_of_one_mail_and_another_for_each_other(
    room: Room,
) -> None:
    first, second = room.opened(2)
    room.clock.pass_by(minutes=1)
    (third,) = room.opened()
    codes = [code_of(room, x) for x in (first, second, third)]
    assert codes[0] == codes[1] != codes[2]


def test_wrong_codes_are_slowed_and_then_lock_the_link_until_a_new_one_is_mailed(
    room: Room, one: int
) -> None:
    code = code_of(room, one)
    with room.browser() as client:
        page = client.get(path_of(room, one))
        for number in range(1, 4):
            assert typed(client, page, wrong(code, number)).status_code == 403
        slow = typed(client, page, code)
        assert slow.status_code == 429, "even the right code waits"
        for number in range(4, MOST_TRIES + 1):
            room.clock.pass_by(hours=2)
            last = typed(client, page, wrong(code, number))
        assert "ล็อก" in last.text
        room.clock.pass_by(hours=2)
        assert "ล็อก" in typed(client, page, code).text, "not even the right code"
        assert "ล็อก" in client.get(path_of(room, one)).text
        room.happens(one, e.Resend(by="requester"))
        offer(room, one)
        assert client.get(opened(room, client, one)).content == _CONTENT


def test_a_form_from_elsewhere_is_refused(room: Room, one: int) -> None:
    with room.browser() as client:
        page = client.get(path_of(room, one))
        form = {"csrf": csrf_of(page.text), "code": code_of(room, one)}
        evil = client.post(page.url.path, data=form, headers={"origin": "https://evil.example"})
        forged = typed(client, page, code_of(room, one), csrf="0" * 64)
    assert (evil.status_code, forged.status_code) == (403, 403)
    assert "opened" not in client.cookies


def test_what_was_opened_stays_open_for_hours_and_not_for_days(room: Room, one: int) -> None:
    with room.browser() as client:
        file = opened(room, client, one)
        room.clock.pass_by(hours=11)
        assert client.get(file).content == _CONTENT
        room.clock.pass_by(hours=2)
        assert client.get(file).status_code == 403


def test_a_cookie_of_one_link_opens_no_other(room: Room, one: int) -> None:
    other = linked(room)
    with room.browser() as client:
        opened(room, client, one)
        grant = next(c.value for c in client.cookies.jar if c.name == "opened")
        page = client.get(path_of(room, other))
        client.cookies.set("opened", grant or "", path=page.url.path)
        assert client.get(f"{page.url.path}/x.xlsx").status_code == 403


def test_without_cookies_a_pasted_link_and_the_code_give_the_file(room: Room, one: int) -> None:
    with room.browser() as client:
        place = client.get(path_of(room, one), follow_redirects=False).headers["location"]
        client.cookies.clear()
        page = client.get(place)
        assert 'name="link"' in page.text
        url = f" {room.public_url}{path_of(room, one)} "
        assert typed(client, page, wrong(code_of(room, one)), link=url).status_code == 403
        assert typed(client, page, code_of(room, one), link="x").status_code == 404
        got = typed(client, page, code_of(room, one), link=url)
    assert got.content == _CONTENT
    assert room.events(one)[-1] == "Downloaded"


# ---------------------------------------------------------------- the file


def test_a_broken_download_goes_on_where_it_stopped(room: Room, one: int) -> None:
    with room.browser() as client:
        file = opened(room, client, one)
        head = client.head(file)
        assert head.headers["content-length"] == str(len(_CONTENT))
        assert head.headers["accept-ranges"] == "bytes"
        part = client.get(file, headers={"range": "bytes=0-99999"})
        rest = client.get(
            file, headers={"range": "bytes=100000-", "if-range": part.headers["etag"]}
        )
        assert (part.status_code, rest.status_code) == (206, 206)
        assert part.content + rest.content == _CONTENT
        stale = client.get(file, headers={"range": "bytes=100000-", "if-range": '"old"'})
        assert (stale.status_code, stale.content) == (200, _CONTENT)
        assert client.get(file, headers={"range": "bytes=99999999-"}).status_code == 416
        same = client.get(file, headers={"if-none-match": part.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")


def test_each_download_that_reached_its_end_is_in_the_history(room: Room, one: int) -> None:
    with room.browser() as client:
        file = opened(room, client, one)
        client.head(file)
        client.get(file, headers={"range": "bytes=0-99"})
        assert "Downloaded" not in room.events(one)
        client.get(file)
        client.get(file, headers={"range": "bytes=100-"})
    assert room.events(one)[-2:] == ["Downloaded", "Downloaded"]
    assert room.request(one).state is State.DELIVERED


def test_who_goes_away_in_the_middle_has_not_downloaded(room: Room) -> None:
    one = linked(room, content=_CONTENT * 20)
    with room.served() as url:
        room.public_url = url
        room.office = replace(room.office, public_url=url)
        with room.served() as address, _reader(room, address, one) as (sock, whole):
            assert sock.recv(1000)
            assert whole > 10_000_000
    assert "Downloaded" not in room.events(one)


def test_who_hangs_up_at_the_last_byte_has_downloaded_every_time(room: Room, one: int) -> None:
    with room.served() as url:
        room.public_url = url
        room.office = replace(room.office, public_url=url)
        with room.served() as address:
            for _ in range(_TIMES):
                with _reader(room, address, one) as (sock, size):
                    head, _, body = sock.recv(1 << 16).partition(b"\r\n\r\n")
                    assert b" 200 " in head
                    while len(body) < size:
                        body += sock.recv(1 << 16)
            wait_until(lambda: room.events(one).count("Downloaded") == _TIMES, 10, "all counted")


class _reader:  # noqa: N801 - used as a function
    """A socket that has asked for the file, with its cookies, and reads nothing yet."""

    def __init__(self, room: Room, address: str, one: int) -> None:
        self.room, self.parts, self.one = room, urlsplit(address), one

    def __enter__(self) -> tuple[socket.socket, int]:
        with self.room.browser() as client:
            file = opened(self.room, client, self.one)
            cookies = "; ".join(f"{c.name}={c.value}" for c in client.cookies.jar)
            size = int(client.head(file).headers["content-length"])
        self.sock = socket.create_connection((self.parts.hostname or "", self.parts.port or 0))
        asked = f"GET {file} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\n\r\n"
        self.sock.sendall(asked.encode())
        return self.sock, size

    def __exit__(self, *_: object) -> None:
        self.sock.close()


def test_a_file_that_was_changed_in_the_store_is_not_given_out(room: Room, one: int) -> None:
    with room.browser() as client:
        file = opened(room, client, one)
        with room.database.write() as connection:
            connection.execute(schema.files.update().values(content=b"else"))
        assert client.get(file).status_code == 500
    assert "Downloaded" not in room.events(one)


# ---------------------------------------------------------------- when it ends


def test_an_expired_link_mails_a_new_one_to_its_owner_alone(room: Room, one: int) -> None:
    old = path_of(room, one)
    room.clock.now += timedelta(days=14, seconds=1)
    with room.browser() as client:
        page = client.get(old)
        assert "หมดอายุ" in page.text
        assert typed(client, page, wrong(code_of(room, one))).status_code == 403
        done = typed(client, page, code_of(room, one))
        assert "ส่งลิงก์ใหม่แล้ว" in done.text
        assert path_of(room, one) == old, "the page makes no link; the outbox does"
    table = schema.outbox
    letters = room.rows(table, table.c.request_id == one, table.c.kind == "dataset")
    assert [row.to_addr for row in letters] == ["somsri@school.example.org"] * 2
    assert letters[-1].state == "recorded"
    offer(room, one)
    with room.browser() as client:
        assert client.get(opened(room, client, one)).content == _CONTENT


def test_new_links_are_three_a_day(room: Room, one: int) -> None:
    room.clock.now += timedelta(days=15)
    with room.browser() as client:
        page = client.get(path_of(room, one))
        answers = [typed(client, page, code_of(room, one)).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]


def test_an_opened_page_of_a_link_that_expired_gives_no_file(room: Room, one: int) -> None:
    room.clock.now += timedelta(days=13, hours=23)
    with room.browser() as client:
        file = opened(room, client, one)
        room.clock.pass_by(hours=2)
        assert client.get(file).status_code == 403


def test_a_revoked_link_is_at_an_end_and_cannot_be_renewed(room: Room, one: int) -> None:
    with room.browser() as client:
        file = opened(room, client, one)
        room.happens(one, e.AccessRevoked(by="admin"))
        assert client.get(file).status_code == 410
        gone = client.get(path_of(room, one))
        assert (gone.status_code, "สำนักงานระงับไฟล์นี้แล้ว" in gone.text) == (410, True)
        assert "งดใช้และงดส่งต่อ" in client.get(room.link(one, "status")).text
        assert "AccessRevoked" in room.events(one)
    after = room.happens(one, e.Resend(by="requester"))
    assert after.revoked_at is not None
    assert "Resend" not in room.events(one)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": State.REFUSED},
        {"state": State.PREPARING, "file_id": None},
        {"file_id": 99},
        {"content_hash": "f" * 64},
    ],
    ids=str,
)
def test_what_is_not_the_approved_file_any_more_is_not_given_out(
    room: Room, one: int, changes: dict[str, Any]
) -> None:
    with room.browser() as client:
        file = opened(room, client, one)
        room.put(one, **changes)
        assert client.get(file).status_code == 410
        assert client.get(path_of(room, one)).status_code == 410


def test_an_erased_file_is_gone(room: Room, one: int) -> None:
    from mailproc.store.erase import erase

    path = path_of(room, one)
    with room.database.write() as connection:
        erase(connection, one, room.clock())
    with room.browser() as client:
        assert client.get(path).status_code == 410


def test_a_download_at_the_moment_of_another_change_is_counted_all_the_same(
    room: Room, one: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailproc.errors import Stale

    write, tries = requests.apply, []

    def once_stale(*arguments: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise Stale
        write(*arguments)

    with room.browser() as client:
        file = opened(room, client, one)
        monkeypatch.setattr("mailproc.web.giving.requests.apply", once_stale)
        client.get(file)
    assert room.events(one)[-1] == "Downloaded"
    assert len(tries) == 2


@pytest.mark.parametrize(("fetches", "said"), [(0, "ยังไม่ได้ดาวน์โหลด"), (1, "ดาวน์โหลดไฟล์ไปก่อนแล้ว")])
def test_who_took_a_file_back_reads_whether_it_was_fetched(
    room: Room, one: int, fetches: int, said: str
) -> None:
    with room.browser() as client:
        for _ in range(fetches):
            client.get(opened(room, client, one))
        room.happens(one, e.AccessRevoked(by="ผู้อนุญาต"))
    with room.browser() as client:
        page = client.get(room.link(one, "decide")).text
    assert ('<h1 class="no">ระงับไฟล์ที่ส่งแล้ว</h1>' in page, said in page) == (True, True)
    (told,) = (row for row in room.rows(schema.outbox) if row.kind == "officer_taken_back")
    assert "ผู้อนุญาต" in told.letter


@pytest.fixture(autouse=True)
def _no_tokens_in_logs(
    room: Room, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    yield
    said = "".join(capsys.readouterr()) + caplog.text
    links = room.rows(schema.links)
    for row in links:
        assert room.desk().token(row.id, row.purpose, row.request_version) not in said
    for row in room.rows(schema.requests, schema.requests.c.erased_at.is_(None)):
        assert code_of(room, row.id) not in said
