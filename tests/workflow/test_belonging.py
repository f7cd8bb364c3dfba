"""What is kept for the office's area goes to nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailproc.model import Catalogue, Roster, Rules, State, Trust
from mailproc.workflow import events as e
from mailproc.workflow.belonging import is_inside
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision, Send
from tests.factories import NOW, a_dataset, a_form, a_request, an_item
from tests.walk import a_draft, data_prepared

PUBLIC = a_dataset()
STAFF = replace(
    a_dataset(),
    id="staff",
    title_th="ครูรายโรงเรียน (ภายใน)",
    sensitivity="internal",
    who_may_ask="roster",
)
ROSTER = Roster(frozenset(), frozenset({"school.example.org"}))
RULES = Rules(catalogue=Catalogue((PUBLIC, STAFF)), roster=ROSTER)
OUTSIDE = "somchai@elsewhere.example.com"


def _form(**changes: Any) -> Any:
    return a_form(items=(an_item(dataset_id="staff"),), email=None, **changes)


def _opened(rules: Rules = RULES, **changes: Any) -> Decision:
    return decide(a_draft(**({"form": _form()} | changes)), e.Opened(), rules, NOW)


def _kinds(decision: Decision) -> list[str]:
    return [effect.kind for effect in decision.effects if isinstance(effect, Send)]


@pytest.mark.parametrize(
    ("changes", "inside"),
    [
        ({}, True),
        ({"trust": Trust.UNSTAMPED, "vouched": "roster"}, True),
        ({"requester_addr": OUTSIDE}, False),
        ({"requester_addr": OUTSIDE, "vouched": "person"}, True),
        ({"requester_addr": OUTSIDE, "confirmed": True, "vouched": "confirmed"}, False),
        ({"trust": Trust.FAILED}, False),
        ({"trust": Trust.FAILED, "vouched": "person"}, False),
        ({"trust": Trust.FAILED, "confirmed": True}, False),
    ],
)
def test_inside_are_staff_and_the_roster_and_never_a_forged_sender(
    changes: dict[str, Any], inside: bool
) -> None:
    assert is_inside(a_request(**changes), RULES) is inside


def test_who_is_on_the_roster_gets_it_like_any_other() -> None:
    assert _opened().after.state is State.PREPARING


def test_others_are_told_politely_and_offered_what_is_public() -> None:
    decision = _opened(requester_addr=OUTSIDE)
    assert (decision.after.state, _kinds(decision)) == (State.INCOMPLETE, ["ask"])
    (question,) = decision.after.questions
    assert (question.field, question.problem) == ("dataset", "roster_only")
    assert (question.said, question.offers) == (STAFF.title_th, (PUBLIC.title_th,))


def test_the_public_version_is_offered_alone() -> None:
    other = replace(PUBLIC, id="other", title_th="ข้อมูลอื่น")
    staff = replace(STAFF, public_version="other")
    rules = replace(RULES, catalogue=Catalogue((PUBLIC, staff, other)))
    (question,) = _opened(rules, requester_addr=OUTSIDE).after.questions
    assert question.offers == ("ข้อมูลอื่น",)
    without = replace(rules, catalogue=Catalogue((PUBLIC, staff, replace(other, rounds=()))))
    (question,) = _opened(without, requester_addr=OUTSIDE).after.questions
    assert question.offers == (PUBLIC.title_th,)


def test_a_forged_sender_who_confirmed_is_still_outside() -> None:
    asked = _opened(trust=Trust.FAILED).after
    assert asked.state is State.UNCONFIRMED
    confirmed = decide(asked, e.Confirmed(form=_form()), RULES, NOW).after
    assert confirmed.state is State.INCOMPLETE
    assert confirmed.questions[0].problem == "roster_only"


def test_what_is_kept_inside_is_not_listed_to_others() -> None:
    unknown = a_form(items=(an_item(dataset="อะไรก็ได้", dataset_id=None),))
    (outside,) = _opened(form=unknown, requester_addr=OUTSIDE).after.questions
    (inside,) = _opened(form=unknown).after.questions
    assert outside.offers == (PUBLIC.title_th,)
    assert inside.offers == (PUBLIC.title_th, STAFF.title_th)


def test_a_change_to_what_is_kept_inside_is_asked_back_too() -> None:
    mine = a_form(items=(an_item(),))
    request = _opened(form=mine, requester_addr=OUTSIDE).after
    shown = decide(request, data_prepared(request), RULES, NOW).after
    assert shown.state is State.AWAITING_DECISION
    changed = decide(shown, e.Answered(form=_form()), RULES, NOW).after
    assert (changed.state, changed.questions[0].problem) == (State.INCOMPLETE, "roster_only")


def test_a_dataset_that_became_internal_while_it_was_prepared_stops_there() -> None:
    mine = a_form(items=(an_item(),))
    request = _opened(form=mine, requester_addr=OUTSIDE).after
    closed = replace(PUBLIC, who_may_ask="roster", sensitivity="internal")
    rules = replace(RULES, catalogue=Catalogue((closed,)))
    stopped = decide(request, data_prepared(request), rules, NOW)
    assert stopped.after.state is State.INCOMPLETE
    assert _kinds(stopped) == ["ask"]


def test_the_result_goes_to_no_other_address_outside() -> None:
    """Its owner answered us, which proves the address and not that it belongs to the area."""
    form = replace(_form(), email=OUTSIDE)
    opened = _opened(form=form, deliver_to=OUTSIDE)
    assert opened.after.deliver_to == ""
    shown = decide(opened.after, data_prepared(opened.after), RULES, NOW)
    assert "confirm_recipient" not in _kinds(shown)
    proved = decide(shown.after, e.RecipientProved(address=OUTSIDE), RULES, NOW)
    assert (proved.after.deliver_to, proved.ignored) == ("", True)
    inside = "other@school.example.org"
    form = replace(form, email=inside)
    opened = _opened(form=form)
    shown = decide(opened.after, data_prepared(opened.after), RULES, NOW)
    assert "confirm_recipient" in _kinds(shown)
    proved = decide(shown.after, e.RecipientProved(address=inside), RULES, NOW)
    assert proved.after.deliver_to == inside
