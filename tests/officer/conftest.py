"""A whole office, and an officer who acts in it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest

from mailproc.model import Request
from mailproc.officer import Done, Who, in_turn
from mailproc.officer.attaching import About
from mailproc.officer.turns import Act
from mailproc.store import requests
from tests.web.conftest import Room, blank_room, room

__all__ = ["blank_room", "room"]
NAME = "นางสาวดาวเรือง ใจเย็น"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
Acts = Callable[[Act], Done]


@pytest.fixture
def who(room: Room) -> Who:
    return Who(NAME, room.officer)


@pytest.fixture
def act(room: Room) -> Acts:
    """One act in a transaction of its own."""
    return lambda what: in_turn(room.database, what, room.rules, room.desk, room.clock())


def a_workbook(*rows: tuple[object, ...]) -> bytes:
    """A plain workbook, as an officer makes one."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows or (("สภาพอาคาร", "จำนวน"), ("ดี", 120), ("ทรุดโทรม", 14)):
        sheet.append(row)
    book.properties.creator = ""
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def about(**changes: object) -> About:
    values: dict[str, object] = {
        "title": "อาคารเรียนจำแนกตามสภาพ",
        "sensitivity": "open",
        "academic_year": 2568,
        "as_of": date(2025, 6, 10).isoformat(),
        "source": "กลุ่มนโยบายและแผน",
    }
    return About(**(values | changes))  # type: ignore[arg-type]


def prepare(room: Room) -> None:
    """Runs the jobs that are due."""
    while room.fulfil.turn(room.desk(), room.clock()):
        pass


def stored(room: Room, request_id: int) -> Request:
    with room.database.read() as connection:
        found = requests.get(connection, request_id)
    assert found is not None
    return found
