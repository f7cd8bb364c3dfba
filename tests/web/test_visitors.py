"""Robots and persons at the door, by what can be seen; a signal and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailproc.store import schema
from mailproc.store.opens import Open
from mailproc.texts import load_texts
from mailproc.web.looks import told
from mailproc.web.visitors import Bursts, Visitor, judged
from tests.factories import NOW
from tests.web.conftest import CODE, Room
from tests.web.test_render import TEMPLATES

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"
)
LONG_AGO = ("sent", NOW - timedelta(minutes=9))


def a_visitor(agent: str = PHONE, method: str = "GET", *, has_language: bool = True) -> Visitor:
    return Visitor("192.0.2.7", agent, method, has_language)


@pytest.mark.parametrize("agent", [PHONE, WINDOWS])
def test_a_browser_may_be_a_person(agent: str) -> None:
    assert judged(a_visitor(agent), LONG_AGO, NOW, in_burst=False) == ""
    assert judged(a_visitor(agent), None, NOW, in_burst=False) == ""


@pytest.mark.parametrize(
    "who",
    [
        a_visitor(method="HEAD"),
        a_visitor(has_language=False),
        a_visitor(""),
        a_visitor("python-requests/2.32"),
        a_visitor("curl/8.5"),
        a_visitor("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/131.0"),
        a_visitor("Mozilla/5.0 (compatible; Barracuda Sentinel)"),
        a_visitor("Mozilla/5.0 (compatible; bingbot/2.0)"),
        a_visitor("Slackbot-LinkExpanding 1.0"),
    ],
)
def test_what_no_person_sends_is_a_robot_s(who: Visitor) -> None:
    assert judged(who, LONG_AGO, NOW, in_burst=False) == "robot"


@pytest.mark.parametrize(
    ("mail", "found"),
    [
        (("transmitting", NOW - timedelta(minutes=1)), "robot"),
        (("sent", NOW - timedelta(seconds=3)), "robot"),
        (("sent", NOW - timedelta(seconds=30)), ""),
    ],
)
def test_nobody_reads_a_mail_while_it_is_delivered(mail: tuple[str, object], found: str) -> None:
    assert judged(a_visitor(), mail, NOW, in_burst=False) == found  # type: ignore[arg-type]


def test_many_links_in_a_second_are_a_robot_s_and_the_same_one_is_not() -> None:
    bursts = Bursts()
    assert [bursts.opens(a_visitor(), link, NOW) for link in ("a", "b", "c")] == [
        False,
        False,
        True,
    ]
    later = NOW + timedelta(seconds=5)
    assert [bursts.opens(a_visitor(), "a", later) for _ in range(5)] == [False] * 5
    assert judged(a_visitor(), LONG_AGO, NOW, in_burst=True) == "robot"


def test_a_device_is_named_as_its_owner_knows_it() -> None:
    assert a_visitor(PHONE).device == "Safari, iPhone"
    assert a_visitor(WINDOWS).device == "Edge, Windows"
    assert a_visitor("odd").device == ""


def test_robots_and_persons_are_told_with_their_times() -> None:
    texts = load_texts((TEMPLATES,), "th")
    looks = [
        Open(NOW - timedelta(minutes=4), "", "", "robot"),
        Open(NOW - timedelta(minutes=3), "", "", "robot"),
        Open(NOW + timedelta(minutes=2), "", "", "person"),
    ]
    words = told(looks, texts, "Asia/Bangkok")
    assert words == "เปิดโดยโปรแกรมอัตโนมัติ 22/11 09:01 น. (2 ครั้ง) โดยบุคคล 22/11 09:07 น."
    assert told([], texts, "Asia/Bangkok") == ""


def test_a_right_code_makes_the_visit_a_person_s_and_the_page_says_both(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        client.get(room.link(one), headers={"user-agent": "Barracuda"})
        room.clock.pass_by(minutes=6)
        client.headers.update({"user-agent": PHONE, "accept-language": "th"})
        form = room.form(client, room.link(one), choice="approve", code="918273")
        client.post(room.link(one), data=form)
        assert [row.visitor for row in room.rows(schema.link_opens)] == ["robot", None]
        room.clock.pass_by(minutes=1)
        answer = client.post(room.link(one), data={**form, "code": CODE})
    assert [row.visitor for row in room.rows(schema.link_opens)] == ["robot", "person"]
    assert "เปิดโดยโปรแกรมอัตโนมัติ 22/11 09:05 น. โดยบุคคล 22/11 09:11 น." in answer.text
