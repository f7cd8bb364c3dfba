"""The internal listener: for the office's own machines. The officer's desk will live here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Health:
    """How the daemon is."""

    polled_at: datetime | None  # the last time that the mailbox answered
    alive: bool


def internal_app(health: Callable[[], Health]) -> Starlette:
    """`/healthz`: 200 while all loops run."""

    async def healthz(http: HttpRequest) -> Response:
        now = health()
        polled = now.polled_at.isoformat() if now.polled_at else None
        return JSONResponse({"alive": now.alive, "polled_at": polled}, 200 if now.alive else 503)

    return Starlette(routes=[Route("/", healthz), Route("/healthz", healthz)])
