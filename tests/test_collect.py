"""Mails from a real mailbox to the store, and their flags back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import imapclient
import pytest

from mailproc.collect import Limits, collect, mark
from mailproc.demo.server import EmbeddedMail
from mailproc.mail.login import Credentials, Server
from mailproc.mail.mailbox import Mailbox
from mailproc.store import schema
from mailproc.store.database import Database
from tests.factories import NOW
from tests.test_intake import FORM, OFFICE, Office, a_mail

_M = schema.messages


@pytest.fixture
def served(sqlite_database: Database) -> Iterator[tuple[EmbeddedMail, Office]]:
    accounts = {"office": (OFFICE, "secret")}
    with EmbeddedMail(accounts, imap_port=0, smtp_port=0) as mail:
        yield mail, Office(sqlite_database)


@contextlib.contextmanager
def _connected(mail: EmbeddedMail) -> Iterator[Mailbox]:
    host, port = mail.imap
    box = Mailbox(Server(host, port, "none"), Credentials(OFFICE, "secret"), "INBOX")
    yield box
    box.close()


def _append(mail: EmbeddedMail, *raws: bytes, at: datetime = NOW) -> None:
    with imapclient.IMAPClient(*mail.imap, ssl=False) as client:
        client.login(OFFICE, "secret")
        for raw in raws:
            client.append("INBOX", raw, msg_time=at)


def test_new_mails_are_stored_once_and_marked_after_their_verdict(
    served: tuple[EmbeddedMail, Office],
) -> None:
    mail, office = served
    _append(mail, a_mail(), a_mail("ประชุม", subject="ประชุม"))
    limits, database = Limits(NOW - timedelta(days=1), 1_000_000), office.walk.database
    with _connected(mail) as box:
        assert collect(box, database, limits, NOW) == 2
        assert collect(box, database, limits, NOW) == 0
        mark(box, database)
        assert box._client.search("SEEN") == [], "no verdict yet"
        office.turn()
        mark(box, database)
        mark(box, database)
        opened, other = office.walk.rows(_M)
        assert (opened.verdict, other.verdict) == ("opened", "unplaced")
        assert box._client.search("SEEN") == [opened.uid], "what is not for us stays as it was"


def test_old_and_big_mails_are_recorded_and_not_fetched(
    served: tuple[EmbeddedMail, Office],
) -> None:
    mail, office = served
    start = NOW - timedelta(days=1)
    _append(mail, a_mail(), at=start - timedelta(seconds=1))
    _append(mail, a_mail(FORM + "x" * 20_000), a_mail(), at=start)
    with _connected(mail) as box:
        assert collect(box, office.walk.database, Limits(start, 15_000), NOW) == 3
    old, big, plain = office.walk.rows(_M)
    assert (old.verdict, old.raw, old.due_at) == ("before_start", None, None)
    assert (big.verdict, len(big.raw) < 1000) == ("too_big", True)
    assert (plain.verdict, plain.raw is None) == (None, False)
    office.turn()
    assert [row.verdict for row in office.walk.rows(_M)] == ["before_start", "too_big", "opened"]
    assert len(office.requests) == 1
    assert office.letters() == [], "nobody is told of old mail, nor of a big one in no clear case"


def test_a_renumbered_folder_is_read_anew(served: tuple[EmbeddedMail, Office]) -> None:
    mail, office = served
    _append(mail, a_mail())
    limits, database = Limits(NOW - timedelta(days=1), 1_000_000), office.walk.database
    with _connected(mail) as box:
        collect(box, database, limits, NOW)
        office.turn()
        box.uid_validity += 1
        assert collect(box, database, limits, NOW) == 1
    office.turn()
    assert [row.verdict for row in office.walk.rows(_M)] == ["opened", "duplicate"]
