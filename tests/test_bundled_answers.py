"""One reply to one question mail about several requests."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from mailproc.composing import Composing
from mailproc.model import Request, State
from mailproc.store.database import Database
from tests.smtpd import ScriptedServer
from tests.test_intake import TEACHER, a_mail
from tests.test_loops_of_mail import _PASS, Running, echo
from tests.test_outgoing import mails_to, text_of

_HEAD = """แบบคำขอใช้บริการข้อมูล
ชื่อ-สกุล: นางสมศรี ตั้งใจสอน
หน่วยงาน/โรงเรียน: โรงเรียนบ้านดอนแก้ว
วัตถุประสงค์: เพื่อวางแผนอัตรากำลัง
"""


@pytest.fixture
async def running(sqlite_database: Database, composer: Composing) -> AsyncIterator[Running]:
    server = ScriptedServer()
    await server.start()
    running = Running(sqlite_database, composer, server)
    yield running
    await running.post.delivery.close()
    await server.stop()


async def ask(running: Running, items: str) -> tuple[str, list[Request]]:
    """A mail for several datasets; gives the text of the one question mail, and the requests."""
    assert running.office.bring(a_mail(_HEAD + items, head=_PASS)) == ["opened"]
    await running.turn()
    (mail,) = mails_to(running.post, TEACHER)
    return text_of(mail), running.office.requests


async def answer(running: Running, text: str) -> list[Request]:
    """The reply to the last mail; gives the requests as they are then."""
    verdicts = running.office.bring(echo(running.mails_to(TEACHER)[-1], text))
    assert verdicts == ["merged"]
    return running.office.requests


async def test_a_year_answers_all_that_lacked_it(running: Running) -> None:
    items = "ข้อมูลที่ต้องการ: 1. จำนวนนักเรียน รายโรงเรียน 2. จำนวนนักเรียน รายอำเภอ\n"
    text, found = await ask(running, items)
    assert len(found) == 2
    assert {request.state for request in found} == {State.INCOMPLETE}
    assert text.count("«ปีการศึกษา»") == 1
    found = await answer(running, "ปีการศึกษา: 2568")
    assert [request.item.academic_years for request in found] == [(2568,), (2568,)]
    assert {request.state for request in found} == {State.PREPARING}


async def test_a_number_answers_the_one_request_that_it_stands_under(running: Running) -> None:
    items = "ข้อมูลที่ต้องการ: 1. ข้อมูลเด็กพิเศษ 2. ข้อมูลครูพิเศษ\nปีการศึกษา: 2568\n"
    text, found = await ask(running, items)
    assert len(found) == 2
    numbers = [int(number) for number in re.findall(r"(?m)^   (\d+)\. ", text)]
    assert numbers == list(range(1, len(numbers) + 1)), "no number stands twice"
    before = sum(len(question.offers) for question in found[0].questions)
    found = await answer(running, f"{before + 1}")
    assert [bool(request.item.dataset_id) for request in found] == [False, True]
    assert found[0].asks == 1, "it waits on for its own answer and is not asked again"
    found = await answer(running, "1")
    assert [bool(request.item.dataset_id) for request in found] == [True, True]
