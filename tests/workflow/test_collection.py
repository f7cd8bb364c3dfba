from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mailproc.model import Calendar, Catalogue, Item, Question, Request, Round, Rules, State
from mailproc.workflow import events as e
from mailproc.workflow.assess import assess_item
from mailproc.workflow.collection import awaited, wait_offer, waits_for
from mailproc.workflow.decide import decide
from tests.factories import NOW, a_catalogue, a_form, a_request, an_item

CALENDAR = Calendar(moved=((2568, 3, "2026-04-30"),))
LOADED = (
    Round(2568, 1, "2025-06-10", "สพฐ.", "b" * 64),
    Round(2567, 1, "2024-06-10", "สพฐ.", "a" * 64),
)
STUDENTS = replace(a_catalogue().datasets[0], rounds=LOADED)
CATALOGUE = Catalogue((STUDENTS,), CALENDAR)
RULES = Rules(catalogue=CATALOGUE)
NEXT = "ปีการศึกษา 2568 รอบที่ 2 (ณ วันที่ 10 พฤศจิกายน 2568)"


def item(year: int, number: int | None = None, **changes: Any) -> Item:
    asked = an_item(dataset_id=STUDENTS.id, academic_years=(year,), round=number)
    return replace(asked, latest=False, **changes)


@pytest.mark.parametrize(
    ("year", "number", "day"),
    [
        (2568, 1, "2025-06-10"),
        (2568, 2, "2025-11-10"),
        (2567, 3, "2025-03-31"),
        (2568, 3, "2026-04-30"),
        (2568, 4, ""),
    ],
)
def test_a_round_has_its_day_and_the_third_one_moves(year: int, number: int, day: str) -> None:
    assert CALENDAR.collected_on(year, number) == day


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (item(2568, 2), (2568, 2)),
        (item(2569), (2569, 1)),
        (item(2569, 3), (2569, 3)),
        (item(2568), None),
        (item(2568, 1), None),
        (item(2567, 3), None),
        (item(2570), None),
        (item(2566), None),
        (replace(item(2569), academic_years=(2568, 2569)), None),
        (replace(item(2569), academic_years=(), latest=True), None),
    ],
)
def test_only_a_round_soon_to_come_can_be_waited_for(
    asked: Item, waits: tuple[int, int] | None
) -> None:
    assert awaited(asked, STUDENTS) == waits


def test_a_round_that_is_not_open_is_answered_with_its_day_and_the_offer_to_wait() -> None:
    (question,) = assess_item(item(2568, 2), CATALOGUE)
    assert (question.field, question.problem) == ("round", "not_open")
    assert question.said == "ปีการศึกษา 2568 รอบที่ 2"
    assert question.offers[0] == f"รอข้อมูล {NEXT}" == wait_offer(CALENDAR, 2568, 2)
    assert question.offers[1].startswith("ปีการศึกษา 2568 รอบที่ 1")
    assert assess_item(item(2568, 2, wait=True), CATALOGUE) == ()
    (past,) = assess_item(item(2566), CATALOGUE)
    assert past.problem == "unavailable"


def answered(asked: Item) -> Request:
    form = replace(a_form(), items=(item(2568, 2),))
    questions = (Question("round", "not_open", NEXT),)
    request = a_request(state=State.INCOMPLETE, form=form, questions=questions)
    event = e.Answered(by="x", form=replace(form, items=(asked,)))
    return decide(request, event, RULES, NOW).after


def test_who_waits_is_told_and_an_officer_is_reminded_when_the_round_is_late() -> None:
    form = replace(a_form(), items=(item(2568, 2, wait=True),))
    decision = decide(
        a_request(state=State.INCOMPLETE, form=form), e.Answered(form=form), RULES, NOW
    )
    waiting = decision.after
    assert (waiting.state, waiting.questions) == (State.WAITING, ())
    assert [effect.kind for effect in decision.effects] == ["waiting"]  # type: ignore[union-attr]
    day = datetime(2025, 11, 10, tzinfo=NOW.tzinfo)
    assert waiting.due_at == max(day, NOW) + timedelta(days=14)
    late = decide(waiting, e.ReminderDue(), RULES, waiting.due_at)
    assert late.after.state is State.WAITING
    assert late.after.due_at == waiting.due_at + timedelta(days=14)
    assert [effect.kind for effect in late.effects] == ["officer_needs_person"]  # type: ignore[union-attr]


def test_a_request_goes_on_when_its_round_is_open() -> None:
    waiting = answered(item(2568, 2, wait=True))
    assert waits_for(waiting, CATALOGUE) == (2568, 2)
    opened = Round(2568, 2, "2025-11-10", "สพฐ.", "c" * 64)
    catalogue = Catalogue((replace(STUDENTS, rounds=(opened, *LOADED)),), CALENDAR)
    assert waits_for(waiting, catalogue) is None
    after = decide(waiting, e.RoundOpened(), Rules(catalogue=catalogue), NOW).after
    assert (after.state, after.reason, after.due_at) == (State.PREPARING, "", None)


def test_who_takes_another_round_meanwhile_does_not_wait() -> None:
    waiting = answered(item(2568, 2, wait=True))
    form = replace(waiting.form, items=(item(2568, 1, wait=True),))
    after = decide(waiting, e.Answered(form=form), RULES, NOW).after
    assert after.state is State.PREPARING
