from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mailproc.model import Form, Item, Prepared
from mailproc.workflow import policy
from tests.factories import a_form, a_prepared, a_request, an_item

BANGKOK = "Asia/Bangkok"
_HASH = policy.content_hash(a_request(), a_prepared())
_OTHER: dict[type, Any] = {str: "อื่น", int: 7, tuple: ("อื่น",), bool: True}


def _changed(value: Any) -> Any:
    return "อื่น" if value is None else _OTHER[type(value)]


@pytest.mark.parametrize("name", [field.name for field in fields(Prepared)])
def test_each_part_of_what_was_prepared_is_bound(name: str) -> None:
    other = replace(a_prepared(), **{name: _changed(getattr(a_prepared(), name))})
    assert policy.content_hash(a_request(), other) != _HASH


@pytest.mark.parametrize("name", [field.name for field in fields(Form) if field.name != "items"])
def test_each_part_of_the_form_is_bound(name: str) -> None:
    form = replace(a_form(), **{name: _changed(getattr(a_form(), name))})
    assert policy.content_hash(a_request(form=form), a_prepared()) != _HASH


@pytest.mark.parametrize("name", [field.name for field in fields(Item)])
def test_each_part_of_what_was_asked_for_is_bound(name: str) -> None:
    item = replace(an_item(), **{name: _changed(getattr(an_item(), name))})
    assert policy.content_hash(a_request(form=a_form(items=(item,))), a_prepared()) != _HASH


def test_the_recipient_is_bound() -> None:
    assert policy.content_hash(a_request(requester_addr="x@example.org"), a_prepared()) != _HASH


def test_what_an_approver_does_not_release_is_not_bound() -> None:
    """The state, its version and its dates change while a decision stands."""
    same = a_request(version=99, failures=2, due_at=None, asks=1, reason="x", file_id=5)
    assert policy.content_hash(same, a_prepared()) == _HASH


def test_the_result_never_goes_to_an_address_that_was_only_written_down() -> None:
    request = a_request(form=a_form(email="thief@example.org"))
    assert policy.recipient(request) == request.requester_addr


@pytest.mark.parametrize(
    ("form", "by_hand"),
    [
        (a_form(), False),
        (a_form(delivery=None), False),
        (a_form(delivery="line"), True),
        (a_form(delivery="pickup"), True),
        (a_form(delivery="smart_office"), True),
        (a_form(items=(an_item(format="pdf"),)), False),
        (a_form(items=(an_item(format="paper"),)), True),
        (a_form(items=(an_item(format="csv"),)), False),
    ],
)
def test_ways_that_are_not_automatic_are_handed_over(form: Form, by_hand: bool) -> None:
    assert policy.is_handed_over(a_request(form=form)) is by_hand


# ---------------------------------------------------------------- years and promises


@pytest.mark.parametrize(
    ("received", "calendar", "fiscal"),
    [
        ("2026-09-30T16:59:59", 2569, 2569),  # 23:59:59 in Bangkok
        ("2026-09-30T17:00:00", 2569, 2570),
        ("2026-12-31T16:59:59", 2569, 2570),
        ("2026-12-31T17:00:00", 2570, 2570),
        ("2027-01-15T00:00:00", 2570, 2570),
    ],
)
def test_the_year_of_a_number_turns_at_local_midnight(
    received: str, calendar: int, fiscal: int
) -> None:
    at = datetime.fromisoformat(received).replace(tzinfo=UTC)
    assert policy.number_year(at, BANGKOK, fiscal=False) == calendar
    assert policy.number_year(at, BANGKOK, fiscal=True) == fiscal


_HOLIDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("received", "minutes", "promised"),
    [
        ("23T09:05", 10, "23T09:15"),  # a Monday, in office hours
        ("23T06:00", 10, "23T08:40"),  # before the office opens
        ("23T16:25", 10, "25T08:35"),  # over the evening and a holiday
        ("23T16:20", 10, "23T16:30"),  # to the last minute
        ("23T16:30", 10, "25T08:40"),
        ("23T23:59", 10, "25T08:40"),
        ("24T10:00", 10, "25T08:40"),  # on the holiday
        ("21T10:00", 10, "23T08:40"),  # on a Saturday
        ("22T10:00", 10, "23T08:40"),  # on a Sunday
        ("20T16:25", 10, "23T08:35"),  # from Friday over the weekend
        ("19T08:30", 8 * 60, "19T16:30"),  # one whole day
        ("19T08:30", 8 * 60 + 1, "20T08:31"),
        ("19T12:00", 3 * 8 * 60, "25T12:00"),  # three days over weekend and holiday
        ("19T12:00", 0, "19T12:00"),
    ],
)
def test_a_promise_counts_office_hours_alone(received: str, minutes: int, promised: str) -> None:
    zone = ZoneInfo(BANGKOK)
    at = datetime.fromisoformat(f"2026-11-{received}").replace(tzinfo=zone)
    found = policy.promised_at(
        at.astimezone(UTC), timedelta(minutes=minutes), BANGKOK, frozenset({_HOLIDAY})
    )
    assert found.tzinfo is UTC
    assert f"{found.astimezone(zone):%dT%H:%M}" == promised


@pytest.mark.parametrize(
    "same",
    [
        {"purpose": "อื่น", "requester_name": "นางสาวอื่น", "phone": None},
        {"items": (an_item(dataset="นักเรียน", filters=("อำเภอ เมืองตัวอย่าง",)),)},
    ],
)
def test_requests_for_the_same_data_have_one_fingerprint(same: dict[str, Any]) -> None:
    plain = policy.fingerprint("A@example.org", a_form())
    assert plain
    assert policy.fingerprint("a@example.org", a_form(**same)) == plain


@pytest.mark.parametrize(
    "other",
    [
        {"dataset_id": "rooms"},
        {"academic_years": (2567,)},
        {"academic_years": (), "latest": True},
        {"round": None},
        {"level": "area"},
        {"filters": ()},
        {"format": "csv"},
    ],
)
def test_other_data_has_another_fingerprint(other: dict[str, Any]) -> None:
    form = a_form(items=(an_item(**other),))
    assert policy.fingerprint("a@example.org", form) != policy.fingerprint(
        "a@example.org", a_form()
    )
    assert policy.fingerprint("b@example.org", form) != policy.fingerprint("a@example.org", form)


def test_what_names_no_data_is_like_nothing_else() -> None:
    assert policy.fingerprint("a@example.org", Form()) == ""
    words = Form(items=(Item("จำนวนครูพละ"),))
    assert policy.fingerprint("a@example.org", words) != ""
