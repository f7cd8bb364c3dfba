"""What waits in the office, for the officer's morning list: looked up when it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mailproc.model import Request, Round, Rules, Section, State, Task, Waiting
from mailproc.promise import agenda
from mailproc.store import requests, roundups, schema, waiting
from mailproc.store.codec import load_letter
from mailproc.workflow import calendar, dates
from mailproc.workflow.states import ENDS

_O, _H = schema.outbox, schema.history
_MOST = 15  # lines of a part
_LOST = ("rejected", "bounced", "unknown", "held")
_LOOKED_BACK = timedelta(days=7)  # for letters of requests that are closed, or of none
_OPEN = [state for state in State if state not in (*ENDS, State.NEW)]


def sections(connection: sa.Connection, rules: Rules, now: datetime) -> tuple[Section, ...]:
    """The list as it is now; empty where nothing waits."""
    found = [*_requests(connection, rules, now), *_undelivered(connection, now)]
    return agenda.gather([*found, *_mails(connection), *_rounds(rules, now)], _MOST)


def _requests(connection: sa.Connection, rules: Rules, now: datetime) -> Iterator[Task]:
    for request in requests.listed(connection, _OPEN, limit=5000):
        if (name := agenda.section_of(request, rules, now)) is not None:
            until = dates.legal_end(request, rules) if name == "promise" else None
            yield Task(name, request.id, agenda.since(request), request, until=until)


def _undelivered(connection: sa.Connection, now: datetime) -> Iterator[Task]:
    """The newest letter to each requester that did not arrive; of an open request however old."""
    r = schema.requests
    still = r.c.state.in_([state.value for state in _OPEN])
    query = (
        sa.select(_O)
        .outerjoin(r, r.c.id == _O.c.request_id)
        .where(_O.c.audience == "requester", _O.c.state.in_(_LOST), _O.c.letter.is_not(None))
        .where(sa.or_(still, _O.c.recorded_at >= now - _LOOKED_BACK))
        .order_by(_O.c.id.desc())
        .limit(500)
    )
    seen: set[tuple[int | None, str]] = set()
    for row in connection.execute(query):
        key = (row.request_id, (row.to_addr or "").casefold())
        if key not in seen:
            seen.add(key)
            request = _request(connection, row)
            problem = row.problem or row.state
            yield Task(
                "undelivered", row.id, row.recorded_at, request, None, row.to_addr or "", problem
            )


def _request(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> Request | None:
    found = requests.get(connection, row.request_id) if row.request_id else None
    return found or load_letter(row.letter).request


def _mails(connection: sa.Connection) -> Iterator[Task]:
    for row in waiting.listed(connection):
        best = next(iter(waiting.guesses(row)), {})
        number = str(best.get("request") or "")
        mail = Waiting(row.id, "", row.from_addr or "", "", "", number, bool(best) and not number)
        put_aside = row.problem or "" if row.verdict == "quarantined" else ""
        yield Task("unplaced", row.id, row.internal_date, mail=mail, problem=put_aside)


def _rounds(rules: Rules, now: datetime) -> Iterator[Task]:
    today = calendar.local_day(now, rules.timezone)
    zone = ZoneInfo(rules.timezone)
    for at, (dataset, year, number, day) in enumerate(agenda.rounds_due(rules.catalogue, today)):
        collected = datetime.combine(datetime.fromisoformat(day).date(), time(), zone)
        yield Task(
            "rounds",
            at,
            collected.astimezone(UTC),
            dataset=dataset.id,
            titles=(dataset.title_th, dataset.title_en),
            round=Round(year, number, day, "", ""),
        )


# ---------------------------------------------------------------- letters that wait for it


def event_of(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> str:
    """What caused a letter; empty where no step of a request did."""
    if row.request_id is None or row.request_version is None:
        return ""
    mine = sa.and_(_H.c.request_id == row.request_id, _H.c.version == row.request_version)
    return connection.scalar(sa.select(_H.c.event).where(mine)) or ""


def told_in(connection: sa.Connection, address: str, list_id: int) -> None:
    """The list tells this officer of every letter that waited for it."""
    waited = _O.update().where(_O.c.audience == "officer", _O.c.state == roundups.FOLDED)
    mine = waited.where(_O.c.to_addr == address, _O.c.bundled_into.is_(None))
    connection.execute(mine.values(bundled_into=list_id))
