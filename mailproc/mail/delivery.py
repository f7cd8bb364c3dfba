"""Hands mails to the SMTP server, phase by phase, and says what surely happened.

SMTP can't be exactly-once: a link that breaks after the final dot leaves it open whether the mail
was taken (RFC 1047). So the outcome is one of four, and `unknown` is never repeated by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import Literal

import aiosmtplib
from aiosmtplib.errors import SMTPException

from mailproc.clock import utc_now
from mailproc.errors import AuthFailed, LinkLost
from mailproc.mail.login import Credentials, Login, Server

Outcome = Literal["sent", "rejected", "held", "later", "unknown"]  # held: we did not try
Unsafe = Literal["", "certificate_bad", "encryption_gone"]  # as the alarms are named
_CONNECT_TIMEOUT, _TIMEOUT = 20.0, 60.0
_DATA_TIMEOUT = 600.0  # RFC 5321 4.5.3.2.6: a server may take ten minutes after the dot


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one mail; `code` is the server's, 0 where it gave none."""

    outcome: Outcome
    code: int = 0
    text: str = ""
    unsafe: Unsafe = ""  # why no safe connection could be made


class Delivery:
    """A kept SMTP connection; opened when first needed, opened anew when it broke."""

    def __init__(
        self,
        server: Server,
        login: Login | None,
        sender: str,
        timeout: float = _TIMEOUT,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._server, self._login, self._sender = server, login, sender
        self._timeout, self._clock = timeout, clock
        self._smtp: aiosmtplib.SMTP | None = None
        self._good_until: datetime | None = None

    async def open(self) -> Result | None:
        """Connects and logs in where needed. None when ready, else why not. Raises AuthFailed."""
        if self._smtp is not None and self._smtp.is_connected:
            if self._good_until is None or self._clock() < self._good_until:
                return None
            await self.close()  # before the server cuts it in the middle of a mail
        try:
            self._smtp = await self._connect()
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code < 500:  # the server's own trouble says nothing of the password
                return Result("later", error.code, error.message)
            raise AuthFailed(
                f"The SMTP server refused the login ({error.code}).",
                "Check the username and password.",
            ) from error
        except LinkLost as error:
            return Result("later", 0, error.problem)
        except (SMTPException, OSError) as error:
            return Result("later", _code(error), str(error), _unsafe(error))
        return None

    async def _connect(self) -> aiosmtplib.SMTP:
        server, login = self._server, self._login
        # Before the connection: a login that has to rest makes none. It may wait for a token.
        given = await asyncio.to_thread(login.credentials) if login is not None else None
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=_CONNECT_TIMEOUT,
            use_tls=server.tls == "ssl",
            start_tls=False,  # by ourselves: left to it, why it failed is told by a text alone
            tls_context=server.context(),
            local_hostname=_hostname(),
        )
        await smtp.connect()
        smtp.timeout = self._timeout
        self._good_until = None
        try:
            await smtp.ehlo()
            if server.tls == "starttls":
                await _encrypt(smtp)
            if login is not None and given is not None and smtp.supports_extension("auth"):
                self._good_until = (await _authenticate(smtp, login, given)).good_until
        except BaseException:
            smtp.close()
            raise
        return smtp

    @property
    def certificate_ends(self) -> datetime | None:
        """When the certificate of the server ends; None without TLS or a connection."""
        told = self._smtp.get_transport_info("peercert") if self._smtp is not None else None
        ends = str(told.get("notAfter", "")) if isinstance(told, dict) else ""
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None

    @property
    def max_size(self) -> int:
        """The largest mail that the server says it takes, in bytes; 0 where it does not say."""
        limit = self._smtp.esmtp_extensions.get("size", "") if self._smtp is not None else ""
        return int(limit) if limit.isdigit() else 0

    async def send(self, recipient: str, content: bytes) -> Result:
        """Sends one mail to one recipient. Never raises for what a server may do."""
        smtp = self._smtp
        if smtp is None or not smtp.is_connected:
            return Result("later", 0, "not connected")
        try:
            refused = await self._envelope(smtp, recipient, len(content))
        except (SMTPException, OSError) as error:  # nothing was handed over yet
            await self.close()
            return Result("later", _code(error), str(error))
        if refused is not None:
            await self._reset(smtp)
            return refused
        return await self._content(smtp, content)

    async def _envelope(self, smtp: aiosmtplib.SMTP, recipient: str, size: int) -> Result | None:
        """MAIL and RCPT; one recipient, so that no partial refusal can hide. None: both taken."""
        options = [f"SIZE={size}"] if smtp.supports_extension("size") else []
        for words in (("MAIL", f"FROM:<{self._sender}>", *options), ("RCPT", f"TO:<{recipient}>")):
            response = await smtp.execute_command(*(word.encode("ascii") for word in words))
            if response.code not in (250, 251):
                return _refused(response.code, response.message)
        return None

    async def _content(self, smtp: aiosmtplib.SMTP, content: bytes) -> Result:
        """DATA and the bytes; a link that breaks in here means that nobody knows."""
        try:
            response = await smtp.data(content, timeout=_DATA_TIMEOUT)
        except aiosmtplib.SMTPDataError as error:
            await self._reset(smtp)
            return _refused(error.code, error.message)
        except (SMTPException, OSError) as error:
            await self.close()
            return Result("unknown", _code(error), str(error))
        return Result("sent", response.code, response.message)

    async def _reset(self, smtp: aiosmtplib.SMTP) -> None:
        try:
            await smtp.rset()
        except (SMTPException, OSError):
            await self.close()

    async def close(self) -> None:
        """Ends the connection; politely when it is alive."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(SMTPException, OSError):
                await smtp.quit(timeout=2)
            smtp.close()


class _NoTls(SMTPException):
    """The server does not offer STARTTLS."""


async def _encrypt(smtp: aiosmtplib.SMTP) -> None:
    """Raises where that can't be; nothing but EHLO was said in clear."""
    if not smtp.supports_extension("starttls"):
        raise _NoTls("The server does not offer STARTTLS.")
    await smtp.starttls()
    await smtp.ehlo()  # what was said before counts no more (RFC 3207, 4.2)


def _unsafe(error: BaseException | None) -> Unsafe:
    """What lies below the library's own error."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return "certificate_bad"
        if isinstance(error, _NoTls):
            return "encryption_gone"
        error = error.__cause__ or error.__context__
    return ""


async def _authenticate(smtp: aiosmtplib.SMTP, login: Login, given: Credentials) -> Credentials:
    """What the server took. Raises SMTPAuthenticationError once it refused all that we have."""
    while True:
        try:
            await _log_in(smtp, given)
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code < 500:
                raise
            other = await asyncio.to_thread(login.refused, given)
            if other is None:
                raise
            given = other
            continue
        await asyncio.to_thread(login.accepted)
        return given


async def _log_in(smtp: aiosmtplib.SMTP, given: Credentials) -> None:
    if given.bearer:
        await smtp.auth_xoauth2(given.username, given.password)
        return
    # aiosmtplib's `login` tries every mechanism after a refusal, which counts as several wrong
    # tries, and shows the password as if it were an access token.
    ways = {"plain": smtp.auth_plain, "login": smtp.auth_login, "cram-md5": smtp.auth_crammd5}
    for name, way in ways.items():
        if name in smtp.supported_auth_methods:
            await way(given.username, given.password)
            return
    raise SMTPException("The server offers no login by password; see docs/providers.md.")


def _refused(code: int, text: str) -> Result:
    return Result("rejected" if code >= 500 else "later", code, text)


def _code(error: Exception) -> int:
    return int(getattr(error, "code", 0) or 0)


def _hostname() -> str:
    """Our name in EHLO; a literal where the machine has no proper name (RFC 5321 4.1.4)."""
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name) else "[127.0.0.1]"


@lru_cache(maxsize=1024)  # the same one is looked at on its way in and out
def is_one_address(text: str) -> bool:
    """True for exactly one plain ASCII address: anything else could reach somebody else."""
    return parseaddr(text) == ("", text) and bool(
        re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", text)  # RFC 5322 atext
    )
