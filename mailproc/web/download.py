"""The page from which a requester fetches a file that was too big for a mail (docs/adr/0013).

A GET of the mailed link opens nothing: it moves the token out of the address bar into a cookie.
The file is behind the code of the receipt mail, which neither this link nor its mail contains.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response

from mailproc.errors import Stale
from mailproc.model import Request, State
from mailproc.placing.nouns import RESENDS_LIMIT
from mailproc.store import downloads, links, lookups, requests
from mailproc.store.desk import Link, token_digest
from mailproc.store.downloads import MOST_TRIES, Offered
from mailproc.thai import to_arabic
from mailproc.web.arriving import log_look, preview
from mailproc.web.common import HEADERS, Site, read_form, whole
from mailproc.web.giving import FileGiver
from mailproc.workflow import events as e
from mailproc.workflow import policy
from mailproc.workflow.decide import decide
from mailproc.workflow.manners import DAY

_GIVEN_OUT = frozenset({State.DELIVERING, State.DELIVERED, State.NEEDS_PERSON})
_OPENED_FOR = timedelta(hours=12)  # a large file over a slow line, with breaks
_STALE_TRIES = 5
_SECONDS = 11  # digits of a time since 1970
_LINK, _OPENED = "link", "opened"  # cookies


@dataclass(frozen=True, slots=True)
class _Case:
    """A link with what it leads to."""

    link: Link
    request: Request
    file: Offered | None
    tries: int

    @property
    def is_given_out(self) -> bool:
        """True while the file is the one that was approved, and nobody took it back."""
        request, link = self.request, self.link
        approved = link.content_hash == request.content_hash == request.decided_at_hash
        same = link.file_id == request.file_id and self.file is not None
        revoked = link.voided_at is not None or request.revoked_at is not None
        return request.state in _GIVEN_OUT and approved and same and not revoked

    @property
    def is_locked(self) -> bool:
        return self.tries >= MOST_TRIES


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the person sent."""

    code: str
    token: str  # of a link that was pasted, where the browser keeps no cookies
    csrf: str


class DownloadPage:
    """GET of /f/{token}; GET and POST of /f/open/{handle}; GET of the file below it."""

    def __init__(self, site: Site) -> None:
        self._site, self._giver = site, FileGiver(site)

    # ------------------------------------------------------------ the mailed link

    async def arrive(self, http: HttpRequest) -> Response:
        """Out of the address bar with the token, at once."""
        return await run_in_threadpool(self._arrive, http)

    def _arrive(self, http: HttpRequest) -> Response:
        token = http.path_params["token"]
        case = self._find(token)
        if case is None:
            return self._site.message("not_found", 404)
        log_look(self._site, http, case.link, self._site.clock())
        if (robot := preview(self._site, http)) is not None:
            return robot
        handle = _handle(token)
        answer = RedirectResponse(self._path(handle), 303, HEADERS)
        self._keep(answer, _LINK, token, handle)
        return answer

    def _path(self, handle: str) -> str:
        return f"{self._site.base}/f/open/{handle}"

    def _keep(self, answer: Response, name: str, value: str, handle: str) -> None:
        self._site.set_cookie(answer, name, value, self._path(handle))

    def _find(self, token: str) -> _Case | None:
        with self._site.database.read() as connection:
            link = links.find(connection, token, downloads.PURPOSE)
            request = requests.get(connection, link.request_id) if link else None
            if link is None or request is None:
                return None
            file = downloads.offered(connection, link.file_id)
            return _Case(link, request, file, downloads.tries(connection, link.id))

    # ------------------------------------------------------------ the page

    async def page(self, http: HttpRequest) -> Response:
        """GET shows; POST takes the code."""
        if http.method != "POST":
            return await run_in_threadpool(self._show, http)
        sent = _sent(await read_form(http))
        return await run_in_threadpool(self._open, http, sent)

    def _case_of(self, http: HttpRequest, token: str = "") -> _Case | None:
        """What the cookie, or a pasted link, of this very page leads to."""
        token = token or http.cookies.get(_LINK, "")
        if not hmac.compare_digest(_handle(token), http.path_params["handle"]):
            return None
        return self._find(token)

    def _show(self, http: HttpRequest) -> Response:
        case = self._case_of(http)
        if case is None:
            return self._form(http, None)
        now = self._site.clock()
        if (closed := self._closed(case)) is not None:
            return closed
        if case.link.expires_at > now and self._is_opened(http, case, now):
            return self._offer(http, case)
        return self._form(http, case)

    def _closed(self, case: _Case) -> Response | None:
        """Why there is nothing to fetch by this link, or None."""
        if not case.is_given_out:
            key = "file_gone" if case.request.revoked_at is None else "file_taken_back"
            return self._site.message(key, 410, case.request.language)
        if case.is_locked:
            return self._site.message("file_locked", 403, case.request.language)
        return None

    def _form(
        self, http: HttpRequest, case: _Case | None, error: str = "", status: int = 200
    ) -> Response:
        handle = http.path_params["handle"]
        return self._site.page(
            "download",
            status,
            case.request.language if case else _language(http),
            csrf=self._site.csrf(handle),
            request=case.request if case else None,
            error=error or None,
            file=case.file if case else None,
            until=case.link.expires_at if case else None,
            expired=case is not None and case.link.expires_at <= self._site.clock(),
            tries_left=MOST_TRIES - case.tries if case else MOST_TRIES,
            file_path="",
        )

    def _offer(self, http: HttpRequest, case: _Case) -> Response:
        assert case.file is not None
        path = f"{self._path(http.path_params['handle'])}/{quote(case.file.filename)}"
        return self._site.page(
            "download",
            200,
            case.request.language,
            request=case.request,
            file=case.file,
            until=case.link.expires_at,
            expired=False,
            tries_left=MOST_TRIES,
            file_path=path,
        )

    # ------------------------------------------------------------ the code

    def _open(self, http: HttpRequest, sent: _Sent) -> Response:
        if not self._site.is_ours(http, sent.csrf, http.path_params["handle"]):
            return self._site.message("forbidden", 403)
        case = self._case_of(http, sent.token)
        if case is None:
            return self._form(http, None, "link_wrong", 404)
        if (closed := self._closed(case)) is not None:
            return closed
        if error := self._judged(case, sent.code):
            return self._again(http, case, error)
        if case.link.expires_at <= self._site.clock():
            return self._renew(case)
        return self._opened(http, case, pasted=bool(sent.token))

    def _judged(self, case: _Case, code: str) -> str:
        """An error key, or nothing where the code is right.

        Every try counts as a wrong one before it is looked at, so that a crash gives none away and
        guesses at the same moment are counted one by one.
        """
        if not code:
            return "file_code_missing"
        now, link_id = self._site.clock(), case.link.id
        with self._site.database.write() as connection:
            tried = downloads.claim_try(connection, link_id, now)
        if tried is None:
            return "file_slow_down"
        right = self._site.desk().download_code(case.request)
        if tried > MOST_TRIES or not hmac.compare_digest(code.encode(), right.encode()):
            return "file_code_wrong"
        with self._site.database.write() as connection:
            downloads.forget_wrong(connection, link_id)
        return ""

    def _again(self, http: HttpRequest, case: _Case, error: str) -> Response:
        status = {"file_code_missing": 422, "file_slow_down": 429}.get(error, 403)
        with self._site.database.read() as connection:
            tries = downloads.tries(connection, case.link.id)
        after = _Case(case.link, case.request, case.file, tries)
        return self._closed(after) or self._form(http, after, error, status)

    def _renew(self, case: _Case) -> Response:
        """A new link goes by mail, to the address that the file was sent to, and nowhere else."""
        language = case.request.language
        for _ in range(_STALE_TRIES):
            try:
                renewed = self._resend(case.request.id)
            except Stale:
                continue
            if renewed:
                self._site.committed()
                return self._site.message("file_renewed", 200, language)
            break
        return self._site.message("file_not_renewed", 429, language)

    def _resend(self, request_id: int) -> bool:
        now, desk = self._site.clock(), self._site.desk()
        with self._site.database.write() as connection:
            request = requests.get(connection, request_id)
            sent = lookups.resends_since(connection, [request_id], now - DAY)
            if request is None or not policy.can_resend(request):
                return False
            if sent.get(request_id, 0) >= RESENDS_LIMIT:
                return False
            decision = decide(request, e.Resend(by="requester"), self._site.rules(), now)
            requests.apply(connection, [decision], desk, now)
        return not decision.ignored

    def _opened(self, http: HttpRequest, case: _Case, *, pasted: bool) -> Response:
        """On to the file; where no cookie is kept, the file itself."""
        if pasted:
            return self._giver.give(http, case.link, case.request, case.file)
        handle = http.path_params["handle"]
        answer = RedirectResponse(self._path(handle), 303, HEADERS)
        until = int((self._site.clock() + _OPENED_FOR).timestamp())
        self._keep(answer, _OPENED, f"{until}.{self._grant(case.link.id, until)}", handle)
        return answer

    def _grant(self, link_id: str, until: int) -> str:
        text = f"opened|{link_id}|{until}".encode()
        return hmac.digest(self._site.desk().link_key, text, "sha256").hex()

    def _is_opened(self, http: HttpRequest, case: _Case, now: datetime) -> bool:
        said, _, grant = http.cookies.get(_OPENED, "").partition(".")
        until = whole(said, _SECONDS)
        right = hmac.compare_digest(grant.encode(), self._grant(case.link.id, until).encode())
        return right and now.timestamp() <= until

    # ------------------------------------------------------------ the file

    async def file(self, http: HttpRequest) -> Response:
        """GET and HEAD of the file, whole or in part; for those alone who typed the code."""
        return await run_in_threadpool(self._fetch, http)

    def _fetch(self, http: HttpRequest) -> Response:
        case, now = self._case_of(http), self._site.clock()
        if case is None:
            return self._form(http, None, status=403)
        if (closed := self._closed(case)) is not None:
            return closed
        if case.link.expires_at <= now or not self._is_opened(http, case, now):
            return self._form(http, case, status=403)
        return self._giver.give(http, case.link, case.request, case.file)


def _handle(token: str) -> str:
    """Names the page of a link in the address bar; it is no secret and opens nothing."""
    return hashlib.sha256(f"handle|{token_digest(token)}".encode()).hexdigest()[:16]


def _sent(form: dict[str, str]) -> _Sent:
    typed = to_arabic(form.get("code", ""))
    return _Sent(
        code="".join(c for c in typed if c.isascii() and c.isalnum()),
        token=form.get("link", "").strip().rpartition("/")[2],
        csrf=form.get("csrf", ""),
    )


def _language(http: HttpRequest) -> str:
    """Before the link is known, that of the browser."""
    return "en" if http.headers.get("accept-language", "").lower().startswith("en") else "th"
