"""The file on its way: built, sent, fetched, sent once more, or taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailproc.model import Request, Rules, State
from mailproc.workflow import conditions, policy
from mailproc.workflow import events as e
from mailproc.workflow.effects import Send, VoidLinks
from mailproc.workflow.steps.common import TOO_BIG, Step, end, for_person


def built(request: Request, event: e.DataBuilt, rules: Rules, now: datetime) -> Step | None:
    if not policy.is_decided(request):
        return None
    built = replace(request, file_id=event.file_id, failures=0)
    if not policy.is_handed_over(request):
        return built, (Send("dataset", "requester", attach=True),)
    waiting = for_person(built, request.state, "handover", rules, now)
    officer = Send("officer_handover", "officer", attach=True)
    return waiting, (Send("handover", "requester"), officer)


def too_big(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """The file is ready, and a person has to hand it over."""
    waiting = for_person(request, request.resume or request.state, TOO_BIG, rules, now)
    officer = Send("officer_handover", "officer", reason=TOO_BIG)
    return waiting, (Send("handover", "requester", reason=TOO_BIG), officer)


def downloaded(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """Written down, no more."""
    return request, ()


def access_revoked(
    request: Request, event: e.AccessRevoked, rules: Rules, now: datetime
) -> Step | None:
    """Nothing can be called back that was attached or fetched, so its reader is told."""
    if request.file_id is None or request.revoked_at is not None:
        return None
    told, by_office = [Send("taken_back", "requester")], event.by == "admin" or event.reason
    if not by_office and request.requester_addr:  # else who did it knows, or is told anyway
        told.append(Send("officer_taken_back", "officer", note=event.by))
    return replace(request, revoked_at=now), (VoidLinks("download"), *told)


def all_sent(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if request.file_id is None:
        return None
    return end(request, State.DELIVERED), ()


def resent(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if not policy.can_resend(request) or conditions.is_over(request, rules.timezone, now):
        return None
    return request, (Send("dataset", "requester", attach=True),)
