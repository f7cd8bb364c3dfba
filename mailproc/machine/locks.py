"""One at a time: a lock file in the state folder, which ends with its process."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from mailproc.config import Config
from mailproc.errors import MailprocError
from mailproc.machine import contents


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
