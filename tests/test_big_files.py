"""Files that are too big for a mail: a real SMTP server that says its SIZE, a real store."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from mailproc.composing import Composing
from mailproc.config import ROOT
from mailproc.mail.delivery import Delivery
from mailproc.mail.login import Server
from mailproc.model import Built, State
from mailproc.outbox import Outbox
from mailproc.parcels import OVERHEAD, wire_size
from mailproc.store import claims, jobs, schema
from mailproc.store.database import Database
from mailproc.store.desk import token_digest
from mailproc.workflow import events as e
from tests.factories import a_catalogue, a_form, an_item, an_office
from tests.smtpd import ScriptedServer
from tests.walk import DESK, RULES, Walk

_O, _L = schema.outbox, schema.links
_ROOM = 5_000  # bytes on the wire that the server leaves for files
_SMALL, _BIG = b"s" * 1_000, b"b" * 50_000


class Office:
    """The outbox of one office, against a server that takes mails of a certain size."""

    def __init__(self, database: Database, server: ScriptedServer, public_url: str) -> None:
        self.walk, self.server, self.public_url = Walk(database), server, public_url
        self.composing = Composing(
            an_office(public_url=public_url), (ROOT / "templates",), a_catalogue()
        )
        self.restart()

    def restart(self) -> None:
        place = Server(self.server.host, self.server.port, "none")
        self.delivery = Delivery(place, None, "data@example.org", timeout=5)
        self.outbox = Outbox(
            self.walk.database,
            self.composing,
            [self.delivery],
            RULES,
            self.public_url,
            "me",
            lambda: self.walk.now,
        )

    def built(self, content: bytes, name: str = "data.xlsx", **changes: Any) -> int:
        """A request whose file waits to be sent; gives its id."""
        request = self.walk.delivering(**changes)
        digest = hashlib.sha256(content).hexdigest()
        file = Built(name, "application/x", content, digest, "c" * 64)
        with self.walk.database.write() as connection:
            kept = jobs.keep_file(connection, request.id, file, DESK, self.walk.now)
        return self.walk.happen(request.id, e.DataBuilt(file_id=kept)).after.id

    async def send(self) -> None:
        while await self.outbox.turn(DESK):
            self.walk.now += timedelta(seconds=1)

    def mails(self, kind: str) -> list[EmailMessage]:
        ids = {row.message_id for row in self.walk.rows(_O, _O.c.kind == kind)}
        parsed = [
            email.message_from_bytes(raw, policy=email.policy.default)
            for _, raw in self.server.taken
        ]
        found = [mail for mail in parsed if mail["Message-ID"] in ids]
        assert all(isinstance(mail, EmailMessage) for mail in found)
        return [mail for mail in found if isinstance(mail, EmailMessage)]

    def links(self) -> list[Any]:
        return self.walk.rows(_L, _L.c.purpose == "download")


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def files_of(mail: EmailMessage) -> list[str]:
    return [part.get_filename() or "" for part in mail.iter_attachments()]


def tokens_of(mail: EmailMessage) -> list[str]:
    return re.findall(r"/f/([A-Za-z0-9_-]+)", text_of(mail))


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer()
    server.size = OVERHEAD + _ROOM
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def office(sqlite_database: Database, server: ScriptedServer) -> AsyncIterator[Office]:
    office = Office(sqlite_database, server, "https://data.example.org")
    yield office
    await office.delivery.close()


@pytest.fixture
async def offline(sqlite_database: Database, server: ScriptedServer) -> AsyncIterator[Office]:
    """An office without an address on the web."""
    office = Office(sqlite_database, server, "")
    yield office
    await office.delivery.close()


# ---------------------------------------------------------------- a link instead


async def test_a_file_larger_than_the_server_s_size_goes_as_a_link(office: Office) -> None:
    one = office.built(_BIG)
    await office.send()
    (mail,) = office.mails("dataset")
    assert files_of(mail) == []
    (token,) = tokens_of(mail)
    (link,) = office.links()
    assert link.token_digest == token_digest(token)
    assert (link.request_id, link.file_id) == (one, office.walk.get(one).file_id)
    assert timedelta(days=13, hours=23) < link.expires_at - office.walk.now < timedelta(days=14)
    assert office.walk.get(one).state is State.DELIVERED
    assert "data.xlsx" in text_of(mail)


async def test_the_code_is_in_the_receipt_and_never_beside_the_link(office: Office) -> None:
    one = office.built(_BIG)
    await office.send()
    code = DESK.download_code(office.walk.get(one))
    shown = f"{code[:4]} {code[4:]}"
    (receipt,), (dataset,) = office.mails("receipt"), office.mails("dataset")
    assert shown in text_of(receipt)
    whole = dataset.as_string() + text_of(dataset)
    assert shown not in whole
    assert code not in whole
    rows = [str(tuple(row)) for row in office.walk.rows(_O)]
    assert not any(code in row or shown in row for row in rows), "it is stored nowhere"


async def test_a_file_that_fits_is_attached_and_no_link_is_made(office: Office) -> None:
    office.built(_SMALL)
    await office.send()
    (mail,) = office.mails("dataset")
    assert files_of(mail) == ["data.xlsx"]
    assert tokens_of(mail) == []
    assert office.links() == []


async def test_the_office_s_own_limit_counts_where_the_server_takes_more(
    sqlite_database: Database, server: ScriptedServer
) -> None:
    server.size = 33_000_000
    office = Office(sqlite_database, server, "https://data.example.org")
    office.outbox._largest = OVERHEAD + wire_size(len(_BIG)) - 1
    office.built(_BIG)
    office.built(_BIG[:-100])
    await office.send()
    assert [bool(tokens_of(mail)) for mail in office.mails("dataset")] == [True, False]
    await office.delivery.close()


async def test_of_several_files_in_one_mail_only_the_big_ones_become_links(office: Office) -> None:
    items = ("ก", "ข", "ค")
    together = {"together": 3, "received_at": office.walk.now}
    for content, item, name in zip((_SMALL, _BIG, _SMALL), items, "abc", strict=True):
        form = a_form(items=(an_item(filters=(item,)),))
        office.built(content, f"{name}.csv", form=form, **together)
    office.walk.now += timedelta(minutes=1)
    await office.send()
    (mail,) = office.mails("dataset")
    assert files_of(mail) == ["a.csv", "c.csv"]
    assert len(tokens_of(mail)) == 1
    assert "b.csv" in text_of(mail)
    assert {request.state for request in map(office.walk.get, (1, 2, 3))} == {State.DELIVERED}


async def test_a_server_that_only_says_too_big_gets_the_link_next(office: Office) -> None:
    office.server.size = 33_000_000
    one = office.built(_SMALL)
    office.walk.now += timedelta(seconds=1)
    with office.walk.database.write() as connection:
        kinds = _O.update().where(_O.c.kind != "dataset")
        connection.execute(kinds.values(state="sent", due_at=None))
    office.server.script = [{"DOT": "552 5.3.4 message too big"}]
    await office.send()
    (mail,) = office.mails("dataset")
    assert tokens_of(mail)
    assert office.walk.get(one).state is State.DELIVERED


async def test_a_mailbox_that_is_full_gets_no_second_try_with_a_link(office: Office) -> None:
    one = office.built(_BIG)
    with office.walk.database.write() as connection:
        kinds = _O.update().where(_O.c.kind != "dataset")
        connection.execute(kinds.values(state="sent", due_at=None))
    office.server.script = [{"RCPT": "552 5.2.2 mailbox full"}]
    await office.send()
    assert office.walk.get(one).state is State.NEEDS_PERSON
    assert office.mails("dataset") == []


async def test_csv_files_come_with_a_word_about_excel(office: Office) -> None:
    office.built(_SMALL, "data.csv")
    office.built(_SMALL, "data.xlsx")
    await office.send()
    assert ["Excel จะทำให้เลขศูนย์" in text_of(x) for x in office.mails("dataset")] == [True, False]


# ---------------------------------------------------------------- crashes


async def test_a_crash_before_the_sending_keeps_the_one_link(office: Office) -> None:
    """Claimed and linked, then killed: the same letter goes out later with the same link."""
    office.built(_BIG)
    assert await office.delivery.open() is None
    office.outbox._claim(DESK, office.walk.now, 32, stopped=False)
    (before,) = office.links()
    await office.delivery.close()
    office.restart()
    office.walk.now += claims.LEASE + timedelta(seconds=1)
    await office.send()
    (mail,), (after,) = office.mails("dataset"), office.links()
    assert after.id == before.id
    assert after.expires_at > before.expires_at, "its days count from the mail that was sent"
    (token,) = tokens_of(mail)
    assert token_digest(token) == after.token_digest


async def test_the_file_is_kept_as_long_as_the_link_lives(office: Office) -> None:
    office.built(_BIG)
    with office.walk.database.write() as connection:
        connection.execute(schema.files.update().values(purge_after=office.walk.now))
    await office.send()
    (file,), (link,) = office.walk.rows(schema.files), office.links()
    assert file.purge_after == link.expires_at


# ---------------------------------------------------------------- no address on the web


async def test_without_an_address_the_officer_hands_the_file_over_and_both_are_told(
    offline: Office,
) -> None:
    one = offline.built(_BIG)
    await offline.send()
    request = offline.walk.get(one)
    assert (request.state, request.reason) == (State.NEEDS_PERSON, "too_big")
    assert offline.mails("dataset") == []
    (told,), (task,) = offline.mails("handover"), offline.mails("officer_handover")
    assert "ใหญ่เกินกว่าจะส่งทางอีเมล" in text_of(told)
    assert f"requests file {request.number}" in text_of(task)
    assert "รหัสเปิดไฟล์" not in text_of(offline.mails("receipt")[0])
    done = offline.walk.happen(one, e.PersonSettled(to=State.DELIVERED))
    assert done.after.state is State.DELIVERED


async def test_without_an_address_files_that_fit_go_in_several_mails(offline: Office) -> None:
    together = {"together": 3, "received_at": offline.walk.now}
    for item, name in zip(("ก", "ข", "ค"), "abc", strict=True):
        form = a_form(items=(an_item(filters=(item,)),))
        offline.built(b"x" * 3_000, f"{name}.xlsx", form=form, **together)
    offline.walk.now += timedelta(minutes=1)
    await offline.send()
    sent = [files_of(mail) for mail in offline.mails("dataset")]
    assert sent == [["a.xlsx"], ["b.xlsx"], ["c.xlsx"]]


async def test_a_handover_too_big_for_the_officer_s_mail_comes_with_the_command(
    office: Office,
) -> None:
    office.built(_BIG, form=a_form(delivery="pickup"))
    await office.send()
    (task,) = office.mails("officer_handover")
    assert files_of(task) == []
    assert "requests file 2569/00001" in text_of(task)
    assert office.links() == [], "an officer needs no link"
