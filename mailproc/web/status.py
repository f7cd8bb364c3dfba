"""The requester's page: this one request and nothing else."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc.store import links, requests
from mailproc.web.arriving import preview
from mailproc.web.common import Site


class StatusPage:
    """GET of /s/{token}."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def handle(self, http: HttpRequest) -> Response:
        if (robot := preview(self._site, http)) is not None:
            return robot
        return await run_in_threadpool(self._show, http.path_params["token"])

    def _show(self, token: str) -> Response:
        now = self._site.clock()
        with self._site.database.read() as connection:
            link = links.find(connection, token, "status")
            request = requests.get(connection, link.request_id) if link else None
        if link is None or request is None:
            return self._site.message("not_found", 404)
        if link.expires_at <= now:
            return self._site.message("gone", 410, request.language)
        return self._site.page("status", 200, request.language, request=request)
