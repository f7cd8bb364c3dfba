"""Several approvers: seats, their order, and whose yes still counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailproc.model import ApprovalPolicy, Conditions, Request, Rules, State
from mailproc.workflow import approval
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision, Send, StartJob, VoidLinks
from tests.factories import NOW, a_catalogue, a_dataset, a_form, a_prepared, a_request
from tests.walk import RULES

_TWO = (("group_director",), ("area_deputy",))
IN_ORDER = replace(RULES, approval=(ApprovalPolicy(_TWO, in_order=True),))
ALL = replace(RULES, approval=(ApprovalPolicy(_TWO),))
ANY = replace(RULES, approval=(ApprovalPolicy((("group_director", "area_deputy"),)),))
FIRST, SECOND = 7, 8


def _yes(request: Request, seat: int, person: int, **changes: Any) -> e.Approved:
    name = {FIRST: "นายหนึ่ง มั่นคง", SECOND: "นางสอง ตั้งใจ"}.get(person, "ผู้อื่น")
    event = e.Approved(by=name, content_hash=request.content_hash, seat=seat, person_id=person)
    return replace(event, **changes)


def _given(rules: Rules, *seats: tuple[int, int]) -> Request:
    """A request with these yeses, as (seat, person)."""
    request = a_request()
    for seat, person in seats:
        request = decide(request, _yes(request, seat, person), rules, NOW).after
    return request


def _asked(decision: Decision) -> list[int]:
    """The seats that get a mail."""
    sent = [x for x in decision.effects if isinstance(x, Send) and x.kind.startswith("approval")]
    return [seat.at for effect in sent for seat in effect.seats]


# ---------------------------------------------------------------- which policy


def test_without_a_policy_one_yes_of_the_groups_director_is_all() -> None:
    assert approval.open_seats(a_request(), RULES)[0].who == ("group_director",)
    assert _given(RULES, (0, FIRST)).state is State.APPROVED


def test_the_first_policy_that_fits_dataset_and_sensitivity_counts() -> None:
    strong = ApprovalPolicy(_TWO, sensitivities=frozenset({"personal", "special"}))
    named = ApprovalPolicy((("deputy",),), datasets=frozenset({"staff_count"}))
    rules = replace(RULES, approval=(strong, named))
    personal = a_request(prepared=a_prepared(sensitivity="personal", dataset_id="staff_count"))
    assert approval.policy_for(personal, rules) is strong
    staff = a_request(prepared=a_prepared(dataset_id="staff_count"))
    assert approval.policy_for(staff, rules) is named
    assert approval.policy_for(a_request(), rules).seats == (("group_director",),)


def test_before_the_data_was_tried_the_catalogue_says_how_sensitive_it_is() -> None:
    strong = ApprovalPolicy(_TWO, sensitivities=frozenset({"personal"}))
    catalogue = a_catalogue(datasets=(a_dataset(sensitivity="personal"),))
    rules = Rules(catalogue=catalogue, approval=(strong,))
    assert approval.policy_for(a_request(prepared=None), rules) is strong


# ---------------------------------------------------------------- one after the other


def test_the_second_in_order_is_asked_when_the_first_approved() -> None:
    request = a_request()
    first = decide(request, _yes(request, 0, FIRST), IN_ORDER, NOW)
    assert (first.after.state, _asked(first)) == (State.AWAITING_DECISION, [1])
    second = decide(first.after, _yes(request, 1, SECOND), IN_ORDER, NOW)
    assert second.after.state is State.APPROVED
    assert second.after.decided_by == "นายหนึ่ง มั่นคง, นางสอง ตั้งใจ"
    assert second.after.decided_at_hash == request.content_hash


def test_the_second_in_order_can_not_approve_before_the_first() -> None:
    request = a_request()
    early = decide(request, _yes(request, 1, SECOND), IN_ORDER, NOW)
    assert early.ignored
    assert early.after.approvals == ()


def test_all_are_asked_at_once_and_any_order_will_do() -> None:
    assert [seat.at for seat in approval.open_seats(a_request(), ALL)] == [0, 1]
    later = _given(ALL, (1, SECOND))
    assert later.state is State.AWAITING_DECISION
    done = decide(later, _yes(later, 0, FIRST), ALL, NOW)
    assert (done.after.state, _asked(done)) == (State.APPROVED, [])


def test_any_of_a_group_is_enough() -> None:
    assert _given(ANY, (0, SECOND)).state is State.APPROVED


def test_two_seats_are_never_taken_by_one_person() -> None:
    half = _given(ALL, (0, FIRST))
    assert decide(half, _yes(half, 1, FIRST), ALL, NOW).ignored


def test_a_seat_is_not_taken_twice() -> None:
    half = _given(ALL, (0, FIRST))
    again = decide(half, _yes(half, 0, SECOND), ALL, NOW)
    assert again.ignored
    assert len(again.after.approvals) == 1


# ---------------------------------------------------------------- over the same content alone


def test_a_yes_to_another_content_counts_for_nothing() -> None:
    half = replace(_given(ALL, (0, FIRST)), content_hash="e" * 64)
    assert [seat.at for seat in approval.open_seats(half, ALL)] == [0, 1]
    assert approval.given(half) == ()
    done = decide(half, _yes(half, 0, FIRST), ALL, NOW)
    assert not done.ignored, "who approved what is gone may approve what is there"
    assert [one.content_hash for one in done.after.approvals] == ["e" * 64]


def test_an_amendment_between_two_approvals_voids_the_first() -> None:
    half = _given(IN_ORDER, (0, FIRST))
    amended = decide(half, e.Answered(form=a_form(purpose="เพื่อการวิจัย")), IN_ORDER, NOW)
    assert amended.after.state is State.PREPARING
    assert amended.after.approvals == ()
    assert VoidLinks() in amended.effects


def test_another_recipient_is_shown_to_all_anew() -> None:
    half = replace(_given(ALL, (0, FIRST)), form=a_form(email="else@example.org"))
    proved = decide(half, e.RecipientProved(address="else@example.org"), ALL, NOW)
    assert (proved.after.approvals, _asked(proved)) == ((), [0, 1])


@pytest.mark.parametrize("rules", [IN_ORDER, ALL])
def test_the_second_may_refuse_and_the_request_ends(rules: Rules) -> None:
    half = _given(rules, (0, FIRST))
    refused = decide(half, e.Refused(by="นางสอง ตั้งใจ", reason="ไม่จำเป็น"), rules, NOW)
    assert (refused.after.state, refused.after.decided_by) == (State.REFUSED, "นางสอง ตั้งใจ")
    assert VoidLinks() in refused.effects


def test_a_return_by_the_second_asks_the_first_again_afterwards() -> None:
    half = _given(IN_ORDER, (0, FIRST))
    returned = decide(half, e.Returned(by="นางสอง ตั้งใจ", reason="ระดับใด"), IN_ORDER, NOW)
    assert (returned.after.state, returned.after.approvals) == (State.RETURNED, ())


# ---------------------------------------------------------------- taken back


def test_who_undoes_takes_back_one_yes_and_leaves_that_of_the_other() -> None:
    done = _given(ALL, (0, FIRST), (1, SECOND))
    undone = decide(done, e.Undone(by="x", seat=0, person_id=FIRST), ALL, NOW)
    assert undone.after.state is State.AWAITING_DECISION
    assert [one.seat for one in undone.after.approvals] == [1]
    assert (undone.after.decided_at, undone.after.decided_at_hash) == (None, "")
    again = decide(undone.after, _yes(done, 0, FIRST), ALL, NOW)
    assert again.after.state is State.APPROVED


def test_a_yes_can_be_taken_back_while_others_are_still_asked() -> None:
    half = _given(ALL, (0, FIRST))
    undone = decide(half, e.Undone(by="x", seat=0, person_id=FIRST), ALL, NOW)
    assert (undone.after.state, undone.after.approvals) == (State.AWAITING_DECISION, ())
    other = decide(half, e.Undone(by="x", seat=1, person_id=SECOND), ALL, NOW)
    assert other.ignored, "there is nothing of this seat to take back"


def test_after_an_undo_the_first_in_order_comes_first_again() -> None:
    done = _given(IN_ORDER, (0, FIRST), (1, SECOND))
    undone = decide(done, e.Undone(by="x", seat=0, person_id=FIRST), IN_ORDER, NOW).after
    assert [seat.at for seat in approval.open_seats(undone, IN_ORDER)] == [0]
    assert decide(undone, _yes(done, 0, FIRST), IN_ORDER, NOW).after.state is State.APPROVED


# ---------------------------------------------------------------- who hears of it


def test_reminders_go_to_those_alone_whose_yes_is_missing() -> None:
    half = _given(IN_ORDER, (0, FIRST))
    assert _asked(decide(half, e.ReminderDue(), IN_ORDER, NOW + timedelta(days=3))) == [1]


def test_a_withdrawal_is_told_to_all_who_know_of_the_request() -> None:
    fresh = decide(a_request(), e.Cancelled(by="requester"), IN_ORDER, NOW)
    assert _asked(fresh) == [0], "the second in order was not asked yet"
    half = _given(IN_ORDER, (0, FIRST))
    assert _asked(decide(half, e.Cancelled(by="requester"), IN_ORDER, NOW)) == [0, 1]


def test_a_stand_in_is_asked_for_the_open_seats() -> None:
    half = _given(IN_ORDER, (0, FIRST))
    (sent,) = decide(half, e.Delegated(person_id=9), IN_ORDER, NOW).effects
    assert isinstance(sent, Send)
    assert ([seat.at for seat in sent.seats], sent.only) == ([1], 9)


# ---------------------------------------------------------------- under conditions


def test_conditions_prepare_anew_and_void_what_was_approved_before() -> None:
    half = replace(_given(ALL, (0, FIRST)), shown=a_form(purpose="เดิม"))
    narrow = Conditions(without=("หญิง",))
    narrowed = decide(half, _yes(half, 1, SECOND, conditions=narrow), ALL, NOW)
    after = narrowed.after
    assert (after.state, after.conditions, after.renewed) == (State.PREPARING, narrow, "conditions")
    assert (after.approvals, after.prepared) == ((), None)
    assert after.shown is None, "who narrows has seen what had changed"
    assert {VoidLinks(), StartJob("prepare")} == set(narrowed.effects)


def test_what_is_amended_afterwards_is_asked_without_conditions() -> None:
    narrowed = replace(a_request(), conditions=Conditions(level="area"))
    amended = decide(narrowed, e.Answered(form=a_form(purpose="อื่น")), ALL, NOW).after
    assert amended.conditions == Conditions()


def test_the_officer_need_not_check_again_what_an_approver_narrowed() -> None:
    rules = replace(RULES, officer_checks_all=True)
    preparing = a_request(state=State.PREPARING, conditions=Conditions(level="area"))
    event = e.DataPrepared(prepared=a_prepared(), content_hash="f" * 64)
    assert decide(preparing, event, rules, NOW).after.state is State.AWAITING_DECISION


def test_whoever_said_yes_learns_that_another_said_no() -> None:
    request = _given(IN_ORDER, (0, FIRST))
    decision = decide(request, e.Refused(by="นางสอง ตั้งใจ", reason="ยังไม่ครบ"), IN_ORDER, NOW)
    told = [x for x in decision.effects if isinstance(x, Send)]
    assert [(x.kind, x.to, x.only) for x in told] == [
        ("refused", "requester", 0),
        ("approval_withdrawn", "director", FIRST),
    ]
    alone = decide(a_request(), e.Refused(by="นายหนึ่ง", reason="ยังไม่ครบ"), IN_ORDER, NOW)
    assert [x.kind for x in alone.effects if isinstance(x, Send)] == ["refused"]


def test_whoever_said_yes_learns_that_another_sent_it_back() -> None:
    request = replace(_given(IN_ORDER, (0, FIRST)), amended=True, renewed="round")
    event = e.Returned(by="นางสอง ตั้งใจ", reason="ระดับใด", for_name="นายสาม ไกลบ้าน")
    decision = decide(request, event, IN_ORDER, NOW)
    told = [x for x in decision.effects if isinstance(x, Send)]
    assert [(x.kind, x.to, x.only) for x in told] == [
        ("ask", "requester", 0),
        ("approval_withdrawn", "director", FIRST),
    ]
    after = decision.after
    assert (after.amended, after.renewed, after.decided_for) == (False, "", "นายสาม ไกลบ้าน")


def test_every_letter_that_asks_says_how_many_have_to_approve() -> None:
    due = e.ReminderDue("clock", ordered=True)
    waits = decide(_given(IN_ORDER, (0, FIRST)), due, IN_ORDER, NOW)
    second = decide(a_request(), _yes(a_request(), 0, FIRST), IN_ORDER, NOW)
    for decision, needed in ((waits, 2), (second, 2)):
        asks = [x for x in decision.effects if isinstance(x, Send) and x.to == "director"]
        assert [x.needed for x in asks] == [needed]
    usual = decide(a_request(), due, RULES, NOW)
    assert [x.needed for x in usual.effects if isinstance(x, Send)] == [1]
