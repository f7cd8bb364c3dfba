"""Decisions on a real store, SQLite and PostgreSQL: one outcome, and the others are told what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailproc.deciding import by_link
from mailproc.model import Conditions, Escalation, State
from mailproc.store import decisions, people, schema
from mailproc.workflow import events as e
from tests.deciding.conftest import TWO, Board
from tests.factories import a_form
from tests.walk import data_prepared

_NARROW = Conditions(without=("หญิง",))


def _rows(board: Board, request_id: int) -> list[dict[str, object]]:
    with board.database.read() as connection:
        return decisions.of_request(connection, request_id)


# ---------------------------------------------------------------- several seats


def test_two_in_order_decide_one_after_the_other(board: Board) -> None:
    board.policy(*TWO, in_order=True)
    request = board.laid()
    assert board.links(board.ids["area_deputy"]) == []
    assert board.take("group_director").outcome == "waits"
    assert board.get(request).state is State.AWAITING_DECISION
    assert board.take("area_deputy").outcome == "done"
    assert board.get(request).state is State.APPROVED
    first, second = _rows(board, request.id)
    assert (first["by"], second["by"]) == ("นายธงชัย มั่นคง", "นางวรรณา ตั้งใจ")
    assert (first["seat"], second["seat"]) == (0, 1)
    assert first["content_hash"] == second["content_hash"] == request.content_hash


def test_who_comes_second_is_told_that_somebody_has_to_approve_first(board: Board) -> None:
    board.policy(*TWO, in_order=True)
    request = board.laid()
    board.take("group_director")
    late = board.link("area_deputy")
    assert board.take("group_director", "undo").outcome == "done"
    assert board.take("area_deputy", link=late).outcome == "early"
    assert board.get(request).approvals == ()


def test_one_person_is_asked_for_one_seat_of_two(board: Board) -> None:
    board.policy(("group_director",), ("group_director", "area_deputy"))
    board.laid()
    assert board.link("group_director").seat == 0
    assert board.link("area_deputy").seat == 1


def test_a_stand_in_for_one_seat_who_holds_the_other_takes_only_her_own(board: Board) -> None:
    board.policy(*TWO)
    board.away("group_director", "area_deputy")
    request = board.laid()
    link = board.link("area_deputy")
    assert (link.seat, link.for_person_id) == (1, None)
    told = _letters(board, "officer_needs_person")
    assert len(told) == 1, "nobody is left for the first seat: a person is told at once"
    assert board.take("area_deputy").outcome == "waits"
    board.absences = ()
    board.now += timedelta(days=1)
    board.happen(request, e.ReminderDue())
    assert board.take("group_director").outcome == "done"


def test_a_person_with_two_links_is_told_that_one_yes_is_all_of_hers(board: Board) -> None:
    board.policy(("area_deputy",), ("area_deputy", "group_director"), in_order=True)
    request = board.laid()
    own = board.link("area_deputy")
    board.policy(("group_director",), ("area_deputy",), in_order=False)
    board.now += timedelta(days=1)  # a Monday
    board.happen(request, e.ReminderDue())
    both = board.links(board.ids["area_deputy"])
    assert {link.seat for link in both} == {0, 1}
    board.policy(("area_deputy",), ("area_deputy", "group_director"))
    board.take("area_deputy", link=own)
    other = next(link for link in both if link.seat == 1)
    assert board.take("area_deputy", link=other).outcome == "twice"
    assert board.get(request).state is State.AWAITING_DECISION


def _letters(board: Board, kind: str) -> list[Any]:
    query = schema.outbox.select().where(schema.outbox.c.kind == kind)
    with board.database.read() as connection:
        return list(connection.execute(query))


def test_a_seat_that_nobody_holds_goes_to_the_officer_and_never_waits_in_silence(
    board: Board,
) -> None:
    board.policy(("area_director",))
    request = board.laid()
    assert board.get(request).state is State.AWAITING_DECISION
    assert len(_letters(board, "officer_needs_person")) == 1
    board.now += timedelta(days=3)
    board.happen(request, e.ReminderDue())
    assert len(_letters(board, "officer_needs_person")) == 2
    assert _letters(board, "approval") == []


def test_an_amendment_between_two_approvals_makes_the_link_of_the_second_void(
    board: Board,
) -> None:
    board.policy(*TWO, in_order=True)
    request = board.laid()
    board.take("group_director")
    link = board.link("area_deputy")
    amended = board.happen(request, e.Answered(form=a_form(purpose="เพื่อการวิจัย")))
    assert board.take("area_deputy", link=link).outcome == "changed"
    board.happen(request, data_prepared(amended.after))
    assert board.links(board.ids["area_deputy"]) == []
    assert board.take("group_director").outcome == "waits"


def test_the_second_refuses_and_the_first_reads_so(board: Board) -> None:
    board.policy(*TWO)
    request = board.laid()
    first, second = board.link("group_director"), board.link("area_deputy")
    board.take("group_director", link=first)
    taken = board.take("area_deputy", "refuse", link=second, reason="ไม่จำเป็น", ground="15(3)")
    assert (taken.outcome, board.get(request).state) == ("done", State.REFUSED)
    assert board.take("group_director", "undo", link=first).outcome == "late"
    rows = _rows(board, request.id)
    assert [(row["verdict"], row.get("ground")) for row in rows] == [
        ("approved", None),
        ("refused", "15(3)"),
    ]


def test_reminders_bring_links_to_open_seats_alone(board: Board) -> None:
    board.policy(*TWO)
    request = board.laid()
    board.take("group_director")
    board.now += timedelta(days=3)
    board.happen(request, e.ReminderDue())
    reminded = _letters(board, "approval_reminder")
    assert [row.person_id for row in reminded] == [board.ids["area_deputy"]]


def test_a_withdrawal_is_told_to_those_who_were_asked(board: Board) -> None:
    board.policy(*TWO)
    request = board.laid()
    board.take("group_director")
    board.happen(request, e.Cancelled(by="requester"))
    told = {row.person_id for row in _letters(board, "approval_withdrawn")}
    assert told == {board.ids["group_director"], board.ids["area_deputy"]}


def test_a_return_is_told_to_who_had_approved_and_to_nobody_else(board: Board) -> None:
    board.policy(*TWO)
    request = board.laid()
    first, second = board.link("group_director"), board.link("area_deputy")
    board.take("group_director", link=first)
    board.take("area_deputy", "return", link=second, reason="ใช้กับโรงเรียนใด")
    told = [row.person_id for row in _letters(board, "approval_withdrawn")]
    assert told == [board.ids["group_director"]]
    form = replace(request.form, purpose="ใช้กับทุกโรงเรียนในกลุ่ม")
    answered = board.happen(request, e.Answered(by="requester", form=form)).after
    board.happen(answered, data_prepared(answered))
    laid = [row.person_id for row in _letters(board, "approval")]
    assert laid == [board.ids["group_director"], board.ids["area_deputy"]] * 2


# ---------------------------------------------------------------- taken back


def test_an_undo_takes_back_one_yes_and_the_register_keeps_both_rows(board: Board) -> None:
    board.policy(*TWO)
    request = board.laid()
    first, second = board.link("group_director"), board.link("area_deputy")
    board.take("group_director", link=first)
    board.take("area_deputy", link=second)
    assert board.take("group_director", "undo", link=first).outcome == "done"
    after = board.get(request)
    assert (after.state, [one.seat for one in after.approvals]) == (State.AWAITING_DECISION, [1])
    assert board.take("group_director", link=first).outcome == "done"
    assert [row["verdict"] for row in _rows(board, request.id)] == [
        "approved",
        "approved",
        "undone",
        "approved",
    ]


def test_an_undo_after_the_hold_is_late(board: Board) -> None:
    request = board.laid()
    link = board.link("group_director")
    board.take("group_director", link=link)
    board.happen(request, e.HoldElapsed())
    assert board.take("group_director", "undo", link=link).outcome == "late"


def test_an_undo_while_others_are_asked_needs_a_yes_of_ones_own(board: Board) -> None:
    board.policy(*TWO)
    board.laid()
    first, second = board.link("group_director"), board.link("area_deputy")
    board.take("group_director", link=first)
    assert board.take("area_deputy", "undo", link=second).outcome != "done"
    assert board.take("group_director", "undo", link=first).outcome == "done"


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("may_decide", [True, False])
def test_whom_it_was_escalated_to_decides_where_the_office_says_so(
    board: Board, may_decide: bool
) -> None:
    told = Escalation(1, ("area_deputy",), may_decide)
    board.rules = replace(board.rules, escalation=told)
    request = board.laid()
    board.now += timedelta(days=2)  # a Tuesday
    board.happen(request, e.ReminderDue())
    if not may_decide:
        assert board.links(board.ids["area_deputy"]) == []
        return
    assert board.take("area_deputy").outcome == "done"


def test_a_stand_in_decides_for_the_person_and_the_row_says_so(board: Board) -> None:
    board.away("group_director", "deputy")
    request = board.laid()
    assert board.take("deputy").outcome == "done"
    (row,) = _rows(board, request.id)
    assert (row["by"], row["for"]) == ("นางสาวรัตนา รอบคอบ", "นายธงชัย มั่นคง")
    assert board.get(request).approvals[0].for_name == "นายธงชัย มั่นคง"


def test_a_stand_in_whose_time_is_over_decides_no_more(board: Board) -> None:
    board.away("group_director", "deputy", days=1)
    request = board.laid()
    link = board.link("deputy")
    board.now += timedelta(days=2)
    assert board.take("deputy", link=link).outcome == "back"
    assert board.get(request).state is State.AWAITING_DECISION


def test_who_is_away_may_still_decide_herself(board: Board) -> None:
    request = board.laid()
    link = board.link("group_director")
    board.away("group_director", "deputy")
    assert board.take("group_director", link=link).outcome == "done"
    assert board.get(request).state is State.APPROVED


def test_who_has_left_decides_nothing(board: Board) -> None:
    board.laid()
    link = board.link("group_director")
    with board.database.write() as connection:
        people.end_role(connection, board.ids["group_director"], board.now)
    board.now += timedelta(seconds=1)
    assert board.take("group_director", link=link).outcome == "gone"


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    "conditions",
    [
        Conditions(without=("ไม่มีคอลัมน์นี้",)),
        Conditions(level="school"),
        Conditions(level="galaxy"),
        Conditions(until="2026-11-21"),
        Conditions(until="พรุ่งนี้"),
    ],
)
def test_conditions_that_can_not_be_met_change_nothing(
    board: Board, conditions: Conditions
) -> None:
    request = board.laid()
    assert board.take("group_director", conditions=conditions).outcome == "unfit"
    assert board.get(request).version == request.version
    assert _rows(board, request.id) == []


def test_conditions_are_shown_once_more_to_the_same_approver(board: Board) -> None:
    request = board.laid()
    narrow = Conditions(until="2026-11-22")
    first = board.link("group_director")
    assert board.take("group_director", link=first, conditions=narrow).outcome == "narrowed"
    narrowed = board.get(request)
    assert (narrowed.state, narrowed.renewed) == (State.PREPARING, "conditions")
    assert board.take("group_director", link=first).outcome == "changed"
    shown = board.happen(request, data_prepared(narrowed)).after
    assert shown.content_hash != request.content_hash
    assert board.take("group_director").outcome == "done"
    conditional, confirmed = _rows(board, request.id)
    assert conditional["conditions"] == {"level": "", "until": "2026-11-22", "without": []}
    assert confirmed["content_hash"] == shown.content_hash != conditional["content_hash"]


# ---------------------------------------------------------------- at the same moment


def _at_once(board: Board, *tries: tuple[str, str]) -> list[str]:
    links = {role: board.link(role) for role, _ in tries}
    with ThreadPoolExecutor(len(tries)) as pool:
        taken = [
            pool.submit(board.take, role, choice, links[role], reason="x") for role, choice in tries
        ]
        return [one.result().outcome for one in taken]


def test_two_who_approve_at_once_both_count(board: Board) -> None:
    board.policy(*TWO)
    request = board.laid()
    outcomes = _at_once(board, ("group_director", "approve"), ("area_deputy", "approve"))
    assert sorted(outcomes) == ["done", "waits"]
    assert board.get(request).state is State.APPROVED
    assert len(_rows(board, request.id)) == 2


def test_of_two_who_hold_one_seat_one_counts_and_the_other_reads_it(board: Board) -> None:
    board.policy(("group_director", "area_deputy"))
    request = board.laid()
    outcomes = _at_once(board, ("group_director", "approve"), ("area_deputy", "refuse"))
    assert sorted(outcomes) == ["already", "done"]
    assert len(_rows(board, request.id)) == 1


def test_forty_clicks_on_one_link_are_one_decision(board: Board) -> None:
    request = board.laid()
    outcomes = _at_once(board, *[("group_director", "approve")] * 40)
    assert outcomes.count("done") == 1
    assert set(outcomes) == {"done", "already"}
    assert len(_rows(board, request.id)) == 1


def test_a_link_leads_to_nobody_elses_mandate(board: Board) -> None:
    board.laid()
    with board.database.read() as connection:
        assert by_link(connection, "x" * 43, board.now) is None
