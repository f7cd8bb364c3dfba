"""Takes requests through the workflow on a real store, for tests: one step is one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.model import Built, FileFacts, Person, Prepared, Request, Rules, State
from mailproc.store import jobs, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import attachment, policy
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision
from tests.factories import NOW, a_built, a_catalogue, a_person, a_prepared, a_request

DIRECTOR = a_person()
OFFICER = Person(2, "นางสาวดาวเรือง ใจเย็น", "officer@example.org", "officer")
DESK = Desk(b"k" * 32, "example.org", {"director": (DIRECTOR,), "officer": (OFFICER,)})
RULES = Rules(catalogue=a_catalogue())
SECOND = timedelta(seconds=1)


def a_draft(**changes: Any) -> Request:
    """A request as intake makes it, complete and from a verified sender."""
    fresh = {"version": 0, "state": State.NEW, "prepared": None, "content_hash": "", "due_at": None}
    return a_request(**(fresh | changes))


class Walk:
    """Lets events happen on a database; the clock moves a second with each."""

    def __init__(self, database: Database, now: datetime = NOW) -> None:
        self.database, self.now, self.rules = database, now, RULES

    def open(self, **changes: Any) -> Request:
        """A new numbered request."""
        with self.database.write() as connection:
            (number,) = requests.take_numbers(connection, "requests", 1)
            (serial,) = requests.take_numbers(connection, "number:2569", 1)
            draft = replace(a_draft(**changes), id=number, number=f"2569/{serial:05d}")
            return self._apply(connection, decide(draft, e.Opened(), self.rules, self.now)).after

    def happen(self, request_id: int, event: e.Event) -> Decision:
        """The event on the request as it is."""
        with self.database.write() as connection:
            request = requests.get(connection, request_id)
            assert request is not None
            return self._apply(connection, decide(request, event, self.rules, self.now))

    def _apply(self, connection: sa.Connection, decision: Decision) -> Decision:
        requests.apply(connection, [decision], DESK, self.now)
        self.now += SECOND
        return decision

    def prepared(self, **changes: Any) -> Request:
        """A request before the director."""
        request = self.open(**changes)
        return self.happen(request.id, data_prepared(request)).after

    def delivering(self, **changes: Any) -> Request:
        """A request whose hold is over."""
        request = self.prepared(**changes)
        approved = e.Approved(by=DIRECTOR.name, content_hash=request.content_hash)
        self.happen(request.id, approved)
        return self.happen(request.id, e.HoldElapsed()).after

    def built(self, built: Built | None = None, **changes: Any) -> Request:
        """A request whose file is owed to the requester."""
        request = self.delivering(**changes)
        with self.database.write() as connection:
            file_id = jobs.keep_file(connection, request.id, built or a_built(), DESK, self.now)
        return self.happen(request.id, e.DataBuilt(file_id=file_id)).after

    def get(self, request_id: int) -> Request:
        with self.database.read() as connection:
            request = requests.get(connection, request_id)
        assert request is not None
        return request

    def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[sa.Row[Any]]:
        """What a table holds, in the order of its first column."""
        query = sa.select(table).where(*where).order_by(next(iter(table.c)))
        with self.database.read() as connection:
            return list(connection.execute(query))


def data_prepared(request: Request, prepared: Prepared | None = None) -> e.DataPrepared:
    """What the query of the request brought."""
    found = prepared or _wanted(request)
    return e.DataPrepared(prepared=found, content_hash=policy.content_hash(request, found))


def _wanted(request: Request) -> Prepared:
    """The file that an officer attached, else what the query gives."""
    if (attached := request.attached) is None:
        return a_prepared()
    facts = FileFacts(attached.filename, attached.size, "sheets", 1)
    return attachment.prepared(request, attached, facts)
