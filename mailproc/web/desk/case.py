"""One request: what is asked, where it stands, all its mails, and all that was done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.defang import defang, defang_address, defang_line
from mailproc.model import Request
from mailproc.store import decisions, desk_lists, opens, requests, stage_times
from mailproc.store.desk_lists import STEPS, Step
from mailproc.web.common import HEADERS, Site
from mailproc.web.desk.frame import Frame, Visit
from mailproc.web.readings import Said
from mailproc.workflow.states import ENDS
from mailproc.workflow.urgency import hurry

PATH = "/desk/requests/{id:id}"
# The page stays small: so many letters of all mails together, of one, and at least of each.
_ALL_TEXT, _ONE_TEXT, _LEAST_TEXT = 3500, 1200, 120
_ALL_TOLD, _ONE_TOLD = 1200, 400  # letters of words in the history
_SAMPLE_ROWS, _SAMPLE_CELLS = 8, 240
_OLDEST = 10_000  # steps of a history
_DECIDED = ("reason", "private_note")
_HAND = "attachment; filename*=UTF-8''"

# What the page offers to be done: values for «desk/case_actions.html.j2», as `acts`.
Acts = Callable[[Connection, Visit, Request], Mapping[str, Any]]


def path_of(request_id: int) -> str:
    """The page of a request; its number has a slash, so the id stands there."""
    return f"/desk/requests/{request_id}"


class CasePage:
    """GET of /desk/requests/{id}, and of the files below it."""

    def __init__(self, site: Site, frame: Frame, acts: Acts | None = None) -> None:
        self._site, self._frame, self._acts = site, frame, acts

    def routes(self) -> list[BaseRoute]:
        route = self._frame.route
        return [
            route(PATH, lambda visit: self.show(visit, visit.http.path_params["id"])),
            route(f"{PATH}/files/{{file:id}}", self._file),
        ]

    def show(
        self,
        visit: Visit,
        request_id: int,
        *,
        status: int = 200,
        error: str = "",
        typed: Mapping[str, Any] | None = None,
    ) -> Response:
        """The page; after a POST with what was wrong, a key of [errors], and what was typed."""
        with self._site.database.read() as connection:
            request = requests.get(connection, request_id)
            if request is None:
                return self._frame.message(visit, "desk_no_request", 404)
            values = self._facts(connection, visit, request)
        mails = values.pop("mail_rows")
        said = self._site.readings.of(mails)
        return self._frame.page(
            visit,
            "case",
            status,
            request=request,
            error=error or None,
            typed=typed or {},
            mails=_mails(mails, said),
            unread_more=len(mails) == desk_lists.MAILS,
            **values,
        )

    def _facts(self, connection: Connection, visit: Visit, request: Request) -> dict[str, Any]:
        rules, is_open = self._site.rules(), request.state not in ENDS
        zone = self._site.office.timezone
        prepared, past = request.prepared, min(visit.number("past"), _OLDEST)
        letters = desk_lists.letters(connection, request.id)
        steps = desk_lists.history(connection, request.id, STEPS + 1, past)
        return {
            "here": path_of(request.id),
            "is_open": is_open,
            "hurry": hurry(request if is_open else None, visit.now, zone),
            "clock": stage_times.of_request(connection, request.id, rules, visit.now),
            "steps": _steps(steps[:STEPS]),
            "older": past + STEPS if len(steps) > STEPS else 0,
            "decided": [_decision(one) for one in decisions.of_request(connection, request.id)],
            "letters": [_letter(row) for row in letters],
            "unreached": desk_lists.unreached(request, letters) if is_open else None,
            "mail_rows": desk_lists.mails(connection, request.id),
            "looks": [x for x in opens.of_request(connection, request.id) if x.purpose == "decide"],
            "sample_rows": _rows_shown(len(prepared.columns)) if prepared else 0,
            "acts": self._acts(connection, visit, request) if self._acts else {},
            **_belongings(desk_lists.belongings(connection, request.id)),
        }

    def _file(self, visit: Visit) -> Response:
        """One of its files, to be kept: nothing of it is shown in the browser."""
        asked = visit.http.path_params
        with self._site.database.read() as connection:
            row = desk_lists.file(connection, asked["id"], asked["file"])
        if row is None:
            return self._frame.message(visit, "file_gone", 404)
        headers = HEADERS | {"Content-Disposition": _HAND + quote(row.filename, safe="")}
        return Response(bytes(row.content), media_type=row.media_type, headers=headers)


def _rows_shown(columns: int) -> int:
    """So many rows of the sample that its cells do not swell the page; one at least."""
    return min(_SAMPLE_ROWS, max(1, _SAMPLE_CELLS // max(columns, 1)))


def _mails(rows: Sequence[sa.Row[Any]], said: Mapping[int, Said]) -> list[dict[str, Any]]:
    """The mails with their words, the newest with more of them; the rest is on their own page."""
    left, found = _ALL_TEXT, []
    for row in rows:
        one = said.get(row.id, Said())
        text = one.text[: max(_LEAST_TEXT, min(_ONE_TEXT, left))]
        left -= len(text)
        found.append(
            {
                "id": row.id,
                "at": row.internal_date,
                "from_addr": one.from_addr or defang_address(row.from_addr or ""),
                "verdict": row.verdict,
                "kept": row.raw is not None,
                "said": one,
                "text": text,
                "more": len(text) < len(one.text),
            }
        )
    return found


def _steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The history; what people said in it is cut short, the newest least."""
    left, found = _ALL_TOLD, []
    for step in steps:
        told = []
        for name, words in step.told:
            short = defang(words, max(1, min(_ONE_TOLD, left)))
            left -= len(short)
            told.append((name, short if left > 0 else "…"))
        names = ("at", "event", "to", "ignored")
        values = {name: getattr(step, name) for name in names}
        found.append(values | {"by": defang_line(step.by), "told": told})
    return found


def _decision(row: dict[str, Any]) -> dict[str, Any]:
    """A decision with the words of people harmless; a device by its kind alone."""
    words = {name: defang(row[name]) for name in _DECIDED if row.get(name)}
    empty = dict.fromkeys(
        ("by", "for", "ground", "entered", "paper_id", "conditions", *_DECIDED), ""
    )
    return {**empty, **row, **words, "proof": str(row.get("device", "")).partition(" ")[0]}


def _letter(row: sa.Row[Any]) -> dict[str, Any]:
    return {**row._mapping, "to_addr": defang_address(row.to_addr or "")}


def _belongings(found: Mapping[str, Sequence[sa.Row[Any]]]) -> dict[str, Any]:
    """File names and notes come from people."""
    words = ("filename", "taken_by", "note")
    return {
        name: [
            {key: defang_line(v) if key in words and v else v for key, v in row._mapping.items()}
            for row in rows
        ]
        for name, rows in found.items()
    }
