"""The data is tried: what comes of it, and who looks at it next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailproc.model import Conditions, Request, Rules, State
from mailproc.workflow import attachment, belonging, dates, policy, retry, standing
from mailproc.workflow import events as e
from mailproc.workflow.effects import Effect, Send, StartJob, VoidLinks
from mailproc.workflow.steps import asking, deciding
from mailproc.workflow.steps.common import PREPARE, Step, to_person, unprepared


def prepare_again(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    anew = replace(unprepared(request), state=State.PREPARING, due_at=None, failures=0)
    return anew, (PREPARE,)


def content_changed(request: Request, event: e.ContentChanged, rules: Rules, now: datetime) -> Step:
    """Whoever was shown it decides anew, and the new mail says why."""
    after, effects = prepare_again(replace(request, renewed=event.why), event, rules, now)
    return after, (VoidLinks(), *effects)


def round_opened(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    return prepare_again(replace(request, reason=""), event, rules, now)


def prepared(request: Request, event: e.DataPrepared, rules: Rules, now: datetime) -> Step | None:
    if event.prepared is None or not event.content_hash:
        return None
    if not attachment.is_of(event.prepared, request.attached):
        return None  # another job prepares what is wanted by now
    if questions := belonging.open_questions(request, rules):  # the catalogue changed meanwhile
        return asking.ask_back(request, questions, rules, now)
    ready = replace(
        request,
        prepared=event.prepared,
        content_hash=event.content_hash,
        past=event.past,
        conditions=event.conditions or request.conditions,
        failures=0,
        receipt_due=False,
    )
    after, effects = _ready(ready, event, rules, now)
    return after, (*_receipt(request, rules), *effects)


def _ready(ready: Request, event: e.DataPrepared, rules: Rules, now: datetime) -> Step:
    """Who looks at the prepared data next: nobody, the officer, or the director."""
    if ready.attached is not None:  # the catalogue and a yes given ahead speak of other data
        return deciding.ask_director(ready, event, rules, now)
    dataset = rules.catalogue.get(ready.item.dataset_id)
    if dataset is not None and not dataset.needs_approval:
        return deciding.approve_by_rule(ready, rules, now)
    if rules.officer_checks_all and ready.conditions == Conditions():  # else it was checked
        checking = dates.wait(replace(ready, state=State.CHECKING), rules, now)
        return checking, (Send("officer_needs_person", "officer", reason="check"),)
    if event.standing is not None and standing.covers(event.standing, ready, rules, now):
        return deciding.approve_ahead(ready, event.standing, rules, now)
    return deciding.ask_director(ready, event, rules, now)


def _receipt(request: Request, rules: Rules) -> tuple[Effect, ...]:
    """The receipt, once the data was tried: within the second, and never before an ask-back."""
    if not request.receipt_due:
        return ()
    stated = policy.unproved_address(request)
    useless = policy.is_handed_over(request) or not belonging.may_go_to(stated, request, rules)
    if not stated or useless:
        return (Send("receipt", "requester"),)
    return (
        Send("receipt", "requester"),
        Send("confirm_recipient", "requester", to_addr=stated),
    )


def step_failed(request: Request, event: e.StepFailed, rules: Rules, now: datetime) -> Step:
    failed = replace(request, failures=request.failures + 1, receipt_due=False)
    if failed.failures >= rules.failure_limit:
        return to_person(failed, request.state, event.problem or "failed", rules, now)
    pause = retry.job_pause(failed.failures)
    preparing = request.state is State.PREPARING
    again = StartJob("prepare" if preparing else "build", after=pause)
    return failed, (*_receipt(request, rules), again)
