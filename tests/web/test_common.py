"""Forgery, forged hosts and odd bodies: what is not our own form decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import CODE, Room

OURS = "http://127.0.0.1:8025"
URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture
def one(room: Room) -> int:
    return room.opened()[0]


@pytest.fixture
def client(room: Room, one: int) -> Iterator[TestClient]:
    with room.browser() as client:
        yield client


def post(room: Room, client: TestClient, one: int, headers: dict[str, str], csrf: str = "") -> int:
    path = room.link(one)
    form = room.form(client, path, choice="approve", code=CODE)
    if csrf:
        form["csrf"] = csrf
    return client.post(path, data=form, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": OURS},
        {"origin": OURS, "sec-fetch-site": "same-origin"},
        {},  # an old browser, or a mail app
        {"sec-fetch-site": "same-origin"},
        {"origin": "null", "sec-fetch-site": "same-origin"},  # a proxy that added «no-referrer»
    ],
)
def test_our_own_form_is_taken(
    room: Room, client: TestClient, one: int, headers: dict[str, str]
) -> None:
    assert post(room, client, one, headers) == 200
    assert room.verdicts(one) == ["approved"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
        {"origin": "https://127.0.0.1:8025"},
        {"origin": "http://127.0.0.1:8026"},
        {"origin": "http://127.0.0.1:8025.evil.example"},
        {"origin": "http://evil.example", "host": "evil.example"},  # the name was bent to us
        {"origin": ""},
    ],
)
def test_a_form_from_elsewhere_is_refused(
    room: Room, client: TestClient, one: int, headers: dict[str, str]
) -> None:
    assert post(room, client, one, headers) == 403
    assert room.verdicts(one) == []


@pytest.mark.parametrize("csrf", ["0" * 64, "ก", "\x00"])
def test_a_form_without_the_value_of_the_page_is_refused(
    room: Room, client: TestClient, one: int, csrf: str
) -> None:
    assert post(room, client, one, {"origin": OURS}, csrf) == 403
    assert room.verdicts(one) == []


def test_the_value_of_one_link_is_no_good_for_another(room: Room, client: TestClient) -> None:
    (other,) = room.opened()
    csrf = room.form(client, room.link(1))["csrf"]
    assert post(room, client, other, {}, csrf) == 403


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"choice=approve&reason=" + b"a" * 70_000, URLENCODED, 413),
        (b"&".join(b"f%d=1" % n for n in range(500)), URLENCODED, 400),
        (b'{"choice": "approve"}', "application/json", 415),
        (b"choice=approve", "", 415),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
        (b"choice=approve", "text/plain", 415),
        (b"\xff\xfe=%ff%00&csrf=%E0%B8", URLENCODED, 403),
        (b"", URLENCODED, 403),
    ],
)
def test_an_odd_body_has_a_clear_answer(
    room: Room, client: TestClient, one: int, body: bytes, media_type: str, status: int
) -> None:
    answer = client.post(room.link(one), content=body, headers={"content-type": media_type})
    assert answer.status_code == status
    assert "ไม่มีการบันทึกผล" in answer.text
    assert room.verdicts(one) == []


def test_a_reason_of_full_length_is_taken_and_a_nul_in_it_is_dropped(
    room: Room, client: TestClient, one: int
) -> None:
    form = room.form(client, room.link(one), choice="refuse", ground="other", code=CODE)
    form["reason"] = "ก\0" + "ข" * 3000
    assert client.post(room.link(one), data=form).status_code == 200
    assert room.request(one).reason == "ก" + "ข" * 1999


def test_the_first_field_of_a_name_sent_twice_or_more_is_no_trick(
    room: Room, client: TestClient, one: int
) -> None:
    csrf = room.form(client, room.link(one))["csrf"]
    body = f"choice=approve&choice=refuse&code={CODE}&csrf={csrf}"
    answer = client.post(room.link(one), content=body, headers={"content-type": URLENCODED})
    assert answer.status_code == 422  # a refusal without a reason: the last one counts
    assert room.verdicts(one) == []
