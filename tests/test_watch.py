"""The watcher keeps on, whatever the mailbox does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from mailproc import watch
from mailproc.collect import Limits
from mailproc.errors import AuthFailed, LinkLost
from mailproc.mail.mailbox import Mailbox, Sized
from mailproc.store.database import Database
from mailproc.watch import Watcher
from mailproc.workflow import retry

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Script:
    """A mailbox that breaks as told: `faults` are raised in turn, one per round."""

    account, folder, uid_validity, can_idle = "data@127.0.0.1", "INBOX", 7, True
    good_until: datetime | None = None
    certificate_ends = None
    is_behind = False

    def __init__(self, faults: list[Exception], polled: threading.Semaphore) -> None:
        self.faults, self._polled = faults, polled
        self.closed, self.mails = 0, dict[int, bytes]()

    def new_since(self, last_uid: int) -> list[Sized]:
        if self.faults:
            raise self.faults.pop(0)
        self._polled.release()
        uids = sorted(uid for uid in self.mails if uid > last_uid)
        return [Sized(uid, len(self.mails[uid]), NOW) for uid in uids]

    def fetch(self, mails: list[Sized]) -> Iterator[list[tuple[Sized, bytes]]]:
        yield [(mail, self.mails[mail.uid]) for mail in mails]

    def server_time(self, by: datetime) -> None:
        """It does not tell."""

    def start_idle(self) -> None:
        """Nothing to start."""

    def heard(self, seconds: float) -> bool:
        return True

    def stop_idle(self) -> None:
        """Nothing to stop."""

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'mailproc.sqlite'}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "reconnect_pause", lambda failures: 0.0)
    monkeypatch.setattr(watch, "_LOOK_AGAIN", 0.0)


@contextmanager
def watching(
    connect: Callable[[], Script], database: Database, arrived: Callable[[], None]
) -> Iterator[Watcher]:
    limits = Limits(datetime(2026, 1, 1, tzinfo=UTC), 1_000_000)
    watcher = Watcher(
        cast(Callable[[], Mailbox], connect), database, limits, 60, arrived, lambda: NOW
    )
    watcher.start()
    yield watcher
    watcher.stop()
    watcher.join(10)
    assert not watcher.alive


def test_the_watcher_connects_again_after_every_fault(database: Database) -> None:
    polled = threading.Semaphore(0)
    faults: list[Exception] = [LinkLost("gone"), OSError("odd"), ZeroDivisionError()]
    mailbox = Script(faults, polled)
    refused: list[Exception] = [AuthFailed("no"), LinkLost("no route")]
    connected = 0

    def connect() -> Script:
        nonlocal connected
        connected += 1
        if refused:
            raise refused.pop()
        return mailbox

    with watching(connect, database, lambda: None) as watcher:
        assert polled.acquire(timeout=10)
        assert watcher.alive
    assert connected == 6
    assert mailbox.closed == 4  # each connection that was opened
    assert watcher.polled_at == NOW


def test_new_mail_is_stored_before_anybody_is_told(database: Database) -> None:
    mailbox, told = Script([], threading.Semaphore(0)), threading.Event()
    mailbox.mails = {3: b"Subject: one\r\n\r\n", 5: b"Subject: two\r\n\r\n"}
    stored: list[int] = []

    def arrived() -> None:
        with database.read() as connection:
            found = connection.exec_driver_sql("SELECT count(*) FROM messages").scalar_one()
        stored.append(found)
        told.set()

    with watching(lambda: mailbox, database, arrived):
        assert told.wait(10)
    assert stored == [2]


def test_a_mail_that_was_told_of_during_a_search_is_not_waited_for(database: Database) -> None:
    """IDLE would tell nothing of it, since the server believes that it is known."""
    polled = threading.Semaphore(0)

    class Late(Script):
        def new_since(self, last_uid: int) -> list[Sized]:
            found = super().new_since(last_uid)
            self.is_behind = not self.mails
            if not self.mails:
                self.mails[1] = b"Subject: x\r\n\r\nx\r\n"
            return found

        def heard(self, seconds: float) -> bool:
            time.sleep(seconds)
            return False

    arrived = threading.Event()
    with watching(lambda: Late([], polled), database, arrived.set):
        assert arrived.wait(10)
