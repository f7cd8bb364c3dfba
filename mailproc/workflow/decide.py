"""What becomes of a request when something happens: one pure function over `states.TABLE`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mailproc.model import BY_RULE, Doubts, Question, Request, Rules, State
from mailproc.workflow import events as e
from mailproc.workflow import pause, policy, retry
from mailproc.workflow.assess import assess
from mailproc.workflow.collection import round_words, waits_for
from mailproc.workflow.effects import Decision, Effect, Send, StartJob, VoidLinks
from mailproc.workflow.states import FROM_A_PERSON, allowed

Step = tuple[Request, tuple[Effect, ...]]
_PREPARE = StartJob("prepare")
_SHOWN = frozenset({State.CHECKING, State.AWAITING_DECISION})  # an amendment voids what was shown
_LATE = timedelta(days=14)  # after its day a round that is waited for is overdue
ROUND_WAITED = "round_waited"
SCAN, ASK_LIMIT = "scan", "ask_limit"  # why a person is needed although a reply may take it on
_WAITING_ON = frozenset(
    {State.UNCONFIRMED, State.INCOMPLETE, State.RETURNED, State.AWAITING_DECISION}
)


def decide(request: Request, event: e.Event, rules: Rules, now: datetime) -> Decision:
    """The request after the event, what is recorded and what is owed. Never raises, never acts.

    An event that has no place in the state changes nothing but the version, is recorded as
    ignored, and is answered where a person caused it.
    """
    targets = allowed(request.state, event)
    step = _HANDLERS[type(event)](request, event, rules, now) if targets else None
    if step is None or step[0].state not in targets:
        after, effects, ignored = request, _answer(request, event), True
    else:
        (after, effects), ignored = step, False
        after = pause.promised(request, after, rules, now)
    after = replace(after, version=request.version + 1)
    return Decision(
        before=request,
        after=after,
        event=type(event).__name__,
        by=event.by,
        facts=_facts(request, after, event, ignored),
        told=_told(event),
        effects=effects,
    )


def _facts(before: Request, after: Request, event: e.Event, ignored: bool) -> dict[str, str | int]:
    facts: dict[str, str | int] = {"from": before.state.value, "to": after.state.value}
    if ignored:
        facts["ignored"] = 1
    if after.content_hash:
        facts["content_hash"] = after.content_hash
    if isinstance(event, e.DataBuilt):
        facts["file_id"] = event.file_id
    return facts


def _told(event: e.Event) -> dict[str, str]:
    """The words of people in the event: personal, so kept apart from the facts."""
    names = ("reason", "note", "problem")
    return {name: text for name in names if (text := getattr(event, name, ""))}


def _answer(request: Request, event: e.Event) -> tuple[Effect, ...]:
    """What a person is told whose message changes nothing."""
    if not isinstance(event, FROM_A_PERSON):
        return ()
    if isinstance(event, e.Cancelled) and _is_on_its_way(request):
        return (Send("too_late", "requester"),)
    officer = Send("officer_note", "officer", note=getattr(event, "note", ""))
    if isinstance(event, e.Noted) and event.quiet:
        return (officer,)
    return (Send("noted", "requester"), officer)


# ---------------------------------------------------------------- the requester's side


def _opened(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    if policy.is_believed(request):
        return _assessed(request, rules, now)
    questions = assess(request.form, rules.catalogue, request.doubts)
    waiting = replace(
        request, state=State.UNCONFIRMED, questions=questions, due_at=now + rules.silent
    )
    return waiting, (Send("confirm", "requester", questions=questions),)


def _recipient_proved(
    request: Request, event: e.RecipientProved, rules: Rules, now: datetime
) -> Step | None:
    """What was shown for decision named another recipient, so it is shown anew."""
    if event.address.casefold() != (request.form.email or "").casefold():
        return None
    proved = replace(request, deliver_to=event.address)
    if request.state is not State.AWAITING_DECISION or proved.prepared is None:
        return proved, ()
    anew = replace(proved, content_hash=policy.content_hash(proved, proved.prepared))
    after, effects = _before_director(anew, event, rules, now)
    return after, (VoidLinks(), *effects)


def _confirmed(request: Request, event: e.Confirmed, rules: Rules, now: datetime) -> Step:
    return _assessed(replace(request, form=event.form, confirmed=True), rules, now)


def _answered(request: Request, event: e.Answered, rules: Rules, now: datetime) -> Step | None:
    if request.state is State.NEEDS_PERSON and not _goes_on(request, event, rules):
        return None
    if event.confused:
        return _explained(request, event, rules, now)
    answered = replace(request, form=event.form, doubts=event.doubts)
    if request.state not in _SHOWN:
        return _assessed(answered, rules, now)
    after, effects = _assessed(replace(answered, amended=True), rules, now)
    return after, (VoidLinks(), *_withdrawn(request, after), *effects)


def _goes_on(request: Request, event: e.Answered, rules: Rules) -> bool:
    """Whether an answer takes a request on that waits for a person."""
    if event.confused or event.form == request.form:
        return False
    complete = not assess(event.form, rules.catalogue, event.doubts)
    return request.reason == SCAN or (request.reason == ASK_LIMIT and complete)


def _withdrawn(before: Request, after: Request) -> tuple[Effect, ...]:
    """The director is told of a link that is void, unless a new one follows at once."""
    if before.state is not State.AWAITING_DECISION or after.state is State.PREPARING:
        return ()
    return (Send("approval_withdrawn", "director"),)


def _explained(request: Request, event: e.Answered, rules: Rules, now: datetime) -> Step:
    """Who did not understand our question is not asked the same again; the officer is told."""
    asks = _round(request, rules)
    puzzled = replace(request, state=State.INCOMPLETE, asks=asks, due_at=now + rules.silent)
    if asks > rules.ask_limit:
        return _to_person(puzzled, request.state, ASK_LIMIT, rules, now)
    officer = Send("officer_note", "officer", reason="confused", note=event.note)
    return puzzled, (Send("explain", "requester", questions=request.questions), officer)


def _assessed(request: Request, rules: Rules, now: datetime) -> Step:
    """On to the query where all is there, else back to the requester with what is missing."""
    request = replace(_unprepared(request), resume=None, reason="")
    questions = assess(request.form, rules.catalogue, request.doubts)
    if questions and request.doubts.scans:
        return _scanned(request, questions, rules, now)
    if questions:
        return _asked(request, questions, rules, now)
    if (later := waits_for(request, rules.catalogue)) is not None:
        return _put_aside(request, later, rules, now)
    ready = replace(
        request,
        state=State.PREPARING,
        questions=(),
        failures=0,
        due_at=None,
        receipt_due=True,
    )
    return ready, (_PREPARE,)


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
        due_at=max(collected, now) + _LATE,
    )
    title = round_words(rules.catalogue.calendar, *later)
    return waiting, (Send("waiting", "requester", reason=title),)


def _round_opened(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    return _prepare_again(replace(request, reason=""), event, rules, now)


def _receipt(request: Request) -> tuple[Effect, ...]:
    """The receipt, once the data was tried: within the second, and never before an ask-back."""
    if not request.receipt_due:
        return ()
    stated = policy.unproved_address(request)
    if not stated or policy.is_handed_over(request):
        return (Send("receipt", "requester"),)
    return (
        Send("receipt", "requester"),
        Send("confirm_recipient", "requester", to_addr=stated),
    )


def _asked(request: Request, questions: tuple[Question, ...], rules: Rules, now: datetime) -> Step:
    asked = replace(
        request,
        state=State.INCOMPLETE,
        receipt_due=False,
        questions=questions,
        asks=_round(request, rules),
        due_at=now + rules.silent,
    )
    if asked.asks > rules.ask_limit:
        return _to_person(asked, request.state, ASK_LIMIT, rules, now)
    return asked, (Send("ask", "requester", questions=questions),)


def _scanned(
    request: Request, questions: tuple[Question, ...], rules: Rules, now: datetime
) -> Step:
    """The officer looks at the picture; meanwhile the requester may type what it says."""
    asked = replace(request, questions=questions, asks=_round(request, rules), receipt_due=False)
    if asked.asks > rules.ask_limit:
        return _to_person(asked, State.INCOMPLETE, ASK_LIMIT, rules, now)
    waiting = _for_person(asked, State.INCOMPLETE, SCAN, rules, now)
    officer = Send("officer_needs_person", "officer", reason=SCAN)
    return waiting, (Send("scan", "requester", questions=questions), officer)


def _round(request: Request, rules: Rules) -> int:
    return min(request.asks + 1, rules.ask_limit + 1)


def _silent(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    return _ended(request, State.EXPIRED), (VoidLinks(), Send("expired", "requester"))


def _is_on_its_way(request: Request) -> bool:
    """True from the end of the hold: the file may have left already."""
    sending = (State.DELIVERING, State.DELIVERED)
    return request.state in sending or request.resume in sending


def _cancelled(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if _is_on_its_way(request):
        return None
    after = _ended(request, State.CANCELLED)
    told = Send("cancelled", "requester")
    return after, (VoidLinks(), *_withdrawn(request, after), told)


def _ended(request: Request, state: State, reason: str = "") -> Request:
    return replace(request, state=state, due_at=None, reason=reason)


# ---------------------------------------------------------------- the data


def _prepare_again(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    anew = replace(_unprepared(request), state=State.PREPARING, due_at=None, failures=0)
    return anew, (_PREPARE,)


def _unprepared(request: Request) -> Request:
    """What was prepared, decided and built no longer counts: the form or the data may differ."""
    return replace(
        request,
        prepared=None,
        content_hash="",
        decided_by="",
        decided_at=None,
        decided_at_hash="",
        file_id=None,
    )


def _corrected(
    request: Request, event: e.OfficerCorrected, rules: Rules, now: datetime
) -> Step | None:
    """The officer has seen pictures and unclear words, so nothing of them is in doubt."""
    if _is_on_its_way(request):
        return None
    corrected = replace(request, form=event.form, doubts=Doubts(), asks=0)
    return _assessed(corrected, rules, now)


def _prepared(request: Request, event: e.DataPrepared, rules: Rules, now: datetime) -> Step | None:
    if event.prepared is None or not event.content_hash:
        return None
    ready = replace(
        request,
        prepared=event.prepared,
        content_hash=event.content_hash,
        failures=0,
        receipt_due=False,
    )
    after, effects = _ready(ready, event, rules, now)
    return after, (*_receipt(request), *effects)


def _ready(ready: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """Who looks at the prepared data next: nobody, the officer, or the director."""
    dataset = rules.catalogue.get(ready.item.dataset_id)
    if dataset is not None and not dataset.needs_approval:
        return _approved_by_rule(ready, rules, now)
    if rules.officer_checks_all:
        checking = replace(ready, state=State.CHECKING, due_at=now + rules.remind)
        return checking, (Send("officer_needs_person", "officer", reason="check"),)
    return _before_director(ready, event, rules, now)


def _approved_by_rule(request: Request, rules: Rules, now: datetime) -> Step:
    approved = replace(
        request,
        state=State.APPROVED,
        due_at=now,
        decided_at=now,
        decided_by=BY_RULE,
        decided_at_hash=request.content_hash,
    )
    return approved, ()


def _before_director(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    asked = replace(
        request,
        state=State.AWAITING_DECISION,
        due_at=now + rules.remind,
        decided_at=None,
        decided_by="",
        decided_at_hash="",
        reason="",
    )
    return asked, (Send("approval", "director"),)


def _unanswerable(request: Request, event: e.Unanswerable, rules: Rules, now: datetime) -> Step:
    return _asked(request, event.questions, rules, now)


def _officer_asked(request: Request, event: e.OfficerAsked, rules: Rules, now: datetime) -> Step:
    return _asked(replace(request, asks=0), event.questions, rules, now)


def _step_failed(request: Request, event: e.StepFailed, rules: Rules, now: datetime) -> Step:
    failed = replace(request, failures=request.failures + 1, receipt_due=False)
    if failed.failures >= rules.failure_limit:
        return _to_person(failed, request.state, event.problem or "failed", rules, now)
    pause = retry.job_pause(failed.failures)
    preparing = request.state is State.PREPARING
    again = StartJob("prepare" if preparing else "build", after=pause)
    return failed, (*_receipt(request), again)


# ---------------------------------------------------------------- the decision


def _approved(request: Request, event: e.Approved, rules: Rules, now: datetime) -> Step | None:
    if not event.content_hash or event.content_hash != request.content_hash:
        return None  # what was shown is not what would be sent
    approved = replace(
        request,
        state=State.APPROVED,
        due_at=now + rules.hold,
        decided_by=event.by,
        decided_at=now,
        decided_at_hash=event.content_hash,
        failures=0,
    )
    return approved, ()


def _refused(request: Request, event: e.Refused, rules: Rules, now: datetime) -> Step:
    refused = replace(
        _ended(request, State.REFUSED, event.reason), decided_by=event.by, decided_at=now
    )
    return refused, (VoidLinks(), Send("refused", "requester", reason=event.reason))


def _returned(request: Request, event: e.Returned, rules: Rules, now: datetime) -> Step:
    question = (Question("purpose", "unclear", said=event.reason),)
    returned = replace(
        request,
        state=State.RETURNED,
        reason=event.reason,
        questions=question,
        due_at=now + rules.silent,
    )
    return returned, (VoidLinks(), Send("ask", "requester", question, event.reason))


def _undone(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    return _before_director(request, event, rules, now)[0], ()


def _hold_elapsed(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if not _is_decided(request):
        return None
    delivering = replace(request, state=State.DELIVERING, due_at=None)
    return delivering, (VoidLinks(), StartJob("build"))


# ---------------------------------------------------------------- the delivery


def _built(request: Request, event: e.DataBuilt, rules: Rules, now: datetime) -> Step | None:
    if not _is_decided(request):
        return None
    built = replace(request, file_id=event.file_id, failures=0)
    if not policy.is_handed_over(request):
        return built, (Send("dataset", "requester", attach=True),)
    waiting = _for_person(built, request.state, "handover", rules, now)
    officer = Send("officer_handover", "officer", attach=True)
    return waiting, (Send("handover", "requester"), officer)


def _is_decided(request: Request) -> bool:
    """True where the decision is over the content at hand."""
    return bool(request.content_hash) and request.decided_at_hash == request.content_hash


def _all_sent(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if request.file_id is None:
        return None
    return _ended(request, State.DELIVERED), ()


def _resent(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if request.file_id is None or policy.is_handed_over(request) or not _is_decided(request):
        return None
    return request, (Send("dataset", "requester", attach=True),)


def _trouble(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """The gate, the sending or a bounce: the officer is told; who waits for a person waits on."""
    problem = getattr(event, "problem", "")
    if request.state in _WAITING_ON:
        return request, (Send("officer_needs_person", "officer", reason=problem),)
    return _to_person(request, request.state, problem, rules, now)


# ---------------------------------------------------------------- people


def _for_person(
    request: Request, resume: State, reason: str, rules: Rules, now: datetime
) -> Request:
    due = now + rules.remind
    return replace(request, state=State.NEEDS_PERSON, resume=resume, reason=reason, due_at=due)


def _to_person(request: Request, resume: State, reason: str, rules: Rules, now: datetime) -> Step:
    waiting = _for_person(request, resume, reason, rules, now)
    officer = Send("officer_needs_person", "officer", reason=reason)
    return waiting, (VoidLinks(), Send("needs_person", "requester"), officer)


def _remind(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    waits = request.state is State.WAITING
    later = replace(request, due_at=now + (_LATE if waits else rules.remind))
    if request.state is State.AWAITING_DECISION:
        return later, (Send("approval_reminder", "director"),)
    return later, (Send("officer_needs_person", "officer", reason=request.reason),)


def _settled(request: Request, event: e.PersonSettled, rules: Rules, now: datetime) -> Step | None:
    settle = _SETTLE.get(event.to)
    settled = replace(request, resume=None, reason="", failures=0, asks=0, due_at=None)
    return settle(settled, event, rules, now) if settle else None


def _settle_ask(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    """Asks once more what is open; where nothing is, the person's own words are the question."""
    unclear = Question("purpose", "unclear", said=getattr(event, "note", ""))
    known = request.questions or assess(request.form, rules.catalogue, request.doubts)
    questions = known or (unclear,)
    return _asked(request, questions, rules, now)


def _settle_decide(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    return _before_director(request, event, rules, now) if request.prepared else None


def _settle_deliver(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step | None:
    if not _is_decided(request):
        return None  # nothing leaves without a decision over the same content
    return replace(request, state=State.DELIVERING), (StartJob("build"),)


def _settle_delivered(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    return _ended(request, State.DELIVERED), ()


def _settle_refused(request: Request, event: e.Event, rules: Rules, now: datetime) -> Step:
    note = getattr(event, "note", "")
    return _refused(request, e.Refused(by=event.by, reason=note), rules, now)


_SETTLE: dict[State, Callable[..., Step | None]] = {
    State.INCOMPLETE: _settle_ask,
    State.PREPARING: _prepare_again,
    State.AWAITING_DECISION: _settle_decide,
    State.DELIVERING: _settle_deliver,
    State.DELIVERED: _settle_delivered,
    State.REFUSED: _settle_refused,
    State.CANCELLED: _cancelled,
}
_HANDLERS: dict[type[e.Event], Callable[[Request, Any, Rules, datetime], Step | None]] = {
    e.Opened: _opened,
    e.Answered: _answered,
    e.Confirmed: _confirmed,
    e.RecipientProved: _recipient_proved,
    e.RoundOpened: _round_opened,
    e.DataPrepared: _prepared,
    e.Unanswerable: _unanswerable,
    e.StepFailed: _step_failed,
    e.OfficerPassed: _before_director,
    e.OfficerAsked: _officer_asked,
    e.OfficerCorrected: _corrected,
    e.Approved: _approved,
    e.Refused: _refused,
    e.Returned: _returned,
    e.Undone: _undone,
    e.HoldElapsed: _hold_elapsed,
    e.DataBuilt: _built,
    e.ContentChanged: _prepare_again,
    e.GateBlocked: _trouble,
    e.AllSent: _all_sent,
    e.DeliveryFailed: _trouble,
    e.BounceReceived: _trouble,
    e.Resend: _resent,
    e.Silent: _silent,
    e.ReminderDue: _remind,
    e.PersonSettled: _settled,
    e.Cancelled: _cancelled,
}
DEADLINES: dict[State, type[e.Event]] = {
    State.UNCONFIRMED: e.Silent,
    State.INCOMPLETE: e.Silent,
    State.RETURNED: e.Silent,
    State.WAITING: e.ReminderDue,
    State.CHECKING: e.ReminderDue,
    State.AWAITING_DECISION: e.ReminderDue,
    State.NEEDS_PERSON: e.ReminderDue,
    State.APPROVED: e.HoldElapsed,
}
