"""What goes back to the requester as a question, and when a person takes over the asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailproc.model import Question, Request, Rules, State
from mailproc.workflow import events as e
from mailproc.workflow.assess import is_not_held
from mailproc.workflow.effects import Send
from mailproc.workflow.steps.common import ASK_LIMIT, NONE_FITS, SCAN, Step, for_person, to_person


def ask_back(
    request: Request, questions: tuple[Question, ...], rules: Rules, now: datetime
) -> Step:
    asked = replace(
        request,
        state=State.INCOMPLETE,
        receipt_due=False,
        questions=questions,
        asks=_round(request, rules),
        due_at=now + rules.silent,
    )
    if asked.asks > rules.ask_limit:
        return to_person(asked, request.state, ASK_LIMIT, rules, now)
    return asked, (Send("ask", "requester", questions=questions), *_not_held(request, questions))


def _not_held(request: Request, questions: tuple[Question, ...]) -> tuple[Send, ...]:
    """The officer is told once of data that is asked for and not there."""
    gone = [question.said for question in questions if is_not_held(question)]
    if not gone or any(is_not_held(question) for question in request.questions):
        return ()
    return (Send("officer_note", "officer", reason="not_held", note=gone[0]),)


def none_fits(request: Request, rules: Rules, now: datetime) -> Step:
    """Nothing on offer is what the requester needs: a person sees to it."""
    return to_person(request, State.INCOMPLETE, NONE_FITS, rules, now)


def look_at_picture(
    request: Request, questions: tuple[Question, ...], rules: Rules, now: datetime
) -> Step:
    """The officer looks at the picture; meanwhile the requester may type what it says."""
    asked = replace(request, questions=questions, asks=_round(request, rules), receipt_due=False)
    if asked.asks > rules.ask_limit:
        return to_person(asked, State.INCOMPLETE, ASK_LIMIT, rules, now)
    waiting = for_person(asked, State.INCOMPLETE, SCAN, rules, now)
    officer = Send("officer_needs_person", "officer", reason=SCAN)
    return waiting, (Send("scan", "requester", questions=questions), officer)


def explain(request: Request, event: e.Answered, rules: Rules, now: datetime) -> Step:
    """Who did not understand our question is not asked the same again; the officer is told."""
    asks = _round(request, rules)
    puzzled = replace(request, state=State.INCOMPLETE, asks=asks, due_at=now + rules.silent)
    if asks > rules.ask_limit:
        return to_person(puzzled, request.state, ASK_LIMIT, rules, now)
    officer = Send("officer_note", "officer", reason="confused", note=event.note)
    return puzzled, (Send("explain", "requester", questions=request.questions), officer)


def unanswerable(request: Request, event: e.Unanswerable, rules: Rules, now: datetime) -> Step:
    return ask_back(request, event.questions, rules, now)


def _round(request: Request, rules: Rules) -> int:
    return min(request.asks + 1, rules.ask_limit + 1)
