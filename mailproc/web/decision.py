"""The approver's page. GET shows and changes nothing; POST decides, with the person's own code.

Scanners open links, run scripts and submit forms, so deciding takes what neither the mail nor the
page contains.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc import deciding
from mailproc.deciding import Mandate
from mailproc.deciding.proving import Proof, digits, prove
from mailproc.store.desk import token_digest
from mailproc.web.common import Site, read_form

_CODE_DIGITS = 6  # at least
_REASON_LENGTH = 2000
_CHOICES = ("approve", "refuse", "undo")
_REPEATED = re.compile(r"([0-9]{1,3})\1+")  # 111111, 121212, 123123
_RUNS = "0123456789012345678909876543210987654321"
_LANGUAGE = "th"
_COUNTS = ("done", "waits", "narrowed")


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the person sent."""

    choice: str
    reason: str
    code: str
    slip: str
    new_code: str
    new_code_again: str
    csrf: str


class _Turn:
    """A lock that can be held weakly."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


class DecisionPage:
    """GET and POST of /d/{token}."""

    def __init__(self, site: Site) -> None:
        self._site = site
        # One try at a time per link: parallel guesses can't outrun the count of wrong ones.
        self._turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()

    async def handle(self, http: HttpRequest) -> Response:
        token = http.path_params["token"]
        if http.method != "POST":
            return await run_in_threadpool(self._show, token, self._site.client(http))
        sent = _sent(await read_form(http))
        turn = self._turns.setdefault(token_digest(token), _Turn())
        return await run_in_threadpool(self._in_turn, turn, token, sent, http)

    def _in_turn(self, turn: _Turn, token: str, sent: _Sent, http: HttpRequest) -> Response:
        with turn.lock:
            return self._decide(token, sent, http)

    # ------------------------------------------------------------ GET

    def _show(self, token: str, client: str) -> Response:
        now = self._site.clock()
        case = self._find(token, now)
        if case is None:
            return self._site.message("not_found", 404)
        self._site.log_open(case.link.id, client, now)
        return self._state_of(case, now)

    def _find(self, token: str, now: datetime) -> Mandate | None:
        with self._site.database.read() as connection:
            return deciding.by_link(connection, token, now)

    def _state_of(self, case: Mandate, now: datetime) -> Response:
        """The page to decide on, or what was decided, or why this link is no good any more."""
        if case.is_open(now):
            return self._form(case)
        if case.is_settled:
            return self._decided(case, now)
        return self._useless(case)

    def _useless(self, case: Mandate) -> Response:
        """The link leads to something that was changed, or is too old."""
        return self._site.message("changed" if case.is_changed else "gone", 410)

    def _form(
        self, case: Mandate, error: str | None = None, status: int = 200, sent: _Sent | None = None
    ) -> Response:
        typed = {"choice": sent.choice, "reason": sent.reason, "slip": sent.slip} if sent else {}
        return self._site.page(
            "decision",
            status,
            _LANGUAGE,
            request=case.request,
            person=case.person,
            csrf=self._site.csrf(case.link.id),
            first_use=not case.person.has_code,
            error=error,
            typed=typed,
        )

    def _decided(
        self, case: Mandate, now: datetime, error: str | None = None, status: int = 200
    ) -> Response:
        return self._site.page(
            "decided",
            status,
            _LANGUAGE,
            request=case.request,
            person=case.person,
            csrf=self._site.csrf(case.link.id),
            may_undo=case.has_hold(now),
            error=error,
        )

    # ------------------------------------------------------------ POST

    def _decide(self, token: str, sent: _Sent, http: HttpRequest) -> Response:
        now = self._site.clock()
        case = self._find(token, now)
        if case is None:
            return self._site.message("not_found", 404)
        if not self._site.is_ours(http, sent.csrf, case.link.id):
            return self._site.message("forbidden", 403)
        if not (case.may_undo if sent.choice == "undo" else case.is_open(now)):
            return self._too_late(case, sent, now)  # a second click shows what was decided
        if error := _incomplete(sent, case):
            return self._again(case, error, 422, sent, now)
        proof = Proof(sent.code, sent.slip, sent.new_code)
        proved = prove(self._site.database, case, proof, self._site.pepper, now)
        if error := proved.error:
            return self._again(case, error, 429 if error == "slow_down" else 403, sent, now)
        return self._record(token, case, sent, proved.device)

    def _again(
        self, case: Mandate, error: str, status: int, sent: _Sent, now: datetime
    ) -> Response:
        if sent.choice == "undo":
            return self._decided(case, now, error, status)
        return self._form(case, error, status, sent)

    def _too_late(self, case: Mandate, sent: _Sent, now: datetime) -> Response:
        """The loser of a race, and who clicks again, reads what counts."""
        if case.is_open(now):
            return self._form(case, "form_old", 409, sent)
        if not case.is_settled:
            return self._useless(case)
        return self._decided(case, now, "undo_late" if sent.choice == "undo" else "already")

    def _record(self, token: str, case: Mandate, sent: _Sent, device: str) -> Response:
        """Writes the decision down and shows what counts now."""
        now, given = self._site.clock(), _given(sent, device)
        taken = deciding.take(
            self._site.database, case.link.id, given, self._site.rules(), self._site.desk, now
        )
        if taken.outcome in _COUNTS:
            self._site.committed()
        after = self._find(token, now)
        if after is None:
            return self._site.message("not_found", 404)
        if taken.outcome in _COUNTS:
            return self._state_of(after, now)
        return self._too_late(after, sent, now)


def _given(sent: _Sent, device: str) -> deciding.Given:
    return deciding.Given(choice=sent.choice, via="page", device=device, reason=sent.reason)


def _sent(form: dict[str, str]) -> _Sent:
    return _Sent(
        choice=form.get("choice", ""),
        reason=form.get("reason", "").strip()[:_REASON_LENGTH],
        code=digits(form.get("code", "")),
        slip=form.get("slip", "").strip(),
        new_code=digits(form.get("new_code", "")),
        new_code_again=digits(form.get("new_code_again", "")),
        csrf=form.get("csrf", ""),
    )


def _incomplete(sent: _Sent, case: Mandate) -> str:
    """The first thing that the person still has to fill in, as an error key."""
    if sent.choice not in _CHOICES:
        return "choice_missing"
    if sent.choice == "refuse" and not sent.reason:
        return "reason_missing"
    if case.person.has_code:
        return "" if sent.code else "code_missing"
    return _new_code_fault(sent)


def _new_code_fault(sent: _Sent) -> str:
    if not sent.slip:
        return "slip_missing"
    code = sent.new_code
    if len(code) < _CODE_DIGITS or not (code.isascii() and code.isdigit()):
        return "code_short"
    if _REPEATED.fullmatch(code) or code in _RUNS:
        return "code_weak"
    return "" if sent.new_code == sent.new_code_again else "codes_differ"
