"""One at a time: a lock file in the state folder, which ends with its process."""

from __future__ import annotations

import contextlib
import fcntl
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from mailproc.config import Config
from mailproc.errors import MailprocError
from mailproc.machine import contents
from mailproc.store import vitals
from mailproc.store.database import Database

_DAEMON = "serve.lock"
_LIVES = timedelta(minutes=3)  # so long after its last sign a daemon counts as alive


def is_held(config: Config, name: str) -> bool:
    """Whether a process holds the lock `name`; False where nobody ever did, or we may not look."""
    try:
        with (config.state / name).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextlib.contextmanager
def alone(config: Config, name: str, refusal: str) -> Iterator[None]:
    """Holds the lock `name`. Raises the error `refusal` where another process holds it."""
    config.state.mkdir(parents=True, exist_ok=True)
    with (config.state / name).open("w") as lock:
        contents.give(Path(lock.name), config.state)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise MailprocError(key=refusal) from None
        yield


@contextlib.contextmanager
def no_daemon(config: Config, now: datetime) -> Iterator[None]:
    """No daemon runs on this database, and none starts here meanwhile. Raises where one does."""
    with alone(config, _DAEMON, "upgrade_daemon_runs"):
        if host := _elsewhere(config, now):
            raise MailprocError(key="upgrade_daemon_elsewhere", host=host)
        yield


def _elsewhere(config: Config, now: datetime) -> str:
    """Another machine whose daemon gave a sign of life just now; empty where there is none."""
    database = Database(config.database_url)
    try:
        if database.revision() is None:
            return ""
        with database.read() as connection:
            last = vitals.last_daemon(connection)
    finally:
        database.close()
    lives = last is not None and abs(now - last.at) < _LIVES
    return last.host if last and lives and last.host != socket.gethostname() else ""
