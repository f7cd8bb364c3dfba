"""Forgetting a person: the words go, the counts and the chain stay and still verify."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from mailproc.model import Form, Request
from mailproc.store import addresses, requests, schema, searched
from mailproc.store.codec import dump_request

# Dates, states and what the office itself did: none of it says who asked, or in what words.
_KEPT = (
    "id number version state language trust vouched confirmed channel entered_by entered_by_id "
    "received_at promised_at due_at asked_at laid_at remind_at nudged_at escalated_at legal_from "
    "legal_told asks failures together inside past amended renewed receipt_due resume content_hash "
    "conditions ground approvals standing_id decided_by decided_for decided_at decided_at_hash "
    "file_id revoked_at"
).split()
# What goes of the rows that belong to a request.
_GONE: tuple[tuple[sa.Table, dict[str, object]], ...] = (
    (schema.outbox, dict.fromkeys(("letter", "to_addr", "correspondent", "due_at", "problem"))),
    (schema.messages, dict.fromkeys(("raw", "message_id", "from_addr", "guess"))),
    (schema.files, {"content": None}),
    (schema.decisions, dict.fromkeys(("reason", "private_note", "conditions"))),
    (schema.papers, {"content": None, "filename": ""}),
    (schema.handovers, dict.fromkeys(("taken_by", "note"))),
    (schema.jobs, {"problem": None}),
)


def erase(connection: sa.Connection, request_id: int, now: datetime) -> bool:
    """Blanks all personal data of one request. False where there is none, or it was done."""
    request = requests.get(connection, request_id)
    table = schema.requests
    if request is None:
        return False
    gone_too = dict.fromkeys(("requester_addr", "fingerprint"))
    values = {"body": dump_request(_blank(request)), "erased_at": now} | gone_too
    blanked = (
        table.update().where(table.c.id == request_id, table.c.erased_at.is_(None)).values(values)
    )
    if connection.execute(blanked).rowcount == 0:
        return False
    _blank_rows(connection, schema.history, request_id, personal=None, salt=None, erased_at=now)
    for of_request, gone in _GONE:
        _blank_rows(connection, of_request, request_id, **gone)
    _blank_opens(connection, request_id)
    searched.forget(connection, request_id)
    addresses.forget(connection, request.requester_addr)
    return True


def _blank_opens(connection: sa.Connection, request_id: int) -> None:
    """When a link was opened stays; from where goes."""
    links, opens = schema.links, schema.link_opens
    mine = sa.select(links.c.id).where(links.c.request_id == request_id)
    mine_opened = opens.update().where(opens.c.link_id.in_(mine))
    connection.execute(mine_opened.values(client=None, agent=None))


def _blank(request: Request) -> Request:
    """What is left for statistics and for the office; fields that nobody chose are forgotten."""
    items = tuple(replace(item, dataset="", filters=()) for item in request.form.items)
    form = Form(requester_type=request.form.requester_type, items=items)
    kept = {name: getattr(request, name) for name in _KEPT}
    return Request(**kept, form=form, requester_addr="", subject="", thread="")


def _blank_rows(
    connection: sa.Connection, table: sa.Table, request_id: int, **values: object
) -> None:
    connection.execute(table.update().where(table.c.request_id == request_id).values(**values))
