"""The file on its way: built, sent, sent once more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailproc.model import Request, Rules, State
from mailproc.workflow import events as e
from mailproc.workflow import policy
from mailproc.workflow.effects import Send
from mailproc.workflow.steps.common import Step, end, for_person


def built(request: Request, event: e.DataBuilt, rules: Rules, now: datetime) -> Step | None:
    if not policy.is_decided(request):
        return None
    built = replace(request, file_id=event.file_id, failures=0)
    if not policy.is_handed_over(request):
        return built, (Send("dataset", "requester", attach=True),)
    waiting = for_person(built, request.state, "handover", rules, now)
    officer = Send("officer_handover", "officer", attach=True)
    return waiting, (Send("handover", "requester"), officer)


def all_sent(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if request.file_id is None:
        return None
    return end(request, State.DELIVERED), ()


def resent(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if request.file_id is None or policy.is_handed_over(request) or not policy.is_decided(request):
        return None
    return request, (Send("dataset", "requester", attach=True),)
