"""Whose yes a request still needs: policies over the seats that have approved."""

from __future__ import annotations

from collections.abc import Iterable

from mailproc.model import Approval, ApprovalPolicy, Request, Rules, State
from mailproc.workflow.effects import Seat

_ONE = ApprovalPolicy()


def policy_for(request: Request, rules: Rules) -> ApprovalPolicy:
    """The first policy that fits the dataset; else one yes of the group's director."""
    dataset = request.prepared.dataset_id if request.prepared else request.item.dataset_id
    return policy_of(dataset, _sensitivity(request, rules), rules)


def policy_of(dataset_id: str | None, sensitivity: str, rules: Rules) -> ApprovalPolicy:
    """The same for a dataset by id and sensitivity."""
    for policy in rules.approval:
        named = not policy.datasets or dataset_id in policy.datasets
        if named and (not policy.sensitivities or sensitivity in policy.sensitivities):
            return policy
    return _ONE


def _sensitivity(request: Request, rules: Rules) -> str:
    if request.prepared is not None:
        return request.prepared.sensitivity
    dataset = rules.catalogue.get(request.item.dataset_id)
    return dataset.sensitivity if dataset is not None else ""


def given(request: Request) -> tuple[Approval, ...]:
    """Every yes to this very content."""
    return tuple(one for one in request.approvals if one.content_hash == request.content_hash)


def has_approved(
    approvals: Iterable[Approval], content_hash: str, seat: int, person_id: int
) -> bool:
    """Whether this seat, or this person for another one, has said yes to this content."""
    said = (one for one in approvals if one.content_hash == content_hash)
    return any(one.seat == seat or one.person_id == person_id for one in said)


def open_seats(request: Request, rules: Rules) -> tuple[Seat, ...]:
    """The seats that are asked now: those without a yes to this content, in order one at a time."""
    policy = policy_for(request, rules)
    taken = {one.seat for one in given(request)}
    rest = [Seat(at, who) for at, who in enumerate(policy.seats) if at not in taken]
    return tuple(rest[:1] if policy.in_order else rest)


def needed(request: Request, rules: Rules) -> int:
    """How many seats have to approve in all."""
    return len(policy_for(request, rules).seats)


def asked_now(request: Request, rules: Rules) -> tuple[Seat, ...]:
    """The seats whose decision it waits for; none where it waits for something else."""
    waits = request.state is State.AWAITING_DECISION
    return open_seats(request, rules) if waits else ()


def asked_seats(request: Request, rules: Rules) -> tuple[Seat, ...]:
    """The seats that know of the request: those that approved, and those that are asked now."""
    policy = policy_for(request, rules)
    open_now = open_seats(request, rules)
    last = max((seat.at for seat in open_now), default=len(policy.seats) - 1)
    return tuple(Seat(at, who) for at, who in enumerate(policy.seats[: last + 1]))
