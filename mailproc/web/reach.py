"""Answers `run.py check`: whether what answers at `public_url` is this very instance, and how a
request gets here.

Only who has our secret file is answered; for all others there is no such page.
"""

from __future__ import annotations

import hmac

from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from mailproc.web.common import HEADERS, Site

PATH = "/check"
ASKING = "x-mailproc-check"


def question(key: bytes, nonce: str) -> str:
    """What who asks puts into the header `ASKING`."""
    return _mac(key, "ask", nonce)


def proof(key: bytes, nonce: str) -> str:
    """What only this instance can answer."""
    return _mac(key, "answer", nonce)


def _mac(key: bytes, what: str, nonce: str) -> str:
    own = hmac.digest(key, b"check", "sha256")  # links are made with `key` itself
    return hmac.digest(own, f"{what}|{nonce}".encode(), "sha256").hex()


class ReachPage:
    """GET of /check/{nonce}; changes nothing."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def handle(self, http: HttpRequest) -> Response:
        nonce, key = http.path_params["nonce"], self._site.desk().link_key
        asked = http.headers.get(ASKING, "").encode()
        if not hmac.compare_digest(asked, question(key, nonce).encode()):
            raise HTTPException(404)
        peer = http.client.host if http.client else ""
        seen = {
            "proof": proof(key, nonce),
            "peer": peer,
            "trusted": peer in self._site.trusted_proxies,
            "client": self._site.client(http),
            "forwarded": http.headers.get("x-forwarded-for", ""),
            "origin": http.headers.get("origin", ""),
            "cookie": http.headers.get("cookie", ""),
        }
        return JSONResponse(seen, headers=HEADERS)
