"""What stands between machines: a link that goes dead, and a reverse proxy."""

from __future__ import annotations

import contextlib
import http.client
import selectors
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class Wire:
    """Forwards connections to a port, until `hole` swallows what comes on those there are."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._dead: set[socket.socket] = set()
        self._stopping = False
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def hole(self) -> None:
        """From now on nothing comes through on the links there are; they stay open."""
        self._dead = set(self._open)

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        self._listener.close()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._stopping:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target), 10)
                self.connections += 1
                self._open += [near, far]
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in ready.select(1):
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    data = source.recv(65536)
                    if source in self._dead:
                        continue
                    if not data:
                        near.close()
                        far.close()
                        return
                    key.data.sendall(data)


class Proxy:
    """A reverse proxy on loopback; `cut` takes the prefix off, as many do."""

    def __init__(self, target: int, prefix: str, *, cut: bool) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(target, prefix, cut))
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(target: int, prefix: str, cut: bool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            if not self.path.startswith(prefix):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.removeprefix(prefix) if cut else self.path
            headers = dict(self.headers.items()) | {"X-Forwarded-For": "203.0.113.7"}
            link = http.client.HTTPConnection("127.0.0.1", target, timeout=30)
            try:
                link.request(self.command, path, body, headers)
                answer = link.getresponse()
                content = answer.read()
            finally:
                link.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _forward  # noqa: N815 - named by http.server

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Handler
