"""The listeners, by what their connections are like."""

from __future__ import annotations

import asyncio
import socket

import pytest
from starlette.applications import Starlette

from mailproc.web.server import WebThread, listen


async def test_an_answer_waits_for_no_acknowledgement() -> None:
    """Nagle's algorithm and delayed acknowledgements made each page on a kept connection 40 ms."""
    accepted: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()

    class Accepting(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted.set_result(transport.get_extra_info("socket"))

    listener = listen("127.0.0.1:0")
    server = await asyncio.get_running_loop().create_server(Accepting, sock=listener)
    async with server:
        _, writer = await asyncio.open_connection(*listener.getsockname())
        connection = await accepted
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
        await writer.wait_closed()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_pages_that_nobody_serves_any_more_are_seen() -> None:
    """A thread that is gone leaves its socket open: visitors would wait, and nobody would know."""
    good, broken = listen("127.0.0.1:0"), listen("127.0.0.1:0")
    web = WebThread([(good, Starlette()), (broken, Starlette())])
    assert web.beat.alive, "not begun yet"
    broken.close()
    web.start()
    web.join(10)
    assert not web.beat.alive
    web.stop()
    assert web.beat.alive, "it was told to end"
