"""Yeses given ahead: who may give one, which of them covers a request, and whether it still does.

The person was proved before, as for any decision: see `proving.prove_person`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from mailproc.model import Dataset, Request, Rules, Standing, State
from mailproc.store import decisions, people
from mailproc.store import standing as store
from mailproc.store.desk import Desk
from mailproc.workflow import approval, standing
from mailproc.workflow.effects import Decision
from mailproc.workflow.events import DataPrepared

LONGEST = timedelta(days=366)  # then it is looked at again


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to let through from now on, until the end of a day."""

    dataset_id: str
    requester_class: str  # roster | internal | government | private | public
    until: date
    level: str = ""  # no finer than this; empty: any


def faults(
    wanted: Wanted, person_id: int, rules: Rules, desk: Desk, now: datetime
) -> Iterator[str]:
    """Why this person can't give it, as keys of [standing_faults]; none where it can be given."""
    dataset = rules.catalogue.get(wanted.dataset_id)
    if dataset is None:
        yield "unknown_dataset"
        return
    yield from _of_dataset(wanted, dataset, rules)
    policy = approval.policy_of(dataset.id, dataset.sensitivity, rules)
    if not standing.is_alone(policy):
        yield "several_seats"
    elif not desk.may_take(policy.seats[0], person_id, now):
        yield "not_yours"
    today = now.astimezone(ZoneInfo(rules.timezone)).date()
    if wanted.until < today:
        yield "ahead_past"
    if wanted.until > today + LONGEST:
        yield "too_long"


def _of_dataset(wanted: Wanted, dataset: Dataset, rules: Rules) -> Iterator[str]:
    if not dataset.needs_approval:
        yield "needs_none"
    if dataset.sensitivity not in rules.standing:
        yield "too_sensitive"
    if wanted.requester_class not in (standing.ROSTER, *standing.CLAIMED):
        yield "no_class"
    elif wanted.requester_class != standing.ROSTER and dataset.sensitivity != "open":
        yield "only_claimed"
    if wanted.level and wanted.level not in dataset.levels:
        yield "no_level"


def grant(
    connection: Connection,
    wanted: Wanted,
    person_id: int,
    rules: Rules,
    now: datetime,
    *,
    via: str,
    for_person_id: int | None = None,
) -> int:
    """Keeps it and gives its id. `faults` was asked before; `via`: page | command."""
    after = datetime.combine(wanted.until + timedelta(days=1), time(), ZoneInfo(rules.timezone))
    given = Standing(
        id=0,
        dataset_id=wanted.dataset_id,
        requester_class=wanted.requester_class,
        level=wanted.level,
        person_id=person_id,
        for_person_id=for_person_id,
        granted_at=now,
        until=after.astimezone(now.tzinfo),
    )
    return store.add(connection, given, via)


def find(
    connection: Connection, request: Request, rules: Rules, desk: Desk, now: datetime
) -> Standing | None:
    """The yes given ahead that covers a prepared request, and whose giver may still give it."""
    if request.prepared is None:
        return None
    known = store.in_force(connection, request.prepared.dataset_id, now)
    return next((one for one in known if _counts(connection, one, request, rules, desk, now)), None)


def _counts(
    connection: Connection,
    one: Standing,
    request: Request,
    rules: Rules,
    desk: Desk,
    now: datetime,
) -> bool:
    return standing.covers(one, request, rules, now) and _is_givers(
        connection, one, request, rules, desk, now
    )


def _is_givers(
    connection: Connection, one: Standing, request: Request, rules: Rules, desk: Desk, now: datetime
) -> bool:
    """Whether the giver still holds the seat; of a stand-in, the person stood in for."""
    policy = approval.policy_for(request, rules)
    holder = one.for_person_id or one.person_id
    there = people.get(connection, holder, now) is not None
    return there and standing.is_alone(policy) and desk.may_take(policy.seats[0], holder, now)


def still_stands(
    connection: Connection, request: Request, rules: Rules, desk: Desk, now: datetime
) -> bool:
    """Whether what let the request through still does; True where a person or the catalogue did."""
    if not request.standing_id:
        return True
    one = store.get(connection, request.standing_id)
    if one is None or not standing.is_in_force(one, now):
        return False
    return _is_givers(connection, one, request, rules, desk, now)


def record(connection: Connection, made: Sequence[Decision], now: datetime) -> None:
    """The decision rows of what no person decided that day: by the catalogue, or by a yes ahead."""
    for one in made:
        prepared = one.event == DataPrepared.__name__ and not one.ignored
        if prepared and one.after.state is State.APPROVED:
            known = store.get(connection, one.after.standing_id)
            decisions.record(connection, _row(one.after, known), now)


def _row(request: Request, one: Standing | None) -> decisions.Row:
    return decisions.Row(
        request_id=request.id,
        request_version=request.version,
        person_id=one.person_id if one else None,
        for_person_id=one.for_person_id if one else None,
        verdict="approved",
        content_hash=request.content_hash,
        via="rule",
        standing_id=one.id if one else None,
    )
