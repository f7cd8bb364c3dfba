"""The requester's page: this one request, whom it waits for, and two things to do about it.

A word has to be typed for either, with the last three figures of the request's number behind it:
pages and mails have to say the word, and scanners type what they read.
"""

from __future__ import annotations

from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc import thai
from mailproc.errors import Stale
from mailproc.model import Outlook, Request, State
from mailproc.store import links, requests
from mailproc.store.desk import Link
from mailproc.web.arriving import preview
from mailproc.web.common import Site, read_form
from mailproc.workflow import approval, dates
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from mailproc.workflow.states import ENDS, allowed
from mailproc.workflow.steps.common import is_on_its_way

_WORDS = {"ยกเลิก": "cancel", "cancel": "cancel", "ติดตาม": "nudge", "remind": "nudge"}
_STALE_TRIES = 5
_FIGURES = 3  # of the number, behind the word


class StatusPage:
    """GET and POST of /s/{token}."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def handle(self, http: HttpRequest) -> Response:
        token = http.path_params["token"]
        if http.method == "POST":
            sent = await read_form(http)
            return await run_in_threadpool(self._take, token, sent, http)
        if (robot := preview(self._site, http)) is not None:
            return robot
        return await run_in_threadpool(self._show, token)

    def _show(self, token: str) -> Response:
        found = self._find(token)
        return found if isinstance(found, Response) else self._page(*found)

    def _find(self, token: str) -> Response | tuple[Link, Request]:
        """What the token leads to, or the page that says why it leads nowhere."""
        with self._site.database.read() as connection:
            link = links.find(connection, token, "status")
            request = requests.get(connection, link.request_id) if link else None
        if link is None or request is None:
            return self._site.message("not_found", 404)
        if link.expires_at <= self._site.clock():
            return self._site.message("gone", 410, request.language)
        return link, request

    def _page(
        self, link: Link, request: Request, *, done: str = "", error: str = "", status: int = 200
    ) -> Response:
        now = self._site.clock()
        return self._site.page(
            "status",
            status,
            request.language,
            request=request,
            outlook=self._outlook(request, now),
            csrf=self._site.csrf(link.id),
            done=done,
            error=error,
            may_cancel=request.state not in ENDS and not is_on_its_way(request),
            may_nudge=bool(allowed(request.state, e.Nudged())),
        )

    def _outlook(self, request: Request, now: datetime) -> Outlook:
        rules = self._site.rules()
        expected = dates.answer_by(request, rules, now)
        seats = approval.asked_now(request, rules)
        return self._site.desk().outlook(request.id, seats, expected, now)

    # ------------------------------------------------------------ POST

    def _take(self, token: str, sent: dict[str, str], http: HttpRequest) -> Response:
        found = self._find(token)
        if isinstance(found, Response):
            return found
        link, request = found
        if not self._site.is_ours(http, sent.get("csrf", ""), link.id):
            return self._site.message("forbidden", 403, request.language)
        word = _told(sent.get("word", ""), request.number)
        if not word:
            return self._page(link, request, error="word_wrong", status=422)
        after, done = self._happen(request, word)
        return self._page(link, after, done=done)

    def _happen(self, request: Request, word: str) -> tuple[Request, str]:
        """The request afterwards, and what was done, as a key of the page's words."""
        for _ in range(_STALE_TRIES):
            now, rules = self._site.clock(), self._site.rules()
            if (why := self._useless(request, word, now)) is not None:
                return request, why
            event = e.Cancelled(by="requester") if word == "cancel" else e.Nudged(by="requester")
            decision = decide(request, event, rules, now)
            try:
                with self._site.database.write() as connection:
                    requests.apply(connection, [decision], self._site.desk(), now)
            except Stale:  # somebody decided at this moment, say: again with what is now
                request = self._again(request)
                continue
            self._site.committed()
            return decision.after, "cancelled" if word == "cancel" else "nudged"
        return request, "busy"

    def _useless(self, request: Request, word: str, now: datetime) -> str | None:
        """Why nothing is done, so that pressing without end writes nothing."""
        if word == "cancel":
            if request.state is State.CANCELLED:
                return "cancelled"
            stays = request.state in ENDS or is_on_its_way(request)
            return "too_late" if stays else None
        if not allowed(request.state, e.Nudged()):
            return "nobody_asked"
        return None if dates.may_nudge(request, self._site.rules(), now) else "nudged_before"

    def _again(self, request: Request) -> Request:
        with self._site.database.read() as connection:
            return requests.get(connection, request.id) or request


def _told(typed: str, number: str) -> str:
    """cancel | nudge; empty where the word or the end of the number is not there."""
    said = thai.to_arabic(thai.mend(typed)).strip(" .\"'«»“”").casefold()
    word, figures = said.rstrip("0123456789"), number[-_FIGURES:]
    return _WORDS.get(word.strip(" .\"'«»“”"), "") if said[len(word) :] == figures else ""
