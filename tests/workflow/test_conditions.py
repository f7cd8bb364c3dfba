from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mailproc.model import Conditions, FileFacts
from mailproc.workflow import conditions as c
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from tests.factories import NOW, a_dataset, a_prepared, a_request
from tests.walk import RULES

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (Conditions(), ()),
        (Conditions(without=("หญิง",), level="district", until="2026-11-22"), ()),
        (Conditions(without=("หญิง", "ลับ")), ("unknown_column",)),
        (Conditions(level="school"), ("not_coarser",)),
        (Conditions(until="2026-11-21"), ("until_past",)),
        (Conditions(until="soon"), ("until_past",)),
        (
            Conditions(without=("ลับ",), level="moon", until="x"),
            ("unknown_column", "not_coarser", "until_past"),
        ),
    ],
)
def test_every_fault_of_the_conditions_is_named_at_once(
    conditions: Conditions, found: tuple[str, ...]
) -> None:
    levels = c.coarser(a_prepared(), a_dataset())
    assert tuple(c.faults(conditions, a_prepared(), levels, TODAY)) == found


def test_only_coarser_levels_are_offered_the_finest_first() -> None:
    assert c.coarser(a_prepared(), a_dataset()) == ("district", "area")
    assert c.coarser(a_prepared(level="area"), a_dataset()) == ()
    assert c.coarser(a_prepared(), None) == ()


def test_a_ready_made_file_is_released_whole_or_until_a_day() -> None:
    file = a_prepared(file=FileFacts("a.pdf", 10, "pages", 2), columns=())
    assert c.coarser(file, a_dataset()) == ()
    assert tuple(c.faults(Conditions(level="area"), file, (), TODAY)) == ("whole_file",)
    assert tuple(c.faults(Conditions(until="2026-12-01"), file, (), TODAY)) == ()


def test_the_last_day_ends_at_midnight_of_the_office() -> None:
    last = Conditions(until="2026-11-22")
    ends = c.ends_at(last, "Asia/Bangkok")
    assert ends == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert c.ends_at(Conditions(), "Asia/Bangkok") is None
    request = a_request(conditions=last)
    assert not c.is_over(request, "Asia/Bangkok", NOW)
    assert c.is_over(request, "Asia/Bangkok", datetime(2026, 11, 22, 17, tzinfo=UTC))


def test_after_its_last_day_a_file_is_not_sent_again_and_both_are_told() -> None:
    from mailproc.model import State

    hash_ = "d" * 64
    sent = a_request(
        state=State.DELIVERED,
        decided_at_hash=hash_,
        file_id=1,
        conditions=Conditions(until="2026-11-21"),
    )
    again = decide(sent, e.Resend(by="requester"), RULES, NOW)
    assert again.ignored
    assert {getattr(effect, "kind", "") for effect in again.effects} == {"noted", "officer_note"}
