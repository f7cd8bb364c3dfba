"""Whose time passed, in office hours and by the clock, on days that were looked up by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailproc.config import ROOT
from mailproc.model import Rules, State
from mailproc.promise import stages, words
from mailproc.promise.stages import Spent, Stage, Step
from mailproc.texts import load_texts
from mailproc.workflow.states import ENDS

S = State
_BANGKOK = ZoneInfo("Asia/Bangkok")
_RULES = Rules(holidays=frozenset({date(2026, 12, 7)}))  # for the fifth, a Saturday
_TH = load_texts((ROOT / "templates",), "th")
_EN = load_texts((ROOT / "templates",), "en")


def _at(text: str) -> datetime:
    """«12-04 16:00» in Bangkok; the year is 2026, in which 4 December is a Friday."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=_BANGKOK).astimezone(UTC)


def _step(when: str, state: State) -> Step:
    return Step(_at(when), state)


def _minutes(working: float, clock: float) -> Spent:
    return Spent(timedelta(minutes=working), timedelta(minutes=clock))


_USUAL = (
    _step("12-01 10:01", S.PREPARING),
    _step("12-01 10:02", S.AWAITING_DECISION),
    _step("12-01 10:12", S.APPROVED),
    _step("12-01 10:13", S.DELIVERING),
    _step("12-01 10:15", S.DELIVERED),
)


def test_time_goes_to_whoever_had_to_act() -> None:
    clock = stages.read(_at("12-01 10:00"), _USUAL, _RULES, _at("12-01 18:00"))
    assert clock.of(Stage.SYSTEM) == _minutes(5, 5)  # 2 until it was laid, 3 until it was sent
    assert clock.of(Stage.DIRECTOR) == _minutes(10, 10)
    assert clock.ours == _minutes(5, 5)
    assert clock.counted == _minutes(15, 15)
    assert (clock.stage, clock.since) == (None, _at("12-01 10:15"))


def test_a_weekend_a_holiday_and_a_night_are_no_office_hours() -> None:
    steps = (_step("12-04 16:00", S.AWAITING_DECISION), _step("12-08 09:00", S.APPROVED))
    clock = stages.read(_at("12-04 16:00"), steps, _RULES, _at("12-08 09:00"))
    # Friday 16:00-16:30 and Tuesday 8:30-9:00; Monday is free.
    assert clock.of(Stage.DIRECTOR) == _minutes(60, 3 * 1440 + 17 * 60)


def test_a_holiday_that_is_announced_late_moves_the_figures() -> None:
    steps = (_step("12-04 16:00", S.AWAITING_DECISION), _step("12-08 09:00", S.APPROVED))
    arguments = (_at("12-04 16:00"), steps)
    before = stages.read(*arguments, replace(_RULES, holidays=frozenset()), _at("12-08 09:00"))
    after = stages.read(*arguments, _RULES, _at("12-08 09:00"))
    assert before.counted.working - after.counted.working == timedelta(hours=8)
    assert before.counted.clock == after.counted.clock


def test_the_clock_stops_while_the_requester_is_asked_or_the_round_is_not_there() -> None:
    steps = (
        _step("12-01 10:01", S.INCOMPLETE),
        _step("12-01 11:01", S.WAITING),
        _step("12-01 13:01", S.PREPARING),
        _step("12-01 13:02", S.CHECKING),
        _step("12-01 13:05", S.DELIVERED),
    )
    clock = stages.read(_at("12-01 10:00"), steps, _RULES, _at("12-01 16:00"))
    assert clock.of(Stage.REQUESTER) == _minutes(60, 60)
    assert clock.of(Stage.ROUND) == _minutes(120, 120)
    assert clock.of(Stage.OFFICER) == _minutes(3, 3)
    assert clock.counted == _minutes(5, 5)


def test_an_open_stage_runs_on_and_says_since_when() -> None:
    steps = (
        _step("12-01 10:01", S.PREPARING),
        _step("12-01 10:02", S.AWAITING_DECISION),
        _step("12-01 10:30", S.AWAITING_DECISION),  # a remark, or a nudge
    )
    clock = stages.read(_at("12-01 10:00"), steps, _RULES, _at("12-01 11:02"))
    assert (clock.stage, clock.since) == (Stage.DIRECTOR, _at("12-01 10:02"))
    assert clock.of(Stage.DIRECTOR) == _minutes(60, 60)


def test_what_came_back_after_it_was_sent_is_the_officers_again() -> None:
    steps = (
        *_USUAL,
        _step("12-01 11:00", S.NEEDS_PERSON),
        _step("12-01 11:20", S.DELIVERED),
        _step("12-01 12:00", S.DELIVERED),  # fetched once more
    )
    clock = stages.read(_at("12-01 10:00"), steps, _RULES, _at("12-02 10:00"))
    assert clock.of(Stage.OFFICER) == _minutes(20, 20)
    assert clock.counted == _minutes(35, 35)
    assert stages.ended(steps) == _step("12-01 11:20", S.DELIVERED)


def test_an_open_request_has_no_end() -> None:
    assert stages.ended(_USUAL) == _USUAL[-1]
    assert stages.ended((*_USUAL, _step("12-01 11:00", S.NEEDS_PERSON))) is None


def test_a_clock_that_was_put_back_takes_nothing_away() -> None:
    steps = (_step("12-01 09:00", S.PREPARING), _step("12-01 10:05", S.DELIVERED))
    clock = stages.read(_at("12-01 10:00"), steps, _RULES, _at("12-01 11:00"))
    assert clock.of(Stage.SYSTEM) == _minutes(5, 5)


def test_every_state_is_somebodys_turn_or_an_end() -> None:
    for state in State:
        assert (stages.stage_of(state) is None) == (state in ENDS), state


def test_a_span_has_two_units_at_most() -> None:
    said = {
        timedelta(): "0 วินาที",
        timedelta(seconds=45): "45 วินาที",
        timedelta(minutes=4, seconds=20): "4 นาที 20 วินาที",
        timedelta(hours=2): "2 ชั่วโมง",
        timedelta(days=3, hours=17, minutes=5): "3 วัน 17 ชั่วโมง",
    }
    assert {passed: words.span(passed, _TH) for passed in said} == said
    assert words.span(timedelta(days=1, hours=1), _EN) == "1 day 1 hour"
    assert words.span(timedelta(days=1, hours=1), _EN, days=False) == "25 hours"


def test_stages_without_time_are_left_out_and_the_office_is_summed_up() -> None:
    clock = stages.read(_at("12-01 10:00"), _USUAL, _RULES, _at("12-01 18:00"))
    shown = [words.line(row, _TH) for row in words.rows(clock, _TH)]
    assert shown == [
        "ระบบ: 5 นาที ในเวลาทำการ (5 นาที ตามนาฬิกา)",
        "ผู้พิจารณาอนุญาต: 10 นาที ในเวลาทำการ (10 นาที ตามนาฬิกา)",
        "รวมเวลาของสำนักงาน: 15 นาที ในเวลาทำการ (15 นาที ตามนาฬิกา)",
    ]
