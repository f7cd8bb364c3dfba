from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

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


def test_the_way_it_came_releases_nothing_so_it_is_not_bound() -> None:
    form = replace(a_form(), channel="phone")
    assert policy.content_hash(a_request(form=form), a_prepared()) == _HASH


_BOUND = [field.name for field in fields(Form) if field.name not in ("items", "channel")]


@pytest.mark.parametrize("name", _BOUND)
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
