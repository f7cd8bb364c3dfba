"""Hears the browser come back from a login (RFC 8252, 7.3): one request on loopback."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from mailproc.errors import MailprocError


class Returning:
    """A listener on a free port; use it in a `with` statement."""

    def __init__(self, page: str) -> None:
        self._page, self._came = page.encode(), ""
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Returning:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def wait(self, seconds: float) -> str:
        """The path and query of what came back. Raises MailprocError where nothing did."""
        end = time.monotonic() + seconds
        while not self._came:
            self._server.timeout = end - time.monotonic()
            if self._server.timeout <= 0:
                raise MailprocError(key="login_no_browser", minutes=round(seconds / 60))
            self._server.handle_request()
        return self._came

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10  # a browser may open a connection and say nothing

            def do_GET(self) -> None:
                if "state=" not in self.path:  # the browser asks for an icon too
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.end_headers()
                self.wfile.write(owner._page)
                owner._came = self.path

            def log_message(self, format: str, *args: Any) -> None:
                """The path holds a code, which belongs in no log."""

        return Handler
