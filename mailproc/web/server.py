"""The listeners: uvicorn inside our process, without signals, proxies' headers or an access log."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from starlette.applications import Starlette

from mailproc.errors import MailprocError
from mailproc.health.living import Living


def listen(address: str) -> socket.socket:
    """A bound socket for «host:port». Raises MailprocError where the port is taken."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY; without, a kept connection waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), int(port)))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise MailprocError(
            key="port_taken", address=address, problem=error.strerror or ""
        ) from None
    listener.setblocking(False)
    return listener


class _Server(uvicorn.Server):
    """Leaves signals to the program that it is part of, and wakes twice a second, not ten times."""

    def __init__(self, app: Starlette, came_round: Callable[[], None]) -> None:
        super().__init__(_config(app))
        self._came_round = came_round

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # 0: the Date header is renewed each time
            self._came_round()
            await asyncio.sleep(0.5)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebThread(Living):
    """Serves each app on its socket until stopped."""

    def __init__(self, apps: Sequence[tuple[socket.socket, Starlette]]) -> None:
        super().__init__("web")
        self._sockets = [listener for listener, _ in apps]
        self._servers = [_Server(app, self.pulse.beat) for _, app in apps]

    def stop(self) -> None:
        super().stop()
        for server in self._servers:
            server.should_exit = True

    def join(self, seconds: float) -> None:
        super().join(seconds)
        for listener in self._sockets:
            listener.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        pairs = zip(self._servers, self._sockets, strict=True)
        await asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in pairs))


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,  # paths hold tokens
        log_config=None,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=3,
    )
