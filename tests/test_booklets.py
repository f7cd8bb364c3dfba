"""Several datasets of one mail as one booklet: what it holds, what it waits for, what it says."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from mailproc import booklets
from mailproc.binding import provenance_of
from mailproc.composing import Composing
from mailproc.datasets.workbook import booklet
from mailproc.mail.delivery import Delivery
from mailproc.mail.login import Server
from mailproc.model import Chapter, State
from mailproc.outbox import Outbox
from mailproc.sandbox import Failed, Held, gated_book
from mailproc.store import schema
from mailproc.workflow import events as e
from mailproc.workflow.manners import Manners
from tests.factories import a_form, an_item
from tests.smtpd import ScriptedServer
from tests.web.conftest import HOLD, Room, a_config

pytest.importorskip("typst", reason="the extra «pdf» is not installed")
_O = schema.outbox
_FREE = Manners(per_correspondent=1000, per_day=1000, breaker_mails=1000)


class Printing:
    """An office whose requesters ask for several datasets as pages."""

    def __init__(self, room: Room, server: ScriptedServer) -> None:
        self.room, self.server = room, server
        place = Server(server.host, server.port, "none")
        self.delivery = Delivery(place, None, room.office.address, timeout=5)
        self.outbox = Outbox(
            room.database,
            Composing(room.office, room.config.template_folders, room.catalogue),
            [self.delivery],
            room.rules,
            room.public_url,
            "test",
            room.clock,
            _FREE,
        )

    def asked(self, *grades: str, kind: str = "pdf", **form: Any) -> list[int]:
        """Requests of one mail, one for each grade, before the director."""
        ids = self.room.opened(len(grades), together=len(grades))
        for one, grade in zip(ids, grades, strict=True):
            item = an_item(filters=(grade,), format=kind)
            changed = a_form(items=(item,), **form)
            self.room.happens(one, e.Answered(by="requester", form=changed))
        self.work()
        assert {self.room.request(one).state for one in ids} == {State.AWAITING_DECISION}
        return ids

    def work(self) -> None:
        while self.room.fulfil.turn(self.room.desk(), self.room.clock()):
            pass

    def approve(self, *ids: int) -> None:
        """Approves, and lets the hold pass."""
        for one in ids:
            content = self.room.request(one).content_hash
            self.room.happens(one, e.Approved(by="ผู้อนุญาต", content_hash=content))
        self.room.clock.now += HOLD
        self.room.deadlines.turn(self.room.desk(), self.room.clock())

    async def run(self, minutes: float = 1.0) -> None:
        """The loops, for so many minutes of the clock."""
        until = self.room.clock.now + timedelta(minutes=minutes)
        while self.room.clock.now < until:
            self.work()
            await self.outbox.turn(self.room.desk())
            self.room.clock.now += timedelta(seconds=5)

    def mails(self, kind: str) -> list[EmailMessage]:
        ids = {row.message_id for row in self.room.rows(_O, _O.c.kind == kind)}
        taken = [
            email.message_from_bytes(raw, policy=email.policy.default)
            for _, raw in self.server.taken
        ]
        return [x for x in taken if isinstance(x, EmailMessage) and x["Message-ID"] in ids]

    def states(self) -> list[State]:
        return [self.room.request(row.id).state for row in self.room.rows(schema.requests)]


def files(mail: EmailMessage) -> dict[str, bytes]:
    parts = mail.iter_attachments()
    return {part.get_filename() or "": bytes(part.get_content()) for part in parts}


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(a_config(tmp_path))
    yield room
    room.database.close()


@pytest.fixture
async def printing(room: Room) -> AsyncIterator[Printing]:
    server = ScriptedServer()
    await server.start()
    printing = Printing(room, server)
    yield printing
    await printing.delivery.close()
    await server.stop()


async def test_several_datasets_as_pdf_come_as_one_booklet(printing: Printing) -> None:
    ids = printing.asked("ป.1", "ป.2")
    printing.approve(*ids)
    await printing.run()
    (mail,) = printing.mails("dataset")
    ((name, content),) = files(mail).items()
    assert name == "2569-00001_booklet.pdf"
    told = pages(content)
    assert len(told) > 5
    assert any("2569/00001" in page for page in told[2:])
    assert any("2569/00002" in page for page in told[2:])
    assert printing.states() == [State.DELIVERED] * 2


async def test_who_is_refused_is_named_on_the_cover_and_not_inside(printing: Printing) -> None:
    first, second, third = printing.asked("ป.1", "ป.2", "ป.3")
    printing.room.happens(third, e.Refused(by="ผู้อนุญาต", reason="เหตุผล"))
    printing.approve(first, second)
    await printing.run()
    (mail,) = printing.mails("dataset")
    told = pages(files(mail)["2569-00001_booklet.pdf"])
    assert "2569/00003" in told[0]
    assert not any("2569/00003" in page for page in told[1:])
    assert printing.states() == [State.DELIVERED, State.DELIVERED, State.REFUSED]


async def test_a_booklet_waits_for_a_decision_that_comes_in_time(printing: Printing) -> None:
    first, second = printing.asked("ป.1", "ป.2")
    printing.approve(first)
    await printing.run(5)
    assert printing.mails("dataset") == []
    printing.approve(second)
    await printing.run()
    (mail,) = printing.mails("dataset")
    assert list(files(mail)) == ["2569-00001_booklet.pdf"]


async def test_what_is_late_is_named_and_comes_later_by_itself(printing: Printing) -> None:
    first, second, third = printing.asked("ป.1", "ป.2", "ป.3")
    printing.approve(first, second)
    await printing.run(booklets.PATIENCE.total_seconds() / 60 + 1)
    (mail,) = printing.mails("dataset")
    assert "2569/00003" in pages(files(mail)["2569-00001_booklet.pdf"])[0]
    printing.approve(third)
    await printing.run()
    late = printing.mails("dataset")[1]
    assert list(files(late)) == ["2569-00003_student_count_2568-1.pdf"]
    assert printing.states() == [State.DELIVERED] * 3


async def test_what_cannot_be_bound_goes_as_single_files(
    printing: Printing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailproc.datasets.workbook.booklet", lambda *_: Failed("no"))
    ids = printing.asked("ป.1", "ป.2")
    printing.approve(*ids)
    await printing.run()
    (mail,) = printing.mails("dataset")
    assert len(files(mail)) == 2
    assert printing.states() == [State.DELIVERED] * 2


async def test_a_booklet_that_is_held_back_is_not_sent(
    printing: Printing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.web.conftest._Here.book", lambda *_: Held(("result_digest",)))
    ids = printing.asked("ป.1", "ป.2")
    printing.approve(*ids)
    await printing.run()
    (mail,) = printing.mails("dataset")
    assert "booklet" not in " ".join(files(mail))


def test_a_booklet_of_other_figures_than_those_approved_is_held_back(printing: Printing) -> None:
    (request,) = (printing.room.request(one) for one in printing.asked("ป.1"))
    assert request.prepared is not None
    now = printing.room.clock.now
    provenance = provenance_of(request, "สำนักงานตัวอย่าง", "Asia/Bangkok", now)
    chapters = [Chapter(request.prepared, provenance)]
    built = booklet(chapters, (), printing.room.config.warehouse_url)
    assert gated_book(built, chapters) == built
    other = replace(built, result_digest="0" * 64)
    assert gated_book(other, chapters) == Held(("result_digest",))


async def test_a_booklet_too_big_for_a_mail_goes_as_its_files(printing: Printing) -> None:
    ids = printing.asked("ป.1", "ป.2")
    printing.approve(*ids)
    printing.work()
    sizes = [len(row.content) for row in printing.room.rows(schema.files)]
    printing.outbox._largest = 100_000 + max(sizes) * 78 // 57 + 1000
    await printing.run()
    mails = printing.mails("dataset")
    sent = sorted(name for mail in mails for name in files(mail))
    assert sent == ["2569-00001_student_count_2568-1.pdf", "2569-00002_student_count_2568-1.pdf"]


async def test_the_paper_service_gets_one_task_with_the_booklet(printing: Printing) -> None:
    ids = printing.asked("ป.1", "ป.2", kind="paper")
    printing.approve(*ids)
    await printing.run()
    (task,) = printing.mails("officer_handover")
    assert list(files(task)) == ["2569-00001_booklet.pdf"]
    assert printing.mails("dataset") == []
    text = task.get_body(("plain",))
    assert text is not None
    told = str(text.get_content())
    assert "2569/00001" in told
    assert "settle 2569/00002" in told
    assert printing.states() == [State.NEEDS_PERSON] * 2


async def test_a_single_request_on_paper_is_a_booklet_of_one(printing: Printing) -> None:
    (one,) = printing.asked("ป.1", kind="paper")
    printing.approve(one)
    await printing.run()
    (task,) = printing.mails("officer_handover")
    ((name, content),) = files(task).items()
    assert name.endswith(".pdf")
    assert all("2569/00001" in page for page in pages(content))
    assert len(pages(content)[1]) < len(pages(content)[2]), "contents come before the table"


async def test_workbooks_of_one_mail_are_no_booklet(printing: Printing) -> None:
    ids = printing.asked("ป.1", "ป.2", kind="xlsx")
    printing.approve(*ids)
    await printing.run()
    (mail,) = printing.mails("dataset")
    assert len(files(mail)) == 2
    assert not printing.room.rows(schema.jobs, schema.jobs.c.kind == "booklet")
