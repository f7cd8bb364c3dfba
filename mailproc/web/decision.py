"""The approver's page. GET shows and changes nothing; POST decides, with the person's own code.

Scanners open links, run scripts and submit forms, so deciding takes what neither the mail nor the
page contains.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc.errors import Stale
from mailproc.model import Person, Request, State
from mailproc.store import decisions, links, people, requests
from mailproc.store.desk import Link, token_digest
from mailproc.web.common import Site
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision

_CODE_DIGITS = 6  # at least
_REASON_LENGTH = 2000
_LANGUAGE = "th"


@dataclass(frozen=True, slots=True)
class _Case:
    """A link with what it leads to."""

    link: Link
    request: Request
    person: Person

    def is_open(self, now: datetime) -> bool:
        """True while this link may decide."""
        return (
            self.request.state is State.AWAITING_DECISION
            and self.link.content_hash == self.request.content_hash
            and self.link.voided_at is None
            and self.link.expires_at > now
        )

    @property
    def may_undo(self) -> bool:
        return self.request.state is State.APPROVED and self.link.voided_at is None


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
        async with http.form(max_files=0, max_fields=20) as form:
            sent = _sent(form)
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
        self._log_open(case.link.id, client, now)
        return self._state_of(case, now)

    def _find(self, token: str, now: datetime) -> _Case | None:
        with self._site.database.read() as connection:
            return _case(connection, token, now)

    def _log_open(self, link_id: str, client: str, now: datetime) -> None:
        with self._site.database.read() as connection:
            if not links.opens_left(connection, link_id):
                return
        with self._site.database.write() as connection:
            links.log_open(connection, link_id, client, now)

    def _state_of(self, case: _Case, now: datetime) -> Response:
        """The page to decide on, or what was decided, or why this link is no good any more."""
        if case.is_open(now):
            return self._form(case)
        if case.request.decided_at is not None or case.request.state is State.CANCELLED:
            return self._decided(case)
        return self._site.message("gone", 410)

    def _form(
        self, case: _Case, error: str | None = None, status: int = 200, sent: _Sent | None = None
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

    def _decided(self, case: _Case, error: str | None = None, status: int = 200) -> Response:
        return self._site.page(
            "decided",
            status,
            _LANGUAGE,
            request=case.request,
            person=case.person,
            csrf=self._site.csrf(case.link.id),
            may_undo=case.may_undo,
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
        undo = sent.choice == "undo" and case.may_undo
        if not undo and not case.is_open(now):
            return self._state_of(case, now)  # a second click shows what was decided
        if error := _incomplete(sent, case):
            return self._refuse(case, error, 422, sent)
        if error := self._authenticate(case, sent, now):
            return self._refuse(case, error, 429 if error == "slow_down" else 403, sent)
        return self._record(token, sent)

    def _refuse(self, case: _Case, error: str, status: int, sent: _Sent) -> Response:
        if sent.choice == "undo":
            return self._decided(case, error, status)
        return self._form(case, error, status, sent)

    def _authenticate(self, case: _Case, sent: _Sent, now: datetime) -> str:
        """An error key, or nothing where the code (at first use the slip) is right."""
        person_id, link_id = case.person.id, case.link.id
        with self._site.database.read() as connection:
            wait = people.may_try_at(connection, person_id, link_id)
            if wait is not None and wait > now:
                return "slow_down"
            right = case.person.has_code and people.code_is_right(
                connection, person_id, sent.code, self._site.pepper
            )
        with self._site.database.write() as connection:
            if not case.person.has_code:
                right = people.redeem_slip(
                    connection, person_id, sent.slip, sent.new_code, self._site.pepper, now
                )
            if right:
                people.forget_wrong(connection, person_id, link_id)
                return ""
            people.count_wrong(connection, person_id, link_id, now)
        return "code_wrong" if case.person.has_code else "slip_wrong"

    def _record(self, token: str, sent: _Sent) -> Response:
        """Writes the decision down: state, history and decision row in one transaction."""
        now = self._site.clock()
        try:
            with self._site.database.write() as connection:
                case = _case(connection, token, now)
                if case is not None and (case.is_open(now) or case.may_undo):
                    self._apply(connection, case, sent, now)
        except Stale:
            pass  # somebody was faster; the page shows what was decided
        self._site.committed()
        after = self._find(token, now)
        return self._state_of(after, now) if after else self._site.message("not_found", 404)

    def _apply(self, connection: Connection, case: _Case, sent: _Sent, now: datetime) -> None:
        decision = decide(case.request, _event(case, sent), self._site.rules, now)
        if decision.ignored:
            return
        requests.apply(connection, [decision], self._site.desk(), now)
        decisions.record(connection, _row(case, decision, sent), now)


def _case(connection: Connection, token: str, now: datetime) -> _Case | None:
    link = links.find(connection, token, "decide")
    if link is None or link.person_id is None:
        return None
    request = requests.get(connection, link.request_id)
    person = people.get(connection, link.person_id, now)
    return _Case(link, request, person) if request and person else None


def _event(case: _Case, sent: _Sent) -> e.Event:
    by = case.person.name
    if sent.choice == "undo":
        return e.Undone(by=by)
    if sent.choice == "refuse":
        return e.Refused(by=by, reason=sent.reason)
    return e.Approved(by=by, content_hash=case.link.content_hash)


def _row(case: _Case, decision: Decision, sent: _Sent) -> decisions.Row:
    return decisions.Row(
        request_id=case.request.id,
        request_version=decision.after.version,
        person_id=case.person.id,
        verdict={"approve": "approved", "refuse": "refused", "undo": "undone"}[sent.choice],
        content_hash=case.link.content_hash,
        via="page",
        reason=sent.reason,
    )


def _sent(form: FormData) -> _Sent:
    names = ("choice", "reason", "code", "slip", "new_code", "new_code_again", "csrf")
    values = {name: str(form.get(name, "")).strip() for name in names}
    values["reason"] = values["reason"][:_REASON_LENGTH]
    return _Sent(**values)


def _incomplete(sent: _Sent, case: _Case) -> str:
    """The first thing that the person still has to fill in, as an error key."""
    if sent.choice not in ("approve", "refuse", "undo"):
        return "choice_missing"
    if sent.choice == "refuse" and not sent.reason:
        return "reason_missing"
    if case.person.has_code:
        return "" if sent.code else "code_missing"
    return _new_code_fault(sent)


def _new_code_fault(sent: _Sent) -> str:
    if not sent.slip:
        return "slip_missing"
    if len(sent.new_code) < _CODE_DIGITS or not sent.new_code.isdecimal():
        return "code_short"
    if len(set(sent.new_code)) == 1 or sent.new_code in "0123456789009876543210":
        return "code_weak"
    return "" if sent.new_code == sent.new_code_again else "codes_differ"
