"""What an officer may do with a request or a mail as it is now, as its page offers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from mailproc.datasets.gate.finding import CLASSES
from mailproc.deciding import narrowing
from mailproc.model import Attached, Catalogue, Request, Rules, State
from mailproc.officer import correcting, paper, sending
from mailproc.store import desk_lists, papers, waiting
from mailproc.store.handovers import WAYS
from mailproc.thai import long_date
from mailproc.web.common import Site
from mailproc.web.desk.frame import Visit
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from mailproc.workflow.formtext import as_text
from mailproc.workflow.steps.common import SCAN, TOO_BIG

_SOME_FILE = Attached(0, "", "", 0, "xlsx", "", "open", 2568, "", "", "")
_HANDED = ("handover", TOO_BIG)  # why a person is needed: to hand the file over
# Settled by acts of their own.
_APART = frozenset({State.AWAITING_DECISION, State.CANCELLED})
_LONG = ("purpose",)


class Offered:
    """The hooks of the case page and of a mail's page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def of_request(
        self, connection: Connection, visit: Visit, request: Request
    ) -> Mapping[str, Any]:
        """Values of «desk/case_actions.html.j2»."""
        rules = self._site.rules()
        may = {name for name, event in _tried(request) if _has_place(request, event, rules, visit)}
        signers = paper.may_have_signed(connection, request, visit.now)
        others = [one for one in signers if one.person.id != visit.person.id]
        return {
            "version": request.version,
            "may": may | ({"paper"} if others else set()),
            "first": _first(request, may),
            "asked": visit.asked("do", 20),
            "settle": _settling(request, rules, visit),
            "fields": list(_fields(request, rules.catalogue, self._site.office.language)),
            "signers": [(m.link.id, m.person, m.for_person) for m in others],
            "levels": narrowing.levels(request, rules),
            "scans": [
                one
                for one in papers.of_request(connection, request.id)
                if one.kind in ("signed_form", "decision")
            ],
            "ways": WAYS,
            "classes": CLASSES,
            "file": _of_file(request, rules.catalogue),
            "remark": request.remark,
            "letters": [
                row
                for row in desk_lists.letters(connection, request.id)
                if row.state in sending.AGAIN
            ],
        }

    def of_mail(self, connection: Connection, visit: Visit, row: sa.Row[Any]) -> Mapping[str, Any]:
        """Values of «desk/mail_actions.html.j2»."""
        numbers = [one["request"] for one in waiting.guesses(row) if one["request"]]
        return {"verdict": row.verdict, "number": numbers[0] if numbers else ""}


def _tried(request: Request) -> Iterator[tuple[str, e.Event]]:
    """One event for each act; what has no place in the state is not offered."""
    to_director = e.PersonSettled(to=State.AWAITING_DECISION)
    yield "submit", e.OfficerPassed() if request.state is State.CHECKING else to_director
    yield "ask", e.OfficerAsked(note="-")
    yield "remark", e.Remarked(note="-")
    yield "correct", e.OfficerCorrected(form=request.form)
    yield "attach", e.FileAttached(attached=_SOME_FILE)
    yield "hand", e.HandedOver(file_id=request.file_id or 0)
    yield "cancel", e.Cancelled()
    yield "again", e.Resend()
    if request.reason not in _HANDED:  # else nobody got it yet
        yield "take_back", e.AccessRevoked(reason="-")


def _has_place(request: Request, event: e.Event, rules: Rules, visit: Visit) -> bool:
    return not decide(request, event, rules, visit.now).ignored


def _settling(request: Request, rules: Rules, visit: Visit) -> list[str]:
    """Where a request that needs a person can be sent."""
    tried = (to for to in State if to not in _APART)
    found = ((to, e.PersonSettled(to=to, note="-")) for to in tried)
    return [to.value for to, event in found if _has_place(request, event, rules, visit)]


def _first(request: Request, may: set[str]) -> str:
    """The act that is most likely next; it stands open."""
    if request.state is State.CHECKING:
        return "submit"
    if request.state is State.NEEDS_PERSON:
        if request.reason == SCAN:  # what can be read on the picture is typed first
            return "correct"
        return "hand" if request.reason in _HANDED and "hand" in may else "settle"
    return ""


def _fields(request: Request, catalogue: Catalogue, language: str) -> Iterator[dict[str, Any]]:
    """Every field that can be put right: its value, and what the requester wrote."""
    corrected = {one.field: one.said for one in request.corrected}
    for name in correcting.EDITABLE:
        value = shown_value(request, name)
        dataset = catalogue.get(value) if name == "dataset" else None
        as_told = {value, *((dataset.title_th, dataset.title_en) if dataset else ())}
        said = corrected.get(name, correcting.said(request, name))
        yield {
            "name": name,
            "value": value,
            "said": said if said not in as_told else "",
            "by_hand": name in corrected,
            "options": correcting.CHOICES.get(name, ()),
            "datasets": [(d.id, d.title(language)) for d in catalogue.datasets]
            if name == "dataset"
            else [],
            "is_day": name in correcting.DATES,
            "is_long": name in _LONG,
        }


def shown_value(request: Request, field: str) -> str:
    """The value as the form on the page holds it."""
    if field == "dataset":
        return request.item.dataset_id or ""
    if field == "academic_years" and request.item.latest:
        return correcting.LATEST
    words = as_text(request.form, field)
    return _written(words) if field in correcting.DATES else words


def _written(iso: str) -> str:
    """A day as people here write it; what is none, as it is."""
    try:
        return long_date(date.fromisoformat(iso)) if iso else ""
    except ValueError:
        return iso


def _of_file(request: Request, catalogue: Catalogue) -> dict[str, Any]:
    """What the form for a file of one's own begins with."""
    dataset, item, known = catalogue.get(request.item.dataset_id), request.item, request.attached
    return {
        "title": known.title if known else (dataset.title_th if dataset else item.dataset),
        "year": known.academic_year if known else next(iter(item.academic_years), ""),
        "source": known.source if known else "",
        "as_of": _written(known.as_of) if known else "",
        "sensitivity": dataset.sensitivity if dataset else "",
        "name": known.filename if known else "",
    }
