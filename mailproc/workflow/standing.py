"""Whether a yes that was given ahead covers a request. Why so narrow: docs/adr/0015."""

from __future__ import annotations

from datetime import datetime

from mailproc.model import ApprovalPolicy, Conditions, Request, Rules, Standing, Trust
from mailproc.workflow import policy
from mailproc.workflow.approval import policy_for
from mailproc.workflow.conditions import FINENESS

ROSTER = "roster"  # the class of all whose address is on the office's roster
CLAIMED = ("internal", "government", "private", "public")  # what the form says of its requester


def is_in_force(standing: Standing, now: datetime) -> bool:
    """True from the day it was given until it ends or is ended."""
    return standing.ended_at is None and standing.granted_at <= now < standing.until


def is_alone(policy: ApprovalPolicy) -> bool:
    """Whether one person's yes is all that a policy asks; several are never bypassed by one."""
    return len(policy.seats) == 1


def covers(standing: Standing, request: Request, rules: Rules, now: datetime) -> bool:
    """Whether the request goes out by this yes: its data, its requester, and nobody asked yet."""
    prepared = request.prepared
    if prepared is None or prepared.dataset_id != standing.dataset_id:
        return False
    untouched = request.laid_at is None and request.conditions == Conditions()
    return (
        is_in_force(standing, now)
        and untouched
        and prepared.sensitivity in rules.standing
        and not _is_finer(prepared.level, standing.level)
        and is_alone(policy_for(request, rules))
        and _is_of_class(standing.requester_class, request, rules)
    )


def _is_finer(level: str, finest: str) -> bool:
    return bool(finest) and FINENESS.get(level, 9) > FINENESS.get(finest, -1)


def _is_of_class(name: str, request: Request, rules: Rules) -> bool:
    """Membership of the roster is a fact; a type is the requester's own word, good for open data
    alone. Either way nothing about the sender may look odd."""
    if request.flags or request.trust is Trust.FAILED or not policy.is_believed(request):
        return False
    if name == ROSTER:
        places = (request.requester_addr, policy.recipient(request))
        return all(rules.roster.holds(address) for address in places)
    open_data = request.prepared is not None and request.prepared.sensitivity == "open"
    return open_data and not request.deliver_to and request.form.requester_type == name
