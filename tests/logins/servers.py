"""Mail servers that let in by XOAUTH2 alone, and end a session when its token ends."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from tests.logins.identity import OFFICE

Judge = Callable[[str], datetime | None]  # access token → until when it is good
_BYE = b"* BYE Session invalidated - AccessTokenExpired\r\n"


def said(bearer: bytes) -> tuple[str, str]:
    """User and token of an XOAUTH2 answer; the form is checked."""
    user, token, *rest = base64.b64decode(bearer, validate=True).decode().split("\1")
    assert rest == ["", ""]
    assert user.startswith("user=")
    assert token.startswith("auth=Bearer ")
    return user.removeprefix("user="), token.removeprefix("auth=Bearer ")


class OAuthImap:
    """Serves an empty INBOX. Each NOOP lets `step` seconds pass, through `wind`."""

    def __init__(
        self, judge: Judge, clock: Callable[[], datetime], wind: Callable[[], None]
    ) -> None:
        self._judge, self._clock, self._wind = judge, clock, wind
        self.logins, self.refused, self.cut, self.looks = 0, 0, 0, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> OAuthImap:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for link in self._open:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = self._listener.accept()
                self._open.append(link)
                thread = threading.Thread(target=self._serve, args=(link,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, link: socket.socket) -> None:
        until: datetime | None = None
        with contextlib.suppress(OSError, ValueError), link, link.makefile("rb") as lines:
            link.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED] ready\r\n")
            for line in lines:
                tag, command = line.split()[0], b" ".join(line.split()[1:]).upper()
                if until is not None and until <= self._clock():
                    self.cut += 1
                    link.sendall(_BYE)
                    return
                if command.startswith(b"AUTHENTICATE XOAUTH2"):
                    until = self._let_in(link, lines, tag)
                    continue
                link.sendall(self._answer(command, authenticated=until is not None, tag=tag))

    def _let_in(self, link: socket.socket, lines: Any, tag: bytes) -> datetime | None:
        link.sendall(b"+ \r\n")
        user, token = said(lines.readline().strip())
        until = self._judge(token)
        if user == OFFICE and until is not None and until > self._clock():
            self.logins += 1
            link.sendall(tag + b" OK in\r\n")
            return until
        self.refused += 1
        link.sendall(tag + b" NO AUTHENTICATE failed.\r\n")
        return None

    def _answer(self, command: bytes, *, authenticated: bool, tag: bytes) -> bytes:
        if command == b"CAPABILITY":
            return b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED\r\n" + tag + b" OK done\r\n"
        if not authenticated:
            return tag + b" BAD log in first\r\n"
        if command.startswith((b"EXAMINE", b"SELECT")):
            return b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n" + tag + b" OK done\r\n"
        if command.startswith(b"UID SEARCH"):
            self.looks += 1
            return b"* SEARCH\r\n" + tag + b" OK done\r\n"
        if command == b"NOOP":
            self._wind()
            return tag + b" OK done\r\n"
        return tag + b" BAD what?\r\n"


class OAuthSmtp:
    """The handler of an SMTP server; `protocol` makes one for each connection."""

    def __init__(self, judge: Judge, clock: Callable[[], datetime]) -> None:
        self._judge, self._clock = judge, clock
        self.logins, self.refused, self.cut = 0, 0, 0
        self.taken: list[str] = []
        self._until: dict[int, datetime] = {}

    def protocol(self) -> SMTP:
        return SMTP(
            self,
            hostname="localhost",
            auth_require_tls=False,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
        )

    async def auth_XOAUTH2(self, server: SMTP, args: list[bytes]) -> AuthResult:  # noqa: N802
        user, token = said(bytes(args[1]) if isinstance(args[1], bytes) else args[1].encode())
        until = self._judge(token)
        if user == OFFICE and until is not None and until > self._clock():
            self.logins += 1
            self._until[id(server)] = until
            return AuthResult(success=True, auth_data=user)
        self.refused += 1
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if id(server) not in self._until:
            return "530 5.7.57 Client not authenticated"
        if self._until[id(server)] <= self._clock():
            self.cut += 1
            return "421 4.7.66 AccessTokenExpired"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(envelope.rcpt_tos[0])
        return "250 OK"
