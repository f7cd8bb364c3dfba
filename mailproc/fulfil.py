"""One turn: due jobs → datasets → workflow. Prepares what the director is asked to release, and
builds what she released."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from mailproc.binding import Books, bind, provenance_of
from mailproc.datasets.plan import Plan
from mailproc.deciding import ahead
from mailproc.errors import NeedsPerson, Stale
from mailproc.model import (
    Attached,
    Built,
    Conditions,
    FileFacts,
    Item,
    Prepared,
    Provenance,
    Question,
    Request,
    Rules,
    State,
)
from mailproc.sandbox import Failed, Held
from mailproc.store import jobs, lookups, outage, papers, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import attachment, policy
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide

log = structlog.get_logger()
_BATCH = 32
_TOGETHER = 8  # settled in one transaction, so that nobody waits long for the one writer
Prepare = Callable[[Item, Conditions], Prepared | tuple[Question, ...]]
Outdated = Callable[[Prepared], str]  # why it no longer counts, or nothing


class Builds(Books, Protocol):
    """What is needed of `sandbox.Builder`."""

    def build(self, prepared: Prepared, provenance: Provenance) -> Built | Held | Failed: ...

    def admit(self, attached: Attached, content: bytes) -> FileFacts | Held | Failed: ...

    def whole(
        self, prepared: Prepared, provenance: Provenance, content: bytes
    ) -> Built | Held | Failed: ...


class Fulfil:
    """Runs the dataset jobs."""

    def __init__(
        self,
        database: Database,
        prepare: Prepare,
        builder: Builds,
        rules: Rules,
        office_name: str,
        timezone: str,
        owner: str,
        outdated: Outdated = lambda _: "",
    ) -> None:
        self._database, self._prepare, self._builder = database, prepare, builder
        self._rules, self._office, self._timezone = rules, office_name, timezone
        self._owner, self._outdated = owner, outdated

    def renew(self, rules: Rules, prepare: Prepare, outdated: Outdated) -> None:
        """From now on with the rounds that were opened meanwhile."""
        self._rules, self._prepare, self._outdated = rules, prepare, outdated

    def turn(self, desk: Desk, now: datetime) -> int:
        """Runs up to 32 jobs; gives their number."""
        with self._database.read() as connection:
            if not jobs.is_due(connection, now):
                return 0
        with self._database.write() as connection:
            rows = jobs.claim(connection, now, self._owner, _BATCH)
            found = requests.get_many(connection, {row.request_id for row in rows})
        work = [(row, found.get(row.request_id)) for row in rows]
        for start in range(0, len(work), _TOGETHER):
            some = work[start : start + _TOGETHER]
            done = [(row, *self._run(row, request, desk, now)) for row, request in some]
            self._settle(done, desk, now)
        return len(rows)

    def _run(
        self, row: sa.Row[Any], request: Request | None, desk: Desk, now: datetime
    ) -> tuple[e.Event | None, Built | None]:
        """What the job brought; no event where the request moved on meanwhile."""
        if row.kind == "booklet":
            return None, self._bound(row)
        wanted = State.PREPARING if row.kind == "prepare" else State.DELIVERING
        if request is None or request.state is not wanted:
            return None, None
        try:
            if row.kind == "prepare":
                return self._prepared(request), None
            return self._built(request, desk, now)
        except Exception as error:
            log.error("job_failed", job=row.id, kind=row.kind, error=type(error).__name__)
            return e.StepFailed(problem=f"{row.kind}_{type(error).__name__}"), None

    def _bound(self, row: sa.Row[Any]) -> Built | None:
        """The booklet; none where its files go one by one."""
        try:
            return bind(row, self._database, self._builder, self._office, self._timezone)
        except Exception as error:
            log.error("job_failed", job=row.id, kind=row.kind, error=type(error).__name__)
            return None

    def _prepared(self, request: Request) -> e.Event:
        if request.attached is not None:
            return self._admitted(request, request.attached)
        try:
            result = self._prepare(request.item, request.conditions)
        except NeedsPerson:
            if request.conditions == Conditions():
                raise
            return e.StepFailed(problem="conditions_unmet")
        if not isinstance(result, Prepared):
            return e.Unanswerable(questions=result)
        done = _carried_out(request.conditions, result)
        digest = policy.content_hash(replace(request, conditions=done), result)
        return e.DataPrepared(prepared=result, content_hash=digest, conditions=done)

    def _admitted(self, request: Request, attached: Attached) -> e.Event:
        """What an officer attached, once it passed the gate."""
        content = self._content(attached)
        if content is None:
            return e.GateBlocked(problem="attached_gone")
        found = self._builder.admit(attached, content)
        if isinstance(found, Failed):
            return e.StepFailed(problem=f"prepare: {found.problem}")
        if isinstance(found, Held):
            return e.GateBlocked(problem="; ".join(found.findings))
        prepared = attachment.prepared(request, attached, found)
        return e.DataPrepared(
            prepared=prepared, content_hash=policy.content_hash(request, prepared)
        )

    def _content(self, attached: Attached) -> bytes | None:
        """The bytes of that very file; None where they were erased or are others."""
        with self._database.read() as connection:
            found = papers.get(connection, attached.paper_id)
        if found is None or sha256(found[1]).hexdigest() != attached.sha256:
            return None
        return found[1]

    def _built(self, request: Request, desk: Desk, now: datetime) -> tuple[e.Event, Built | None]:
        prepared = request.prepared
        if prepared is None or not self._still_approved(request, prepared):
            return e.ContentChanged(), None
        if request.attached is None and (why := self._outdated(prepared)):
            return e.ContentChanged(why=why), None
        if not self._still_stands(request, desk, now):
            return e.ContentChanged(why="standing"), None
        built = self._made(request, prepared, now)
        if built is None:
            return e.GateBlocked(problem="attached_gone"), None
        if isinstance(built, Failed):
            return e.StepFailed(problem=f"build: {built.problem}"), None
        if isinstance(built, Held):
            return e.GateBlocked(problem="; ".join(built.findings)), None
        if built.result_digest != prepared.result_digest:
            return e.ContentChanged(), None
        return e.DataBuilt(), built

    def _made(
        self, request: Request, prepared: Prepared, now: datetime
    ) -> Built | Held | Failed | None:
        """The file past the gate; None where an officer's own is gone."""
        provenance = provenance_of(request, self._office, self._timezone, now)
        if request.attached is None:
            return self._builder.build(prepared, provenance)
        content = self._content(request.attached)
        return self._builder.whole(prepared, provenance, content) if content is not None else None

    def _still_stands(self, request: Request, desk: Desk, now: datetime) -> bool:
        if not request.standing_id:
            return True
        with self._database.read() as connection:
            return ahead.still_stands(connection, request, self._rules, desk, now)

    def _still_approved(self, request: Request, prepared: Prepared) -> bool:
        """What would be sent now is what was decided upon."""
        return policy.content_hash(request, prepared) == request.decided_at_hash

    # ------------------------------------------------------------ settle

    def _settle(
        self,
        done: Sequence[tuple[sa.Row[Any], e.Event | None, Built | None]],
        desk: Desk,
        now: datetime,
    ) -> None:
        """All in one transaction; one by one where a request moved on meanwhile."""
        try:
            self._write(done, desk, now)
        except Exception as error:
            if outage.is_one(error):
                raise
            log.warning("batch_failed", error=type(error).__name__, jobs=len(done))
            for one in done:
                self._settle_one(one, desk, now)

    def _settle_one(
        self, one: tuple[sa.Row[Any], e.Event | None, Built | None], desk: Desk, now: datetime
    ) -> None:
        try:
            self._write([one], desk, now)
        except Stale:
            log.info("job_taken_over", job=one[0].id)
        except Exception as error:  # it is due again when its lease ends
            if outage.is_one(error):
                raise
            log.error("job_failed", job=one[0].id, error=type(error).__name__)

    def _write(
        self,
        done: Sequence[tuple[sa.Row[Any], e.Event | None, Built | None]],
        desk: Desk,
        now: datetime,
    ) -> None:
        with self._database.write() as connection:
            found = requests.get_many(connection, {row.request_id for row, _, _ in done})
            decisions = []
            for row, event, built in done:
                request = found.get(row.request_id)
                if row.kind == "booklet" and built is not None:
                    jobs.keep_file(connection, row.request_id, built, desk, now, row.covers)
                if event is None or request is None:
                    continue
                if built is not None:
                    kept = jobs.keep_file(connection, request.id, built, desk, now)
                    event = e.DataBuilt(file_id=kept)
                if isinstance(event, e.DataPrepared):
                    event = replace(
                        event,
                        past=lookups.past(connection, request),
                        standing=ahead.find(
                            connection,
                            replace(request, prepared=event.prepared),
                            self._rules,
                            desk,
                            now,
                        ),
                    )
                decisions.append(decide(request, event, self._rules, now))
            requests.apply(connection, decisions, desk, now)
            ahead.record(connection, decisions, now)
            jobs.finish(connection, [row for row, _, _ in done], now)


def _carried_out(conditions: Conditions, prepared: Prepared) -> Conditions:
    """The conditions with the columns that had to go too, because they told of what is left out."""
    if not conditions.without:
        return conditions
    gone = (*conditions.without, *Plan.parse(prepared.query).without)
    return replace(conditions, without=tuple(dict.fromkeys(gone)))
