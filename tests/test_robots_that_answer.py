"""Robots that hide: what each can make us send, and that none of them moves a request."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.composing import Composing
from mailproc.intake import Intake
from mailproc.model import State
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests.smtpd import ScriptedServer
from tests.test_intake import FORM, HABITS, OFFICE, TEACHER, Reader, a_mail
from tests.test_loops_of_mail import _PASS, Running, echo, let_it_answer
from tests.test_outgoing import build
from tests.walk import DIRECTOR, RULES

_INCOMPLETE = FORM.replace("ปีการศึกษา: 2568\n", "")
_FAILED = "Authentication-Results: mx.example.org; dmarc=fail header.from=school.example.org\n"
_AWAY = (
    "ขณะนี้ข้าพเจ้าอยู่ระหว่างลาพักผ่อน ตั้งแต่วันที่ 20 - 27 พฤศจิกายน 2569 จะตอบกลับเมื่อกลับมาปฏิบัติงาน",
    "ข้าพเจ้าไปราชการ ระหว่างวันที่ 22-25 พ.ย. 2569 หากมีเรื่องเร่งด่วนโปรดติดต่อ 080-000-0000\nขอบคุณครับ",
    "ขอบคุณสำหรับอีเมลของท่าน เจ้าหน้าที่จะติดต่อกลับภายใน 3 วันทำการ ปีการศึกษา 2568",
    "I am out of the office until 1 December 2026 and will reply on my return. Thank you.",
)


@pytest.fixture
async def running(
    sqlite_database: Database, composer: Composing, server: ScriptedServer
) -> AsyncIterator[Running]:
    running = Running(sqlite_database, composer, server)
    yield running
    await running.post.delivery.close()


def stripped(mail: bytes, *fields: str) -> bytes:
    """The mail without those header fields, folded lines and all."""
    for field in fields:
        mail = re.sub(rb"(?im)^" + field.encode() + rb":.*\r\n(?:[ \t].*\r\n)*", b"", mail)
    return mail


_OUR_MARKS = ("X-Mailproc", "Auto-Submitted", "X-Auto-Response-Suppress")


@pytest.mark.parametrize("text", _AWAY)
async def test_an_absence_note_without_any_header_answers_and_confirms_nothing(
    running: Running, text: str
) -> None:
    for form, head in ((_INCOMPLETE, _PASS), (_INCOMPLETE, _FAILED)):
        running.office.bring(a_mail(form, head=head, sender=f"x <{head == _PASS}{TEACHER}>"))
    await running.turn()
    before = [(r.state, r.form) for r in running.office.requests]
    for letter in [row for row in running.office.letters() if row.audience == "requester"]:
        (mail,) = running.mails_to(letter.to_addr)
        robot = echo(mail, text).replace(TEACHER.encode(), letter.to_addr.encode())
        running.office.bring(robot)
    assert [(r.state, r.form) for r in running.office.requests] == before


@pytest.mark.parametrize("text", [*_AWAY, "สถานะ", "ขอแบบฟอร์ม"])
@pytest.mark.parametrize("dedicated", [False, True])
async def test_a_responder_that_quotes_nothing_gets_three_mails_a_day(
    running: Running, text: str, dedicated: bool
) -> None:
    habits = replace(HABITS, dedicated=dedicated)
    running.office.intake = Intake(running.walk.database, Reader(), habits, RULES, "me")
    running.office.bring(a_mail(head=_PASS))
    await running.turn()
    seen = 0
    for number in range(30):
        mails = running.mails_to(TEACHER)
        for _ in mails[seen:]:
            subject = f"ได้รับเมลของท่านแล้ว {number}"
            running.office.bring(a_mail(f"{text}\n#{number}", head=_PASS, subject=subject))
        seen = len(mails)
        await running.turn(timedelta(minutes=1))
    assert len(running.mails_to(TEACHER)) <= 4, "the receipt, and three answers at most"


async def test_two_offices_whose_marks_a_gateway_strips_do_not_talk(
    running: Running, tmp_path: Path, composer: Composing, server: ScriptedServer
) -> None:
    """The other one writes from its own mailbox, and nothing in the header tells what it is."""
    database = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    database.migrate()
    other = Running(database, composer, server)
    running.office.bring(a_mail(_INCOMPLETE, head=_PASS))
    await running.turn()
    (mail,) = running.mails_to(TEACHER)
    sent = 0
    for number in range(20):  # each takes the other's mail for a teacher's
        here, there = (other, running) if number % 2 == 0 else (running, other)
        bare = stripped(mail, *_OUR_MARKS, "Message-ID", "In-Reply-To", "References")
        bare = bare.replace(OFFICE.encode(), TEACHER.encode()).replace(
            b"\r\n", f"\r\nMessage-ID: <{number}@other.example.org>\r\n".encode(), 1
        )
        before = len(server.taken)
        here.office.bring(bare)
        await here.turn(timedelta(minutes=1))
        if len(server.taken) == before:
            break
        sent += len(server.taken) - before
        mail = server.taken[-1][1]
        del there
    assert sent <= 3
    await other.post.delivery.close()
    database.close()


async def test_our_mail_that_a_list_sends_back_is_known_by_its_name(running: Running) -> None:
    """Lists rewrite From and drop what they do not know; the Message-ID stays (RFC 5322)."""
    running.office.bring(a_mail(_INCOMPLETE, head=_PASS))
    await running.turn()
    (mail,) = running.mails_to(TEACHER)
    back = re.sub(rb"(?im)^From:.*\r\n(?:[ \t].*\r\n)*", b"From: l <l@lists.example.org>\r\n", mail)
    assert running.office.bring(stripped(back, *_OUR_MARKS)) == ["ignored_own"]
    await running.turn()
    nameless = stripped(back, *_OUR_MARKS, "Message-ID", "In-Reply-To", "References")
    head = b"Message-ID: <1@lists.example.org>\r\n"
    assert running.office.bring(head + nameless) == ["unplaced"], (
        "and without a name it asks nothing"
    )
    await running.turn()
    assert len(running.mails_to("l@lists.example.org")) == 0


async def test_a_bounce_of_a_bounce_ends_the_matter(running: Running) -> None:
    """Every mail to this address comes back, and what tells of it comes back too."""
    running.office.bring(a_mail(head=_PASS))
    await running.turn()
    (request,) = running.office.requests
    approved = e.Approved(by=DIRECTOR.name, content_hash=request.content_hash)
    running.walk.happen(request.id, approved)
    build(running.post, running.walk.happen(request.id, e.HoldElapsed()).after)
    await running.turn()
    seen = 0
    for number in range(20):
        mails = running.mails_to(TEACHER)
        for mail in mails[seen:]:
            name = re.search(rb"(?im)^Message-ID: (\S+)", mail)
            assert name is not None
            running.office.bring(_bounce(name[1].decode(), number))
        seen = len(mails)
        await running.turn(timedelta(minutes=1))
    assert running.walk.get(request.id).state is State.NEEDS_PERSON
    assert len(running.mails_to(TEACHER)) <= 3
    assert sum(row.kind == "officer_needs_person" for row in running.office.letters()) <= 2


def _bounce(name: str, number: int) -> bytes:
    text = (
        "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@school.example.org>\n"
        f"To: {OFFICE}\nSubject: Undelivered Mail Returned to Sender\n"
        f"Message-ID: <b{number}@school.example.org>\n\nUser unknown\n\nMessage-ID: {name}\n"
    )
    return text.replace("\n", "\r\n").encode()


async def test_fifty_requests_of_one_address_in_an_hour_wait_for_the_officer(
    running: Running,
) -> None:
    """Twenty are opened; then a person looks, and the sender is told once."""
    forms = [f"{FORM}เงื่อนไข: โรงเรียนบ้านที่ {number}\n" for number in range(50)]
    verdicts = []
    for number, form in enumerate(forms):
        verdicts += running.office.bring(a_mail(form, head=_PASS))
        if number % 10 == 9:
            await running.turn(timedelta(minutes=10))
    assert verdicts.count("opened") == len(running.office.requests) == 20
    assert verdicts.count("unplaced") == 30
    kinds = [row.kind for row in running.office.letters() if row.audience == "requester"]
    assert kinds.count("receipt") == 20
    assert kinds.count("too_many") == 1
    approvals = [row for row in running.office.letters("approval")]
    assert len(approvals) == 20
    await running.turn(timedelta(hours=1))
    assert running.office.bring(a_mail(f"{FORM}เงื่อนไข: ป.6\n", head=_PASS)) == ["opened"]


async def test_fifty_in_one_batch_are_counted_too(running: Running) -> None:
    forms = [f"{FORM}เงื่อนไข: โรงเรียนบ้านที่ {number}\n" for number in range(50)]
    verdicts = running.office.bring(*(a_mail(form, head=_PASS) for form in forms))
    assert verdicts.count("opened") == 20


async def test_the_answers_of_a_robot_do_not_make_it_a_person(running: Running) -> None:
    """Each answer of this one is read as the missing year: it moves the request once, not twice."""
    running.office.bring(a_mail(_INCOMPLETE, head=_PASS))
    await running.turn()
    await let_it_answer(running, "ปีการศึกษา: 2568 เลขที่เรื่อง {n}")
    assert len(running.mails_to(TEACHER)) <= 4
