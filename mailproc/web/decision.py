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

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc.errors import Stale
from mailproc.model import Person, Request, State
from mailproc.store import decisions, links, people, requests
from mailproc.store.desk import Link, token_digest
from mailproc.thai import to_arabic
from mailproc.web.common import Site, read_form
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision

_CODE_DIGITS = 6  # at least
_REASON_LENGTH = 2000
_CHOICES = ("approve", "refuse", "undo")
_REPEATED = re.compile(r"([0-9]{1,3})\1+")  # 111111, 121212, 123123
_RUNS = "0123456789012345678909876543210987654321"
_STALE_TRIES = 5
_LANGUAGE = "th"
_ON_THE_WAY = (State.PREPARING, State.CHECKING, State.AWAITING_DECISION)


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

    def has_hold(self, now: datetime) -> bool:
        """True while an undo is still likely to come in time; with no hold there is none."""
        due = self.request.due_at
        return self.may_undo and due is not None and due > now

    @property
    def is_settled(self) -> bool:
        return self.request.decided_at is not None or self.request.state is State.CANCELLED


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

    def _find(self, token: str, now: datetime) -> _Case | None:
        with self._site.database.read() as connection:
            return _case(connection, token, now)

    def _state_of(self, case: _Case, now: datetime) -> Response:
        """The page to decide on, or what was decided, or why this link is no good any more."""
        if case.is_open(now):
            return self._form(case)
        if case.is_settled:
            return self._decided(case, now)
        return self._useless(case)

    def _useless(self, case: _Case) -> Response:
        """The link leads to something that was changed, or is too old."""
        changed = (
            case.request.state in _ON_THE_WAY
            and case.link.content_hash != case.request.content_hash
        )
        return self._site.message("changed" if changed else "gone", 410)

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

    def _decided(
        self, case: _Case, now: datetime, error: str | None = None, status: int = 200
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
        if error := self._authenticate(case, sent, now):
            return self._again(case, error, 429 if error == "slow_down" else 403, sent, now)
        return self._record(token, sent)

    def _again(self, case: _Case, error: str, status: int, sent: _Sent, now: datetime) -> Response:
        if sent.choice == "undo":
            return self._decided(case, now, error, status)
        return self._form(case, error, status, sent)

    def _too_late(self, case: _Case, sent: _Sent, now: datetime) -> Response:
        """The loser of a race, and who clicks again, reads what counts."""
        if case.is_open(now):
            return self._form(case, "form_old", 409, sent)
        if not case.is_settled:
            return self._useless(case)
        return self._decided(case, now, "undo_late" if sent.choice == "undo" else "already")

    def _authenticate(self, case: _Case, sent: _Sent, now: datetime) -> str:
        """An error key, or nothing where the code (at first use the slip) is right.

        Every try counts as a wrong one before it is looked at, so that a crash gives none away.
        """
        person_id, link_id = case.person.id, case.link.id
        with self._site.database.write() as connection:
            wait = people.may_try_at(connection, person_id, link_id)
            if wait is not None and wait > now:
                return "slow_down"
            people.count_wrong(connection, person_id, link_id, now)
        if not self._is_right(case, sent, now):
            return "code_wrong" if case.person.has_code else "slip_wrong"
        with self._site.database.write() as connection:
            people.forget_wrong(connection, person_id, link_id)
        return ""

    def _is_right(self, case: _Case, sent: _Sent, now: datetime) -> bool:
        person_id, pepper = case.person.id, self._site.pepper
        if case.person.has_code:
            with self._site.database.read() as connection:
                return people.code_is_right(connection, person_id, sent.code, pepper)
        with self._site.database.write() as connection:
            return people.redeem_slip(connection, person_id, sent.slip, sent.new_code, pepper, now)

    def _record(self, token: str, sent: _Sent) -> Response:
        """Writes the decision down and shows what counts now."""
        now = self._site.clock()
        written = self._write(token, sent, now)
        if written:
            self._site.committed()
        after = self._find(token, now)
        if after is None:
            return self._site.message("not_found", 404)
        return self._state_of(after, now) if written else self._too_late(after, sent, now)

    def _write(self, token: str, sent: _Sent, now: datetime) -> bool:
        """State, history and decision row in one transaction. False where it came too late."""
        for _ in range(_STALE_TRIES):
            try:
                with self._site.database.write() as connection:
                    case = _case(connection, token, now)
                    if case is None or not (case.is_open(now) or case.may_undo):
                        return False
                    return self._apply(connection, case, sent, now)
            except Stale:  # a reminder, say, was written at this moment: again with what is now
                continue
        return False

    def _apply(self, connection: Connection, case: _Case, sent: _Sent, now: datetime) -> bool:
        decision = decide(case.request, _event(case, sent), self._site.rules(), now)
        if decision.ignored:
            return False
        requests.apply(connection, [decision], self._site.desk(), now)
        decisions.record(connection, _row(case, decision, sent), now)
        return True


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


def _sent(form: dict[str, str]) -> _Sent:
    return _Sent(
        choice=form.get("choice", ""),
        reason=form.get("reason", "").strip()[:_REASON_LENGTH],
        code=_digits(form.get("code", "")),
        slip=form.get("slip", "").strip(),
        new_code=_digits(form.get("new_code", "")),
        new_code_again=_digits(form.get("new_code_again", "")),
        csrf=form.get("csrf", ""),
    )


def _digits(typed: str) -> str:
    """A code as it is meant: Thai digits are digits, and spaces mean nothing."""
    return to_arabic("".join(typed.split()))


def _incomplete(sent: _Sent, case: _Case) -> str:
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
