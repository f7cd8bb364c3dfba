"""Logging in at the desk, and what a session is worth."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request as HttpRequest
from starlette.testclient import TestClient

from mailproc.store import onetime, people, schema
from mailproc.web import inside
from mailproc.web.desk.login import is_inside
from tests.factories import a_person
from tests.web.conftest import CODE, Room, csrf_of
from tests.web.desk.conftest import HERE, a_browser, log_in, press


def _is_in(client: TestClient) -> bool:
    return client.get("/desk", follow_redirects=False).status_code == 200


def test_a_page_asks_for_the_login_and_leads_on_to_itself(room: Room, stranger: TestClient) -> None:
    asked = stranger.get("/desk/me?a=1", follow_redirects=False)
    assert asked.headers["location"] == "/desk/login?next=%2Fdesk%2Fme%3Fa%3D1"
    login = stranger.get(asked.headers["location"])
    assert 'name="next" value="/desk/me?a=1"' in login.text
    answer = log_in(stranger, room.officer, next="/desk/me?a=1")
    assert str(answer.url) == f"{HERE}/desk/me?a=1"
    assert room.desk().people["officer"][0].name in answer.text


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/desk/..//x", "/desk\\x", "/q/x", "/deskx"]
)
def test_a_login_leads_nowhere_else(room: Room, stranger: TestClient, path: str) -> None:
    assert not is_inside(path)
    assert str(log_in(stranger, room.officer, next=path).url) == f"{HERE}/desk"


def test_the_cookie_is_unread_by_scripts_and_kept_nowhere(room: Room, stranger: TestClient) -> None:
    csrf = csrf_of(stranger.get("/desk/login").text)
    sent = {"csrf": csrf, "person": str(room.officer), "code": CODE}
    cookie = stranger.post("/desk/login", data=sent, follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # this machine alone
    (row,) = room.rows(schema.sessions)
    assert row.proof == "code"
    assert stranger.cookies["desk"] not in repr(row)


def test_wrong_codes_are_counted_and_slow_down(room: Room, stranger: TestClient) -> None:
    for _ in range(3):
        wrong = log_in(stranger, room.officer, "111222")
        assert wrong.status_code in (403, 429)
    assert log_in(stranger, room.officer).status_code == 429
    assert not _is_in(stranger)
    room.clock.pass_by(hours=1)
    assert log_in(stranger, room.officer).status_code == 200


def test_nothing_is_typed_into_the_page_again_but_the_name(
    room: Room, stranger: TestClient
) -> None:
    wrong = log_in(stranger, room.officer, "118822").text
    assert "118822" not in wrong
    assert f'value="{room.officer}" selected' in wrong


def test_a_code_of_the_printed_list_opens_it_once(room: Room, stranger: TestClient) -> None:
    with room.database.write() as connection:
        codes = onetime.new_list(
            connection, room.officer, room.config.secret("pepper"), room.clock()
        )
    assert log_in(stranger, room.officer, codes[0]).status_code == 200
    (row,) = room.rows(schema.sessions)
    assert row.proof == "list"
    with a_browser(room) as other:
        assert log_in(other, room.officer, codes[0]).status_code == 403


def test_a_first_login_sets_the_code_by_the_slip(room: Room, stranger: TestClient) -> None:
    admin = room.add(a_person(id=0, name="นายผู้ดูแล ใจเย็น", role="admin", has_code=False))
    slip = room.slip(admin)
    new = {"new_code": "739158", "new_code_again": "739158"}
    assert log_in(stranger, admin, "").status_code == 422
    assert (
        log_in(stranger, admin, "", slip=slip, new_code="1", new_code_again="1").status_code == 422
    )
    assert log_in(stranger, admin, "", slip=slip, **new).status_code == 200
    assert _is_in(stranger)


def test_who_holds_no_role_of_the_desk_is_not_offered(room: Room, stranger: TestClient) -> None:
    head = room.add(a_person(id=0, name="นายเขต ใหญ่โต", role="area_director"))
    assert "นายเขต ใหญ่โต" not in stranger.get("/desk/login").text
    assert log_in(stranger, head).status_code == 422


def test_a_session_ends_with_the_day_without_use_and_with_the_code(
    room: Room, officer: TestClient
) -> None:
    for _ in range(5):
        room.clock.pass_by(hours=1, minutes=59)
        assert _is_in(officer)
    room.clock.pass_by(hours=2, minutes=1)
    assert not _is_in(officer)
    log_in(officer, room.officer)
    for _ in range(6):
        room.clock.pass_by(hours=1, minutes=59)
        _is_in(officer)
    room.clock.pass_by(minutes=7)
    assert not _is_in(officer)
    log_in(officer, room.officer)
    room.slip(room.officer)
    assert not _is_in(officer)


def test_who_loses_the_role_is_out_at_once(room: Room, officer: TestClient) -> None:
    with room.database.write() as connection:
        people.end_role(connection, room.officer, room.clock())
    assert not _is_in(officer)


def test_logging_out_ends_the_session_itself(room: Room, officer: TestClient) -> None:
    token = officer.cookies["desk"]
    page = press(officer, "/desk/logout", "/desk")
    assert "ออกจากระบบแล้ว" in page.text
    officer.cookies.set("desk", token)
    assert not _is_in(officer)


def test_a_session_is_ended_from_another_browser(room: Room, officer: TestClient) -> None:
    with a_browser(room) as other:
        log_in(other, room.officer)
        with a_browser(room) as third:
            log_in(third, room.director)
            here = room.rows(schema.sessions, schema.sessions.c.person_id == room.officer)
            stolen = press(third, "/desk/me", session=here[0].id)
            assert stolen.status_code == 200
            assert _is_in(officer)  # another person's is not ended
        ids = {row.id for row in here}
        shown = {one for one in ids if f'value="{one}"' in other.get("/desk/me").text}
        assert len(shown) == 1  # its own is not offered
        press(other, "/desk/me", session=shown.pop())
        assert not _is_in(officer)
        log_in(officer, room.officer)
        press(other, "/desk/me", session="")
        assert not _is_in(officer)
        assert _is_in(other)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"origin": "", "sec-fetch-site": "cross-site"},
    ],
)
def test_a_form_of_another_page_does_nothing(
    room: Room, officer: TestClient, headers: dict[str, str]
) -> None:
    csrf = csrf_of(officer.get("/desk/me").text)
    with a_browser(room) as other:
        log_in(other, room.officer)
    answer = officer.post("/desk/me", data={"csrf": csrf}, headers=headers)
    assert answer.status_code == 403
    assert all(row.revoked_at is None for row in room.rows(schema.sessions))


def test_a_form_without_its_own_value_does_nothing(room: Room, officer: TestClient) -> None:
    assert officer.post("/desk/logout", data={"csrf": "0" * 64}).status_code == 403
    assert _is_in(officer)


def test_a_page_is_good_over_a_new_login(room: Room, officer: TestClient) -> None:
    csrf = csrf_of(officer.get("/desk/me").text)
    room.clock.pass_by(hours=3)
    told = officer.post("/desk/me", data={"csrf": csrf})
    assert told.status_code == 403
    assert "เข้าสู่ระบบอีกครั้ง" in told.text
    log_in(officer, room.officer)
    assert officer.post("/desk/me", data={"csrf": csrf}).status_code == 200


def test_a_name_of_somebody_else_gets_no_page(room: Room, officer: TestClient) -> None:
    for path in ("/desk", "/desk/login", "/people"):
        for name in ("evil.example", "[", "[::1", "a]b"):
            assert officer.get(path, headers={"host": name}).status_code == 403, name


def test_the_desk_is_open_under_the_name_that_mails_lead_to(room: Room) -> None:
    room.office = replace(room.office, desk_url="https://desk.example.org:8443")
    with a_browser(room) as client:
        for host, status in (("desk.example.org:8443", 200), ("other.example.org", 403)):
            assert client.get("/people", headers={"host": host}).status_code == status


def test_an_origin_that_is_none_is_not_ours(room: Room, officer: TestClient) -> None:
    csrf = csrf_of(officer.get("/desk/me").text)
    for origin in ("http://[", "null", ""):
        answer = officer.post("/desk/me", data={"csrf": csrf}, headers={"origin": origin})
        assert answer.status_code == 403, origin


@pytest.mark.parametrize("page", ["requests/{}", "mails/{}", "entry/{}", "requests/{}/form"])
def test_a_number_that_no_request_can_have_is_not_found(officer: TestClient, page: str) -> None:
    for number in ("9" * 12, "9" * 30, "9" * 5000):
        assert officer.get(f"/desk/{page}".format(number)).status_code == 404


def _asked(room: Room, host: str, **headers: str) -> tuple[Any, HttpRequest]:
    known = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in known.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": raw,
        "scheme": "http",
    }
    scope |= {"client": ("10.0.0.9", 1), "query_string": b"", "server": ("10.0.0.1", 80)}
    return room.site(), HttpRequest(scope)


def test_a_code_is_not_asked_where_others_could_read_it(room: Room) -> None:
    secret = room.at("https://data.example.org")
    assert inside.is_private(*_asked(secret, "127.0.0.1:8026"))
    assert not inside.is_private(*_asked(secret, "192.168.1.5:8026"))
    forged = _asked(secret, "192.168.1.5:8026", x_forwarded_proto="https")
    assert not inside.is_private(*forged)
    trusting = replace(forged[0], trusted_proxies=frozenset({"10.0.0.9"}))
    assert inside.is_private(trusting, forged[1])
    for url in ("http://192.168.1.5:8025", "https://data.example.org", ""):
        site, asked = _asked(room.at(url), "192.168.1.5:8026")
        assert not inside.is_private(site, asked), url
        assert inside.is_private(replace(site, plain_http=True), asked), url


def test_the_login_says_so_where_the_way_is_open(room: Room, stranger: TestClient) -> None:
    room.at("https://data.example.org")
    with a_browser(room) as client:
        answer = client.get("/desk/login", headers={"host": "192.168.1.5:8026"})
    assert answer.status_code == 403
    assert "ไม่ได้เข้ารหัส" in answer.text


def test_the_login_stands_for_the_code_at_the_register_of_people(
    room: Room, officer: TestClient
) -> None:
    page = officer.get("/people")
    assert 'name="code"' not in page.text
    new = {"name": "นางรอง ใจดี", "address": "rong@example.org"}
    done = press(officer, "/people", action="add", **new)
    assert 'class="slip"' in done.text
    events = room.rows(schema.people_log, schema.people_log.c.event == "added")
    assert events[-1].by == room.desk().people["officer"][0].name
    room.clock.pass_by(hours=3)
    late = press(officer, "/people", action="add", name="นางสาย", address="late@example.org")
    assert late.status_code == 422  # the code again
    assert 'name="code"' in late.text


def test_a_deputy_who_is_logged_in_changes_nobody(room: Room, stranger: TestClient) -> None:
    deputy = room.add(a_person(id=0, name="นางรอง", role="deputy", has_code=False))
    room.with_code("739158", deputy)
    log_in(stranger, deputy, "739158")
    done = press(stranger, "/people", action="add", name="นางใหม่", address="new@example.org")
    assert done.status_code == 422
    assert "นางใหม่" not in {person.name for person in room.desk().people["deputy"]}


def test_a_foreign_page_cannot_use_the_login_at_the_register(
    room: Room, officer: TestClient
) -> None:
    csrf = csrf_of(officer.get("/people").text)
    sent = {"csrf": csrf, "action": "add", "name": "นางใหม่", "address": "new@example.org"}
    for origin in ("http://evil.example", "null"):
        answer = officer.post("/people", data=sent, headers={"origin": origin})
        assert answer.status_code == 403
    del officer.headers["origin"]
    assert officer.post("/people", data=sent).status_code == 403


def test_a_wrong_code_is_told_in_words_of_logging_in(room: Room, stranger: TestClient) -> None:
    wrong = log_in(stranger, room.officer, "118822").text
    assert "ยังเข้าสู่ระบบไม่ได้:" in wrong.partition("<title>")[2].partition("</title>")[0]
    assert "รหัสไม่ถูกต้อง ลองใหม่อีกครั้ง" in wrong
    assert "บันทึก" not in wrong
    assert re.search(r'name="code"[^>]* autofocus', wrong), "the code is what is typed again"
