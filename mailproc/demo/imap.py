"""The demo's IMAP side: pymap with all mail in memory, put together without its command line."""

from __future__ import annotations

import asyncio
import logging
import ssl
import uuid
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from proxyprotocol.result import ProxyResultUnknown
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login, Session
from pymap.concurrent import Event, Subsystem
from pymap.imap import IMAPServer
from pymap.interfaces.login import IdentityInterface
from pymap.parsing.message import AppendMessage
from pymap.selected import SelectedMailbox
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

FOLDERS = ("Sent", "Trash")  # beside INBOX; the rest is made by whoever wants it
LONGEST_LINE = 1 << 20  # a UID set of a full mailbox is one line

_log = logging.getLogger(__name__)


class Mail:
    """Every account's folders; to be used inside one event loop."""

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._config = _Config(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=None,
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            tls_enabled=False,
            ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
            # Nothing is kept, and with hashing each login would cost a quarter of a second.
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0.0,
        )
        self._login = _Login(self._config)
        self._server = IMAPServer(self._login, self._config)
        self._passwords = dict(passwords)

    async def open(self) -> None:
        """Make the accounts."""
        self._config.apply_context()
        for address, password in self._passwords.items():
            user = UserMetadata(self._config, address, password=password)
            await self._identity(address).set(user)
            async with self._identity(address).new_session() as session:
                for folder in FOLDERS:
                    await session.create_mailbox(folder)

    async def deliver(self, address: str, raw: bytes, now: datetime) -> None:
        """Put a mail into the INBOX of an account and wake who waits for it."""
        if b"\r\n\r\n" not in raw:
            raw += b"\r\n"  # pymap loses the last byte of a mail without the line after its headers
        async with self._identity(address).new_session() as session:
            await session.append_messages("INBOX", [AppendMessage(raw, now)])

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, for `asyncio.start_server`."""
        peer = SocketInfo.get(writer, ProxyResultUnknown(), unique_id=uuid.uuid4().bytes)
        protocol = writer.transport.get_protocol()
        whole = _WholeResponses(writer.transport, protocol, reader, asyncio.get_running_loop())
        try:
            await self._server(reader, whole, peer)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # pymap has told the client; one bad client ends no other
            _log.warning("IMAP connection ended: %r", error)

    def _identity(self, address: str) -> _Identity:
        return _Identity(address, self._login, None, frozenset())


class _Config(Config):
    @property
    def greeting(self) -> bytes:
        return b"Server ready"  # without asking DNS for our own name


class _WholeResponses(StreamWriter):
    """Hands over each response in one piece.

    pymap writes a response in several, and imapclient takes a line for broken, and the connection
    for lost, when it sees only its first piece while waiting in IDLE.
    """

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._pieces = bytearray()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._pieces += data

    async def drain(self) -> None:
        whole, self._pieces = bytes(self._pieces), bytearray()
        super().write(whole)
        await super().drain()


class _Session(Session):
    async def check_mailbox(
        self,
        selected: SelectedMailbox,
        *,
        wait_on: Event | None = None,
        housekeeping: bool = False,
    ) -> SelectedMailbox:
        """Wait only when nothing came since the last look.

        pymap waits for the next change alone, so that a mail which arrives just before IDLE, or
        while the one before it is being announced, is announced with the next one or never.
        """
        seen = selected.mod_sequence
        current = await super().check_mailbox(selected, housekeeping=housekeeping)
        if wait_on is None:
            return current
        if current.mod_sequence != seen:
            # Clients that poll the socket miss what shares a packet with «+ Idling» (imapclient).
            await asyncio.sleep(0.05)
            return current
        return await super().check_mailbox(selected, wait_on=wait_on)


class _Identity(Identity):
    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[_Session]:
        async with super().new_session() as session:
            yield _Session(session.owner, self.config, session.mailbox_set, session.filter_set)


class _Login(Login):
    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> Any:
        identity = await super().authorize(authenticated, authzid)
        return _Identity(identity.name, self, None, identity.roles)
