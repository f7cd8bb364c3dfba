"""Ctrl-C and SIGTERM, as something to wait for."""

from __future__ import annotations

import contextlib
import select
import signal
import socket


class Stopping:
    """Takes both signals from now on; told once is told for good.

    Not a `threading.Event`: its lock is not for handlers, and a second signal while the first one
    sets it would wait for itself forever.
    """

    def __init__(self) -> None:
        self._told, self._tell = socket.socketpair()
        self._tell.setblocking(False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)

    def wait(self, seconds: float | None = None) -> bool:
        """True as soon as one of them has come, False after `seconds`."""
        return bool(select.select([self._told], [], [], seconds)[0])

    def _take(self, *_: object) -> None:
        with contextlib.suppress(BlockingIOError):  # full: told often enough
            self._tell.send(b"\0")
