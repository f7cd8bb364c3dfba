"""Faults provoked for real: each is named, nothing is lost, and work goes on once it is mended."""

from __future__ import annotations

import os
import sqlite3
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import trustme
from imapclient import IMAPClient

from mailproc.collect import Limits
from mailproc.config import build
from mailproc.demo.server import EmbeddedMail
from mailproc.errors import FolderGone, MailprocError, Untrusted
from mailproc.health import pulses
from mailproc.mail.login import Credentials, Server
from mailproc.mail.mailbox import Mailbox
from mailproc.office import open_database
from mailproc.store import facts, integrity, schema
from mailproc.store.database import Database
from mailproc.watch import Watcher
from mailproc.workflow import retry
from tests.factories import NOW
from tests.mail.scripted import Scripted

OFFICE = "data@example.org"
LOGIN = Credentials(OFFICE, "office-secret")
_LIMITS = Limits(NOW - timedelta(days=1), 1_000_000)


@pytest.fixture
def mail() -> Iterator[EmbeddedMail]:
    accounts = {"office": (OFFICE, LOGIN.password)}
    with EmbeddedMail(accounts, imap_port=0, smtp_port=0) as server:
        yield server


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "reconnect_pause", lambda failures: 0.05)


def _append(mail: EmbeddedMail, count: int, size: int = 20_000) -> None:
    with IMAPClient(*mail.imap, ssl=False) as client:
        client.login(OFFICE, LOGIN.password)
        for number in range(count):
            raw = b"Subject: %d\r\n\r\n" % number + b"x" * size
            client.append("INBOX", raw, msg_time=NOW)


class Watching:
    """A watcher on a real mailbox, whose folder a test may change."""

    def __init__(self, mail: EmbeddedMail, database: Database) -> None:
        self.folder, self.held, self._mail = "INBOX", "", mail
        self.database = database
        self.watcher = Watcher(
            self._connect,
            database,
            _LIMITS,
            0.05,
            lambda: None,
            lambda: NOW,
            lambda: self.held,
        )

    def _connect(self) -> Mailbox:
        return Mailbox(Server(*self._mail.imap, "none"), LOGIN, self.folder)

    def __enter__(self) -> Watching:
        self.watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.watcher.stop()
        self.watcher.join(10)

    def until(self, name: str) -> None:
        """Waits for a fault of that name; empty: for none."""
        self._wait(lambda: self.faults() == ([name] if name else []))

    def until_stored(self, count: int) -> None:
        self._wait(lambda: len(self.stored()) == count)

    def _wait(self, happened: Any) -> None:
        tick = threading.Event()
        for _ in range(600):
            if happened():
                return
            tick.wait(0.02)
        raise AssertionError((self.faults(), len(self.stored())))

    def faults(self) -> list[str]:
        beats = {"mailbox": self.watcher.beat}
        return [f.name for f in (*pulses.of_loops(beats), *self.watcher.faults())]

    def stored(self) -> list[int]:
        with self.database.read() as connection:
            return list(connection.scalars(sa.select(schema.messages.c.uid)))


# ---------------------------------------------------------------- the disk


def test_a_disk_that_is_really_full_loses_no_mail_and_fills_again_when_there_is_room(
    sqlite_database: Database, mail: EmbeddedMail
) -> None:
    """SQLite itself says that the disk is full, at a number of pages that the test sets."""
    room = {"pages": 120}

    def limit(connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={room['pages']}")

    sa.event.listen(sqlite_database.engine, "connect", limit)
    sqlite_database.engine.dispose()
    _append(mail, 30)
    with Watching(mail, sqlite_database) as watching:
        watching.until("disk_full")
        before = watching.stored()
        assert len(before) < 30
        room["pages"] = 1_000_000
        sqlite_database.engine.dispose()
        watching.until_stored(30)
        watching.until("")
        assert sorted(watching.stored()) == sorted(set(watching.stored()))


def test_while_the_disk_is_low_mail_stays_on_the_server(
    sqlite_database: Database, mail: EmbeddedMail
) -> None:
    with Watching(mail, sqlite_database) as watching:
        watching.held = "disk_low"
        watching.until("")
        _append(mail, 3, 10)
        polled = watching.watcher.polled_at
        assert polled is not None, "the mailbox is looked after all the same"
        assert watching.stored() == []
        watching.held = ""
        watching.until_stored(3)


# ---------------------------------------------------------------- the mailbox


def test_a_folder_that_was_renamed_is_named_and_read_again_when_it_is_back(
    sqlite_database: Database, mail: EmbeddedMail
) -> None:
    _append(mail, 1, 10)
    watching = Watching(mail, sqlite_database)
    watching.folder = "คำขอข้อมูล"
    with watching:
        watching.until("mailbox_folder")
        (fault,) = watching.watcher.faults()
        assert fault.facts == {"folder": "คำขอข้อมูล"}
        watching.folder = "INBOX"
        watching.until_stored(1)
        watching.until("")


def test_a_folder_that_is_gone_is_no_lost_link(mail: EmbeddedMail) -> None:
    with pytest.raises(FolderGone):
        Mailbox(Server(*mail.imap, "none"), LOGIN, "Gone")


def test_an_expired_certificate_is_told_from_a_lost_link_and_the_password_stays_here(
    tmp_path: Path,
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ended = datetime.now(UTC) - timedelta(days=1)
    authority.issue_cert("127.0.0.1", not_after=ended).configure_cert(context)
    with Scripted(context=context) as server, pytest.raises(Untrusted) as caught:
        Mailbox(Server("127.0.0.1", server.port, "ssl", str(tmp_path / "ca.pem")), LOGIN, "INBOX")
    assert "expired" in caught.value.problem


def test_the_end_of_a_good_certificate_is_known_ahead(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ends = (datetime.now(UTC) + timedelta(days=5)).replace(microsecond=0)
    authority.issue_cert("127.0.0.1", not_after=ends).configure_cert(context)
    with Scripted(context=context) as server:
        address = Server("127.0.0.1", server.port, "ssl", str(tmp_path / "ca.pem"))
        mailbox = Mailbox(address, LOGIN, "INBOX")
        assert mailbox.certificate_ends == ends
        mailbox.close()


# ---------------------------------------------------------------- the database


def _settings(folder: Path) -> dict[str, Any]:
    server = {"host": "127.0.0.1", "port": 9, "tls": "none"}
    office = {"name_th": "สำนักงาน", "address": OFFICE, "phone": "0"}
    return {"office": office, "mailbox": server, "smtp": server}


def _filled(folder: Path) -> Path:
    """A file of some pages."""
    config = build(_settings(folder), folder)
    database = open_database(config)
    with database.write() as connection:
        for number in range(2000):
            facts.put(connection, f"name{number}", "x" * 200)
    database.close()
    return config.state / "mailproc.sqlite"


def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = _filled(tmp_path)
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + os.urandom(8192) + whole[middle + 8192 :])
    with pytest.raises(MailprocError) as caught:
        open_database(build(_settings(tmp_path), tmp_path), whole=True)
    assert caught.value.key == "database_broken"
    file.write_bytes(whole)  # as restored
    open_database(build(_settings(tmp_path), tmp_path), whole=True).close()


def test_what_is_no_database_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    file = _filled(tmp_path)
    file.write_bytes(b"this is a letter, and no database at all\n" * 500)
    with pytest.raises(MailprocError) as caught:
        open_database(build(_settings(tmp_path), tmp_path), whole=True)
    assert caught.value.key == "database_broken"
    assert file.read_bytes().startswith(b"this is a letter")


def test_a_file_that_can_only_be_read_is_refused_at_the_start(tmp_path: Path) -> None:
    file = _filled(tmp_path)
    settings = _settings(tmp_path) | {
        "store": {"database_url": f"sqlite:///file:{file}?mode=ro&uri=true"}
    }
    with pytest.raises(MailprocError) as caught:
        open_database(build(settings, tmp_path), whole=True)
    assert caught.value.key == "database_unwritable"


def test_a_whole_file_is_whole_on_either_database(database: Database) -> None:
    assert integrity.faults(database, thorough=True) == []
    integrity.require(database)
