"""The demo's SMTP side: takes mail for the known addresses and hands it to the mailboxes."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import format_datetime, parseaddr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "localhost"
LARGEST = 25 * 1024 * 1024  # what large providers accept
Deliver = Callable[[str, bytes, datetime], Awaitable[None]]

# Its only listener would be Python's last resort, which prints on the demo's screen.
logging.getLogger("mail.log").addHandler(logging.NullHandler())


def account_of(address: str, accounts: Mapping[str, str]) -> str | None:
    """The account that receives mail for an address; what follows a plus sign is detail."""
    local, _, domain = address.lower().rpartition("@")
    base = f"{local.partition('+')[0]}@{domain}"
    return next((known for known in accounts if known.lower() == base), None)


class Protocol(SMTP):
    """One connection that can be ended from outside."""

    line_length_limit = 1 << 20  # as real servers, which accept long lines

    def __init__(self, handler: Handler, open_ones: set[Protocol]) -> None:
        super().__init__(
            handler,
            hostname=HOST,
            ident="ESMTP",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=handler.authenticate,
            loop=asyncio.get_running_loop(),
        )
        self._open_ones = open_ones

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open_ones.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_ones.discard(self)
        super().connection_lost(error)

    def end(self) -> None:
        if self.transport is not None:
            self.transport.close()


class Handler:
    """What is accepted from whom, by address → password."""

    def __init__(self, accounts: Mapping[str, str], deliver: Deliver) -> None:
        self._accounts = accounts
        self._deliver = deliver

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        password = self._accounts.get(given.login.decode("utf-8", "replace"))
        equal = password is not None and secrets.compare_digest(password.encode(), given.password)
        return AuthResult(success=equal, handled=False)

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if account_of(address, self._accounts) is None:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        now = datetime.now(UTC)
        raw = envelope.original_content or b""
        delivered: set[str] = set()
        for address in envelope.rcpt_tos:
            account = account_of(address, self._accounts)
            if account is not None and account not in delivered:
                delivered.add(account)
                trace = trace_headers(session, envelope, address, now) + stamp(envelope, raw)
                await self._deliver(account, trace + raw, now)
        return "250 2.0.0 OK"

    async def handle_exception(self, error: Exception) -> str:
        return "451 4.3.0 Try again"


def stamp(envelope: Envelope, raw: bytes) -> bytes:
    """What a provider says of the sender (RFC 8601): here From must agree with MAIL FROM."""
    _, sender = parseaddr(str(BytesHeaderParser().parsebytes(raw)["From"] or ""))
    domain = sender.rpartition("@")[2].lower()
    if not domain.isascii() or not domain.replace("-", "").replace(".", "").isalnum():
        return b""
    aligned = domain == str(envelope.mail_from or "").rpartition("@")[2].lower()
    verdict = "pass" if aligned else "none"
    return f"Authentication-Results: {HOST}; dmarc={verdict} header.from={domain}\r\n".encode()


def trace_headers(session: Session, envelope: Envelope, address: str, now: datetime) -> bytes:
    """What the last server of the way writes above a mail (RFC 5321, 4.4)."""
    protocol = "UTF8SMTP" if envelope.smtp_utf8 else "ESMTP"  # registered by RFC 6531, 4.3
    peer = session.peer[0] if isinstance(session.peer, tuple) else "unknown"
    lines = (
        f"Return-Path: <{envelope.mail_from or ''}>",
        f"Delivered-To: {address}",
        f"Received: from {session.host_name} ([{peer}])",
        f"\tby {HOST} with {protocol}{'A' if session.authenticated else ''}",
        f"\tfor <{address}>; {format_datetime(now)}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")
