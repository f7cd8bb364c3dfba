"""What an officer does on the pages of a request and of a mail: one POST, one act, one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from mailproc.errors import Stale
from mailproc.model import State
from mailproc.officer import (
    Done,
    Who,
    attaching,
    correcting,
    handing,
    in_turn,
    paper,
    passing,
    placing,
    sending,
)
from mailproc.officer.turns import Act
from mailproc.store import papers, requests
from mailproc.thai import iso_day
from mailproc.web.common import HEADERS, Site
from mailproc.web.desk import case, mails
from mailproc.web.desk.case import CasePage
from mailproc.web.desk.fields import Upload
from mailproc.web.desk.frame import Frame, Visit
from mailproc.web.desk.mails import MailsPage
from mailproc.web.desk.offered import shown_value

_NOTHING = Upload("", "", b"")
_SETTLED = ("sent", "rejected")
# Words of [errors] that differ by the form in which they are told: «act_attach_year_wrong».
_BY_ACT = frozenset(
    "correct_year_wrong correct_day_wrong attach_year_wrong attach_day_wrong attach_choice_wrong "
    "hand_choice_wrong settle_reason_missing take_back_reason_missing paper_reason_missing "
    "paper_file_too_large paper_day_wrong".split()
)
_OF_PAPER = "act_paper_not"  # a decision that did not count, for any reason


class ActingPage:
    """The POST routes below the pages of requests and mails."""

    def __init__(self, site: Site, frame: Frame, cases: CasePage, all_mails: MailsPage) -> None:
        self._site, self._frame = site, frame
        self._cases, self._mails = cases, all_mails

    def routes(self) -> list[BaseRoute]:
        of_request: dict[str, Callable[[Visit, int, Who, int], Act]] = {
            "submit": lambda v, i, w, s: lambda c, h: passing.submit(c, i, w, h, seen=s),
            "ask": lambda v, i, w, s: (
                lambda c, h: passing.ask(c, i, v.lines("question"), w, h, seen=s)
            ),
            "remark": lambda v, i, w, s: (
                lambda c, h: passing.remark(c, i, v.lines("remark"), w, h, seen=s)
            ),
            "cancel": lambda v, i, w, s: lambda c, h: passing.cancel(c, i, w, h, seen=s),
            "again": lambda v, i, w, s: lambda c, h: sending.send_file_again(c, i, w, h, seen=s),
            "take_back": lambda v, i, w, s: (
                lambda c, h: sending.take_back(c, i, v.lines("back_reason"), w, h, seen=s)
            ),
            "settle": _settle,
            "correct": self._correct,
            "attach": _attach,
            "hand": _hand,
            "paper": self._paper,
            "letter": _letter,
        }
        one_mail: dict[str, Callable[[Visit, int], Act]] = {
            "place": lambda v, i: lambda c, h: placing.place(c, i, v.text("m_number"), h),
            "new": lambda v, i: lambda c, h: placing.as_new(c, i, h),
            "not_ours": lambda v, i: lambda c, h: placing.not_for_us(c, i),
            "replay": lambda v, i: lambda c, h: placing.replay(c, i, h),
        }
        return [
            *(self._of_request(name, act) for name, act in of_request.items()),
            *(self._of_mail(name, act) for name, act in one_mail.items()),
        ]

    # ------------------------------------------------------------ one POST

    def _of_request(self, name: str, act: Callable[[Visit, int, Who, int], Act]) -> BaseRoute:
        def show(visit: Visit) -> Response:
            page = case.path_of(visit.http.path_params["id"])
            return RedirectResponse(f"{page}?do={name}#acts", 303, HEADERS)

        def take(visit: Visit) -> Response:
            request_id, who = visit.http.path_params["id"], _who(visit)
            done = self._done(act(visit, request_id, who, visit.number("version")), visit)
            if done.is_done:
                return self._frame.done(visit, case.path_of(request_id), _told(name, done))
            if done.outcome == "gone":
                return self._frame.message(visit, "desk_no_request", 404)
            typed = _typed(visit, name) | {"since": done.since}
            error = _error(name, done)
            status = 409 if done.outcome in ("meanwhile", "no_place") else 422
            return self._cases.show(visit, request_id, status=status, error=error, typed=typed)

        return self._frame.route(f"{case.PATH}/{name}", show, take)

    def _of_mail(self, name: str, act: Callable[[Visit, int], Act]) -> BaseRoute:
        def show(visit: Visit) -> Response:
            return RedirectResponse(mails.path_of(visit.http.path_params["id"]), 303, HEADERS)

        def take(visit: Visit) -> Response:
            mail_id = visit.http.path_params["id"]
            done = self._done(act(visit, mail_id), visit)
            if done.is_done:
                return self._frame.done(visit, mails.PATH, f"mail_{name}")
            if done.outcome == "mail_gone":
                return self._frame.message(visit, "desk_no_mail", 404)
            status = 409 if done.outcome == "mail_settled" else 422
            error, typed = f"act_{done.outcome}", _typed(visit, name)
            return self._mails.show(visit, mail_id, status=status, error=error, typed=typed)

        return self._frame.route(f"{mails.PATH}/{{id:id}}/{name}", show, take)

    def _done(self, act: Act, visit: Visit) -> Done:
        site = self._site
        try:
            done = in_turn(site.database, act, site.rules(), site.desk, visit.now)
        except Stale:  # it moves on without end
            return Done("meanwhile")
        if done.is_done:
            site.committed()
        return done

    def _correct(self, visit: Visit, request_id: int, who: Who, seen: int) -> Act:
        """Of the whole form on the page only what was changed."""
        with self._site.database.read() as connection:
            request = requests.get(connection, request_id)
        sent = {name: visit.form.get(f"c_{name}") for name in correcting.EDITABLE}
        values = {
            name: typed
            for name, typed in sent.items()
            if typed is not None
            and request is not None
            and typed.split() != shown_value(request, name).split()
        }
        return lambda c, h: correcting.correct(c, request_id, values, who, h, seen=seen)

    def _paper(self, visit: Visit, request_id: int, who: Who, seen: int) -> Act:
        signed = paper.Signed(
            link_id=visit.text("p_signer"),
            choice=visit.text("p_choice"),
            reason=visit.lines("p_reason"),
            ground=visit.text("p_ground"),
            without=visit.text("p_without", 500),
            level=visit.text("p_level"),
            until=visit.text("p_until"),
        )
        sent = visit.files.get("p_picture") or self._kept(request_id, visit.number("p_kept"))
        name, picture = sent.filename, sent.content
        return lambda c, h: paper.enter(c, request_id, signed, name, picture, who, h, seen=seen)

    def _kept(self, request_id: int, paper_id: int) -> Upload:
        """A page that was scanned before, such as the form that both signed."""
        with self._site.database.read() as connection:
            found = papers.get(connection, paper_id) if paper_id else None
        if found is None or found[0].request_id != request_id:
            return _NOTHING
        return Upload(found[0].filename, found[0].media_type, found[1])


def _who(visit: Visit) -> Who:
    return Who(visit.person.name, visit.person.id)


def _typed(visit: Visit, name: str) -> dict[str, Any]:
    """What is filled in again, and which form it was."""
    kept: Mapping[str, str] = visit.form
    return {key: text for key, text in kept.items() if key != "csrf"} | {"act": name}


def _error(name: str, done: Done) -> str:
    if name == "paper" and done.outcome.startswith("paper_"):
        return _OF_PAPER
    own = f"{name}_{done.outcome}"
    return f"act_{own}" if own in _BY_ACT else f"act_{done.outcome}"


def _told(name: str, done: Done) -> str:
    """A key of [desk_told]; what is narrowed is made anew and laid before the signer again."""
    anew = done.request is not None and done.request.state is State.PREPARING
    return "act_paper_narrowed" if name == "paper" and anew else f"act_{name}"


def _settle(visit: Visit, request_id: int, who: Who, seen: int) -> Act:
    said = visit.text("to")
    to = State(said) if said in set(State) else State.NEW  # which nothing leads to
    note = visit.lines("note")
    return lambda c, h: passing.settle(c, request_id, to, who, h, note=note, seen=seen)


def _attach(visit: Visit, request_id: int, who: Who, seen: int) -> Act:
    sent = visit.files.get("a_file", _NOTHING)
    about = attaching.About(
        title=visit.text("a_title"),
        sensitivity=visit.text("a_class"),
        academic_year=visit.number("a_year"),
        as_of=iso_day(visit.text("a_as_of")),
        source=visit.text("a_source"),
    )
    name, content = sent.filename, sent.content
    return lambda c, h: attaching.attach(c, request_id, name, content, about, who, h, seen=seen)


def _hand(visit: Visit, request_id: int, who: Who, seen: int) -> Act:
    way, taken_by, note = visit.text("h_way"), visit.text("h_taken_by"), visit.text("h_note")
    return lambda c, h: handing.hand_over(
        c, request_id, way, taken_by, who, h, note=note, seen=seen
    )


def _letter(visit: Visit, request_id: int, who: Who, seen: int) -> Act:
    letter, outcome = visit.number("letter"), visit.text("outcome")
    if outcome in _SETTLED:
        return lambda c, h: sending.settle(c, letter, outcome, who, h)
    return lambda c, h: sending.resend(c, letter, h)
