"""Tells systemd that the daemon is ready and that its loops turn (sd_notify(3), one datagram)."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

_DEFAULT = 30.0  # seconds between two looks where nobody asks for them


class Notifier:
    """Speaks to the socket that systemd named; says nothing where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{name[1:]}" if name.startswith("@") else name  # abstract
        asked = environment.get("WATCHDOG_USEC", "")
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._watchdog = int(asked) / 1e6 if asked.isdigit() and mine else 0.0

    @property
    def pause(self) -> float:
        """Seconds between two signs of life: a third of what systemd waits."""
        return self._watchdog / 3 if self._watchdog else _DEFAULT

    def ready(self) -> None:
        self._say("READY=1")

    def alive(self) -> None:
        """All loops turn."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._say(f"STATUS={text}")

    def _say(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
                to.connect(self._address)
                to.sendall(text.encode())
        except OSError:
            pass  # systemd is not listening; it will miss the sign and act
