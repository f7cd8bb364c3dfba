"""Binds the booklet that a job orders, and says for which request and by whom each file is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from mailproc.booklets import Covers
from mailproc.model import Built, Chapter, LeftOut, Provenance, Request
from mailproc.sandbox import Failed, Held
from mailproc.store import requests
from mailproc.store.database import Database
from mailproc.workflow import policy

log = structlog.get_logger()


class Books(Protocol):
    """What is needed of `sandbox.Builder`."""

    def book(
        self, chapters: Sequence[Chapter], left_out: Sequence[LeftOut]
    ) -> Built | Held | Failed: ...


def provenance_of(request: Request, office: str, timezone: str, now: datetime) -> Provenance:
    """What the file of a request says of where it comes from.

    The time is that of the decision: built again another day, the file is the same.
    """
    form = request.form
    decided = request.decided_at or now
    return Provenance(
        office=office,
        request_number=request.number,
        requester=form.requester_name or request.requester_addr,
        organisation=form.organisation or "",
        purpose=form.purpose or "",
        approver=request.decided_by,
        approved_at=decided,
        generated_at=decided,
        timezone=timezone,
        printed=request.item.format == "paper",
        conditions=request.conditions,
        ahead=bool(request.standing_id),
    )


def bind(
    row: sa.Row[Any], database: Database, books: Books, office: str, timezone: str
) -> Built | None:
    """The booklet of a job, past the gate; None where it can't be: its files then go one by one.

    Its time is that of the last decision, so that a second try gives the same bytes.
    """
    covers = Covers.load(row.covers)
    with database.read() as connection:
        found = requests.get_many(connection, {request for request, _ in covers.files})
    chapters = []
    for request_id, file_id in covers.files:
        request = found.get(request_id)
        if request is None or request.prepared is None or not _is_as_approved(request, file_id):
            return None
        chapters.append(
            Chapter(request.prepared, provenance_of(request, office, timezone, row.recorded_at))
        )
    made = max(one.provenance.generated_at for one in chapters)
    chapters = [
        replace(one, provenance=replace(one.provenance, generated_at=made)) for one in chapters
    ]
    built = books.book(chapters, covers.left_out)
    if isinstance(built, Failed):
        log.warning("booklet_failed", job=row.id, problem=built.problem)
        return None
    if isinstance(built, Held):
        log.warning("booklet_blocked", job=row.id, findings=len(built.findings))
        return None
    return built


def _is_as_approved(request: Request, file_id: int) -> bool:
    """The request still stands for the file whose letter waits."""
    if request.prepared is None or request.file_id != file_id or not policy.is_decided(request):
        return False
    return policy.content_hash(request, request.prepared) == request.decided_at_hash
