"""A mail server for the demo: IMAP and SMTP on loopback, in a thread, with all mail in memory."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from itertools import chain
from threading import Thread
from types import TracebackType
from typing import Self

from mailproc.demo import imap, smtp

LOOPBACK = "127.0.0.1"
NEIGHBOURS = 20  # ports tried after the preferred one

Address = tuple[str, int]
Listen = Callable[[int], Awaitable[asyncio.Server]]


class EmbeddedMail:
    """An office's mail server; `accounts` maps a name to its address and password.

    A login name is the address. A port of 0 takes any; a port in use is stepped around.
    """

    def __init__(
        self,
        accounts: Mapping[str, tuple[str, str]],
        *,
        imap_port: int = 1143,
        smtp_port: int = 1025,
    ) -> None:
        self.accounts = dict(accounts)
        self.imap: Address = (LOOPBACK, imap_port)
        self.smtp: Address = (LOOPBACK, smtp_port)
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None

    def start(self) -> None:
        """Listen; `imap` and `smtp` are the addresses then. Raises OSError."""
        ready: Future[tuple[Address, Address]] = Future()
        self._thread = Thread(target=self._run, args=(ready,), name="embedded-mail", daemon=True)
        self._thread.start()
        self.imap, self.smtp = ready.result()

    def stop(self) -> None:
        """End every connection and the thread; a second call does nothing."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._loop is not None and self._ending is not None:
            with suppress(RuntimeError):  # it ended by itself
                self._loop.call_soon_threadsafe(self._ending.set)
        thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, ready: Future[tuple[Address, Address]]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, ready: Future[tuple[Address, Address]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        passwords = dict(self.accounts.values())
        mail = imap.Mail(passwords)
        await mail.open()
        connections = Connections(mail, smtp.Handler(passwords, mail.deliver))
        try:
            servers = [
                await listen_near(self.imap[1], connections.listen_imap),
                await listen_near(self.smtp[1], connections.listen_smtp),
            ]
            ready.set_result((address_of(servers[0]), address_of(servers[1])))
            await self._ending.wait()
        finally:
            await connections.end()


class Connections:
    """Listeners and open connections of one event loop, so that they can all be ended."""

    def __init__(self, mail: imap.Mail, handler: smtp.Handler) -> None:
        self._mail = mail
        self._handler = handler
        self._servers: list[asyncio.Server] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._protocols: set[smtp.Protocol] = set()

    async def listen_imap(self, port: int) -> asyncio.Server:
        server = await asyncio.start_server(
            self._serve_imap, LOOPBACK, port, limit=imap.LONGEST_LINE
        )
        self._servers.append(server)
        return server

    async def listen_smtp(self, port: int) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: smtp.Protocol(self._handler, self._protocols), LOOPBACK, port
        )
        self._servers.append(server)
        return server

    async def _serve_imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._mail.serve(reader, writer)
        finally:
            self._writers.discard(writer)

    async def end(self) -> None:
        for server in self._servers:
            server.close()
        for protocol in list(self._protocols):
            protocol.end()
        writers = list(self._writers)
        await end_all_tasks()
        for writer in writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def end_all_tasks() -> None:
    """Cancel what else runs in this loop and wait until it has ended."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def listen_near(port: int, listen: Listen) -> asyncio.Server:
    """The port wished for, else one just above it, else any. Raises OSError."""
    wished = range(port, min(port + NEIGHBOURS, 65536)) if port else ()
    for candidate in chain(wished, (0,)):
        try:
            return await listen(candidate)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES) or not candidate:
                raise
    raise AssertionError("port 0 is always tried")


def address_of(server: asyncio.Server) -> Address:
    host, port = server.sockets[0].getsockname()[:2]
    return host, port
