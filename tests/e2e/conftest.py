"""One Dovecot for each test process, a mailbox and a state folder for each test."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailproc.clock import utc_now
from mailproc.config import load
from mailproc.store import facts, people
from mailproc.store.database import Database
from tests.e2e import logbook
from tests.e2e.daemon import CODE, Daemon
from tests.e2e.dovecot import Dovecot, free_port, why_missing
from tests.e2e.smtpd import Sink

_users = itertools.count(1)
Make = Callable[..., Daemon]


@pytest.fixture(scope="session", autouse=True)
def _has_dovecot() -> None:
    """Without a real mail server these tests prove nothing; where it matters they must run."""
    if why := why_missing():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)


@contextlib.contextmanager
def _running_dovecot() -> Iterator[Dovecot]:
    """In a folder that Dovecot's own users may enter, unlike pytest's, and with a short path."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        server = Dovecot(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def shared_dovecot() -> Iterator[Dovecot]:
    with _running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot(shared_dovecot: Dovecot) -> Dovecot:
    return shared_dovecot


@pytest.fixture
def own_dovecot() -> Iterator[Dovecot]:
    """For tests that stop the server."""
    with _running_dovecot() as server:
        yield server


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def enrolled(shared_dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A state folder with people, made through the command line, and the director's slip."""
    folder = tmp_path_factory.mktemp("enrolled")
    office = Daemon(folder, shared_dovecot, free_port(), "nobody")
    office.write_settings()
    slip = office.enrol()
    return folder, slip


@pytest.fixture
def make(
    enrolled: tuple[Path, str], tmp_path: Path, sink: Sink, dovecot: Dovecot
) -> Iterator[Make]:
    """Makes daemons that are not started; all are ended after the test."""
    made: list[Daemon] = []

    def build(server: Dovecot | None = None, *, code: str = CODE, to: Sink | None = None) -> Daemon:
        user, outgoing = f"office{next(_users)}", to or sink
        daemon = Daemon(tmp_path / user, server or dovecot, outgoing.port, user)
        daemon.sink = outgoing
        daemon.copy_of(enrolled[0])
        if code:
            _set_code(daemon, enrolled[1], code)
        made.append(daemon)
        return daemon

    yield build
    for daemon in made:
        daemon.kill()
    for daemon in made:
        mails = [mail.raw for mail in daemon.sink.taken]
        logbook.require_clean(daemon.log, mails, (CODE, enrolled[1]))


@pytest.fixture
def office(make: Make) -> Daemon:
    """A daemon at work; its director has a code."""
    daemon = make()
    daemon.start()
    return daemon


def _set_code(daemon: Daemon, slip: str, code: str) -> None:
    """The office as it is in daily work: the code is set, and it was started once before."""
    config = load(daemon.config)
    database = Database(config.database_url)
    with database.write() as connection:
        facts.first_start(connection, utc_now())
        director = people.in_role(connection, "group_director", utc_now())[0]
        pepper = config.secret("pepper")
        assert people.redeem_slip(connection, director.id, slip, code, pepper, utc_now())
    database.close()
