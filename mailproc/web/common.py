"""What every page family shares: the look-up of a link, headers, answers."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse

from mailproc.model import Office, Rules
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.web.render import Pages

# Nothing from elsewhere, no frames, no address of ours in a Referer, nothing kept in a cache.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Site:
    """What the handlers work with; built once by the service."""

    database: Database
    pages: Pages
    office: Office
    rules: Rules
    desk: Callable[[], Desk]
    pepper: bytes
    clock: Callable[[], datetime]
    committed: Callable[[], None]  # wakes the workers
    trusted_proxies: frozenset[str] = frozenset()

    @property
    def base(self) -> str:
        """The path that the public address adds in front of ours."""
        return urlsplit(self.office.public_url).path.rstrip("/")

    def page(
        self, name: str, status: int = 200, language: str = "th", **context: object
    ) -> HTMLResponse:
        """A rendered page with the headers that every page has."""
        text = self.pages.render(name, language, base=self.base, **context)
        return HTMLResponse(text, status, HEADERS)

    def message(self, key: str, status: int, language: str = "th") -> HTMLResponse:
        """A page that says what happened and what to do."""
        return self.page("message", status, language, message=key)

    # ------------------------------------------------------------ forgery

    def csrf(self, link_id: str) -> str:
        """A value that only our own page of this link contains."""
        return hmac.digest(self.desk().link_key, f"csrf|{link_id}".encode(), "sha256").hex()

    def is_ours(self, http: HttpRequest, sent: str, link_id: str) -> bool:
        """True where a POST comes from our own page.

        Browsers send «null» as Origin under Referrer-Policy no-referrer, and some mail apps none.
        """
        origin = http.headers.get("origin", "null")
        here = {_origin(self.office.public_url), f"{http.url.scheme}://{http.headers.get('host')}"}
        if origin != "null" and origin not in here:
            return False
        return hmac.compare_digest(sent.encode(), self.csrf(link_id).encode())

    def client(self, http: HttpRequest) -> str:
        """Who asks, for the open log alone; forwarded headers count only from known proxies."""
        peer = http.client.host if http.client else ""
        forwarded = http.headers.get("x-forwarded-for", "")
        if peer in self.trusted_proxies and forwarded:
            return forwarded.split(",")[-1].strip()
        return peer


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
