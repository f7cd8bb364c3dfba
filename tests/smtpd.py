"""A real SMTP server on loopback that answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

PASSWORD = "right"


class ScriptedServer:
    """Takes mail unless told otherwise.

    `script` holds one entry per mail, used up from the front: phase (MAIL, RCPT, DATA for the
    command, DOT for the end of the content) → answer. The answers «drop» and «hang» break the
    connection or never come.
    """

    def __init__(self) -> None:
        self.script: list[dict[str, str]] = []
        self.now: dict[str, str] = {}
        self.taken: list[tuple[str, bytes]] = []  # recipient, content
        self.connections = 0
        self.size = 33_554_432  # of the largest mail, as EHLO says it
        self.logins: list[str] | None = None  # answers to logins, once they are wanted
        self.after_dot: Callable[[], Awaitable[None]] | None = None
        self.host, self.port = "127.0.0.1", 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Transport] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in self._open:
            transport.abort()
        await asyncio.sleep(0)

    def _connection(self) -> _Protocol:
        self.connections += 1
        return _Protocol(self)

    # ------------------------------------------------------------ as aiosmtpd asks it

    def login(self, server: Any, session: Any, envelope: Any, how: str, given: Any) -> AuthResult:
        answer = self.logins.pop(0) if self.logins else ""
        if not answer and given.password == PASSWORD.encode():
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message=answer or None)

    async def handle_MAIL(  # noqa: N802 - named by aiosmtpd
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.now = self.script.pop(0) if self.script else {}
        envelope.mail_from = address
        return self.now.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.now.get("RCPT", "250 OK")
        if answer.startswith("25"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.after_dot is not None:
            await self.after_dot()
        answer = self.now.get("DOT", "250 OK")
        if answer == "drop":
            server.transport.abort()
        elif answer == "hang":
            await asyncio.Event().wait()
        elif answer.startswith("25"):
            self.taken.append((envelope.rcpt_tos[0], envelope.original_content))
        return answer


class _Protocol(SMTP):
    def __init__(self, owner: ScriptedServer) -> None:
        wants_login = owner.logins is not None
        super().__init__(
            owner,
            data_size_limit=owner.size,
            hostname="localhost",
            ident="ESMTP",
            loop=asyncio.get_running_loop(),
            auth_require_tls=False,
            authenticator=owner.login if wants_login else None,
            auth_exclude_mechanism=[] if wants_login else ["LOGIN", "PLAIN"],
        )
        self.owner = owner

    def connection_made(self, transport: Any) -> None:
        self.owner._open.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.owner._open.discard(self.transport)
        super().connection_lost(error)

    async def smtp_DATA(self, argument: str) -> None:  # noqa: N802
        answer = self.owner.now.get("DATA", "")
        if answer == "drop":  # in the middle of the content
            await self.push("354 go on")
            await self._reader.readline()
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()
        elif answer:
            await self.push(answer)
        else:
            await super().smtp_DATA(argument)
