"""What a mail of the requester does to the request: opens, confirms, answers or amends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailproc.model import Conditions, Form, Request, Rules, State
from mailproc.workflow import events as e
from mailproc.workflow import policy
from mailproc.workflow.assess import asks_own_words
from mailproc.workflow.belonging import kept_inside, open_questions
from mailproc.workflow.collection import round_words, waits_for
from mailproc.workflow.effects import Send, VoidLinks
from mailproc.workflow.formtext import as_text
from mailproc.workflow.steps import asking
from mailproc.workflow.steps.common import (
    ANSWERED,
    ASK_LIMIT,
    LATE,
    NONE_FITS,
    PREPARE,
    ROUND_WAITED,
    SCAN,
    Step,
    for_person,
    unprepared,
    withdrawal,
)

SHOWN = frozenset({State.CHECKING, State.AWAITING_DECISION})  # an amendment voids what was shown


def opened(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    if policy.is_believed(request):
        return assess_anew(request, rules, now)
    questions = open_questions(request, rules)
    waiting = replace(
        request, state=State.UNCONFIRMED, questions=questions, due_at=now + rules.silent
    )
    return waiting, (Send("confirm", "requester", questions=questions),)


def confirmed(request: Request, event: e.Confirmed, rules: Rules, now: datetime) -> Step:
    return assess_anew(replace(with_form(request, event.form), confirmed=True), rules, now)


def answered(request: Request, event: e.Answered, rules: Rules, now: datetime) -> Step | None:
    if request.state is State.NEEDS_PERSON and not _goes_on(request, event, rules):
        return None
    if event.none:
        return asking.none_fits(request, rules, now)
    if event.confused:
        return asking.explain(request, event, rules, now)
    if asks_own_words(request.questions):
        return _to_officer(request, event, rules, now)
    known = replace(with_form(request, event.form), doubts=event.doubts)
    told = _left_over(event)
    if request.state not in SHOWN:
        after, effects = assess_anew(known, rules, now)
        return after, (*effects, *told)
    seen = request.shown or request.form
    after, effects = assess_anew(replace(known, amended=True, shown=seen), rules, now)
    return after, (VoidLinks(), *withdrawal(request, after, rules), *effects, *told)


def _to_officer(request: Request, event: e.Answered, rules: Rules, now: datetime) -> Step:
    """What was asked in an officer's own words is for the officer to read."""
    known = replace(with_form(request, event.form), doubts=event.doubts, questions=())
    waiting = for_person(known, State.INCOMPLETE, ANSWERED, rules, now)
    officer = Send("officer_needs_person", "officer", reason=ANSWERED, note=event.note)
    return waiting, (officer,)


def _left_over(event: e.Answered) -> tuple[Send, ...]:
    """The officer reads the words of an answer that were not understood."""
    if not event.note:
        return ()
    return (Send("officer_note", "officer", reason="left_over", note=event.note),)


def _goes_on(request: Request, event: e.Answered, rules: Rules) -> bool:
    """Whether an answer takes a request on that waits for a person."""
    if event.confused or event.form == request.form:
        return False
    known = replace(request, form=event.form, doubts=event.doubts)
    complete = not open_questions(known, rules)
    return request.reason in (SCAN, NONE_FITS) or (request.reason == ASK_LIMIT and complete)


def with_form(request: Request, form: Form) -> Request:
    """The request with another form; what an officer did stands where it still fits."""
    stands = tuple(one for one in request.corrected if as_text(form, one.field) == one.put)
    same = form.items == request.form.items
    return replace(
        request,
        form=form,
        corrected=stands,
        attached=request.attached if same else None,
    )


def assess_anew(request: Request, rules: Rules, now: datetime) -> Step:
    """On to the query where all is there, else back to the requester with what is missing."""
    request = replace(
        unprepared(kept_inside(request, rules)), resume=None, reason="", conditions=Conditions()
    )
    questions = open_questions(request, rules)
    if questions and request.doubts.scans:
        return asking.look_at_picture(request, questions, rules, now)
    if questions:
        return asking.ask_back(request, questions, rules, now)
    later = waits_for(request, rules.catalogue)
    if later is not None and request.attached is None:
        return _put_aside(request, later, rules, now)
    ready = replace(
        request,
        state=State.PREPARING,
        questions=(),
        failures=0,
        due_at=None,
        receipt_due=True,
    )
    return ready, (PREPARE,)


def _put_aside(request: Request, later: tuple[int, int], rules: Rules, now: datetime) -> Step:
    """Until the round is open; the officer is reminded where it does not come."""
    day = rules.catalogue.calendar.collected_on(*later)
    collected = datetime.fromisoformat(day).replace(tzinfo=now.tzinfo) if day else now
    waiting = replace(
        request,
        state=State.WAITING,
        questions=(),
        receipt_due=False,
        reason=ROUND_WAITED,
        due_at=max(collected, now) + LATE,
    )
    title = round_words(rules.catalogue.calendar, *later)
    return waiting, (Send("waiting", "requester", reason=title),)
