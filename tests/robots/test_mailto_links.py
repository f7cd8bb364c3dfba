"""Machines that follow the «mailto:» links of mails to a director, and send what they begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mailproc.demo.boxes import Boxes
from mailproc.demo.letters import begun_links
from mailproc.demo.server import EmbeddedMail
from mailproc.model import State
from mailproc.roundups import Roundups
from mailproc.store import schema
from mailproc.workflow import calendar
from tests.factories import a_form
from tests.robots import replies
from tests.test_roundups import CHOSEN, MAILBOXES
from tests.web.conftest import Room, blank_room

__all__ = ["blank_room"]  # the fixture of the web's office
RUBBISH = ("", "000000\r\n", "รหัส: 123456\r\n", "อนุญาต\r\n")


@pytest.fixture
def mail() -> Iterator[EmbeddedMail]:
    with EmbeddedMail(MAILBOXES, imap_port=0, smtp_port=0) as server:
        yield server


@pytest.fixture
def room(blank_room: Room) -> Room:
    """An office without pages, on a morning with three requests and a list of them."""
    room = blank_room
    room.public_url = ""
    room.office = replace(room.office, public_url="")
    room.manners = replace(room.manners, roundup=replace(CHOSEN, may_fold=False))
    return room


def _lists(room: Room, mail: EmbeddedMail, count: int) -> None:
    room.opened(count, form=a_form(needed_by=None))
    room.send(mail)
    zone = room.office.timezone
    day = calendar.workdays_after(calendar.local_day(room.clock(), zone), 1)
    room.clock.now = calendar.opening(day, zone) + timedelta(minutes=10)
    Roundups(room.database, replace(CHOSEN, may_fold=False)).turn(room.desk(), room.clock())
    room.send(mail)


def _states(room: Room) -> set[State]:
    return {room.request(row.id).state for row in room.rows(schema.requests)}


def test_what_the_links_begin_decides_nothing_as_it_stands(room: Room, mail: EmbeddedMail) -> None:
    replies.codes(room)
    _lists(room, mail, 3)
    links = [link for one in Boxes(mail).mails("director") for link in begun_links(one.html)]
    assert len(links) == 3 * 2 + 1, "yes and no of each, and a yes to the list"
    for rubbish in RUBBISH:
        for link in links:
            replies.arrives(room, replies.begun(link, rubbish))
        replies.intake(room)
    assert room.rows(schema.decisions) == []
    assert _states(room) == {State.AWAITING_DECISION}


def test_a_person_who_adds_a_code_decides_by_them(room: Room, mail: EmbeddedMail) -> None:
    codes = replies.codes(room)
    _lists(room, mail, 3)
    boxes = {one.subject: one for one in Boxes(mail).mails("director")}
    listed = next(one for subject, one in boxes.items() if "3 เรื่อง" in subject)
    (to_all,) = begun_links(listed.html)
    replies.arrives(room, replies.begun(to_all, codes[0]))
    replies.intake(room)
    assert _states(room) == {State.APPROVED}
    room.send(mail)
    answer = next(one for one in Boxes(mail).mails("director") if "เรื่องที่เสนอรวม" in one.subject)
    assert answer.text.count("อนุญาต บันทึกแล้ว") == 3
    replies.arrives(room, replies.reply(answer.message_id, f"2 ยกเลิกการอนุญาต\n{codes[1]}"))
    replies.intake(room)
    told = listed.text.index("2) ")
    number = listed.text[told:].split("คำขอเลขที่ ")[1][:10]
    (row,) = [one for one in room.rows(schema.requests) if one.number == number]
    assert room.request(row.id).state is State.AWAITING_DECISION
