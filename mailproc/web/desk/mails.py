"""Mails that wait for a person: those that nobody could place, and those that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.defang import defang_address, defang_line
from mailproc.officer import files
from mailproc.store import lookups, messages, waiting
from mailproc.web.common import HEADERS, STRICT, Site
from mailproc.web.desk.frame import Frame, Visit
from mailproc.web.readings import Said

PATH = "/desk/mails"
PER_PAGE = 20
_DEEPEST = 400  # pages
_SHORT = 200  # letters of a mail in the list
_RAW_LINES, _RAW_LETTERS = 250, 10_000

# What a mail's page offers to be done: values for «desk/mail_actions.html.j2», as `mail_acts`.
MailActs = Callable[[Connection, Visit, sa.Row[Any]], Mapping[str, Any]]


def path_of(mail_id: int) -> str:
    """The page of a mail."""
    return f"{PATH}/{mail_id}"


class MailsPage:
    """GET of /desk/mails, /desk/mails/{id} and its bytes."""

    def __init__(self, site: Site, frame: Frame, acts: MailActs | None = None) -> None:
        self._site, self._frame, self._acts = site, frame, acts

    def routes(self) -> list[BaseRoute]:
        route, one = self._frame.route, f"{PATH}/{{id:id}}"
        return [
            route(PATH, self._list),
            route(one, lambda visit: self.show(visit, visit.http.path_params["id"])),
            route(f"{one}/raw", self._raw),
            route(f"{one}/files/{{number:id}}", self._file),
        ]

    # ------------------------------------------------------------ all that wait

    def _list(self, visit: Visit) -> Response:
        page = min(max(visit.number("page"), 1), _DEEPEST)
        offset = (page - 1) * PER_PAGE
        with self._site.database.read() as connection:
            rows = waiting.listed(connection, PER_PAGE + 1, offset, raw=True)
            count = waiting.count_all(connection)
            ids = self._numbers(connection, rows)
        here = rows[:PER_PAGE]
        said = self._site.readings.of(here)
        return self._frame.page(
            visit,
            "mails",
            mails=[_mail(row, said.get(row.id), ids) for row in here],
            count=count,
            before=f"{PATH}?page={page - 1}" if page > 1 else "",
            after=f"{PATH}?page={page + 1}" if len(rows) > PER_PAGE else "",
        )

    def _numbers(self, connection: Connection, rows: Any) -> dict[str, int]:
        """Ids of the requests that were guessed, by number."""
        numbers = {one["request"] for row in rows for one in waiting.guesses(row)} - {"", None}
        return {no: request.id for no, request in lookups.by_numbers(connection, numbers).items()}

    # ------------------------------------------------------------ one

    def show(
        self,
        visit: Visit,
        mail_id: int,
        *,
        status: int = 200,
        error: str = "",
        typed: Mapping[str, Any] | None = None,
    ) -> Response:
        """The page; after a POST with what was wrong, a key of [errors], and what was typed."""
        with self._site.database.read() as connection:
            row = messages.get(connection, mail_id)
            if row is None:
                return self._frame.message(visit, "desk_no_mail", 404)
            ids = self._numbers(connection, [row])
            acts = self._acts(connection, visit, row) if self._acts else {}
        said = self._site.readings.of([row])
        return self._frame.page(
            visit,
            "mail",
            status,
            mail=_mail(row, said.get(row.id), ids),
            raw=_raw_text(row.raw) if row.raw is not None else "",
            request_id=row.request_id,
            error=error or None,
            typed=typed or {},
            mail_acts=acts,
        )

    def _raw(self, visit: Visit) -> Response:
        """The bytes as they came, to be kept: nothing of them is shown in the browser."""
        mail_id = visit.http.path_params["id"]
        with self._site.database.read() as connection:
            row = messages.get(connection, mail_id)
        if row is None or row.raw is None:
            return self._frame.message(visit, "desk_no_mail", 404)
        hand = {"Content-Disposition": f"attachment; filename=mail-{mail_id}.eml"}
        return Response(bytes(row.raw), media_type="message/rfc822", headers=HEADERS | hand)

    def _file(self, visit: Visit) -> Response:
        """A file that came with it, to be kept: nothing of it is shown or run in the browser."""
        asked = visit.http.path_params
        with self._site.database.read() as connection:
            row = messages.get(connection, asked["id"])
        found = self._site.readings.file(row, asked["number"] - 1) if row is not None else None
        if found is None:
            return self._frame.message(visit, "desk_no_mail_file", 404)
        if not found.content:
            return self._frame.message(visit, "desk_mail_file_shut", 403)
        name = quote(files.plain_name(found.filename, "file"), safe="")
        headers = STRICT | {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(found.content, media_type="application/octet-stream", headers=headers)


def _mail(row: sa.Row[Any], said: Said | None, ids: Mapping[str, int]) -> dict[str, Any]:
    one = said or Said()
    return {
        "id": row.id,
        "at": row.internal_date,
        "folder": defang_line(row.folder),
        "size": row.size,
        "verdict": row.verdict or "",
        "problem": defang_line(one.problem or row.problem or ""),
        "from_addr": one.from_addr or defang_address(row.from_addr or ""),
        "said": one,
        "read": said is not None and not one.problem,
        "short": one.text[:_SHORT].rstrip() + ("…" if len(one.text) > _SHORT else ""),
        "waits": bool(row.verdict == "quarantined" or (row.verdict == "unplaced" and row.guess)),
        "placed": row.placed or "",
        "guesses": [_guess(guess, ids) for guess in waiting.guesses(row)],
    }


def _guess(guess: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    number = guess["request"] or ""
    percent = round(guess["score"] * 100)
    because = tuple(guess["because"])
    return {"number": number, "id": ids.get(number), "percent": percent, "because": because}


def _raw_text(raw: bytes) -> str:
    """The first lines as they came, harmless: links broken, no sign that shows nothing."""
    text = bytes(raw[: 2 * _RAW_LETTERS]).decode("ascii", "replace")
    lines = (defang_line(line, 500) for line in text.splitlines()[:_RAW_LINES])
    return "\n".join(lines)[:_RAW_LETTERS]
