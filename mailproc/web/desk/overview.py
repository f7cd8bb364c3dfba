"""What there is to do, and where each request stands: groups, search and filters."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.model import Request
from mailproc.store import desk_lists, handing_lists, waiting
from mailproc.store.desk_lists import CHANNELS, GROUPS, Wanted
from mailproc.web.common import Site
from mailproc.web.desk.frame import Frame, Visit
from mailproc.wording import shown
from mailproc.workflow.states import ENDS
from mailproc.workflow.urgency import hurry

PATH = "/desk"
PER_PAGE = 25
_DEEPEST = 400  # pages
_FIRST = "mine"  # the group that is shown where none is asked for


class OverviewPage:
    """GET of /desk."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        return [self._frame.route(PATH, self._show)]

    def _show(self, visit: Visit) -> Response:
        self._site.readings.warm()
        datasets = self._site.rules().catalogue.datasets
        wanted = _wanted(visit, {one.id for one in datasets})
        page = min(max(visit.number("page"), 1), _DEEPEST)
        with self._site.database.read() as connection:
            counts = desk_lists.counts(connection)
            offset = (page - 1) * PER_PAGE
            found = desk_lists.listed(connection, wanted, PER_PAGE + 1, offset)
            mails = waiting.count_all(connection)
            to_tell = handing_lists.count_to_tell(connection, visit.now - handing_lists.LATELY)
        return self._frame.page(
            visit,
            "overview",
            groups=[
                (name, counts[name], _path(Wanted(name)), name == wanted.group) for name in GROUPS
            ],
            mails=mails,
            to_tell=to_tell,
            wanted=wanted,
            is_search=wanted != Wanted(wanted.group),
            rows=[self._row(visit, one) for one in found[:PER_PAGE]],
            total=counts.get(wanted.group, 0) if wanted == Wanted(wanted.group) else 0,
            before=_path(wanted, page - 1) if page > 1 else "",
            after=_path(wanted, page + 1) if len(found) > PER_PAGE else "",
            elsewhere=_path(replace(wanted, group="")) if wanted.group else "",
            page=page,
            datasets=[(one.id, one.title(self._site.office.language)) for one in datasets],
            channels=CHANNELS,
        )

    def _row(self, visit: Visit, request: Request) -> dict[str, Any]:
        is_open = request.state not in ENDS
        zone = self._site.office.timezone
        return {
            "id": request.id,
            "request": shown(request),
            "hurry": hurry(request, visit.now, zone).level if is_open else "",
            "is_open": is_open,
        }


def _wanted(visit: Visit, datasets: set[str]) -> Wanted:
    """What the address asks for; what is no value of a filter narrows nothing."""
    group, dataset, channel = (visit.asked(name) for name in ("group", "dataset", "channel"))
    wanted = Wanted(
        group if group in GROUPS else "",
        visit.asked("q"),
        dataset if dataset in datasets else "",
        channel if channel in CHANNELS else "",
    )
    return Wanted(_FIRST) if wanted == Wanted() and group != "all" else wanted


def _path(wanted: Wanted, page: int = 1) -> str:
    asked = {"q" if name == "words" else name: value for name, value in asdict(wanted).items()}
    asked["group"] = asked["group"] or "all"
    asked |= {"page": str(page)} if page > 1 else {}
    return f"{PATH}?{urlencode({name: value for name, value in asked.items() if value})}"
