"""The approver's page. GET shows and changes nothing; POST decides, with the person's own code.

Scanners open links, run scripts and submit forms, so deciding takes what neither the mail nor the
page contains: a code, or the cookie of a browser in which the code was typed before.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc import deciding
from mailproc.deciding import Mandate, narrowing
from mailproc.deciding.mandate import mandate
from mailproc.deciding.proving import Proved, prove
from mailproc.model import State
from mailproc.store import devices, links, opens
from mailproc.store.devices import Device
from mailproc.web import choices, wide
from mailproc.web.arriving import Arriving, log_look, preview
from mailproc.web.choices import Sent
from mailproc.web.common import Site, read_fields, whole
from mailproc.web.decided import DecidedPage
from mailproc.web.passkeys import PasskeyRoom
from mailproc.web.proof import STATUS
from mailproc.web.remembering import DEVICE, keep, remember
from mailproc.workflow import approval
from mailproc.workflow.urgency import hurry

_COUNTS = ("done", "waits", "narrowed")


class _Turn:
    """A lock that can be held weakly."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


class DecisionPage:
    """GET and POST of /d/{token} and of /d/open/{handle}."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._arriving = Arriving(site, "/d")
        self._keys = PasskeyRoom(site)
        self._afterwards = DecidedPage(site, self._keys)
        # One try at a time per link: parallel guesses can't outrun the count of wrong ones.
        self._turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()

    # ------------------------------------------------------------ the mailed link

    async def arrive(self, http: HttpRequest) -> Response:
        """GET leads on to the page; POST is of a page that was opened before there were handles."""
        if http.method != "POST":
            return await run_in_threadpool(self._arrive, http)
        sent = choices.read(await read_fields(http, choices.MOST_FIELDS))
        return await run_in_threadpool(self._post_to_token, http, sent)

    def _arrive(self, http: HttpRequest) -> Response:
        now = self._site.clock()
        found = self._by_token(http, now)
        if found is None:
            return self._site.message("not_found", 404)
        log_look(self._site, http, found.link, now)
        return preview(self._site, http) or self._arriving.leads_on(found.link.id, now)

    def _by_token(self, http: HttpRequest, now: datetime) -> Mandate | None:
        with self._site.database.read() as connection:
            return deciding.by_link(connection, http.path_params["token"], now)

    def _post_to_token(self, http: HttpRequest, sent: Sent) -> Response:
        found = self._by_token(http, self._site.clock())
        if found is None:
            return self._site.message("not_found", 404)
        return self._in_turn(http, found.link.id, sent)

    # ------------------------------------------------------------ the page

    async def page(self, http: HttpRequest) -> Response:
        """GET shows; POST decides."""
        if http.method != "POST":
            return await run_in_threadpool(self._show, http)
        sent = choices.read(await read_fields(http, choices.MOST_FIELDS))
        return await run_in_threadpool(self._post, http, sent)

    def _show(self, http: HttpRequest) -> Response:
        now = self._site.clock()
        found = self._visited(http, now)
        return found if isinstance(found, Response) else self._state_of(http, found, now)

    def _visited(self, http: HttpRequest, now: datetime) -> Mandate | Response:
        """What the handle of the address leads to, or a page that says why to nothing."""
        if (robot := preview(self._site, http)) is not None:
            return robot
        opened = self._arriving.opened(http, now)
        if opened is None:
            return self._site.message("not_found", 404)
        if not opened.may_look:
            return self._site.message("open_again", 403)
        return self._find(opened.link_id, now) or self._site.message("not_found", 404)

    def _find(self, link_id: str, now: datetime) -> Mandate | None:
        with self._site.database.read() as connection:
            link = links.get(connection, link_id)
            return mandate(connection, link if link and link.purpose == "decide" else None, now)

    def _state_of(
        self, http: HttpRequest, found: Mandate, now: datetime, *, proved: bool = False
    ) -> Response:
        """The page to decide on, or what was decided, or why this link is no good any more."""
        if found.is_open(now):  # after a proof: a yes was just taken back
            return self._form(http, found, now, done="undone" if proved else "")
        if found.is_settled:
            device = self._device(http, found, now)
            return self._afterwards.show(found, now, device=device, proved=proved)
        if found.is_changed and found.request.renewed == "conditions":
            return self._afterwards.narrowed(found, now, proved=proved)
        return self._useless(found)

    def _useless(self, found: Mandate) -> Response:
        """The link leads to something that was changed, or is too old."""
        if found.is_changed:
            return self._site.message("changed", 410)
        if found.is_back:
            return self._site.message("back", 410)
        asked = found.request.state is State.INCOMPLETE
        return self._site.message("asks_again" if asked else "gone", 410)

    def _form(
        self,
        http: HttpRequest,
        found: Mandate,
        now: datetime,
        error: str = "",
        status: int = 200,
        sent: Sent | None = None,
        *,
        done: str = "",
    ) -> Response:
        request, device = found.request, self._device(http, found, now)
        needed = approval.needed(request, self._site.rules())
        return self._site.page(
            "decision",
            status,
            request=request,
            person=found.person,
            for_person=found.for_person,
            done=done,
            csrf=self._site.csrf(found.link.id),
            first_use=not found.person.may_prove,
            device=device,
            passkey="" if device else self._keys.to_decide(found, choices.CHOICES, now),
            may_remember=self._site.is_private,
            error=error or None,
            typed=sent.typed if sent else {},
            columns=choices.columns_to_choose(request),
            wide=choices.is_numbered(request),
            shown_columns=wide.first(request.prepared) if request.prepared else 0,
            columns_path=f"{self._here(http, found, now)}/columns",
            levels=narrowing.levels(request, self._site.rules()),
            needed=needed,
            still_needed=needed - len(approval.given(request)),
            hurry=hurry(request, now, self._site.office.timezone),
        )

    def _here(self, http: HttpRequest, found: Mandate, now: datetime) -> str:
        """The page itself, by the handle that its cookie belongs to where there is one."""
        handle = http.path_params.get("handle", "")
        own = f"{self._site.base}/d/open/{handle}"
        return own if handle else self._arriving.address(found.link.id, now)

    async def columns(self, http: HttpRequest) -> Response:
        """GET of all columns of a wide table, with their first cells."""
        return await run_in_threadpool(self._columns, http)

    def _columns(self, http: HttpRequest) -> Response:
        now = self._site.clock()
        found = self._visited(http, now)
        if isinstance(found, Response):
            return found
        prepared = found.request.prepared
        if prepared is None or prepared.file is not None or not found.is_open(now):
            return self._state_of(http, found, now)
        parts = wide.parts(prepared)
        number = min(max(whole(http.query_params.get("page", "")), 1), len(parts))
        return self._site.page(
            "columns",
            request=found.request,
            columns=parts[number - 1],
            number=number,
            pages=len(parts),
            here=self._here(http, found, now),
        )

    def _decided(
        self, http: HttpRequest, found: Mandate, now: datetime, error: str = "", status: int = 200
    ) -> Response:
        device = self._device(http, found, now)
        return self._afterwards.show(found, now, device=device, error=error, status=status)

    def _device(self, http: HttpRequest, found: Mandate, now: datetime) -> Device | None:
        """The remembered browser that asks, where it is this person's own."""
        token = http.cookies.get(DEVICE, "")
        if not token:
            return None
        with self._site.database.read() as connection:
            return devices.find(connection, token, found.person.id, now)

    # ------------------------------------------------------------ POST

    def _post(self, http: HttpRequest, sent: Sent) -> Response:
        """Where no cookies are kept, the value in the form shows that its page was seen in time."""
        opened = self._arriving.opened(http, self._site.clock())
        if opened is None:
            return self._site.message("not_found", 404)
        return self._in_turn(http, opened.link_id, sent)

    def _in_turn(self, http: HttpRequest, link_id: str, sent: Sent) -> Response:
        turn = self._turns.setdefault(link_id, _Turn())
        with turn.lock:
            return self._decide(http, link_id, sent)

    def _decide(self, http: HttpRequest, link_id: str, sent: Sent) -> Response:
        now = self._site.clock()
        found = self._find(link_id, now)
        if found is None:
            return self._site.message("not_found", 404)
        if not self._site.is_ours(http, sent.csrf, link_id):
            return self._site.message("forbidden", 403)
        if not found.may(sent.choice, now):
            return self._too_late(http, found, sent, now)  # a second click shows what was decided
        device = self._device(http, found, now) if self._site.is_surely_ours(http) else None
        if error := self._fault(sent, found, now, device):
            return self._again(http, found, error, 422, sent, now)
        token = http.cookies.get(DEVICE, "") if device else ""
        proved = self._prove(found, sent, token, now)
        if error := proved.error:
            return self._again(http, found, error, STATUS.get(error, 403), sent, now)
        return self._proved(http, found, sent, proved, now)

    def _prove(self, found: Mandate, sent: Sent, token: str, now: datetime) -> Proved:
        if sent.passkey and not token:
            return self._keys.prove(found, sent.choice, sent.passkey, now)
        proof = replace(sent.proof.proof, device=token)
        return prove(self._site.database, found, proof, self._site.pepper, now)

    def _fault(self, sent: Sent, found: Mandate, now: datetime, device: Device | None) -> str:
        request, rules = found.request, self._site.rules()
        return choices.fault(
            sent,
            found,
            grounds=self._site.pages.keys("grounds", self._site.office.language),
            unfit=narrowing.faults(request, choices.conditions(sent, request), rules, now),
            known=device is not None,
        )

    def _again(
        self, http: HttpRequest, found: Mandate, error: str, status: int, sent: Sent, now: datetime
    ) -> Response:
        if sent.choice in ("undo", "revoke"):
            return self._decided(http, found, now, error, status)
        return self._form(http, found, now, error, status, sent)

    def _too_late(
        self, http: HttpRequest, found: Mandate, sent: Sent, now: datetime, outcome: str = ""
    ) -> Response:
        """The loser of a race, and who clicks again, reads what counts."""
        if outcome == "gone":  # the seat is another's now: the time of a stand-in is over, say
            return self._useless(found)
        if found.is_open(now):
            error = outcome if outcome in ("early", "unfit") else "form_old"
            return self._form(http, found, now, error, 409, sent)
        if not found.is_settled:
            return self._useless(found)
        late = {"undo": "undo_late", "revoke": "revoke_late"}.get(sent.choice, "already")
        return self._decided(http, found, now, "twice" if outcome == "twice" else late)

    def _proved(
        self, http: HttpRequest, found: Mandate, sent: Sent, proved: Proved, now: datetime
    ) -> Response:
        """A person it is: the open log says so, and the browser may be remembered."""
        who = self._site.visitor(http)
        seen = opens.Open(now, who.client, who.agent)
        token = ""
        with self._site.database.write() as connection:
            opens.by_person(connection, found.link.id, seen)
            if sent.remember:
                token = remember(self._site, connection, http, found.person, proved, now)
        return keep(self._site, self._record(http, found, sent, proved.device), token)

    def _record(self, http: HttpRequest, found: Mandate, sent: Sent, device: str) -> Response:
        """Writes the decision down and shows what counts now."""
        now, given = self._site.clock(), choices.given(sent, found.request, device)
        site = self._site
        taken = deciding.take(site.database, found.link.id, given, site.rules(), site.desk, now)
        if taken.outcome in _COUNTS:
            site.committed()
        after = self._find(found.link.id, now)
        if after is None:
            return site.message("not_found", 404)
        if taken.outcome in _COUNTS:
            return self._state_of(http, after, now, proved=True)
        return self._too_late(http, after, sent, now, taken.outcome)
