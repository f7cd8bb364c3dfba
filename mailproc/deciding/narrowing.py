"""Whether what an approver narrows can be done, before it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from mailproc.datasets import leaving
from mailproc.model import Conditions, Request, Rules
from mailproc.workflow import conditions as allowed


def levels(request: Request, rules: Rules) -> tuple[str, ...]:
    """The coarser levels that an approver may choose, the finest first."""
    if request.prepared is None:
        return ()
    return allowed.coarser(request.prepared, rules.catalogue.get(request.item.dataset_id))


def faults(request: Request, conditions: Conditions, rules: Rules, now: datetime) -> Iterator[str]:
    """Why the conditions can't be met, as keys of [condition_faults]; none where they can."""
    if request.prepared is None:
        yield "unknown_column"
        return
    today = now.astimezone(ZoneInfo(rules.timezone)).date()
    found = tuple(allowed.faults(conditions, request.prepared, levels(request, rules), today))
    yield from found
    if not found and conditions.without:
        yield from leaving.faults(request.prepared.query, conditions.without)
