"""Papers of a request: the signed form is scanned and attached, and shown to who is logged in."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.officer import files
from mailproc.store import papers, requests
from mailproc.web.common import STRICT, Site
from mailproc.web.desk.frame import Frame, Visit

_PATH = "/desk/requests/{id:id}/papers"
_USUAL = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


class PapersPage:
    """Takes a scan, and gives every paper of a request."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        return [
            self._frame.route(_PATH, self._show, self._add),
            self._frame.route(f"{_PATH}/{{paper:id}}", self._give),
        ]

    def _show(self, visit: Visit, fault: str = "") -> Response:
        request_id = int(visit.http.path_params["id"])
        with self._site.database.read() as connection:
            request = requests.get(connection, request_id)
            kept = papers.of_request(connection, request_id)
        if request is None:
            return self._frame.message(visit, "not_found", 404)
        return self._frame.page(
            visit, "scan", 422 if fault else 200, request=request, papers=kept, paper_fault=fault
        )

    def _add(self, visit: Visit) -> Response:
        request_id = int(visit.http.path_params["id"])
        sent = visit.files.get("scan")
        content = sent.content if sent else b""
        if fault := _fault(content):
            return self._show(visit, fault)
        media_type = files.picture_type(content)
        name = files.plain_name(sent.filename if sent else "", f"scan{_USUAL[media_type]}")
        with self._site.database.write() as connection:
            if requests.get(connection, request_id) is None:
                return self._frame.message(visit, "not_found", 404)
            papers.add(
                connection,
                request_id,
                "signed_form",
                name,
                media_type,
                content,
                visit.person.id,
                self._site.desk(),
                visit.now,
            )
        return self._frame.done(visit, f"/desk/entry/{request_id}", "paper_added")

    def _give(self, visit: Visit) -> Response:
        where = visit.http.path_params
        with self._site.database.read() as connection:
            found = papers.get(connection, int(where["paper"]))
        if found is None or found[0].request_id != int(where["id"]):
            return self._frame.message(visit, "not_found", 404)
        paper, content = found
        name = quote(paper.filename)
        headers = STRICT | {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(content, media_type=paper.media_type, headers=headers)


def _fault(content: bytes) -> str:
    """What is wrong with the scan, as a key of [desk_faults]."""
    if not content:
        return "scan_missing"
    if len(content) > files.MOST_BYTES:
        return "scan_large"
    return "" if files.picture_type(content) else "scan_kind"
