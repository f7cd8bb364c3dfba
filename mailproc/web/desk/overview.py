"""What there is to do, and where each request stands."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.web.common import Site
from mailproc.web.desk.frame import Frame, Visit


class OverviewPage:
    """GET of /desk."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        return [self._frame.route("/desk", self._show)]

    def _show(self, visit: Visit) -> Response:
        return self._frame.page(visit, "overview")
