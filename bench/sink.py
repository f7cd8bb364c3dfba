"""A lean SMTP server that takes everything and notes when: `python -m bench.sink LOG`.

Prints its port; appends a line «time recipient» to LOG for each mail before it answers 250.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import IO


class _Session(asyncio.Protocol):
    def __init__(self, log: IO[str]) -> None:
        self._log, self._buffer, self._in_data = log, b"", False
        self._recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._answer(b"220 sink")

    def _answer(self, line: bytes) -> None:
        self._transport.write(line + b"\r\n")  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"
            part, found, rest = self._buffer.partition(end)
            if not found:
                return
            self._buffer = rest
            if self._in_data:
                self._accept()
            else:
                self._command(part)

    def _accept(self) -> None:
        self._in_data = False
        self._log.write(f"{time.time():.6f} {self._recipient}\n")
        self._log.flush()
        self._answer(b"250 taken")

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            self._answer(b"250-sink\r\n250 SIZE 50000000")
        elif verb == b"DATA":
            self._in_data = True
            self._answer(b"354 go on")
        elif verb == b"QUIT":
            self._answer(b"221 bye")
            self._transport.close()
        else:
            if verb == b"RCPT":
                self._recipient = line.split(b"<")[1].split(b">")[0].decode()
            self._answer(b"250 ok")


async def _serve(path: str) -> None:
    with open(path, "w") as log:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Session(log), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
