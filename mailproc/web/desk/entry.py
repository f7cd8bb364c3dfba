"""Telephone and counter: one screen on which a request is taken down, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from mailproc import thai
from mailproc.defang import defang_address, defang_line
from mailproc.errors import Stale
from mailproc.model import ENTERED, Catalogue, Question, State
from mailproc.officer import entering
from mailproc.officer.entering import Call, Entered
from mailproc.store import papers, requesters, requests
from mailproc.web.common import HEADERS, Site
from mailproc.web.desk.frame import Frame, Visit
from mailproc.workflow.states import ENDS

_CALL = tuple(field.name for field in fields_of(Call))
_LONG = ("purpose",)
_USUAL = Call(channel="phone", year="latest", delivery="email")
# What a person is known by; the rest of a call is asked anew each time.
_KNOWN = tuple("requester_name position organisation requester_type phone email line_id".split())
_MOST = 2000
_SHORT = 80  # letters of a purpose that is offered
_OFFERED = 6
_KEYS = {words: key for key, words in thai.LEVELS.items()}


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
            chosen = visit.asked("from")
            if chosen.isascii() and chosen.isdigit() and len(chosen) < 10:
                call = _of(requesters.of_request(connection, int(chosen)), call)
            if len(found) == 1:
                call = _of(found[0], call)
        if visit.asked("channel") in ENTERED:
            call = replace(call, channel=visit.asked("channel"))
        return self._page(visit, call, found=found)

    def _page(
        self,
        visit: Visit,
        call: Call,
        status: int = 200,
        *,
        entered: Entered | None = None,
        found: Sequence[requesters.Requester] = (),
    ) -> Response:
        catalogue = self._site.rules().catalogue
        with self._site.database.read() as connection:
            known = requesters.lately(connection)
        return self._frame.page(
            visit,
            "entry",
            status,
            call=call,
            faults=(faults := _by_field(entered.faults if entered else ())),
            offers={name: self._offers(name, one) for name, one in faults.items()},
            same=entered.same if entered else None,
            may_keep=entered is not None and _may_keep(entered),
            query=visit.asked("q"),
            found=[_shown(one) for one in found],
            names=_names(known),
            places=_places(known, self._site.schools()),
            schools=self._site.schools(),
            purposes=_purposes(known),
            dataset_options=_datasets(catalogue, self._site.office.language),
            years=_years(catalogue),
        )

    # ------------------------------------------------------------ taking it down

    def _enter(self, visit: Visit) -> Response:
        site, call = self._site, _typed(visit)
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
        known = self._site.pages.texts(self._site.office.language).sections.get(f"{name}s", {})
        offered = (fault.offers or fault.hints)[:_OFFERED]
        return tuple(known.get(_KEYS.get(one, one), one) for one in offered)

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


def _may_keep(entered: Entered) -> bool:
    """Whether what is left to ask may be asked later."""
    return all(fault.problem != "wrong" and fault.field in _LATER for fault in entered.faults)


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


# ---------------------------------------------------------------- suggestions


def _shown(one: requesters.Requester) -> dict[str, str]:
    form = one.form
    said = (form.requester_name, form.organisation, form.phone)
    words = (*(defang_line(one) for one in said if one), defang_address(one.address))
    return {"id": str(one.request_id), "words": " · ".join(filter(None, words))}


def _names(known: Sequence[requesters.Requester]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(defang_line(one.form.requester_name or "") for one in known))


def _places(known: Sequence[requesters.Requester], schools: Sequence[str]) -> tuple[str, ...]:
    """Where requesters came from lately, then the schools."""
    before = (defang_line(one.form.organisation or "") for one in known)
    named = (name if name.startswith("โรงเรียน") else f"โรงเรียน{name}" for name in schools)
    return tuple(dict.fromkeys(name for name in (*before, *named) if name))


def _purposes(known: Sequence[requesters.Requester]) -> tuple[str, ...]:
    """What data was lately asked for, where it is short enough to be said again."""
    said = (defang_line(one.form.purpose or "") for one in known)
    return tuple(dict.fromkeys(words for words in said if 0 < len(words) <= _SHORT))


def _datasets(catalogue: Catalogue, language: str) -> list[tuple[str, str]]:
    """What can be had."""
    return [(one.id, one.title(language)) for one in catalogue.datasets if one.rounds]


def _years(catalogue: Catalogue) -> list[tuple[str, str]]:
    years = {one.academic_year for dataset in catalogue.datasets for one in dataset.rounds}
    return [(str(year), str(year)) for year in sorted(years, reverse=True)]
