"""Writes a decision down: state, history and decision row in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from mailproc.deciding import narrowing
from mailproc.deciding.mandate import Mandate, mandate
from mailproc.deciding.nouns import Given, Outcome, Taken
from mailproc.digest import canonical
from mailproc.errors import Stale
from mailproc.model import Conditions, Rules, State
from mailproc.store import decisions, links, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import events as e
from mailproc.workflow.approval import policy_for
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision

_STALE_TRIES = 5
_VERDICTS = {
    "approve": "approved",
    "refuse": "refused",
    "return": "returned",
    "undo": "undone",
    "revoke": "revoked",
}


def take(
    database: Database,
    link_id: str,
    given: Given,
    rules: Rules,
    desk: Callable[[], Desk],
    now: datetime,
) -> Taken:
    """Takes a decision in a transaction of its own. The person was proved before."""
    for _ in range(_STALE_TRIES):
        there = desk()  # before the transaction: it may ask the store, and many would wait
        try:
            with database.write() as connection:
                return take_in(connection, link_id, given, rules, there, now)
        except Stale:  # a reminder, say, was written at this moment: again with what is now
            continue
    with database.read() as connection:
        found = mandate(connection, links.get(connection, link_id), now)
    return Taken(why_not(found, given.choice) if found else "gone", found)


def take_in(
    connection: Connection, link_id: str, given: Given, rules: Rules, desk: Desk, now: datetime
) -> Taken:
    """The same in the caller's transaction. Raises Stale where the request moved meanwhile."""
    found = mandate(connection, links.get(connection, link_id), now)
    if found is None:
        return Taken("gone", None)
    if (hindrance := _hindrance(found, given, rules, desk, now)) is not None:
        return Taken(hindrance, found)
    decision = decide(found.request, _event(found, given), rules, now)
    if decision.ignored:
        early = given.choice == "approve" and not found.has_approved and not found.is_changed
        return Taken("early" if early else why_not(found, given.choice), found)
    requests.apply(connection, [decision], desk, now)
    decisions.record(connection, _row(found, decision, given), now)
    after = mandate(connection, links.get(connection, link_id), now)
    return Taken(_outcome(decision, given), after)


def _hindrance(
    found: Mandate, given: Given, rules: Rules, desk: Desk, now: datetime
) -> Outcome | None:
    """Why the decision can't even be tried; None where it can."""
    if not found.may(given.choice, now):
        return why_not(found, given.choice)
    if given.choice in ("undo", "revoke"):
        return None
    if not _holds_seat(found, rules, desk, now):
        return "gone"
    narrowed = given.choice == "approve" and given.conditions != Conditions()
    wrong = narrowed and any(narrowing.faults(found.request, given.conditions, rules, now))
    return "unfit" if wrong else None


def _holds_seat(found: Mandate, rules: Rules, desk: Desk, now: datetime) -> bool:
    """Whether the seat of the link is still this person's: stand-ins and policies come and go."""
    seats, at = policy_for(found.request, rules).seats, found.link.seat
    if at >= len(seats):
        return False
    further = rules.escalation
    others = further.to if further.may_decide and found.request.escalated_at else ()
    return desk.may_take((*seats[at], *others), found.person.id, now)


def _outcome(decision: Decision, given: Given) -> Outcome:
    if given.choice != "approve" or decision.after.state is State.APPROVED:
        return "done"
    return "narrowed" if decision.after.state is State.PREPARING else "waits"


def why_not(found: Mandate, choice: str) -> Outcome:
    """Why the decision does not count."""
    if choice == "undo" and found.is_settled:
        return "late"
    if choice == "revoke":
        return "already"
    if found.is_changed:
        return "changed"
    if found.is_back and not found.is_settled:
        return "back"
    mine = found.link.seat in {one.seat for one in found.request.approvals}
    if found.request.state is State.AWAITING_DECISION and found.has_approved and not mine:
        return "twice"
    return "already" if found.is_settled else "gone"


def _event(found: Mandate, given: Given) -> e.Event:
    by, stands_for = found.person.name, found.for_person.name if found.for_person else ""
    match given.choice:
        case "undo":
            return e.Undone(by=by, seat=found.link.seat, person_id=found.person.id)
        case "revoke":
            return e.AccessRevoked(by=by)
        case "refuse":
            return e.Refused(
                by=by,
                reason=given.reason,
                ground=given.ground,
                for_name=stands_for,
                entered_by=given.enterer,
            )
        case "return":
            return e.Returned(
                by=by, reason=given.reason, for_name=stands_for, entered_by=given.enterer
            )
    return e.Approved(
        by=by,
        content_hash=found.link.content_hash,
        seat=found.link.seat,
        person_id=found.person.id,
        for_name=stands_for,
        conditions=given.conditions,
        entered_by=given.enterer,
    )


def _row(found: Mandate, decision: Decision, given: Given) -> decisions.Row:
    narrowed = given.conditions != Conditions()
    return decisions.Row(
        request_id=found.request.id,
        request_version=decision.after.version,
        person_id=found.person.id,
        for_person_id=found.link.for_person_id,
        verdict=_VERDICTS[given.choice],
        content_hash=found.link.content_hash,
        via=given.via,
        reason=given.reason,
        seat=found.link.seat,
        ground=given.ground,
        private_note=given.private_note,
        conditions=canonical(asdict(given.conditions)) if narrowed else "",
        device=given.device,
        entered_by=given.entered_by or None,
        paper_id=given.paper_id or None,
    )
