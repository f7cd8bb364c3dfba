"""The internal listener: for the office's own machines. The officer's desk will live here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from mailproc.web.common import Site
from mailproc.web.register import RegisterPage

_STATIC = Path(__file__).with_name("static")


@dataclass(frozen=True, slots=True)
class Health:
    """How the daemon is."""

    polled_at: datetime | None  # the last time that the mailbox answered
    alive: bool
    stopped_at: datetime | None = None  # since when nothing is sent to requesters


def internal_app(health: Callable[[], Health], site: Site | None = None) -> Starlette:
    """`/healthz`: 200 while all loops run; `/people`: roles and codes."""

    async def healthz(http: HttpRequest) -> Response:
        now = health()
        polled = now.polled_at.isoformat() if now.polled_at else None
        stopped = now.stopped_at.isoformat() if now.stopped_at else None
        told = {"alive": now.alive, "polled_at": polled, "sending_stopped_at": stopped}
        return JSONResponse(told, 200 if now.alive else 503)

    routes: list[BaseRoute] = [Route("/", healthz), Route("/healthz", healthz)]
    if site is not None:
        routes.append(Route("/people", RegisterPage(site).page, methods=["GET", "POST"]))
        static = StaticFiles(directory=_STATIC)
        routes += [Mount(f"{base}/static", static) for base in dict.fromkeys((site.base, ""))]
    return Starlette(routes=routes)
