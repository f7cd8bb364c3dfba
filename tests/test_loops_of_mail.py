"""Machines that answer our mails: a robot without any header, and another mailproc."""

from __future__ import annotations

import email
import email.policy
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.composing import Composing
from mailproc.model import State
from mailproc.outbox import Outbox
from mailproc.store import messages, schema
from mailproc.store.database import Database
from mailproc.workflow import events as e
from mailproc.workflow.manners import Manners
from tests.smtpd import ScriptedServer
from tests.test_intake import FORM, OFFICE, TEACHER, Office, a_mail
from tests.test_outbox import Post
from tests.test_outgoing import build
from tests.walk import DESK, DIRECTOR, OFFICER, RULES, data_prepared

_O, _M = schema.outbox, schema.messages
_MINUTE = timedelta(minutes=1)
_PASS = f"Authentication-Results: mx.example.org; dmarc=pass header.from={TEACHER.split('@')[1]}\n"


class Running:
    """An office whose mails come and go; datasets are prepared as soon as asked for."""

    def __init__(self, database: Database, composer: Composing, server: ScriptedServer) -> None:
        self.office, self.server = Office(database), server
        self.walk = self.office.walk
        self.post = Post(self.walk, composer, server)
        self.post.outbox = Outbox(
            database,
            composer,
            [self.post.delivery],
            RULES,
            "https://data.example.org",
            "me",
            lambda: self.walk.now,
            Manners(own=frozenset({OFFICE})),
        )

    async def turn(self, later: timedelta = timedelta()) -> None:
        self.walk.now += later
        for request in self.office.requests:
            if request.state is State.PREPARING:
                self.walk.happen(request.id, data_prepared(request))
        while await self.post.outbox.turn(DESK):
            pass

    def mails_to(self, address: str) -> list[bytes]:
        return [content for to, content in self.server.taken if to == address]


@pytest.fixture
async def running(
    sqlite_database: Database, composer: Composing, server: ScriptedServer
) -> AsyncIterator[Running]:
    running = Running(sqlite_database, composer, server)
    yield running
    await running.post.delivery.close()


def echo(mail: bytes, text: str) -> bytes:
    """What a robot without any header answers at once."""
    asked = email.message_from_bytes(mail, policy=email.policy.default)
    head = f"{_PASS}In-Reply-To: {asked['Message-ID']}\n"
    return a_mail(text, head=head, subject="Re: received")


_ANSWERS = (
    "We have received your message. Ticket #{n} was opened.",
    "ได้รับข้อความของท่านแล้ว เลขที่เรื่อง {n} จะติดต่อกลับโดยเร็วที่สุด",
)


async def let_it_answer(running: Running, text: str, rounds: int = 30) -> None:
    """The robot answers each mail that it gets, a minute later."""
    seen = 0
    for number in range(rounds):
        mails = running.mails_to(TEACHER)
        for mail in mails[seen:]:
            running.office.bring(echo(mail, text.format(n=10 + number)))
        seen = len(mails)
        await running.turn(_MINUTE)


@pytest.mark.parametrize("text", _ANSWERS)
@pytest.mark.parametrize("form", [FORM, FORM.replace("ปีการศึกษา: 2568\n", "")])
async def test_a_robot_that_answers_everything_gets_three_mails_and_the_officer_knows(
    running: Running, text: str, form: str
) -> None:
    running.office.bring(a_mail(form, head=_PASS))
    await running.turn()
    await let_it_answer(running, text)
    assert 1 <= len(running.mails_to(TEACHER)) <= 3
    (request,) = running.office.requests
    if request.state is State.AWAITING_DECISION:
        approved = e.Approved(by=DIRECTOR.name, content_hash=request.content_hash)
        running.walk.happen(request.id, approved)
        build(running.post, running.walk.happen(request.id, e.HoldElapsed()).after)
        await running.turn()
        assert running.walk.get(request.id).state is State.NEEDS_PERSON
    assert len(running.mails_to(TEACHER)) <= 3
    told = [row for row in running.office.letters() if row.audience == "officer"]
    held = [row for row in told if row.kind in ("officer_held", "officer_needs_person")]
    assert held, "the operator knows"
    assert sum(row.kind == "officer_held" for row in told) <= 1
    assert {row.to_addr for row in told} == {OFFICER.address}


async def test_five_requests_of_one_person_on_one_day_are_all_answered(running: Running) -> None:
    levels = ("รายโรงเรียน", "รายอำเภอ", "ภาพรวมเขต")
    ways = [(level, way) for level in levels for way in ("Excel", "CSV")][:5]
    forms = [f"{FORM}ระดับข้อมูล: {level}\nรูปแบบไฟล์: {way}\n" for level, way in ways]
    running.office.bring(*(a_mail(form, head=_PASS) for form in forms))
    await running.turn()
    assert len(running.office.requests) == 5
    assert {row.state for row in running.office.letters("receipt")} == {"sent"}
    assert running.office.letters("officer_held") == []


async def test_somebody_who_is_asked_back_and_answers_is_never_held(running: Running) -> None:
    incomplete = FORM.replace("ปีการศึกษา: 2568\n", "").replace("วัตถุประสงค์: เพื่อวางแผนอัตรากำลัง\n", "")
    running.office.bring(a_mail(incomplete, head=_PASS))
    await running.turn()
    for answer in ("วัตถุประสงค์: วางแผนอัตรากำลัง", "ปีการศึกษา: 2568"):
        (*_, last) = running.mails_to(TEACHER)
        running.office.bring(echo(last, answer))
        await running.turn(timedelta(hours=1))
    (request,) = running.office.requests
    assert request.state is State.AWAITING_DECISION
    approved = e.Approved(by=DIRECTOR.name, content_hash=request.content_hash)
    running.walk.happen(request.id, approved)
    build(running.post, running.walk.happen(request.id, e.HoldElapsed()).after)
    await running.turn()
    assert running.walk.get(request.id).state is State.DELIVERED
    assert [row for row in running.office.letters() if row.state == "held"] == []


async def test_two_mailprocs_never_begin_to_talk(
    running: Running, tmp_path: Path, composer: Composing, server: ScriptedServer
) -> None:
    """The other one's mails say that a machine wrote them, and ours do; neither answers."""
    running.office.bring(a_mail(head=_PASS))
    await running.turn()
    (receipt,) = running.mails_to(TEACHER)
    database = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    database.migrate()
    other = Running(database, composer, server)
    assert other.office.bring(receipt) == ["ignored_own"]
    stripped = b"\r\n".join(
        line for line in receipt.split(b"\r\n") if not line.startswith(b"X-Mailproc")
    )
    assert other.office.bring(stripped)[-1] in ("ignored_own", "ignored_automatic")
    before = len(server.taken)
    await other.turn()
    assert len(server.taken) == before
    assert other.office.letters() == []
    await other.post.delivery.close()
    database.close()


async def test_our_own_mail_that_comes_back_is_not_answered(running: Running) -> None:
    running.office.bring(a_mail(head=_PASS))
    await running.turn()
    before = len(running.server.taken)
    (receipt,) = running.mails_to(TEACHER)
    assert running.office.bring(receipt) == ["ignored_own"]
    await running.turn(_MINUTE)
    assert len(running.server.taken) == before
    with running.walk.database.read() as connection:
        assert messages.get(connection, 2) is not None
