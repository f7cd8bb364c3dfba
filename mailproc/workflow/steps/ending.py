"""Ends that the requester brings about: taken back, or left without an answer."""

from __future__ import annotations

from datetime import datetime

from mailproc.model import Request, Rules, State
from mailproc.workflow import events as e
from mailproc.workflow.effects import Send, VoidLinks
from mailproc.workflow.steps.common import Step, end, is_on_its_way, withdrawal


def cancelled(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if is_on_its_way(request):
        return None
    after = end(request, State.CANCELLED)
    told = Send("cancelled", "requester")
    return after, (VoidLinks(), *withdrawal(request, after, rules), told)


def silent(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """Who never confirmed the address is told nothing: he may not have written at all."""
    told = () if request.state is State.UNCONFIRMED else (Send("expired", "requester"),)
    return end(request, State.EXPIRED), (VoidLinks(), *told)
