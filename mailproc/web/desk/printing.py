"""What is printed of a request: its form for signature, and the cover of its file."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.model import Built, Request
from mailproc.requestform import RequestForm, request_form
from mailproc.requestform import cover as covers
from mailproc.requestform import filled as forms
from mailproc.requestform.typesetting import MEDIA_TYPE, NoTypst
from mailproc.store import jobs, requests
from mailproc.web.common import HEADERS, Site
from mailproc.web.desk.frame import Frame, Visit

_PATH = "/desk/requests/{id:id}"
Found = tuple[Request, Built | None]


class PrintPages:
    """Each paper as a page that prints well, and as a PDF."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        route = self._frame.route
        return [
            route(f"{_PATH}/form", self._form),
            route(f"{_PATH}/form.pdf", self._form_pdf),
            route(f"{_PATH}/cover", self._cover),
            route(f"{_PATH}/cover.pdf", self._cover_pdf),
        ]

    def _form(self, visit: Visit) -> Response:
        return self._with(visit, lambda found: self._form_page(visit, found))

    def _form_page(self, visit: Visit, found: Found) -> Response:
        form = self._listing(found[0])
        filled = forms.fill(form, found[0])
        return self._frame.page(
            visit, "print_form", request=found[0], form=form, filled=filled, ticks=filled.ticks
        )

    def _form_pdf(self, visit: Visit) -> Response:
        folders = self._site.pages.made_of[2]

        def made(found: Found) -> Response:
            form = self._listing(found[0])
            content = forms.pdf(form, forms.fill(form, found[0]), folders)
            return _pdf(content, f"{form.words.filename}-{found[0].number}")

        return self._with(visit, lambda found: self._set(visit, found, made))

    def _listing(self, request: Request) -> RequestForm:
        office, catalogue, folders = self._site.pages.made_of
        return forms.listing(request_form(office, catalogue, "th", folders), request, folders)

    def _cover(self, visit: Visit) -> Response:
        return self._with(
            visit,
            lambda found: self._frame.page(
                visit, "print_cover", request=found[0], sheet=self._sheet(found)
            ),
        )

    def _cover_pdf(self, visit: Visit) -> Response:
        def made(found: Found) -> Response:
            sheet = self._sheet(found)
            content = covers.pdf(sheet, self._site.pages.made_of[2])
            return _pdf(content, f"{sheet.title}-{sheet.number}")

        return self._with(visit, lambda found: self._set(visit, found, made))

    def _sheet(self, found: Found) -> covers.Cover:
        (request, file), (office, catalogue, folders) = found, self._site.pages.made_of
        return covers.cover(request, file, office, catalogue, folders)

    def _set(self, visit: Visit, found: Found, made: Callable[[Found], Response]) -> Response:
        try:
            return made(found)
        except NoTypst:
            return self._frame.message(visit, "desk_no_pdf", 501)

    def _with(self, visit: Visit, show: Callable[[Found], Response]) -> Response:
        request_id = int(visit.http.path_params["id"])
        with self._site.database.read() as connection:
            request = requests.get(connection, request_id)
            file_id = request.file_id if request else None
            file = jobs.file(connection, file_id) if file_id else None
        if request is None:
            return self._frame.message(visit, "not_found", 404)
        return show((request, file))


def _pdf(content: bytes, name: str) -> Response:
    """To be looked at in the browser and printed."""
    shown = quote(f"{name.replace('/', '-')}.pdf")
    headers = HEADERS | {"Content-Disposition": f"inline; filename*=UTF-8''{shown}"}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
