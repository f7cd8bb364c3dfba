"""A month written by hand: a holiday, a weekend, an ask-back, a bounce, and figures that add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc.model import Rules, State
from mailproc.promise import month, monthly
from mailproc.promise.month import Month
from mailproc.promise.monthly import Case, Decided, Flow
from mailproc.promise.stages import Step

S = State
_BANGKOK = ZoneInfo("Asia/Bangkok")
# December 2026: the 5th is a Saturday, so the 7th is free; so are the 10th and the 31st.
_RULES = Rules(holidays=frozenset({date(2026, 12, 7), date(2026, 12, 10), date(2026, 12, 31)}))
_DECEMBER = Month(2026, 12).span("Asia/Bangkok")


def _at(text: str) -> datetime:
    """«12-04 16:00», or with seconds, in Bangkok, 2026; January is of 2027."""
    year = 2027 if text.startswith("01") else 2026
    return datetime.fromisoformat(f"{year}-{text}").replace(tzinfo=_BANGKOK).astimezone(UTC)


def _case(received: str, *steps: tuple[str, State, str] | tuple[str, State], **kept: str) -> Case:
    made = tuple(Step(_at(one[0]), one[1], one[2] if len(one) > 2 else "") for one in steps)
    usual = {"channel": "email", "sensitivity": "open", "dataset": "a", "requester_type": "public"}
    return Case(_at(received), made, **(usual | kept))


# An open dataset, at once: 2 minutes, all of the system.
AT_ONCE = _case(
    "12-01 10:00",
    ("12-01 10:01", S.PREPARING, "Opened"),
    ("12-01 10:01", S.APPROVED, "DataPrepared"),
    ("12-01 10:02", S.DELIVERED, "AllSent"),
)
AT_ONCE = replace(
    AT_ONCE,
    steps=(AT_ONCE.steps[0], replace(AT_ONCE.steps[1], by_rule="open dataset"), *AT_ONCE.steps[2:]),
)
# Friday 16:25, decided on Tuesday 8:35, with a weekend and a holiday between: 10 minutes for the
# director, 1 + 1 for the system.
OVER_A_WEEKEND = _case(
    "12-04 16:24",
    ("12-04 16:25", S.AWAITING_DECISION, "DataPrepared"),
    ("12-08 08:35", S.APPROVED, "Approved"),
    ("12-08 08:36", S.DELIVERED, "AllSent"),
    sensitivity="internal",
    dataset="b",
    requester_type="internal",
)
# Asked back for two days, twice: 1 + 2 minutes for the system, 5 for the director.
ASKED_BACK = _case(
    "12-01 09:00",
    ("12-01 09:01", S.INCOMPLETE, "Opened"),
    ("12-02 09:00", S.INCOMPLETE, "Answered"),
    ("12-02 10:00", S.INCOMPLETE, "Remarked"),
    ("12-03 09:00", S.PREPARING, "Answered"),
    ("12-03 09:01", S.AWAITING_DECISION, "DataPrepared"),
    ("12-03 09:06", S.APPROVED, "Approved"),
    ("12-03 09:07", S.DELIVERED, "AllSent"),
    requester_type="government",
)
REFUSED = _case(
    "12-08 09:00",
    ("12-08 09:01", S.AWAITING_DECISION, "DataPrepared"),
    ("12-08 15:01", S.REFUSED, "Refused"),
    sensitivity="personal",
    ground="s15_5",
)
EXPIRED = _case(  # open since November
    "11-20 09:00",
    ("11-20 09:01", S.INCOMPLETE, "Opened"),
    ("12-20 09:01", S.EXPIRED, "Silent"),
    dataset="",
)
CANCELLED = _case(
    "12-09 09:00",
    ("12-09 09:01", S.AWAITING_DECISION, "DataPrepared"),
    ("12-09 09:30", S.CANCELLED, "Cancelled"),
    channel="phone",
)
# Delivered in November, came back in December, handed over by the officer within 30 minutes.
REOPENED = _case(
    "11-27 10:00",
    ("11-27 10:01", S.DELIVERED, "AllSent"),
    ("12-02 09:00", S.NEEDS_PERSON, "BounceReceived"),
    ("12-02 09:30", S.DELIVERED, "PersonSettled"),
    channel="counter",
)
OPEN = _case("12-30 16:00", ("12-30 16:01", S.AWAITING_DECISION, "DataPrepared"), dataset="b")
LONG_OVER = _case("11-02 09:00", ("11-02 09:05", S.DELIVERED, "AllSent"))
TO_COME = _case("01-01 00:00", ("01-01 00:01", S.PREPARING, "Opened"))
ALL = (
    AT_ONCE,
    OVER_A_WEEKEND,
    ASKED_BACK,
    REFUSED,
    EXPIRED,
    CANCELLED,
    REOPENED,
    OPEN,
    LONG_OVER,
    TO_COME,
)
PEOPLE = (
    Decided("group_director", "page", "approved"),
    Decided("deputy", "reply", "approved"),
    Decided("group_director", "page", "refused"),
)


@pytest.fixture(scope="module")
def december() -> monthly.Report:
    return monthly.count(ALL, PEOPLE, _DECEMBER, _RULES)


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_every_request_stands_in_one_place(december: monthly.Report) -> None:
    assert december.flow == Flow(
        carried=1, reopened=1, received=6, delivered=4, refused=1, expired=1, cancelled=1, open=1
    )
    assert december.flow.came == december.flow.ended + december.flow.open == 8


def test_every_table_adds_up_to_the_whole(december: monthly.Report) -> None:
    for name, lines in december.by.items():
        assert sum((line.flow for line in lines), Flow()) == december.flow, name
        assert all(line.flow.came == line.flow.ended + line.flow.open for line in lines), name
    assert sum(count for _, count in december.grounds) == december.flow.refused
    assert sum(december.times.bands) == december.times.count == december.flow.delivered


def test_times_are_those_worked_out_by_hand(december: monthly.Report) -> None:
    of = december.times.of
    # AT_ONCE 2, ASKED_BACK 3 + 5, OVER_A_WEEKEND 2 + 10, REOPENED 1 + 30, all within office hours.
    assert of["counted"] == monthly.Span(_minutes(10), _minutes(31))
    assert of["ours"] == monthly.Span(_minutes(2.5), _minutes(31))
    assert of["director"] == monthly.Span(_minutes(2.5), _minutes(10))
    assert of["requester"].ninety == timedelta(hours=16) - _minutes(1)
    assert december.times.within == ((_minutes(5), 3, 1, 1), (_minutes(10), 3, 2, 1))
    assert december.times.bands == (1, 1, 1, 1, 0, 0, 0)
    # By the clock: 2 minutes, 2 days and 7 minutes, 3 days 16 h 12 min, 31 minutes.
    assert december.times.wall.ninety == timedelta(days=3, hours=16, minutes=12)


def test_a_holiday_announced_late_moves_the_month() -> None:
    fewer = replace(_RULES, holidays=_RULES.holidays - {date(2026, 12, 7)})
    before = monthly.count(ALL, PEOPLE, _DECEMBER, fewer)
    assert before.times.of["counted"].ninety == timedelta(hours=8, minutes=12)


def test_asks_bounces_grounds_and_deciders_are_counted(december: monthly.Report) -> None:
    assert december.asked == (1, 2), "a remark is no question"
    assert december.undelivered == 1
    assert december.grounds == (("s15_5", 1),)
    assert december.decided == (
        ("deputy", "reply", {"approved": 1}),
        ("group_director", "page", {"approved": 1, "refused": 1}),
    )
    assert (december.ahead, december.unasked) == (0, 1)


def test_what_nobody_stated_stands_last(december: monthly.Report) -> None:
    assert [line.key for line in december.by["dataset"]] == ["a", "b", ""]
    assert [line.key for line in december.by["channel"]] == ["email", "counter", "phone"]


def test_a_month_that_runs_is_counted_up_to_now() -> None:
    until = (_DECEMBER[0], _at("12-02 09:10"))
    report = monthly.count(ALL, (), until, _RULES)
    assert report.flow == Flow(carried=1, reopened=1, received=2, delivered=1, open=3)


def test_the_month_after_begins_with_what_was_left_open() -> None:
    january = monthly.count(ALL, (), Month(2027, 1).span("Asia/Bangkok"), _RULES)
    assert january.flow == Flow(carried=1, received=1, open=2)
    assert january.times.of["counted"] == monthly.Span()
    assert january.times.within == ((_minutes(5), 0, 0, 0), (_minutes(10), 0, 0, 0))


@pytest.mark.parametrize(
    "said",
    ["2026-10", "2569-10", "๒๕๖๙-๑๐", "10/2569", "ตุลาคม 2569", "ต.ค. 69", "October 2026", "69-10"],
)
def test_a_month_is_read_as_people_write_it(said: str) -> None:
    assert month.parse(said) == Month(2026, 10)


@pytest.mark.parametrize("said", ["", "2569", "2569-13", "1200-10", "ตุลา", "10", "next"])
def test_what_is_no_month_is_not_guessed(said: str) -> None:
    assert month.parse(said) is None


def test_months_follow_each_other_over_new_year() -> None:
    assert Month(2026, 12).later(1) == Month(2027, 1)
    assert Month(2027, 1).before == Month(2026, 12)
    assert Month(2026, 1).buddhist == "2569-01"
    start, end = Month(2026, 12).span("Asia/Bangkok")
    assert (start, end) == (_at("12-01 00:00"), _at("01-01 00:00"))
    assert month.of(end, "Asia/Bangkok") == Month(2027, 1)
