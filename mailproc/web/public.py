"""The public listener: decision, status and their style sheet; nothing else, and no access log."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from mailproc.web.common import Site
from mailproc.web.decision import DecisionPage
from mailproc.web.status import StatusPage

_STATIC = Path(__file__).with_name("static")


def public_app(site: Site) -> Starlette:
    """The pages, at the root and under the path of `public_url`: a proxy may keep or cut it."""
    pages: list[BaseRoute] = [
        Route("/d/{token}", DecisionPage(site).handle, methods=["GET", "POST"]),
        Route("/s/{token}", StatusPage(site).handle, methods=["GET"]),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
    routes = [*([Mount(site.base, routes=pages)] if site.base else []), *pages]

    async def not_found(http: HttpRequest, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return site.message("error" if status >= 500 else "not_found", status)

    return Starlette(routes=routes, exception_handlers={HTTPException: not_found, 500: not_found})
