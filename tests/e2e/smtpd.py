"""A mail server that takes everything and keeps it: what mailproc sent, to whom, when."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

_LINK = re.compile(r"https?://\S+?/d/[A-Za-z0-9_-]+")
logging.getLogger("mail.log").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Taken:
    """A mail that was answered with 250."""

    to: str
    raw: bytes
    at: float  # time.monotonic()

    @property
    def mail(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @cached_property
    def message_id(self) -> str:
        found = re.search(rb"^Message-ID:\s*(<[^>]+>)", self.raw, re.MULTILINE | re.IGNORECASE)
        assert found is not None
        return found[1].decode()

    @cached_property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @cached_property
    def link(self) -> str:
        """The link to decide; empty where there is none."""
        found = _LINK.search(self.text)
        return found[0] if found else ""

    @property
    def files(self) -> list[tuple[str, bytes]]:
        parts = self.mail.iter_attachments()
        return [(part.get_filename() or "", bytes(part.get_content())) for part in parts]


class Sink:
    """An SMTP server on loopback, in a thread."""

    def __init__(
        self,
        context: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        self.taken: list[Taken] = []
        self.slow = 0.0  # seconds between the final dot and the answer
        self.refuse: dict[str, str] = {}  # address → answer to RCPT
        self.starttls = starttls  # None: it is not offered
        self.said_in_clear: list[str] = []  # the logins
        self._links: set[asyncio.BaseTransport] = set()
        self._context, self._login = context, login
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), daemon=True)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._ready = threading.Event()

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def hang_up(self) -> None:
        """Ends every connection, so that the next mail needs a new one."""
        self._loop.call_soon_threadsafe(self._close_all)

    def _close_all(self) -> None:
        for link in tuple(self._links):
            link.close()

    def to(self, address: str) -> list[Taken]:
        return [mail for mail in self.taken if mail.to == address]

    async def _serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(
            self._protocol, sock=self._socket, ssl=self._context
        )
        self._ready.set()
        await self._stopped.wait()
        self._close_all()  # a failed handshake leaves its socket open
        server.close()
        await asyncio.sleep(0)

    def _protocol(self) -> SMTP:
        return _Link(
            self,
            self._links,
            hostname="sink.example.org",
            ident="ESMTP",
            auth_require_tls=False,
            authenticator=self._authenticate,
            auth_required=self._login is not None,
            tls_context=self.starttls,
            loop=self._loop,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        if session.ssl is None and self._context is None:
            self.said_in_clear.append(mechanism)
        if self._login is None:
            return AuthResult(success=True)
        assert isinstance(given, LoginPassword)
        right = (given.login.decode(), given.password.decode()) == self._login
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content or b""
        self.taken += [Taken(to, raw, time.monotonic()) for to in envelope.rcpt_tos]
        if self.slow:
            await asyncio.sleep(self.slow)
        return "250 taken"


class _Link(SMTP):
    """A connection that can be ended from outside."""

    def __init__(self, handler: Sink, links: set[asyncio.BaseTransport], **settings: Any) -> None:
        super().__init__(handler, **settings)
        self._all = links

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._all.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._all.discard(self.transport)
        super().connection_lost(error)
