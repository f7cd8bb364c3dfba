"""The monthly table: on a page, and as a file to download."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from mailproc import months, thai
from mailproc.datasets.workbook import MEDIA_TYPES
from mailproc.months.layout import Layout
from mailproc.promise import month as months_of
from mailproc.promise.month import Month
from mailproc.promise.monthly import Report
from mailproc.web.common import HEADERS, Site
from mailproc.web.desk.frame import Frame, Visit

PATH = "/desk/months"
_OFFERED = 24  # months to choose from; any other can be asked for by its address


class MonthsPage:
    """GET of /desk/months?month=2569-10, and of /desk/months/2569-10.xlsx."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        return [
            self._frame.route(PATH, self._show),
            self._frame.route(PATH + "/{month}.xlsx", self._download),
        ]

    def _show(self, visit: Visit) -> Response:
        said = visit.asked("month")
        chosen = months_of.parse(said) if said else self._current(visit).before
        if chosen is None:
            return self._page(visit, self._current(visit), 422, wrong=True)
        return self._page(visit, chosen)

    def _page(
        self, visit: Visit, chosen: Month, status: int = 200, *, wrong: bool = False
    ) -> Response:
        report = self._report(visit, chosen)
        layout = self._layout(report)
        return self._frame.page(
            visit,
            "months",
            status,
            title=layout.title(chosen),
            as_of=layout.until(visit.now),
            parts=(layout.summary(), layout.by(), layout.decided()),
            choices=self._choices(visit),
            chosen=chosen.buddhist,
            wrong=wrong,
        )

    def _download(self, visit: Visit) -> Response:
        chosen = months_of.parse(visit.http.path_params["month"])
        if chosen is None:
            return RedirectResponse(PATH, 303, HEADERS)
        texts, known = self._site.texts, self._site.rules().catalogue
        report = self._report(visit, chosen)
        content = months.workbook(report, chosen, texts, self._site.office, known, visit.now)
        name = quote(months.filename(chosen))
        headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=MEDIA_TYPES["xlsx"], headers=headers)

    def _report(self, visit: Visit, chosen: Month) -> Report:
        rules = self._site.rules()
        with self._site.database.read() as connection:
            return months.read(connection, chosen, rules, self._site.promise, visit.now)

    def _layout(self, report: Report) -> Layout:
        texts, known = self._site.texts, self._site.rules().catalogue
        return Layout(report, texts, self._site.office, known)

    def _current(self, visit: Visit) -> Month:
        return months_of.of(visit.now, self._site.office.timezone)

    def _choices(self, visit: Visit) -> list[tuple[str, str]]:
        """The newest months, each as it stands in the address and in words."""
        newest = self._current(visit)
        offered = (newest.later(-back) for back in range(_OFFERED))
        language = self._site.office.language
        return [
            (one.buddhist, thai.long_date(one.first, language).partition(" ")[2]) for one in offered
        ]
