"""The requester's page: that one request, in the requester's language, in every state."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from httpx2 import Response

from mailproc.model import State
from mailproc.store import absences, schema
from mailproc.texts import load_texts
from mailproc.workflow import calendar
from tests.factories import NOW, a_person
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
    room.put(one, state=State.REFUSED, reason="ขอหนังสือจากต้นสังกัด", ground="s15_5", decided_at=NOW)
    with room.browser() as client:
        page = client.get(room.link(one, "status")).text
    assert "ขอหนังสือจากต้นสังกัด" in page
    assert "มาตรา 15 (5)" in page
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
    assert page.count("<form") == 1  # which wants a word to be typed


def test_a_link_of_one_purpose_is_no_link_of_the_other(room: Room) -> None:
    (one,) = room.opened()
    status, decide = room.link(one, "status"), room.link(one)
    with room.browser() as client:
        assert client.get(status.replace("/s/", "/d/")).status_code == 404
        assert client.get(decide.replace("/d/", "/s/")).status_code == 404
        assert client.head(status).status_code == 200
        assert client.post(status, data={"x": "1"}).status_code == 403


def test_an_old_link_says_so_in_the_requester_s_language(room: Room) -> None:
    (one,) = room.opened(language="en")
    path = room.link(one, "status")
    room.clock.pass_by(days=61)
    with room.browser() as client:
        answer = client.get(path)
    assert answer.status_code == 410
    assert "no longer valid" in answer.text


# ---------------------------------------------------------------- a typed word


def _typed(room: Room, one: int, word: str, **changes: str) -> Response:
    """The page after a word was typed into it, as a browser posts it."""
    path = room.link(one, "status")
    with room.browser() as client:
        csrf = re.findall(r'name="csrf" value="([^"]*)"', client.get(path).text)
        said = word.replace("NNN", room.request(one).number[-3:])
        sent = {"csrf": csrf[0] if csrf else "", "word": said} | changes
        return client.post(path, data=sent)


def _kinds(room: Room) -> list[str]:
    with room.database.read() as connection:
        return list(connection.scalars(sa.select(schema.outbox.c.kind)))


def _on_monday(room: Room) -> int:
    """A request that waits for the director, in office hours."""
    (one,) = room.opened()
    room.clock.now = NOW + timedelta(days=1)
    return one


@pytest.mark.parametrize("word", ["ติดตามNNN", " ติดตาม NNN ", "«ติดตาม» NNN", "REMIND NNN"])
def test_whoever_is_asked_is_reminded_when_the_requester_types_the_word(
    room: Room, word: str
) -> None:
    one = _on_monday(room)
    page = _typed(room, one, word)
    assert page.status_code == 200
    assert "รับทราบการติดตามแล้ว" in page.text
    assert _kinds(room)[-2:] == ["approval_reminder", "nudged"]
    again = _typed(room, one, word)
    assert "วันทำการถัดไป" in again.text
    assert _kinds(room).count("approval_reminder") == 1
    version = room.request(one).version
    _typed(room, one, word)
    assert room.request(one).version == version, "pressing without end writes nothing"


@pytest.mark.parametrize(
    ("word", "told"), [("ติดตาม NNN", "รับทราบการติดตามแล้ว"), ("โปรดช่วย", "ยังไม่มีการเปลี่ยนแปลงใด")]
)
def test_what_came_of_the_word_is_told_where_a_telephone_shows_it_first(
    room: Room, word: str, told: str
) -> None:
    page = _typed(room, _on_monday(room), word).text
    assert told in page[: page.index("<h1")]


def test_an_english_page_names_the_post_of_whom_it_waits_for_in_english(room: Room) -> None:
    (one,) = room.opened(language="en")
    with room.browser() as client:
        page = client.get(room.link(one, "status")).text
    assert "head of the Policy and Planning Group" in page
    assert "ผู้อำนวยการกลุ่ม" not in page


@pytest.mark.parametrize("word", ["ยกเลิก NNN", "cancelNNN"])
def test_the_request_is_cancelled_when_the_requester_types_the_word(room: Room, word: str) -> None:
    one = _on_monday(room)
    assert "ยกเลิกคำขอนี้แล้ว" in _typed(room, one, word).text
    assert room.request(one).state is State.CANCELLED
    kinds = _kinds(room)
    assert "ยกเลิกคำขอนี้แล้ว" not in _typed(room, one, word, csrf="x").text
    assert _kinds(room) == kinds


@pytest.mark.parametrize(
    "word",
    [
        *("", "test", "ok", "1234567", "a@example.org", "ติดตาม ยกเลิก", "ไม่ยกเลิก NNN", "<script>"),
        *("NNN", "ยกเลิก", "ติดตาม", "cancel", "ยกเลิก 999", "ยกเลิก NNN0"),
    ],
)
def test_a_robot_that_types_rubbish_or_what_it_reads_changes_nothing(room: Room, word: str) -> None:
    one = _on_monday(room)
    before, kinds = room.request(one), _kinds(room)
    page = _typed(room, one, word)
    assert page.status_code == 422
    assert "<script>" not in page.text
    assert (room.request(one), _kinds(room)) == (before, kinds)


def test_a_word_that_comes_from_another_page_changes_nothing(room: Room) -> None:
    one = _on_monday(room)
    before = room.request(one)
    assert _typed(room, one, "ยกเลิก NNN", csrf="0" * 64).status_code == 403
    path = room.link(one, "status")
    with room.browser() as client:
        client.headers["origin"] = "https://elsewhere.example.org"
        csrf = re.findall(r'name="csrf" value="([^"]*)"', client.get(path).text)[0]
        said = f"ยกเลิก {before.number[-3:]}"
        assert client.post(path, data={"csrf": csrf, "word": said}).status_code == 403
    assert room.request(one) == before


def test_it_is_too_late_to_cancel_what_is_being_sent(room: Room) -> None:
    one = _on_monday(room)
    path = room.link(one, "status")
    with room.browser() as client:
        csrf = re.findall(r'name="csrf" value="([^"]*)"', client.get(path).text)[0]
        room.put(one, state=State.DELIVERING)
        page = client.post(
            path, data={"csrf": csrf, "word": f"ยกเลิก {room.request(one).number[-3:]}"}
        )
    assert "ยกเลิกไม่ได้" in page.text
    assert room.request(one).state is State.DELIVERING


# ---------------------------------------------------------------- whom it waits for


def test_it_says_by_role_and_name_whom_the_request_waits_for(room: Room) -> None:
    one = _on_monday(room)
    with room.browser() as client:
        page = client.get(room.link(one, "status")).text
    assert "ผู้อำนวยการกลุ่มนโยบายและแผน (นายธงชัย มั่นคง)" in page


def test_it_says_who_stands_in_and_until_when(room: Room) -> None:
    one = _on_monday(room)
    deputy = room.add(a_person(id=0, name="นางรอง ใจดี", address="d@example.org", role="deputy"))
    now, days = room.clock(), calendar.span(date(2026, 11, 23), date(2026, 11, 27), "Asia/Bangkok")
    with room.database.write() as connection:
        absences.begin(connection, room.director, deputy, *days, "page", now)
    with room.browser() as client:
        page = client.get(room.link(one, "status")).text
    assert "ผู้รักษาราชการแทนผู้อำนวยการกลุ่มนโยบายและแผน (นางรอง ใจดี)" in page
    assert "ไม่อยู่ปฏิบัติราชการถึงวันที่ 27 พฤศจิกายน 2569" in page
