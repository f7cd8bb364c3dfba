"""A yes that was given ahead covers little: open or internal data, to whom we know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailproc.model import (
    ApprovalPolicy,
    Conditions,
    Request,
    Roster,
    Rules,
    Standing,
    State,
    Trust,
)
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Send
from mailproc.workflow.standing import covers, is_in_force
from tests.factories import NOW, STUDENTS, a_form, a_prepared, a_request
from tests.walk import RULES

MEMBER = "somsri@school.example.org"
ROSTER = Roster(addresses=frozenset({MEMBER}))
OFFICE = replace(RULES, roster=ROSTER)


def a_standing(**changes: Any) -> Standing:
    """Students by grade and sex, to the roster, given a day ago for a month."""
    given = Standing(
        id=5,
        dataset_id=STUDENTS,
        requester_class="roster",
        level="",
        person_id=1,
        for_person_id=None,
        granted_at=NOW - timedelta(days=1),
        until=NOW + timedelta(days=30),
        by="นายธงชัย มั่นคง",
    )
    return replace(given, **changes)


def _asked(**changes: Any) -> Request:
    return replace(a_request(state=State.PREPARING, content_hash=""), **changes)


def test_a_known_school_gets_what_was_approved_ahead() -> None:
    assert covers(a_standing(), _asked(), OFFICE, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset_id": "staff_count"},
        {"level": "district"},
        {"ended_at": NOW},
        {"until": NOW},
        {"granted_at": NOW + timedelta(seconds=1)},
    ],
)
def test_another_dataset_a_finer_level_or_a_day_that_is_past_is_not_covered(
    changes: dict[str, Any],
) -> None:
    assert not covers(a_standing(**changes), _asked(), OFFICE, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"requester_addr": "somebody@elsewhere.example.org"},
        {"deliver_to": "else@elsewhere.example.org"},
        {"trust": Trust.FAILED, "confirmed": True},
        {"trust": Trust.UNSTAMPED, "vouched": ""},
        {"flags": ("reply_to",)},
        {"laid_at": NOW},
        {"conditions": Conditions(level="area")},
        {"prepared": None},
        {"prepared": a_prepared(sensitivity="personal")},
    ],
)
def test_whoever_is_not_surely_of_the_roster_or_was_seen_by_a_person_is_not_covered(
    changes: dict[str, Any],
) -> None:
    assert not covers(a_standing(), _asked(**changes), OFFICE, NOW)


@pytest.mark.parametrize(("sensitivity", "covered"), [("open", True), ("internal", False)])
def test_a_claimed_type_is_good_for_open_data_alone(sensitivity: str, covered: bool) -> None:
    claim = a_standing(requester_class="government")
    request = _asked(
        form=a_form(requester_type="government"),
        prepared=a_prepared(sensitivity=sensitivity),
        requester_addr="anybody@elsewhere.example.org",
    )
    assert covers(claim, request, OFFICE, NOW) is covered
    assert not covers(claim, replace(request, deliver_to="x@example.org"), OFFICE, NOW)
    assert not covers(claim, replace(request, form=a_form(requester_type="public")), OFFICE, NOW)


def test_a_policy_of_several_is_never_bypassed_by_one() -> None:
    two = ApprovalPolicy((("group_director",), ("area_deputy",)))
    assert not covers(a_standing(), _asked(), replace(OFFICE, approval=(two,)), NOW)


def test_an_office_may_allow_more_and_less() -> None:
    less = replace(OFFICE, standing=frozenset[str]())
    assert not covers(a_standing(), _asked(), less, NOW)
    personal = _asked(prepared=a_prepared(sensitivity="personal"))
    more = replace(OFFICE, standing=frozenset({"personal"}))
    assert covers(a_standing(), personal, more, NOW)


def test_it_holds_from_the_moment_it_was_given_to_its_last() -> None:
    one = a_standing()
    assert is_in_force(one, one.granted_at)
    assert is_in_force(one, one.until - timedelta(seconds=1))
    assert not is_in_force(one, one.until)


# ---------------------------------------------------------------- in the machine


def _prepared(rules: Rules, standing: Standing | None, **changes: Any) -> Any:
    event = e.DataPrepared(prepared=a_prepared(), content_hash="f" * 64, standing=standing)
    return decide(_asked(**changes), event, rules, NOW)


def test_what_is_covered_is_approved_with_a_hold_and_nobody_is_disturbed() -> None:
    decision = _prepared(OFFICE, a_standing())
    after = decision.after
    assert (after.state, after.due_at) == (State.APPROVED, NOW + OFFICE.hold)
    assert (after.decided_by, after.standing_id) == ("นายธงชัย มั่นคง", 5)
    assert after.decided_at_hash == "f" * 64
    assert decision.facts["by_rule"] == "standing 5"
    sent = [x.to for x in decision.effects if isinstance(x, Send)]
    assert "director" not in sent


def test_what_is_not_covered_goes_to_the_director() -> None:
    assert _prepared(RULES, a_standing()).after.state is State.AWAITING_DECISION
    assert _prepared(OFFICE, None).after.state is State.AWAITING_DECISION


def test_where_the_officer_checks_all_nothing_goes_ahead_of_the_check() -> None:
    checks = replace(OFFICE, officer_checks_all=True)
    assert _prepared(checks, a_standing()).after.state is State.CHECKING


def test_what_was_ended_in_the_hold_is_laid_before_a_person() -> None:
    held = _prepared(OFFICE, a_standing()).after
    ended = decide(held, e.ContentChanged(why="standing"), OFFICE, NOW).after
    assert (ended.state, ended.standing_id, ended.renewed) == (State.PREPARING, 0, "standing")
    asked = decide(ended, e.DataPrepared(prepared=a_prepared(), content_hash="f" * 64), OFFICE, NOW)
    assert asked.after.state is State.AWAITING_DECISION
