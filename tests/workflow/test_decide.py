from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailproc.model import Catalogue, Form, Request, Rules, State, Trust
from mailproc.workflow import events as e
from mailproc.workflow import policy, states
from mailproc.workflow.decide import DEADLINES, decide
from mailproc.workflow.effects import Decision, Send, StartJob, VoidLinks
from tests.factories import (
    NOW,
    a_dataset,
    a_form,
    a_prepared,
    a_question,
    a_request,
    an_attached,
    an_item,
)
from tests.walk import RULES, a_draft, data_prepared

S = State
_INCOMPLETE = a_form(purpose=None)
_FORMS = (
    a_form(),
    _INCOMPLETE,
    a_form(delivery="line"),
    Form(),
    a_form(items=(an_item(dataset_id=None),)),
)
_OPEN_DATA = Rules(catalogue=Catalogue((a_dataset(needs_approval=False),)))
_CHECKS_ALL = replace(RULES, officer_checks_all=True)


def _sent(decision: Decision) -> list[str]:
    return [effect.kind for effect in decision.effects if isinstance(effect, Send)]


def _jobs(decision: Decision) -> list[str]:
    return [effect.kind for effect in decision.effects if isinstance(effect, StartJob)]


def _opened(rules: Rules = RULES, **changes: Any) -> Decision:
    return decide(a_draft(**changes), e.Opened(), rules, NOW)


def _after(request: Request, *events: e.Event, rules: Rules = RULES) -> Request:
    for event in events:
        request = decide(request, event, rules, NOW).after
    return request


def _before_director(**changes: Any) -> Request:
    request = _opened(**changes).after
    return _after(request, data_prepared(request))


def _approved(**changes: Any) -> Request:
    request = _before_director(**changes)
    return _after(request, e.Approved(by="ผู้อนุญาต", content_hash=request.content_hash))


def _delivering(**changes: Any) -> Request:
    return _after(_approved(**changes), e.HoldElapsed())


# ---------------------------------------------------------------- opening and asking back


def test_a_complete_request_is_prepared_and_its_sender_told() -> None:
    decision = _opened()
    assert (decision.after.state, decision.after.due_at) == (S.PREPARING, None)
    assert (_sent(decision), _jobs(decision)) == ([], ["prepare"])
    tried = decide(decision.after, data_prepared(decision.after), RULES, NOW)
    assert _sent(tried) == ["receipt", "approval"]


def test_who_is_asked_back_gets_no_receipt_that_says_otherwise() -> None:
    request = _opened().after
    asked = decide(request, e.Unanswerable(questions=(a_question(),)), RULES, NOW)
    assert _sent(asked) == ["ask"]
    answered = decide(asked.after, e.Answered(form=a_form()), RULES, NOW).after
    assert _sent(decide(answered, data_prepared(answered), RULES, NOW)) == ["receipt", "approval"]


def test_a_requester_may_amend_until_it_is_decided() -> None:
    before = _before_director()
    amended = decide(before, e.Answered(form=a_form(purpose="เพื่อการวิจัย")), RULES, NOW)
    assert amended.after.state is S.PREPARING
    assert VoidLinks() in amended.effects
    late = decide(before, e.Approved(content_hash=before.content_hash), RULES, NOW).after
    assert decide(late, e.Answered(form=a_form(purpose="อื่น")), RULES, NOW).ignored


def test_what_is_missing_is_asked_for() -> None:
    decision = _opened(form=_INCOMPLETE)
    assert decision.after.state is S.INCOMPLETE
    assert decision.after.due_at == NOW + RULES.silent
    (asked,) = decision.effects
    assert isinstance(asked, Send)
    assert [q.field for q in asked.questions] == ["purpose"]
    assert decision.after.questions == asked.questions


def test_a_sender_who_failed_the_check_confirms_first() -> None:
    decision = _opened(trust=Trust.FAILED)
    assert (decision.after.state, _sent(decision)) == (S.UNCONFIRMED, ["confirm"])
    confirmed = decide(decision.after, e.Confirmed(form=a_form()), RULES, NOW)
    assert (confirmed.after.state, confirmed.after.confirmed) == (S.PREPARING, True)


def test_a_sender_whom_nobody_vouches_for_confirms_first_and_answers_in_the_same_mail() -> None:
    decision = _opened(trust=Trust.UNSTAMPED, form=a_form(purpose=None))
    assert (decision.after.state, _sent(decision)) == (S.UNCONFIRMED, ["confirm"])
    (confirm,) = decision.effects
    assert isinstance(confirm, Send)
    assert [q.field for q in confirm.questions] == ["purpose"]
    assert decision.after.questions == confirm.questions


@pytest.mark.parametrize("vouched", ["roster", "person", "confirmed"])
def test_a_known_sender_need_not_confirm_unless_the_check_failed(vouched: str) -> None:
    known = _opened(trust=Trust.UNSTAMPED, vouched=vouched)
    assert known.after.state is S.PREPARING
    forged = _opened(trust=Trust.FAILED, vouched=vouched)
    assert forged.after.state is S.UNCONFIRMED


def test_an_address_of_the_form_gets_the_file_once_its_owner_has_answered() -> None:
    before = _before_director(form=a_form(email="else@example.org"))
    assert policy.recipient(before) == before.requester_addr
    proved = decide(before, e.RecipientProved(address="else@example.org"), RULES, NOW)
    assert policy.recipient(proved.after) == "else@example.org"
    assert proved.after.content_hash != before.content_hash, "another recipient is shown anew"
    assert (proved.after.state, _sent(proved)) == (S.AWAITING_DECISION, ["approval"])
    assert VoidLinks() in proved.effects
    other = decide(before, e.RecipientProved(address="third@example.org"), RULES, NOW)
    assert other.ignored


def test_the_owner_of_another_address_in_the_form_is_asked_with_the_receipt() -> None:
    opened = _opened(form=a_form(email="else@example.org")).after
    effects = decide(opened, data_prepared(opened), RULES, NOW).effects
    confirm = next(x for x in effects if isinstance(x, Send) and x.to_addr)
    assert (confirm.kind, confirm.to_addr) == ("confirm_recipient", "else@example.org")


def test_the_fourth_time_a_person_looks_at_it() -> None:
    request = _opened(form=_INCOMPLETE).after
    for n in (2, 3):
        decision = decide(request, e.Answered(form=_INCOMPLETE), RULES, NOW)
        request = decision.after
        assert (request.state, request.asks, _sent(decision)) == (S.INCOMPLETE, n, ["ask"])
    decision = decide(request, e.Answered(form=_INCOMPLETE), RULES, NOW)
    assert decision.after.state is S.NEEDS_PERSON
    assert decision.after.reason == "ask_limit"
    assert decision.after.due_at == NOW + RULES.remind
    assert _sent(decision) == ["needs_person", "officer_needs_person"]
    again = decide(decision.after, e.PersonSettled(to=S.INCOMPLETE), RULES, NOW)
    assert (again.after.state, again.after.asks, _sent(again)) == (S.INCOMPLETE, 1, ["ask"])


def test_a_silent_requester_ends_it() -> None:
    decision = decide(_opened(form=_INCOMPLETE).after, e.Silent(), RULES, NOW)
    assert (decision.after.state, decision.after.due_at) == (S.EXPIRED, None)
    assert _sent(decision) == ["expired"]


def test_a_question_of_the_query_goes_back_to_the_requester() -> None:
    decision = decide(_opened().after, e.Unanswerable(questions=(a_question(),)), RULES, NOW)
    assert (decision.after.state, _sent(decision)) == (S.INCOMPLETE, ["ask"])
    assert decision.after.questions == (a_question(),)


# ---------------------------------------------------------------- preparing


def test_the_director_is_asked_and_reminded_for_ever() -> None:
    request = _before_director()
    assert request.state is S.AWAITING_DECISION
    for n in range(1, 4):  # NOW is a Sunday
        later = NOW + n * RULES.remind
        decision = decide(request, e.ReminderDue(), RULES, later)
        request = decision.after
        assert request.state is S.AWAITING_DECISION
        assert request.remind_at == later + RULES.remind
        assert "approval_reminder" in _sent(decision)


def test_three_failures_of_a_step_go_to_a_person() -> None:
    request = _opened().after
    for pause in (5, 10):
        decision = decide(request, e.StepFailed(problem="x"), RULES, NOW)
        request = decision.after
        assert request.state is S.PREPARING
        assert decision.effects[-1] == StartJob("prepare", timedelta(seconds=pause))
        assert _sent(decision) == (["receipt"] if pause == 5 else [])
    decision = decide(request, e.StepFailed(problem="x"), RULES, NOW)
    assert (decision.after.state, decision.after.resume) == (S.NEEDS_PERSON, S.PREPARING)


def test_open_data_needs_no_decision_of_the_day() -> None:
    request = _opened(_OPEN_DATA).after
    decision = decide(request, data_prepared(request), _OPEN_DATA, NOW)
    assert (decision.after.state, decision.after.due_at) == (S.APPROVED, NOW)
    assert decision.after.decided_at_hash == decision.after.content_hash
    assert _sent(decision) == ["receipt"]


def test_the_officer_looks_first_where_the_office_wants_it() -> None:
    request = _opened().after
    decision = decide(request, data_prepared(request), _CHECKS_ALL, NOW)
    assert (decision.after.state, _sent(decision)) == (
        S.CHECKING,
        ["receipt", "officer_needs_person"],
    )
    passed = decide(decision.after, e.OfficerPassed(), _CHECKS_ALL, NOW)
    assert (passed.after.state, _sent(passed)) == (S.AWAITING_DECISION, ["approval"])
    corrected = e.OfficerCorrected(form=a_form(purpose="อื่น"))
    again = decide(decision.after, corrected, _CHECKS_ALL, NOW)
    assert (again.after.state, _jobs(again)) == (S.PREPARING, ["prepare"])
    assert again.after.content_hash == ""


def test_data_without_a_digest_is_never_put_before_the_director() -> None:
    request = _opened().after
    assert decide(request, e.DataPrepared(), RULES, NOW).ignored
    assert decide(request, e.DataPrepared(prepared=a_prepared()), RULES, NOW).ignored


# ---------------------------------------------------------------- deciding


def test_an_approval_waits_for_the_hold() -> None:
    request = _before_director()
    decision = decide(request, e.Approved(by="ก", content_hash=request.content_hash), RULES, NOW)
    assert (decision.after.state, decision.after.due_at) == (S.APPROVED, NOW + RULES.hold)
    assert decision.effects == ()
    elapsed = decide(decision.after, e.HoldElapsed(), RULES, NOW)
    assert elapsed.after.state is S.DELIVERING
    assert elapsed.effects == (VoidLinks(), StartJob("build"))


def test_an_approval_of_something_else_is_none() -> None:
    request = _before_director()
    for other in ("", "0" * 64):
        decision = decide(request, e.Approved(content_hash=other), RULES, NOW)
        assert decision.ignored
        assert decision.after.state is S.AWAITING_DECISION


def test_an_approval_can_be_taken_back_within_the_hold() -> None:
    approved = _approved()
    decision = decide(approved, e.Undone(by="ก"), RULES, NOW)
    undone = decision.after
    assert (undone.state, undone.decided_at, undone.decided_at_hash) == (
        S.AWAITING_DECISION,
        None,
        "",
    )
    assert undone.due_at == NOW + RULES.remind
    assert decision.effects == (), "the link of the mail is still good"
    assert decide(undone, e.HoldElapsed(), RULES, NOW).ignored
    assert decide(_after(approved, e.HoldElapsed()), e.Undone(), RULES, NOW).ignored


def test_a_refusal_tells_the_requester_why_and_ends_it() -> None:
    decision = decide(_before_director(), e.Refused(by="ก", reason="ไม่ได้"), RULES, NOW)
    assert (decision.after.state, decision.after.reason) == (S.REFUSED, "ไม่ได้")
    assert VoidLinks() in decision.effects
    assert Send("refused", "requester", reason="ไม่ได้") in decision.effects
    assert decision.told == {"reason": "ไม่ได้"}
    assert "reason" not in decision.facts


def test_a_return_asks_the_requester_and_an_answer_prepares_anew() -> None:
    returned = decide(_before_director(), e.Returned(by="ก", reason="ขอเหตุผล"), RULES, NOW)
    assert (returned.after.state, _sent(returned)) == (S.RETURNED, ["ask"])
    again = decide(returned.after, e.Answered(form=a_form(purpose="อื่น")), RULES, NOW)
    assert (again.after.state, again.after.content_hash) == (S.PREPARING, "")
    assert again.after.sent_back == "ขอเหตุผล", "it is laid again beside its answer"


# ---------------------------------------------------------------- delivering


def test_the_file_goes_to_the_requester_and_the_request_ends_when_it_was_taken() -> None:
    built = decide(_delivering(), e.DataBuilt(file_id=5), RULES, NOW)
    assert built.effects == (Send("dataset", "requester", attach=True),)
    assert built.facts["file_id"] == 5
    sent = decide(built.after, e.AllSent(), RULES, NOW)
    assert (sent.after.state, sent.effects) == (S.DELIVERED, ())


@pytest.mark.parametrize("way", ["line", "pickup", "smart_office"])
def test_what_is_not_for_mail_is_handed_over_and_never_mailed(way: str) -> None:
    request = _delivering(form=a_form(delivery=way))
    built = decide(request, e.DataBuilt(file_id=5), RULES, NOW)
    assert (built.after.state, built.after.reason) == (S.NEEDS_PERSON, "handover")
    assert built.effects == (
        Send("handover", "requester"),
        Send("officer_handover", "officer", attach=True),
    )
    done = decide(built.after, e.PersonSettled(to=S.DELIVERED), RULES, NOW)
    assert done.after.state is S.DELIVERED
    assert decide(done.after, e.Resend(), RULES, NOW).ignored


def test_a_difference_found_while_building_voids_the_decision() -> None:
    decision = decide(_delivering(), e.ContentChanged(), RULES, NOW)
    after = decision.after
    assert (after.state, _jobs(decision)) == (S.PREPARING, ["prepare"])
    assert (after.decided_by, after.decided_at, after.decided_at_hash) == ("", None, "")


@pytest.mark.parametrize(
    "event",
    [
        e.GateBlocked(problem="formula"),
        e.DeliveryFailed(problem="dataset_unknown"),
    ],
)
def test_trouble_with_the_delivery_goes_to_a_person(event: e.Event) -> None:
    decision = decide(_delivering(), event, RULES, NOW)
    assert (decision.after.state, decision.after.resume) == (S.NEEDS_PERSON, S.DELIVERING)
    assert _sent(decision) == ["needs_person", "officer_needs_person"]


def test_a_late_250_settles_what_was_unknown() -> None:
    unknown = _after(
        _delivering(), e.DataBuilt(file_id=5), e.DeliveryFailed(problem="dataset_unknown")
    )
    assert _after(unknown, e.AllSent()).state is S.DELIVERED


def test_a_late_250_of_an_older_file_does_not_end_a_request_that_is_prepared_anew() -> None:
    old = _after(_delivering(), e.DataBuilt(file_id=5), e.DeliveryFailed(problem="x"))
    anew = _after(old, e.PersonSettled(to=S.PREPARING))
    again = _after(anew, data_prepared(anew))
    again = _after(again, e.Approved(content_hash=again.content_hash), e.HoldElapsed())
    assert decide(again, e.AllSent(), RULES, NOW).ignored


def test_a_bounce_after_delivery_and_a_failed_copy_go_to_a_person() -> None:
    delivered = _after(_delivering(), e.DataBuilt(file_id=5), e.AllSent())
    for event in (e.BounceReceived(problem="bounced"), e.DeliveryFailed(problem="x")):
        assert _after(delivered, event).state is S.NEEDS_PERSON
    resent = decide(delivered, e.Resend(), RULES, NOW)
    assert resent.effects == (Send("dataset", "requester", attach=True),)


def test_a_box_that_took_no_file_gets_no_word_about_it_and_the_officer_learns_why() -> None:
    delivered = _after(_delivering(), e.DataBuilt(file_id=5), e.AllSent())
    came_back = e.BounceReceived(problem="bounced", note="a@example.org\n5.2.2 full")
    decision = decide(delivered, came_back, RULES, NOW)
    assert _sent(decision) == ["officer_needs_person"]
    (officer,) = (x for x in decision.effects if isinstance(x, Send))
    assert officer.note == came_back.note
    elsewhere = replace(delivered, deliver_to="chief@example.org")
    assert _sent(decide(elsewhere, came_back, RULES, NOW)) == [
        "needs_person",
        "officer_needs_person",
    ]


def test_a_person_cannot_deliver_what_was_not_decided() -> None:
    changed = _after(_delivering(), e.GateBlocked(problem="x"), e.PersonSettled(to=S.INCOMPLETE))
    for _ in range(3):
        changed = _after(changed, e.Answered(form=_INCOMPLETE))
    assert changed.state is S.NEEDS_PERSON
    assert decide(changed, e.PersonSettled(to=S.DELIVERING), RULES, NOW).ignored
    assert decide(changed, e.PersonSettled(to=S.AWAITING_DECISION), RULES, NOW).ignored


# ---------------------------------------------------------------- ends and what has no place


@pytest.mark.parametrize("state", [S.DELIVERING, S.DELIVERED])
def test_a_cancel_that_comes_too_late_is_answered(state: State) -> None:
    decision = decide(a_request(state=state), e.Cancelled(), RULES, NOW)
    assert decision.ignored
    assert decision.effects == (Send("too_late", "requester"),)


@pytest.mark.parametrize("state", [S.REFUSED, S.EXPIRED, S.CANCELLED])
def test_an_end_sends_nothing_more_but_answers_people(state: State) -> None:
    request = a_request(state=state, file_id=5, decided_at_hash="d" * 64)
    for event in (e.HoldElapsed(), e.DataBuilt(file_id=1), e.Resend(), e.Approved()):
        decision = decide(request, event, RULES, NOW)
        assert decision.ignored
        assert decision.effects == ()
    noted = decide(request, e.Noted(by="requester", note="ขอบคุณ"), RULES, NOW)
    assert _sent(noted) == ["noted", "officer_note"]
    assert noted.told == {"note": "ขอบคุณ"}


# ---------------------------------------------------------------- any history at all

# What may happen, in every variant; «CURRENT» stands for what was shown last.
_VARIANTS: dict[type[e.Event], tuple[e.Event, ...]] = {
    e.Opened: (e.Opened(),),
    e.Answered: tuple(e.Answered(form=form) for form in _FORMS),
    e.Confirmed: tuple(e.Confirmed(form=form) for form in _FORMS),
    e.RecipientProved: tuple(e.RecipientProved(address=x.email or "") for x in _FORMS[:2]),
    e.RoundOpened: (e.RoundOpened(),),
    e.DataPrepared: (
        e.DataPrepared(content_hash="CURRENT"),
        e.DataPrepared(content_hash="CURRENT"),
        e.DataPrepared(),
        e.DataPrepared(prepared=a_prepared()),
    ),
    e.Unanswerable: (e.Unanswerable(questions=(a_question(),)),),
    e.StepFailed: (e.StepFailed(problem="x"),),
    e.OfficerPassed: (e.OfficerPassed(),),
    e.OfficerAsked: (e.OfficerAsked(questions=(a_question(),)), e.OfficerAsked(note="ปีใด")),
    e.FileAttached: (
        e.FileAttached(attached=an_attached()),
        e.FileAttached(attached=an_attached(paper_id=2, sha256="9" * 64)),
        e.FileAttached(),
    ),
    e.HandedOver: (e.HandedOver(way="pickup", file_id=1), e.HandedOver(way="line", file_id=2)),
    e.Remarked: (e.Remarked(note="x"), e.Remarked()),
    e.OfficerCorrected: tuple(e.OfficerCorrected(form=form) for form in _FORMS),
    e.Approved: (
        e.Approved(content_hash="CURRENT"),
        e.Approved(content_hash="CURRENT"),
        e.Approved(content_hash="0" * 64),
        e.Approved(),
    ),
    e.Refused: (e.Refused(reason="x"),),
    e.Returned: (e.Returned(reason="x"),),
    e.Delegated: (e.Delegated(person_id=3),),
    e.Undone: (e.Undone(),),
    e.HoldElapsed: (e.HoldElapsed(),),
    e.DataBuilt: (e.DataBuilt(file_id=1), e.DataBuilt(file_id=2)),
    e.ContentChanged: (e.ContentChanged(),),
    e.GateBlocked: (e.GateBlocked(problem="x"),),
    e.TooBig: (e.TooBig(),),
    e.Downloaded: (e.Downloaded(file_id=1),),
    e.AccessRevoked: (e.AccessRevoked(),),
    e.AllSent: (e.AllSent(),),
    e.DeliveryFailed: (e.DeliveryFailed(problem="x"),),
    e.BounceReceived: (e.BounceReceived(problem="x"),),
    e.Resend: (e.Resend(),),
    e.Silent: (e.Silent(),),
    e.ReminderDue: (e.ReminderDue(),),
    e.Nudged: (e.Nudged(),),
    e.PersonSettled: tuple(e.PersonSettled(to=state, note="x") for state in State),
    e.Cancelled: (e.Cancelled(),),
    e.Noted: (e.Noted(note="x"),),
}
_ANY = [event for variants in _VARIANTS.values() for event in variants]
_ENDING = (e.Cancelled, e.Silent, e.Refused)


def _planned(state: State, how: int, which: int) -> e.Event:
    """Mostly what the state knows and does not end it, sometimes its whole row, or anything."""
    row = [kind for kind in states.TABLE[state] if how == 1 or kind not in _ENDING]
    if how == 0 or not row:
        return _ANY[which % len(_ANY)]
    which, kind = which // len(row), row[which % len(row)]
    return _VARIANTS[kind][which % len(_VARIANTS[kind])]


def _real(event: e.Event, request: Request) -> e.Event:
    """The event with the digest that the shell would have put in."""
    if isinstance(event, e.DataPrepared) and event.content_hash == "CURRENT":
        return data_prepared(request)
    if isinstance(event, e.Approved) and event.content_hash == "CURRENT":
        return replace(event, content_hash=request.content_hash)
    return event


def _leaves(decision: Decision) -> bool:
    return any(isinstance(x, Send) and (x.attach or x.kind == "dataset") for x in decision.effects)


@pytest.mark.parametrize("seed", range(6))
def test_no_history_breaks_the_promises(seed: int) -> None:
    """A hundred long histories for each seed; most steps have a place in the state at hand."""
    for walk in range(100):
        chance = random.Random(seed * 1000 + walk)
        form, trust = chance.choice(_FORMS), chance.choice(list(Trust))
        rules = chance.choice([RULES, _OPEN_DATA, _CHECKS_ALL])
        steps = [(chance.randrange(8), chance.randrange(2**16)) for _ in range(60)]
        _live_through(a_draft(form=form, trust=trust), rules, steps)


def _check_officer(request: Request, event: e.Event, decision: Decision, decided: set[str]) -> None:
    """What an officer attached or hands over was decided upon, byte for byte."""
    if isinstance(event, e.HandedOver) and not decision.ignored:
        assert request.content_hash in decided
        assert request.file_id == event.file_id
    if _leaves(decision) and request.attached is not None:
        assert request.prepared is not None
        assert request.prepared.result_digest == request.attached.sha256


def _live_through(request: Request, rules: Rules, steps: list[tuple[int, int]]) -> None:
    now = NOW
    decided: set[str] = set()  # the content hashes that somebody released
    for how, which in [(2, 0), *steps]:
        now += timedelta(seconds=7)
        event = _real(_planned(request.state, how, which), request)
        decision = decide(request, event, rules, now)
        before, request = request, decision.after
        # It lands inside the table, one version on.
        assert request.version == before.version + 1
        allowed = states.allowed(before.state, event)
        assert request.state in allowed or (decision.ignored and request.state is before.state)
        # Who released what.
        if not decision.ignored and isinstance(event, e.Approved):
            decided.add(event.content_hash)
        if request.decided_by == "open dataset":
            assert rules is _OPEN_DATA
            decided.add(request.decided_at_hash)
        if isinstance(event, e.Undone | e.ContentChanged) and not decision.ignored:
            decided.clear()
        # Nothing leaves without a decision over the very content at hand.
        if _leaves(decision):
            assert request.prepared is not None
            assert request.content_hash == policy.content_hash(request, request.prepared)
            assert request.decided_at_hash == request.content_hash
            assert request.content_hash in decided
            assert before.state in (S.DELIVERING, S.DELIVERED)
            assert policy.is_believed(request)
        if "dataset" in _sent(decision):
            assert not policy.is_handed_over(request)
        _check_officer(request, event, decision, decided)
        # Nothing waits without a date; an end has none.
        if request.state in DEADLINES:
            assert request.due_at is not None
            assert decision.ignored or request.due_at >= now
        elif request.state in states.ENDS:
            assert request.due_at is None
        # Robots get no answer; people get one unless their words had their effect.
        if decision.ignored:
            assert bool(decision.effects) == isinstance(event, states.FROM_A_PERSON)
        assert request.asks <= rules.ask_limit + 1


def test_a_person_who_sends_a_complete_request_back_asks_in_own_words() -> None:
    blocked = _after(_delivering(), e.GateBlocked(problem="x"))
    back = e.PersonSettled(to=S.INCOMPLETE, note="ขอทราบโรงเรียนที่ต้องการ")
    (asked,) = decide(blocked, back, RULES, NOW).effects
    assert isinstance(asked, Send)
    assert [q.said for q in asked.questions] == ["ขอทราบโรงเรียนที่ต้องการ"]


def test_a_cancel_after_the_file_may_have_left_is_answered_as_too_late() -> None:
    failed = _after(_delivering(), e.DeliveryFailed(problem="dataset_unknown"))
    decision = decide(failed, e.Cancelled(by="requester"), RULES, NOW)
    assert decision.after.state is S.NEEDS_PERSON
    assert _sent(decision) == ["too_late"]
    settled = decide(failed, e.PersonSettled(to=S.CANCELLED), RULES, NOW)
    assert settled.after.state is S.CANCELLED, "a person still may"


def test_a_question_that_did_not_arrive_is_told_to_the_officer() -> None:
    asked = _opened(form=a_form(purpose=None)).after
    assert asked.state is S.INCOMPLETE
    decision = decide(asked, e.DeliveryFailed(problem="ask_rejected"), RULES, NOW)
    assert decision.after.state is S.INCOMPLETE
    assert decision.effects == (Send("officer_needs_person", "officer", reason="ask_rejected"),)
