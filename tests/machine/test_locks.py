"""Who may work on the office's data at the same time."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.config import Config, build
from mailproc.errors import MailprocError
from mailproc.machine import locks
from mailproc.service import lock_of_daemon
from mailproc.store import vitals
from mailproc.store.database import Database
from mailproc.store.vitals import Daemon
from tests.factories import NOW

_HERE, _SOON = socket.gethostname(), timedelta(minutes=1)


def _config(folder: Path, url: str = "") -> Config:
    server = {"host": "127.0.0.1", "port": 9, "tls": "none"}
    office = {"name_th": "สำนักงาน", "address": "data@example.org", "phone": "0"}
    settings = {"office": office, "mailbox": server, "smtp": server}
    return build(settings | {"store": {"database_url": url}}, folder)


def _refused(config: Config) -> str:
    """Why no upgrade can begin; empty where it can."""
    try:
        with locks.no_daemon(config, NOW):
            return ""
    except MailprocError as error:
        return error.key


@contextlib.contextmanager
def _daemon(config: Config) -> Iterator[None]:
    with lock_of_daemon(config):
        yield


def test_one_daemon_to_an_sqlite_file(tmp_path: Path) -> None:
    config = _config(tmp_path)
    with _daemon(config), pytest.raises(MailprocError) as caught:
        lock_of_daemon(config)
    assert caught.value.key == "already_serving"


def test_several_daemons_to_a_postgresql_database_and_no_upgrade_beside_them(
    tmp_path: Path,
) -> None:
    config = _config(tmp_path, "postgresql+psycopg://127.0.0.1:9/office")
    with _daemon(config):
        with _daemon(config):
            assert _refused(config) == "upgrade_daemon_runs"
        assert _refused(config) == "upgrade_daemon_runs"


def test_no_daemon_starts_while_an_upgrade_is_at_work(database: Database, tmp_path: Path) -> None:
    config = _config(tmp_path, database.url)
    with locks.no_daemon(config, NOW), pytest.raises(MailprocError):
        lock_of_daemon(config)
    with _daemon(config):
        assert _refused(config) == "upgrade_daemon_runs"


@pytest.mark.parametrize(
    ("host", "ago", "why"),
    [
        ("another-pc", timedelta(minutes=1), "upgrade_daemon_elsewhere"),
        ("another-pc", timedelta(minutes=5), ""),
        (_HERE, timedelta(minutes=1), ""),  # killed: the lock would tell if it lived
    ],
)
def test_a_daemon_on_another_machine_is_seen_by_its_sign(
    database: Database, tmp_path: Path, host: str, ago: timedelta, why: str
) -> None:
    with database.write() as connection:
        vitals.sign(connection, Daemon("theirs", host, NOW - _SOON, NOW - ago))
    assert _refused(_config(tmp_path, database.url)) == why
    with database.write() as connection:
        vitals.sign_off(connection, "theirs")
    assert _refused(_config(tmp_path, database.url)) == ""


def test_an_empty_database_has_no_daemon(empty_url: str, tmp_path: Path) -> None:
    assert _refused(_config(tmp_path, empty_url)) == ""
