"""The listeners, by what their connections are like."""

from __future__ import annotations

import asyncio
import socket

from mailproc.web.server import listen


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
