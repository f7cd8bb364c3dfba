"""The public listener: its headers, its names, and what it keeps to itself."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from mailproc.web.public import public_app
from tests.web.conftest import CODE, Room, a_config, csrf_of


def test_every_page_forbids_what_could_leak_or_be_framed(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        answers = [
            client.get(room.link(one)),
            client.get(room.link(one, "status")),
            client.get("/d/nothing"),
            client.get("/"),
            client.post(room.link(one), data={"choice": "approve"}),
            client.put(room.link(one)),
        ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["referrer-policy"] == "strict-origin"  # never a path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers


def test_the_style_sheet_is_there_and_nothing_beside_it(room: Room) -> None:
    with room.browser() as client:
        sheet = client.get("/static/site.css")
        assert sheet.headers["content-type"].startswith("text/css")
        assert sheet.headers["x-content-type-options"] == "nosniff"
        for path in ("/static/", "/static/../public.py", "/static/%2e%2e/public.py", "/healthz"):
            assert client.get(path).status_code in (404, 405), path


@pytest.mark.parametrize("path", ["/", "/d/", "/d/x", "/s/ก", "/d/x/y", "/d/" + "a" * 5000])
def test_what_is_not_there_has_a_kind_page(room: Room, path: str) -> None:
    with room.browser() as client:
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code == 404
        assert "ไม่พบหน้านี้" in answer.text
        assert client.head(path).status_code == 404


def test_a_number_without_end_is_none(room: Room) -> None:
    """Python reads no more than 4,300 digits, and a path or a field may hold many more."""
    (one,) = room.opened()
    many = "9" * 5000
    with room.browser() as client:
        page = client.get(room.queue())
        assert client.get(f"{page.url.path}?page={many}").status_code == 200
        undo = {"csrf": csrf_of(page.text), "choice": "undo", "take": "x", "key": f"{many}.code.x"}
        assert client.post(page.url.path, data=undo).status_code == 403
        page = client.get(room.link(one))
        assert client.get(f"{page.url.path}/columns?page={many}").status_code == 200
        for path in ("/d", "/q"):
            assert client.get(f"{path}/open/x.{many}.y").status_code == 404


def test_a_method_that_has_no_place_is_told_which_have(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        answer = client.delete(room.link(one))
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


def test_a_forged_host_appears_nowhere(room: Room) -> None:
    (one,) = room.opened()
    forged = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil"}
    with room.browser() as client:
        for path in (room.link(one), room.link(one) + "/", room.link(one, "status"), "/x"):
            answer = client.get(path, headers=forged, follow_redirects=False)
            assert "evil" not in answer.text
            assert "evil" not in answer.headers.get("location", "")


def test_a_token_is_in_no_page_and_in_no_log(
    room: Room, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    (one,) = room.opened()
    paths = [room.link(one), room.link(one, "status")]
    tokens = [path[3:] for path in paths]
    with room.served() as url, TestClient(public_app(room.site()), base_url=url) as client:
        pages = [client.get(path).text for path in paths]
        csrf = csrf_of(pages[0])
        form = {"csrf": csrf, "choice": "approve", "code": CODE}
        pages.append(client.post(paths[0], data=form).text)
    told = capfd.readouterr()
    # The client's own log is not ours.
    logged = [r.getMessage() for r in caplog.records if not r.name.startswith("http")]
    for token in tokens:
        assert token not in "".join([*pages, *logged, told.out, told.err])
    assert room.verdicts(one) == ["approved"]


@pytest.mark.parametrize("kept", [True, False], ids=["prefix kept", "prefix cut"])
def test_under_a_path_the_pages_work_whether_the_proxy_keeps_it_or_not(
    tmp_path: Path, kept: bool
) -> None:
    room = Room(a_config(tmp_path), public_url="https://office.example.org/data").with_code()
    (one,) = room.opened()
    prefix = "/data" if kept else ""
    app = public_app(room.site())
    with TestClient(app, base_url="http://127.0.0.1:8025") as client:
        path = prefix + room.link(one)
        page = client.get(path)
        assert 'href="/data/static/site.css"' in page.text
        assert "action=" not in page.text  # the form goes to where the browser is
        assert client.get(prefix + "/static/site.css").status_code == 200
        assert client.get(prefix + "/x").status_code == 404
        form = {"csrf": csrf_of(page.text), "choice": "approve", "code": CODE}
        answer = client.post(path, data=form, headers={"origin": "https://office.example.org"})
        assert answer.status_code == 200
    assert room.verdicts(one) == ["approved"]
    room.database.close()


def test_an_unforeseen_error_has_a_page_without_details(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = room.opened()

    def fails(*arguments: Any, **named: Any) -> None:
        raise RuntimeError("secret detail")

    app = public_app(room.site())
    path = room.link(one)
    monkeypatch.setattr("mailproc.store.links.find", fails)
    with TestClient(app, base_url=room.public_url, raise_server_exceptions=False) as client:
        answer = client.get(path)
    assert answer.status_code == 500
    assert "ระบบขัดข้อง" in answer.text
    assert "secret detail" not in answer.text


def test_forwarded_addresses_count_only_from_known_proxies(room: Room) -> None:
    from dataclasses import replace

    from mailproc.store import schema

    (one,) = room.opened()
    with room.browser() as client:
        client.get(room.link(one), headers={"x-forwarded-for": "192.0.2.1"})
    trusting = replace(room.site(), trusted_proxies=frozenset({"testclient"}))
    with TestClient(public_app(trusting), base_url=room.public_url) as client:
        client.get(room.link(one), headers={"x-forwarded-for": "192.0.2.9, 192.0.2.2"})
    assert [row.client for row in room.rows(schema.link_opens)] == ["testclient", "192.0.2.2"]
