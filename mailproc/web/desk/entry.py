"""Telephone and counter: one screen on which a request is taken down, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from mailproc.errors import Stale
from mailproc.model import ENTERED, Question, Request, State
from mailproc.officer import entering
from mailproc.officer.entering import Call, Entered
from mailproc.store import papers, requesters, requests
from mailproc.web.common import HEADERS, Site
from mailproc.web.desk import suggesting
from mailproc.web.desk.frame import Frame, Visit
from mailproc.workflow.states import ENDS

_CALL = tuple(field.name for field in fields_of(Call))
_LONG = ("purpose",)
_USUAL = Call(channel="phone", year="latest", delivery="email")
# What a person is known by; the rest of a call is asked anew each time.
_KNOWN = tuple("requester_name position organisation requester_type phone email line_id".split())
_MOST = 2000
_TWO_WEEKS = timedelta(days=14)


class EntryPage:
    """The screen, and the page behind it that says what happens next."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        return [
            self._frame.route("/desk/entry", self._show, self._enter),
            self._frame.route("/desk/entry/{id:id}", self._entered),
        ]

    # ------------------------------------------------------------ the screen

    def _show(self, visit: Visit) -> Response:
        found: Sequence[requesters.Requester] = ()
        call = _USUAL
        with self._site.database.read() as connection:
            if words := visit.asked("q"):
                found = requesters.called(connection, words)
            if chosen := visit.number("from"):
                call = _of(requesters.of_request(connection, chosen), call)
            if len(found) == 1:
                call = _of(found[0], call)
            if (before := visit.number("again")) and (one := requests.get(connection, before)):
                known = _of(requesters.of_request(connection, before), call)
                call = _again(one, known)
        focus = "dataset" if call.requester_name else "phone"
        return self._page(visit, call, found=found, focus=focus)

    def _page(
        self,
        visit: Visit,
        call: Call,
        status: int = 200,
        *,
        entered: Entered | None = None,
        found: Sequence[requesters.Requester] = (),
        focus: str = "",
    ) -> Response:
        catalogue, schools = self._site.rules().catalogue, self._site.schools()
        with self._site.database.read() as connection:
            known = requesters.lately(connection)
        return self._frame.page(
            visit,
            "entry",
            status,
            call=call,
            faults=(faults := _by_field(entered.faults if entered else ())),
            offers={name: self._offers(name, one) for name, one in faults.items()},
            instead=(instead := suggesting.instead(call, faults, schools, self._options())),
            focus=focus or _focus(faults, instead, entered),
            same=entered.same if entered else None,
            may_keep=entered is not None and _may_keep(entered),
            only_personal=all(one.problem == entering.PERSONAL for one in faults.values()),
            query=visit.asked("q"),
            found=[suggesting.shown(one) for one in found],
            names=suggesting.names(known),
            places=suggesting.places(
                known, schools, self._site.texts.sections["desk_agencies"].values()
            ),
            schools=suggesting.schools(schools),
            purposes=suggesting.purposes(known),
            dataset_options=suggesting.datasets(catalogue, self._site.office.language),
            years=suggesting.years(catalogue),
            soon=_soon(visit.now, self._site.office.timezone),
        )

    # ------------------------------------------------------------ taking it down

    def _enter(self, visit: Visit) -> Response:
        site, call = self._site, suggesting.chosen(_typed(visit), visit.form)
        with site.database.read() as connection:
            call = _filled(call, requesters.by_phone(connection, call.phone))
        try:
            with site.database.write() as connection:
                entered = entering.enter(
                    connection,
                    call,
                    visit.person,
                    site.habits(),
                    site.rules(),
                    site.desk(),
                    visit.now,
                    site.asks,
                    anyway=visit.text("anyway") == "1",
                )
        except Stale:
            return self._frame.message(visit, "error", 409)
        if entered.request is None:
            return self._page(visit, call, 422, entered=entered)
        site.committed()
        return RedirectResponse(f"/desk/entry/{entered.request.id}", 303, HEADERS)

    def _offers(self, name: str, fault: Question) -> tuple[str, ...]:
        """What can be chosen instead, in the words of the screen; a list to choose from shows its
        own."""
        if name == "dataset" and fault.problem != "roster_only":
            return ()
        known = self._site.texts.sections.get(f"{name}s", {})
        offered = (fault.offers or fault.hints)[: suggesting.OFFERED]
        return tuple(known.get(suggesting.key(one), one) for one in offered)

    def _options(self) -> dict[str, dict[str, str]]:
        """What the lists of the screen hold, by field: value and words."""
        sections = self._site.texts.sections
        catalogue, language = self._site.rules().catalogue, self._site.office.language
        named = {name: dict(sections[f"{name}s"]) for name in ("level", "format", "round")}
        return named | {
            "dataset": dict(suggesting.datasets(catalogue, language)),
            "year": dict(suggesting.years(catalogue)),
        }

    # ------------------------------------------------------------ what comes of it

    def _entered(self, visit: Visit) -> Response:
        request_id = int(visit.http.path_params["id"])
        with self._site.database.read() as connection:
            request = requests.get(connection, request_id)
            kept = papers.of_request(connection, request_id)
        if request is None:
            return self._frame.message(visit, "not_found", 404)
        return self._frame.page(
            visit,
            "entered",
            request=request,
            next=_next(request),
            may_correct=request.state not in ENDS,
            papers=kept,
            paper_fault="",
        )


def _typed(visit: Visit) -> Call:
    said = {name: visit.text(name) for name in _CALL if name not in _LONG}
    return Call(**said, **{name: visit.lines(name, _MOST) for name in _LONG})


def _filled(call: Call, known: requesters.Requester | None) -> Call:
    """What the officer left out of a person whose telephone number is known."""
    blank = {name: value for name, value in _person(known).items() if not getattr(call, name)}
    return replace(call, **blank)


def _of(known: requesters.Requester | None, call: Call) -> Call:
    return replace(call, **_person(known))


def _person(known: requesters.Requester | None) -> dict[str, str]:
    if known is None:
        return {}
    told = {name: getattr(known.form, name) or "" for name in _KNOWN}
    return told | {"email": known.address or told["email"]}


def _again(before: Request, call: Call) -> Call:
    """Another request of the same talk: for the same purpose, taken down and fetched as it was."""
    form = before.form
    printed = before.item.format == "paper"
    return replace(
        call,
        channel=before.channel if before.channel in ENTERED else call.channel,
        purpose=form.purpose or "",
        delivery="paper" if printed else form.delivery or call.delivery,
        letter_no=form.letter_no or "",
        letter_date=_written(form.letter_date),
        needed_by=_written(form.needed_by),
    )


def _written(iso: str | None) -> str:
    return _short(date.fromisoformat(iso)) if iso else ""


def _soon(now: datetime, timezone: str) -> str:
    """A day in two weeks, as people here write it: an example that does not grow old."""
    return _short((now + _TWO_WEEKS).astimezone(ZoneInfo(timezone)))


def _short(day: date) -> str:
    """«25/12/2569»: as it is typed, and short enough for its field."""
    return f"{day:%d/%m}/{day.year + 543}"


def _focus(
    faults: Mapping[str, Question], instead: Mapping[str, Any], entered: Entered | None
) -> str:
    """Where to go on typing: the first fault, or what is offered in its place."""
    if entered and entered.same and not faults:
        return ""  # the screen is to be read first
    name = next((name for name in _ORDER if name in faults), "phone")
    return f"instead_{name}" if instead.get(name) else name


def _may_keep(entered: Entered) -> bool:
    """Whether what is left to ask may be asked later."""
    given = all(
        (one.field, one.problem) != ("dataset", entering.PERSONAL) for one in entered.faults
    )
    return given and all(fault.field in _LATER for fault in entered.faults)


# The fields in the order of the screen.
_ORDER = (
    *("phone", "requester_name", "organisation", "requester_type", "position", "letter_no"),
    *("letter_date", "dataset", "filters", "purpose", "year", "round", "level", "format"),
    *("email", "line_id", "needed_by"),
)
_LATER = frozenset(
    "requester_name organisation purpose dataset academic_years round level filters format".split()
)


def _by_field(faults: Sequence[Question]) -> dict[str, Question]:
    """The first fault of each field; those of the period stand at the year."""
    found: dict[str, Question] = {}
    for fault in faults:
        name = {"academic_years": "year"}.get(fault.field, fault.field)
        found.setdefault(name, fault)
    return found


def _next(request: Any) -> str:
    """What happens now, as a key of [desk_next]."""
    if request.state is State.INCOMPLETE:
        return "asked" if request.requester_addr else "ask"
    by_hand = "" if request.requester_addr else "_by_hand"
    state = request.state.value
    return f"{state}{by_hand}" if request.state is State.REFUSED else str(state)
