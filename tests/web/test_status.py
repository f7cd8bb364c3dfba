"""The requester's page: that one request, in the requester's language, in every state."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mailproc.model import State
from mailproc.texts import load_texts
from tests.factories import NOW
from tests.web.conftest import Room

SHOWN = [state for state in State if state is not State.NEW]


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_state_is_shown_in_words_of_the_requester_s_language(
    room: Room, language: str
) -> None:
    (one,) = room.opened(language=language)
    path = room.link(one, "status")
    texts = load_texts(room.config.template_folders, language)
    with room.browser() as client:
        for state in SHOWN:
            room.put(one, state=state, resume=State.PREPARING, reason="")
            page = client.get(path)
            assert page.status_code == 200
            assert f'<html lang="{language}">' in page.text
            assert texts.get("states", state.value) in page.text
            assert not re.search(r">\s*[a-z]+_[a-z]+\s*<|None", page.text)


def test_a_request_that_waits_for_a_person_keeps_the_reason_to_the_office(room: Room) -> None:
    (one,) = room.opened()
    room.put(one, state=State.NEEDS_PERSON, resume=State.DELIVERING, reason="ความลับภายใน")
    with room.browser() as client:
        assert "ความลับภายใน" not in client.get(room.link(one, "status")).text


def test_a_refusal_is_shown_with_its_reason_and_the_right_to_appeal(room: Room) -> None:
    (one,) = room.opened()
    room.put(one, state=State.REFUSED, reason="ขอหนังสือจากต้นสังกัด", decided_at=NOW)
    with room.browser() as client:
        page = client.get(room.link(one, "status")).text
    assert "ขอหนังสือจากต้นสังกัด" in page
    assert "อุทธรณ์" in page


def test_it_shows_that_one_request_only(room: Room) -> None:
    first, second = room.opened(2)
    room.put(second, form=replace(room.request(second).form, requester_name="คนอื่น"))
    with room.browser() as client:
        page = client.get(room.link(first, "status")).text
    assert "2569/00001" in page
    assert "2569/00002" not in page
    assert "คนอื่น" not in page
    assert re.findall(r'href="([^"]*)"', page) == ["/static/site.css"]
    assert "<form" not in page  # a robot finds nothing to press


def test_a_link_of_one_purpose_is_no_link_of_the_other(room: Room) -> None:
    (one,) = room.opened()
    status, decide = room.link(one, "status"), room.link(one)
    with room.browser() as client:
        assert client.get(status.replace("/s/", "/d/")).status_code == 404
        assert client.get(decide.replace("/d/", "/s/")).status_code == 404
        assert client.head(status).status_code == 200
        assert client.post(status, data={"x": "1"}).status_code == 405


def test_an_old_link_says_so_in_the_requester_s_language(room: Room) -> None:
    (one,) = room.opened(language="en")
    path = room.link(one, "status")
    room.clock.pass_by(days=61)
    with room.browser() as client:
        answer = client.get(path)
    assert answer.status_code == 410
    assert "no longer valid" in answer.text
