"""The internal listener, for the office's own machines: health, people, the officer's desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from mailproc.web import desk
from mailproc.web.common import HEADERS, Site
from mailproc.web.desk.frame import Frame
from mailproc.web.register import RegisterPage

_STATIC = Path(__file__).with_name("static")
_PAGES = dict.fromkeys((400, 405, 411, 415), "not_understood") | {413: "desk_too_big"}


@dataclass(frozen=True, slots=True)
class Health:
    """How the daemon is."""

    polled_at: datetime | None  # the last time that the mailbox answered
    alive: bool
    stopped_at: datetime | None = None  # since when nothing is sent to requesters
    alarms: tuple[str, ...] = ()  # what is wrong now
    ready: bool = True  # new mail is taken in


def internal_app(
    health: Callable[[], Health],
    site: Site | None = None,
    metrics: Callable[[], bytes] | None = None,
) -> Starlette:
    """`/healthz`: 200 while all loops run; `/readyz`: 200 while new mail is taken in as well;
    `/metrics`: figures for Prometheus; `/people`: roles and codes; `/desk`: the work."""

    async def healthz(http: HttpRequest) -> Response:
        now = await run_in_threadpool(health)
        return JSONResponse(_told(now), 200 if now.alive else 503)

    async def readyz(http: HttpRequest) -> Response:
        now = await run_in_threadpool(health)
        return JSONResponse(_told(now), 200 if now.ready else 503)

    async def figures(http: HttpRequest) -> Response:
        text = await run_in_threadpool(metrics) if metrics is not None else b""
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    routes: list[BaseRoute] = [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", figures),
    ]
    if site is None:
        return Starlette(routes=[Route("/", healthz), *routes])
    frame = Frame(site)
    routes += [Route("/", _home), *desk.routes(site, frame)]
    routes.append(Route("/people", RegisterPage(site, frame).page, methods=["GET", "POST"]))
    static = StaticFiles(directory=_STATIC)
    routes += [Mount(f"{base}/static", static) for base in dict.fromkeys((site.base, ""))]

    async def sorry(http: HttpRequest, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            return site.message("error", 500)
        return site.message(_PAGES.get(error.status_code, "not_found"), error.status_code)

    app = Starlette(routes=routes, exception_handlers={HTTPException: sorry, 500: sorry})
    app.router.redirect_slashes = False
    return app


async def _home(http: HttpRequest) -> Response:
    return RedirectResponse("/desk", 303, HEADERS)


def _told(now: Health) -> dict[str, object]:
    return {
        "alive": now.alive,
        "ready": now.ready,
        "alarms": list(now.alarms),
        "polled_at": now.polled_at.isoformat() if now.polled_at else None,
        "sending_stopped_at": now.stopped_at.isoformat() if now.stopped_at else None,
    }
