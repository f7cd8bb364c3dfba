"""The public listener: decision, status, download and their style sheet; no access log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.staticfiles import StaticFiles

from mailproc.web.common import HEADERS, Site
from mailproc.web.decision import DecisionPage
from mailproc.web.download import DownloadPage
from mailproc.web.me import MePage
from mailproc.web.queue import QueuePage
from mailproc.web.reach import PATH, ReachPage
from mailproc.web.status import StatusPage

_STATIC = Path(__file__).with_name("static")
_PAGES = dict.fromkeys((400, 405, 413, 415), "not_understood")
_KEEP = {**HEADERS, "Cache-Control": "max-age=3600"}


class _Static(StaticFiles):
    """Files with the headers of the pages, but kept for an hour."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(_KEEP)
        return response


def public_app(site: Site) -> Starlette:
    """The pages, at the root and under the path of `public_url`: a proxy may keep or cut it."""
    decision, download, queue = DecisionPage(site), DownloadPage(site), QueuePage(site)
    pages: list[BaseRoute] = [
        Route("/d/{token}", decision.arrive, methods=["GET", "POST"]),
        Route("/d/open/{handle}", decision.page, methods=["GET", "POST"]),
        Route("/d/open/{handle}/columns", decision.columns, methods=["GET"]),
        Route("/s/{token}", StatusPage(site).handle, methods=["GET", "POST"]),
        Route("/f/{token}", download.arrive, methods=["GET"]),
        Route("/f/open/{handle}", download.page, methods=["GET", "POST"]),
        Route("/f/open/{handle}/{filename}", download.file, methods=["GET"]),
        Route("/q/{token}", queue.arrive, methods=["GET"]),
        Route("/q/open/{handle}", queue.page, methods=["GET", "POST"]),
        Route("/q/open/{handle}/me", MePage(site, queue).page, methods=["GET", "POST"]),
        Route("/q/open/{handle}/see/{link}", queue.see, methods=["GET"]),
        Route(f"{PATH}/{{nonce}}", ReachPage(site).handle, methods=["GET"]),
        Mount("/static", _Static(directory=_STATIC)),
    ]
    # Redirects to a path without its last slash would name the host that the client named.
    inner = Router(pages, redirect_slashes=False)
    routes = [*([Mount(site.base, app=inner)] if site.base else []), *pages]

    async def sorry(http: HttpRequest, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            return site.message("error", 500)
        page = site.message(_PAGES.get(error.status_code, "not_found"), error.status_code)
        page.headers.update(error.headers or {})
        return page

    app = Starlette(routes=routes, exception_handlers={HTTPException: sorry, 500: sorry})
    app.router.redirect_slashes = False
    return app
