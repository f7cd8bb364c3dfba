"""A server that no longer offers STARTTLS, as behind somebody in the middle, learns no secret."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from mailproc.errors import LinkLost
from mailproc.mail.delivery import Delivery
from mailproc.mail.login import Credentials, Server
from mailproc.mail.mailbox import Mailbox

_SECRET = "the-secret-of-the-office"
_ANSWERS = {
    "imap": {
        b"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2\r\n{tag} OK done\r\n",
        b"STARTTLS": b"{tag} BAD what?\r\n",
    },
    "smtp": {
        b"EHLO": b"250-localhost\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n",
        b"QUIT": b"221 bye\r\n",
    },
}
_GREETING = {
    "imap": b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2] ready\r\n",
    "smtp": b"220 localhost ESMTP\r\n",
}


class Stripped:
    """Takes any command in clear and keeps what it heard."""

    def __init__(self, protocol: str) -> None:
        self._protocol, self.heard = protocol, b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            link, _ = self._listener.accept()
            with link, link.makefile("rb") as lines:
                link.sendall(_GREETING[self._protocol])
                for line in lines:
                    self.heard += line
                    link.sendall(self._answer(line))

    def _answer(self, line: bytes) -> bytes:
        words = line.split()
        tag, command = (words[0], words[1]) if self._protocol == "imap" else (b"", words[0])
        fine = b"{tag} OK done\r\n" if tag else b"235 come in\r\n"
        return _ANSWERS[self._protocol].get(command.upper(), fine).replace(b"{tag}", tag)


@pytest.fixture(params=["imap", "smtp"])
def stripped(request: pytest.FixtureRequest) -> Iterator[tuple[str, Stripped]]:
    server = Stripped(request.param)
    yield request.param, server
    server.stop()


@pytest.mark.parametrize("bearer", [False, True])
def test_nothing_secret_is_said_in_clear(stripped: tuple[str, Stripped], bearer: bool) -> None:
    protocol, server = stripped
    place = Server("127.0.0.1", server.port, "starttls")
    login = Credentials("data@example.org", _SECRET, bearer)
    if protocol == "imap":
        with pytest.raises(LinkLost):
            Mailbox(place, login, "INBOX")
    else:
        closed = asyncio.run(Delivery(place, login, "data@example.org", timeout=5).open())
        assert closed is not None
        assert closed.outcome == "later"
    server.stop()
    assert server.heard, "it was spoken to"
    for word in (b"LOGIN ", b"AUTH", _SECRET.encode(), b"data@example.org"):
        assert word not in server.heard.upper() + server.heard
