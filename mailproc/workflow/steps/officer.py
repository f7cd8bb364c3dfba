"""What an officer does to a request: put right, ask, answer with a file of her own, hand over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailproc.model import Corrected, Doubts, Question, Request, Rules, State
from mailproc.workflow import conditions, policy, unmailed
from mailproc.workflow import events as e
from mailproc.workflow.assess import OWN_WORDS
from mailproc.workflow.belonging import open_questions
from mailproc.workflow.effects import Effect, Send, VoidLinks
from mailproc.workflow.steps import asking, people, preparing
from mailproc.workflow.steps.common import Step, end, for_person, is_on_its_way, withdrawal
from mailproc.workflow.steps.intake import SHOWN, assess_anew, with_form

_ASKED = frozenset({State.INCOMPLETE, State.RETURNED})


def corrected(
    request: Request, event: e.OfficerCorrected, rules: Rules, now: datetime
) -> Step | None:
    """The officer has seen pictures and unclear words, so nothing of them is in doubt."""
    if is_on_its_way(request):
        return None
    known = unmailed.reached(with_form(request, event.form))
    corrected = _beside(request.corrected, event.corrected)
    known = replace(known, doubts=Doubts(), asks=0, corrected=corrected)
    if request.state in _ASKED and (still := open_questions(known, rules)):
        again = replace(known, state=State.INCOMPLETE, questions=still)
        moved = request.requester_addr not in ("", known.requester_addr)
        # Whoever has a new address was asked at the wrong one; all others were asked already.
        return again, (Send("ask", "requester", questions=still),) if moved else ()
    if request.state not in SHOWN:
        return assess_anew(known, rules, now)
    seen = request.shown or request.form
    after, effects = assess_anew(replace(known, amended=True, shown=seen), rules, now)
    return after, (*_void(request, after, rules), *effects)


def _beside(before: tuple[Corrected, ...], more: tuple[Corrected, ...]) -> tuple[Corrected, ...]:
    """Put right twice, the requester's words are still the first ones."""
    said = {one.field: one.said for one in before}
    anew = {one.field for one in more}
    kept = tuple(one for one in before if one.field not in anew)
    return (*kept, *(replace(one, said=said.get(one.field, one.said)) for one in more))


def asked(request: Request, event: e.OfficerAsked, rules: Rules, now: datetime) -> Step | None:
    """In words of her own, or once more all that is open."""
    if is_on_its_way(request):
        return None
    anew = replace(request, asks=0, resume=None, reason="", approvals=())
    if event.note:
        own = (Question("purpose", OWN_WORDS, said=event.note),)
        after = replace(
            anew,
            state=State.INCOMPLETE,
            questions=own,
            asks=1,
            receipt_due=False,
            due_at=now + rules.silent,
        )
        letter = Send("question", "requester", note=event.note)
        return after, (*_void(request, after, rules), letter)
    questions = event.questions or request.questions or open_questions(request, rules)
    if not questions:
        return None
    after, effects = asking.ask_back(anew, questions, rules, now)
    return after, (*_void(request, after, rules), *effects)


def attached(request: Request, event: e.FileAttached, rules: Rules, now: datetime) -> Step | None:
    """Looked into by the gate first, and then decided upon; whatever was decided is void."""
    if event.attached is None:
        return None
    known = replace(request, attached=event.attached, doubts=Doubts(), amended=True, renewed="")
    if questions := open_questions(known, rules):  # who asks, and what for
        return _ask_first(request, known, questions, rules, now)
    anew = replace(known, questions=(), resume=None, reason="")
    after, effects = preparing.prepare_again(anew, event, rules, now)
    return after, (*_void(request, after, rules), *effects)


def _ask_first(
    request: Request, known: Request, questions: tuple[Question, ...], rules: Rules, now: datetime
) -> Step:
    """The file waits with the request; who was asked already is not asked once more."""
    if request.state in _ASKED:
        return replace(known, state=State.INCOMPLETE, questions=questions), ()
    after, effects = assess_anew(known, rules, now)
    return after, (*_void(request, after, rules), *effects)


def gate_blocked(request: Request, event: e.GateBlocked, rules: Rules, now: datetime) -> Step:
    """Of an attached file nobody but the officer learns: she attached it a moment ago."""
    if request.state is not State.PREPARING:
        return people.trouble(request, event, rules, now)
    waiting = for_person(replace(request, attached=None), request.state, event.problem, rules, now)
    return waiting, (Send("officer_needs_person", "officer", reason=event.problem),)


def handed_over(request: Request, event: e.HandedOver, rules: Rules, now: datetime) -> Step | None:
    """Only what was decided upon, and not after the day until which it may be used."""
    mine = request.file_id is not None and event.file_id == request.file_id
    if not mine or not policy.is_decided(request) or request.revoked_at is not None:
        return None
    if conditions.is_over(request, rules.timezone, now):
        return None
    return replace(end(request, State.DELIVERED), resume=None), ()


def _void(before: Request, after: Request, rules: Rules) -> tuple[Effect, ...]:
    """What was laid before somebody leads nowhere any more, and whoever was asked is told."""
    return (VoidLinks(), *withdrawal(before, after, rules))
