"""Files to be handed over by a person, and people to be told: each with what it takes, and done."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.errors import Stale
from mailproc.model import Request, State
from mailproc.officer import Done, Here, Who, in_turn
from mailproc.officer.handing import hand_over
from mailproc.officer.telling import told
from mailproc.store import handing_lists, jobs, requests
from mailproc.web.common import HEADERS, Site
from mailproc.web.desk.frame import Frame, Visit
from mailproc.wording import shown
from mailproc.workflow import policy

_PATH = "/desk/handovers"
_WAYS = ("pickup", "paper", "line", "smart_office", "other")


class HandoversPage:
    """The tasks, the file of each, and who took it."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        return [
            self._frame.route(_PATH, self._show, self._done),
            self._frame.route(f"{_PATH}/{{id:id}}/file", self._file),
        ]

    def _show(self, visit: Visit, done: Done | None = None) -> Response:
        with self._site.database.read() as connection:
            ready = handing_lists.to_hand_over(connection)
            tell = handing_lists.to_tell(connection, visit.now - handing_lists.LATELY)
        return self._frame.page(
            visit,
            "handovers",
            422 if done else 200,
            ready=[(shown(one), _way(one)) for one in ready],
            tell=[shown(one) for one in tell],
            ways=_WAYS,
            wrong=_wrong(done, visit) if done else {},
        )

    def _done(self, visit: Visit) -> Response:
        site, act = self._site, visit.text("action")
        try:
            done = in_turn(
                site.database,
                lambda connection, here: _taken(connection, here, visit),
                site.rules(),
                site.desk,
                visit.now,
            )
        except Stale:
            return self._frame.message(visit, "error", 409)
        if not done.is_done:
            return self._show(visit, done)
        site.committed()
        return self._frame.done(visit, _PATH, "told_by_voice" if act == "told" else "handed_over")

    def _file(self, visit: Visit) -> Response:
        """Only what was decided upon, and only to those who hand it over."""
        with self._site.database.read() as connection:
            request = requests.get(connection, int(visit.http.path_params["id"]))
            file_id = request.file_id if request and _may_leave(request) else None
            file = jobs.file(connection, file_id) if file_id and visit.may_act else None
        if file is None:
            return self._frame.message(visit, "not_found", 404)
        name = quote(file.filename)
        headers = HEADERS | {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(file.content, media_type=file.media_type, headers=headers)


def _taken(connection: sa.Connection, here: Here, visit: Visit) -> Done:
    who = Who(visit.person.name, visit.person.id)
    number, taker, note = visit.number("request"), visit.text("taken_by"), visit.text("note", 500)
    if visit.text("action") == "told":
        return told(connection, number, taker, who, here, note=note)
    seen = visit.number("seen")
    return hand_over(connection, number, visit.text("way"), taker, who, here, note=note, seen=seen)


def _may_leave(request: Request) -> bool:
    states = (State.NEEDS_PERSON, State.DELIVERED)
    return request.state in states and policy.is_decided(request) and request.revoked_at is None


def _way(request: Request) -> str:
    """How the requester wants it, as one of the ways."""
    if request.item.format == "paper":
        return "paper"
    stated = request.form.delivery or ""
    return stated if stated in _WAYS else "pickup"


def _wrong(done: Done, visit: Visit) -> dict[str, Any]:
    """What was typed, and what became of it."""
    return {
        "request": done.request.id if done.request else visit.number("request"),
        "outcome": done.outcome,
        "taken_by": visit.text("taken_by"),
        "note": visit.text("note", 500),
    }
