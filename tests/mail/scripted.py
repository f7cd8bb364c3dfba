"""An IMAP server that says exactly what a test wants, in the packets that it wants."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from types import TracebackType

ANSWERS = {
    "LOGIN": ["{tag} OK [CAPABILITY IMAP4rev1 IDLE] in"],
    "CAPABILITY": ["* CAPABILITY IMAP4rev1 IDLE", "{tag} OK done"],
    "EXAMINE": ["* 0 EXISTS", "* OK [UIDVALIDITY 7] ok", "{tag} OK [READ-ONLY] done"],
    "NOOP": ["{tag} OK done"],
}


class Scripted:
    """Serves one connection. `idle` is sent in one packet after IDLE; `say` sends more."""

    def __init__(
        self,
        idle: str = "+ idling\r\n",
        *,
        context: ssl.SSLContext | None = None,
        answers: dict[str, list[str]] | None = None,
    ) -> None:
        self._idle, self._context = idle, context
        self._answers = ANSWERS | (answers or {})
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._link: socket.socket | None = None
        self.idling = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()
        if self._link is not None:
            self._link.close()
        self._thread.join(5)

    def say(self, text: str) -> None:
        """Sends text as it is, once the client idles."""
        assert self.idling.wait(5)
        assert self._link is not None
        self._link.sendall(text.encode())

    def hang_up(self) -> None:
        """The end of the stream, without a word."""
        assert self.idling.wait(5)
        assert self._link is not None
        self._link.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            plain, _ = self._listener.accept()
            self._link = (
                self._context.wrap_socket(plain, server_side=True) if self._context else plain
            )
            self._link.sendall(b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n")
            with self._link.makefile("rb") as lines:
                self._converse(lines)

    def _converse(self, lines: object) -> None:
        tag = ""
        for line in lines:  # type: ignore[attr-defined]
            words = line.decode().split()
            assert self._link is not None
            if words[0] == "DONE":
                self._link.sendall(f"{tag} OK done\r\n".encode())
                continue
            tag, command = words[0], words[1].upper()
            if command == "IDLE":
                self._link.sendall(self._idle.encode())
                self.idling.set()
                continue
            answer = "\r\n".join(self._answers.get(command, ["{tag} BAD what?"])) + "\r\n"
            self._link.sendall(answer.replace("{tag}", tag).encode())
