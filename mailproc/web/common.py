"""What every page family shares: the look-up of a link, headers, answers."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, Response

from mailproc.datasets.register import School
from mailproc.model import Item, Office, Question, Rules
from mailproc.settling import Habits
from mailproc.store import opens
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.texts import Texts
from mailproc.web.readings import Readings
from mailproc.web.render import Pages
from mailproc.web.visitors import Bursts, Visitor, judged, visitor

_BODY_LIMIT = 64 * 1024  # a reason of 2,000 Thai letters takes 18 KB on the way
_FIELD_LIMIT = 20
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

# Nothing from elsewhere, no frames, nothing kept in a cache, no address of ours told to others.
# Referrer-Policy is «strict-origin», not «no-referrer»: neither tells a path, which may hold a
# token, even to our own proxy and its log; but under «no-referrer» browsers post our own form with
# «Origin: null» (Fetch standard, 3.2), which any foreign page can have too; so the origin could not
# be checked. Other sites would learn our name, but no page leads to one.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}

# A file of others: nothing in it is run, and it is no page of ours.
STRICT = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"
}

# For a page that offers a passkey: our own script, and nothing written into the page.
SCRIPTED = HEADERS | {
    "Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; script-src 'self'"
}


@dataclass(frozen=True, slots=True)
class Site:
    """What the handlers work with; built once by the service."""

    database: Database
    pages: Pages
    office: Office
    rules: Callable[[], Rules]  # as they are now: rounds are opened while it runs
    desk: Callable[[], Desk]
    pepper: bytes
    clock: Callable[[], datetime]
    committed: Callable[[], None]  # wakes the workers
    habits: Callable[[], Habits]  # what a request is entered by
    trusted_proxies: frozenset[str] = frozenset()
    schools: Callable[[], tuple[School, ...]] = tuple  # to choose from, by name
    asks: Callable[[Item], tuple[Question, ...]] = lambda _: ()  # what the data leaves to ask
    promise: timedelta = timedelta(minutes=10)  # of office hours, until a requester has the answer
    plain_http: bool = False  # the office types codes over http inside its own network
    bursts: Bursts = field(default_factory=Bursts)
    readings: Readings = field(default_factory=Readings)

    @property
    def base(self) -> str:
        """The path that the public address adds in front of ours."""
        return urlsplit(self.office.public_url).path.rstrip("/")

    @property
    def texts(self) -> Texts:
        """The words for the office's own people."""
        return self.pages.texts(self.office.language)

    def page(
        self, name: str, status: int = 200, language: str = "", **context: object
    ) -> HTMLResponse:
        """A rendered page with the headers that every page has; a script where `passkey` is.

        Where no language is named it is the office's own.
        """
        language = language or self.office.language
        text = self.pages.render(name, language, base=self.base, **context)
        return HTMLResponse(text, status, SCRIPTED if context.get("passkey") else HEADERS)

    def message(self, key: str, status: int, language: str = "") -> HTMLResponse:
        """A page that says what happened and what to do."""
        return self.page("message", status, language, message=key)

    def visitor(self, http: HttpRequest) -> Visitor:
        """Who asks, as far as the request says it."""
        return visitor(http, self.client(http))

    def log_open(self, link_id: str, request_id: int, http: HttpRequest, now: datetime) -> None:
        """Notes that somebody looked, up to so many times: robots look without end."""
        who = self.visitor(http)
        in_burst = self.bursts.opens(who, link_id, now)
        with self.database.read() as connection:
            if not opens.has_room(connection, link_id):
                return
            mail = opens.sent_at(connection, request_id, link_id)
        found = judged(who, mail, now, in_burst=in_burst)
        with self.database.write() as connection:
            opens.note(connection, link_id, opens.Open(now, who.client, who.agent, found))

    # ------------------------------------------------------------ cookies

    @property
    def is_private(self) -> bool:
        """Whether nobody on the way can read along: TLS, or this machine alone."""
        parts = urlsplit(self.office.public_url)
        return parts.scheme == "https" or parts.hostname in _LOOPBACK

    def set_cookie(
        self, answer: Response, name: str, value: str, path: str, seconds: int | None = None
    ) -> None:
        """For this server alone, unread by scripts; until the browser ends where no time is told.

        «strict» would not be sent on the way in from webmail.
        """
        secure = urlsplit(self.office.public_url).scheme == "https"
        answer.set_cookie(
            name, value, seconds, path=path, httponly=True, secure=secure, samesite="lax"
        )

    # ------------------------------------------------------------ forgery

    def csrf(self, link_id: str) -> str:
        """A value that only our own page of this link contains."""
        return hmac.digest(self.desk().link_key, f"csrf|{link_id}".encode(), "sha256").hex()

    def is_ours(self, http: HttpRequest, sent: str, link_id: str) -> bool:
        """True where a POST comes from our own page: its origin, and the value only it contains."""
        if not self._may_be_ours(http):
            return False
        return hmac.compare_digest(sent.encode(), self.csrf(link_id).encode())

    def is_surely_ours(self, http: HttpRequest) -> bool:
        """True where the browser itself says that a POST comes from our own page.

        For what needs no code: a request that says nothing of where it comes from is not enough.
        """
        told = {"origin", "sec-fetch-site"} & set(http.headers)
        return bool(told) and self._may_be_ours(http)

    def _may_be_ours(self, http: HttpRequest) -> bool:
        """Judges by Origin; where there is none, or «null», by Sec-Fetch-Site.

        A proxy that adds «Referrer-Policy: no-referrer» makes Origin «null», and some mail apps
        send none. Sec-Fetch-Site can't be written by a page (Fetch Metadata, section 2).
        """
        origin, site = http.headers.get("origin"), http.headers.get("sec-fetch-site")
        if origin is None:
            return site in (None, "same-origin")
        if origin == "null":
            return site == "same-origin"
        return origin == origin_of(self.office.public_url)

    def client(self, http: HttpRequest) -> str:
        """Who asks, for the open log alone; forwarded headers count only from known proxies."""
        peer = http.client.host if http.client else ""
        forwarded = http.headers.get("x-forwarded-for", "")
        if peer in self.trusted_proxies and forwarded:
            return forwarded.split(",")[-1].strip()
        return peer


async def read_form(http: HttpRequest) -> dict[str, str]:
    """The fields of a posted page, the last of each name; see `read_fields`."""
    return dict(await read_fields(http))


async def read_fields(http: HttpRequest, most: int = _FIELD_LIMIT) -> list[tuple[str, str]]:
    """All fields of a posted page, `most` at most, in its order.

    Raises HTTPException 400, 413 or 415, which have a page.
    """
    media_type = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = bytearray()
    try:
        async for chunk in http.stream():
            body += chunk
            if len(body) > _BODY_LIMIT:
                raise HTTPException(413)
        text = body.decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=most)
    except (ClientDisconnect, ValueError):
        raise HTTPException(400) from None
    # PostgreSQL keeps no NUL in a text.
    return [(name, value.replace("\0", "").replace("\r\n", "\n")) for name, value in pairs]


def whole(text: str, digits: int = 9) -> int:
    """The number that a field or an address holds; 0 where it holds none, or one of more digits:
    Python reads no more than 4,300 of them, and no id has ten."""
    good = text.isascii() and text.isdigit() and len(text) <= digits
    return int(text) if good else 0


def origin_of(url: str) -> str:
    """As browsers write it: lower case, without the scheme's own port."""
    parts = urlsplit(url)
    own = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in (None, own) else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"
