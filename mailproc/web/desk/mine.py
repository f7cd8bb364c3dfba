"""A person's own sessions at the desk: where one is logged in, and an end to each."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.store import sessions
from mailproc.web.common import Site
from mailproc.web.desk.frame import Frame, Visit

PATH = "/desk/me"


class MinePage:
    """GET and POST of /desk/me."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        return [self._frame.route(PATH, self._show, self._act, anybody=True)]

    def _show(self, visit: Visit) -> Response:
        with self._site.database.read() as connection:
            mine = sessions.listed(connection, visit.person.id, visit.now)
        return self._frame.page(visit, "mine", sessions=mine)

    def _act(self, visit: Visit) -> Response:
        which = visit.text("session")
        with self._site.database.write() as connection:
            if which:
                sessions.end(connection, visit.person.id, visit.now, which)
            else:
                sessions.end(connection, visit.person.id, visit.now, but=visit.session.id)
        return self._frame.done(visit, PATH, "session_ended" if which else "sessions_ended")
