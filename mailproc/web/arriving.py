"""From a mailed link to a page whose address holds no secret, at once.

The first GET sets a cookie and leads on to «…/open/{handle}». The handle is signed and opens by
itself for ten minutes only, so that it works in a mail app that keeps no cookies; afterwards the
cookie is needed, or the mailed link again. What a history, a log or a screen shows is worth
nothing by then.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response

from mailproc.store.desk import Link
from mailproc.web.common import HEADERS, Site

_ALONE = timedelta(minutes=10)  # so long the handle opens without its cookie
_COOKIE = "opened"
_SIGNED = 32  # hex letters
_HEX = re.compile(r"[0-9a-f]{1,9}")  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Opened:
    """What a handle names; `may_look`: its page may be shown, not only posted to."""

    link_id: str
    may_look: bool


class Arriving:
    """Handles of one page family, whose address is `path`: «/d»."""

    def __init__(self, site: Site, path: str) -> None:
        self._site, self._path = site, path

    def leads_on(self, link_id: str, now: datetime) -> Response:
        """To the page, out of the address bar with the token; for any link whose id is random."""
        until = self._until(now)
        path = self.address(link_id, now)
        answer = RedirectResponse(path, 303, HEADERS)
        grant = self._sign("cookie", link_id, until)
        self._site.set_cookie(answer, _COOKIE, grant, path)
        return answer

    def address(self, link_id: str, now: datetime) -> str:
        """The path of its page, for links of ours; opens by itself as long as its handle says."""
        until = self._until(now)
        handle = f"{link_id}.{until:x}.{self._sign('handle', link_id, until)}"
        return f"{self._site.base}{self._path}/open/{handle}"

    def _until(self, now: datetime) -> int:
        return int((now + _ALONE).timestamp())

    def opened(self, http: HttpRequest, now: datetime) -> Opened | None:
        """The link that the address names; None where the handle is none of ours."""
        link_id, _, rest = http.path_params["handle"].partition(".")
        until, _, signed = rest.partition(".")
        if not _HEX.fullmatch(until):
            return None
        end = int(until, 16)
        if not _same(signed, self._sign("handle", link_id, end)):
            return None
        has_cookie = _same(http.cookies.get(_COOKIE, ""), self._sign("cookie", link_id, end))
        return Opened(link_id, has_cookie or now.timestamp() <= end)

    def _sign(self, use: str, link_id: str, until: int) -> str:
        text = f"{use}|{self._path}|{link_id}|{until}".encode()
        return hmac.digest(self._site.desk().link_key, text, "sha256").hex()[:_SIGNED]


def preview(site: Site, http: HttpRequest) -> Response | None:
    """A page without a word of the request, where a robot makes a preview for others to see."""
    if not site.visitor(http).is_preview:
        return None
    return site.message("preview", 200)


def log_look(site: Site, http: HttpRequest, link: Link, now: datetime) -> None:
    """Notes that somebody opened the mailed link; all that a GET ever writes."""
    site.log_open(link.id, link.request_id, http, now)


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
