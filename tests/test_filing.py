"""Turns of the filing on a real store and a real, small mail server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest
from imapclient import IMAPClient, SocketTimeout

from mailproc import filing
from mailproc.demo.server import EmbeddedMail
from mailproc.errors import AuthFailed, FolderGone
from mailproc.filing import Copy, Filing, is_harmless
from mailproc.mail.login import Credentials, Server
from mailproc.mail.sent_folder import SentFolder
from mailproc.store import copies, outbox, schema
from mailproc.store.database import Database
from tests.factories import a_prepared
from tests.walk import Walk

LOGIN = Credentials("data@example.org", "office-secret")
SOON = SocketTimeout(connect=5, read=5)
_O = schema.outbox


class Office:
    """A filing whose clock is set by the test, and a person's look at the mailbox."""

    def __init__(self, database: Database, server: EmbeddedMail) -> None:
        self.walk, self.server, self.chosen = Walk(database), server, ""
        self.filing = self.again()

    def again(self) -> Filing:
        """As after a restart."""
        return Filing(self.walk.database, self.connect, lambda: self.walk.now, 10_000)

    def connect(self) -> SentFolder:
        place = Server(*self.server.imap, "none")
        return SentFolder(place, LOGIN, chosen=self.chosen, watched="INBOX", timeout=SOON)

    def put(self, content: bytes, copy: Copy) -> None:
        """As the server does, or a daemon that is killed right after."""
        with closing(self.connect()) as folder:
            folder.put(content, copy.sent_at)

    def sent(self, size: int = 10) -> Copy:
        """A receipt that the SMTP server has just taken."""
        self.walk.prepared()
        row = self.walk.rows(_O, _O.c.kind == "receipt")[-1]
        with self.walk.database.write() as connection:
            outbox.finish(connection, row, "sent", sent_at=self.walk.now)
            copies.settle(connection, [row.id], copies.DUE)
        content = f"Message-ID: {row.message_id}\r\n\r\n".encode() + b"x" * size + b"\r\n"
        return Copy(row.id, row.message_id, content, self.walk.now)

    def turn(self, later: timedelta = filing.SETTLED) -> int:
        self.walk.now += later
        return self.filing.turn()

    def state(self, copy: Copy) -> Any:
        return next(row.sent_copy for row in self.walk.rows(_O, _O.c.id == copy.letter))

    def client(self, folder: str = "Sent") -> IMAPClient:
        client = IMAPClient(*self.server.imap, ssl=False, timeout=SOON)
        client.normalise_times = False
        client.login(LOGIN.username, LOGIN.password)
        if folder:
            client.select_folder(folder, readonly=True)
        return client

    def lying(self, folder: str = "Sent") -> list[tuple[bytes, bool, datetime]]:
        """Bytes, whether read, and time of each mail."""
        with self.client(folder) as client:
            found = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])
        return [
            (row[b"BODY[]"], rb"\Seen" in row[b"FLAGS"], row[b"INTERNALDATE"])
            for _, row in sorted(found.items())
        ]


@pytest.fixture
def server() -> Iterator[EmbeddedMail]:
    accounts = {"office": (LOGIN.username, LOGIN.password)}
    with EmbeddedMail(accounts, imap_port=0, smtp_port=0) as server:
        yield server


@pytest.fixture
def office(sqlite_database: Database, server: EmbeddedMail) -> Iterator[Office]:
    office = Office(sqlite_database, server)
    yield office
    office.filing.close()


def test_the_bytes_lie_there_as_read_with_the_time_of_sending(office: Office) -> None:
    copy = office.sent()
    office.filing.take([copy])
    assert office.turn(timedelta()) == 0, "the server may file it itself"
    assert office.turn() == 1
    assert office.lying() == [(copy.content, True, copy.sent_at.replace(microsecond=0))]
    assert office.state(copy) == copies.FILED
    assert office.lying("INBOX") == []


def test_what_the_server_filed_by_itself_is_not_put_there_again(office: Office) -> None:
    copy = office.sent()
    office.put(b"Received: by us\r\n" + copy.content, copy)
    office.filing.take([copy])
    office.turn()
    assert len(office.lying()) == 1
    assert (office.state(copy), office.filing.counts["there"]) == (copies.FILED, 1)


def test_a_kill_after_the_append_leaves_one_copy_and_is_settled_later(office: Office) -> None:
    filed, never = office.sent(), office.sent()
    office.put(filed.content, filed)  # and then the power went
    office.filing = office.again()
    office.walk.now += timedelta(hours=1)
    office.turn()
    assert len(office.lying()) == 1
    assert (office.state(filed), office.state(never)) == (copies.FILED, copies.MISSING)


def test_while_the_server_is_away_copies_wait_and_nothing_is_raised(office: Office) -> None:
    copy = office.sent()
    office.filing.take([copy])
    port = office.server.imap
    office.server.imap = (port[0], 1)  # nothing answers there
    assert office.turn() == 0
    assert office.state(copy) == copies.DUE
    office.server.imap = port
    assert office.turn(timedelta(seconds=1)) == 1
    assert len(office.lying()) == 1


def test_after_a_day_without_the_server_the_copy_is_given_up(office: Office) -> None:
    copy = office.sent()
    office.filing.take([copy])
    office.server.imap = (office.server.imap[0], 1)
    office.turn()
    office.turn(timedelta(days=1))
    assert office.state(copy) == copies.MISSING


def test_a_refused_login_is_no_error_of_the_turn(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> SentFolder:
        raise AuthFailed("no")

    monkeypatch.setattr(office.filing, "_connect", refused)
    copy = office.sent()
    office.filing.take([copy])
    assert office.turn() == 0
    assert office.state(copy) == copies.DUE


def test_what_is_refused_three_times_is_given_up_and_the_next_one_goes_on(office: Office) -> None:
    first, second = office.sent(), office.sent()
    office.filing.take([first])
    office.turn()
    third = office.sent()
    with office.client("") as person:  # the connection still has it open
        person.delete_folder("Sent")
    office.chosen = "Nowhere"
    office.filing.take([second, third])
    for _ in range(4):
        office.turn(timedelta(minutes=6))
    assert office.state(second) == copies.DUE, "a folder that is gone may come back"
    with office.client("") as person:
        person.create_folder("Nowhere")
    office.turn(timedelta(minutes=6))
    assert (office.state(second), office.state(third)) == (copies.FILED, copies.FILED)


def test_a_folder_that_takes_nothing_costs_copies_alone(office: Office) -> None:
    class _Full(SentFolder):
        def put(self, content: bytes, sent_at: datetime) -> None:
            self.folder = "of somebody else"  # the server's own NO
            super().put(content, sent_at)

    place = Server(*office.server.imap, "none")
    office.filing = Filing(
        office.walk.database,
        lambda: _Full(place, LOGIN, watched="INBOX", timeout=SOON),
        lambda: office.walk.now,
        10_000,
    )
    copy = office.sent()
    office.filing.take([copy])
    for _ in range(3):
        assert office.turn(timedelta(minutes=2)) == 0
    assert office.turn(timedelta(minutes=2)) == 1
    assert office.state(copy) == copies.MISSING


def test_the_folder_that_is_read_is_never_written(office: Office) -> None:
    office.chosen = "inbox"
    with pytest.raises(FolderGone):
        office.connect()
    copy = office.sent()
    office.filing.take([copy])
    assert office.turn() == 0
    assert office.lying("INBOX") == []


def test_a_daemon_that_stops_files_what_it_holds(office: Office) -> None:
    sent = [office.sent() for _ in range(20)]
    office.filing.take(sent)
    office.filing.finish()
    assert [content for content, _, _ in office.lying()] == [copy.content for copy in sent]
    office.filing.finish()
    assert len(office.lying()) == 20


def test_a_daemon_that_stops_waits_for_no_server(office: Office) -> None:
    copy = office.sent()
    office.filing.take([copy])
    office.server.imap = (office.server.imap[0], 1)
    office.filing.finish()
    assert office.state(copy) == copies.DUE


def test_too_much_at_once_costs_the_oldest_copies(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "_HELD_BYTES", 2500)
    sent = [office.sent(1000) for _ in range(3)]
    office.filing.take(sent)
    office.turn()
    assert [office.state(copy) for copy in sent] == [copies.MISSING, copies.FILED, copies.FILED]


def test_what_proves_or_opens_something_is_not_for_all_colleagues(office: Office) -> None:
    walk = office.walk
    personal = walk.prepared(prepared=None)
    assert personal.prepared is not None
    rows = {row.kind: row for row in walk.rows(_O)}
    assert is_harmless(rows["receipt"])
    assert not is_harmless(rows["approval"]), "link, and an address that takes decisions"
    built = walk.built()
    dataset = walk.rows(_O, _O.c.kind == "dataset")[-1]
    assert built.prepared is not None
    assert built.prepared.sensitivity == a_prepared().sensitivity == "open"
    assert is_harmless(dataset)
    linked = walk.built()
    with walk.database.write() as connection:
        mine = _O.c.request_id == linked.id, _O.c.kind == "dataset"
        connection.execute(_O.update().where(*mine).values(link_id="a link to the file"))
    assert not is_harmless(walk.rows(_O, *mine)[0])


def test_data_about_persons_and_proofs_of_an_address_are_not_filed(office: Office) -> None:
    office.walk.built()
    row = office.walk.rows(_O, _O.c.kind == "dataset")[-1]
    plain = row.letter
    assert '"sensitivity":"open"' in plain
    for sensitivity in ("personal", "special"):
        letter = plain.replace('"sensitivity":"open"', f'"sensitivity":"{sensitivity}"')
        with office.walk.database.write() as connection:
            connection.execute(_O.update().where(_O.c.id == row.id).values(letter=letter))
        assert not is_harmless(office.walk.rows(_O, _O.c.id == row.id)[0])
    for kind in ("confirm", "confirm_recipient"):
        with office.walk.database.write() as connection:
            changed = {"kind": kind, "letter": plain, "file_id": None}
            connection.execute(_O.update().where(_O.c.id == row.id).values(changed))
        assert not is_harmless(office.walk.rows(_O, _O.c.id == row.id)[0])


def test_a_mail_above_the_limit_owes_no_copy(office: Office) -> None:
    office.walk.prepared()
    (row,) = office.walk.rows(_O, _O.c.kind == "receipt")
    assert office.filing.owes([row], b"x" * 10_000)
    assert not office.filing.owes([row], b"x" * 10_001)
