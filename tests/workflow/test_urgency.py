from __future__ import annotations

from datetime import timedelta

import pytest

from mailproc.workflow.urgency import Hurry, hurry
from tests.factories import NOW, a_form, a_request

_ZONE = "Asia/Bangkok"
_LATER = NOW + timedelta(days=9)


@pytest.mark.parametrize(
    ("needed", "level"),
    [
        ("2026-11-21", "overdue"),
        ("2026-11-22", "urgent"),
        ("2026-11-23", "urgent"),
        ("2026-11-24", ""),
        ("soon", ""),
        (None, ""),
    ],
)
def test_the_day_it_is_needed_marks_a_request(needed: str | None, level: str) -> None:
    request = a_request(form=a_form(needed_by=needed), promised_at=_LATER)
    assert hurry(request, NOW, _ZONE).level == level


def test_the_day_is_the_office_s_own() -> None:
    request = a_request(form=a_form(needed_by="2026-11-22"), promised_at=_LATER)
    late_evening = NOW.replace(hour=17, minute=30)  # 23 November, 00:30 in Bangkok
    assert hurry(request, late_evening, _ZONE) == Hurry("overdue", ("needed_passed",))


@pytest.mark.parametrize(
    ("minutes", "why"), [(0, ()), (7, ()), (8, ("promise_near",)), (10, ("promise_passed",))]
)
def test_the_last_quarter_of_the_promised_time_is_urgent(
    minutes: int, why: tuple[str, ...]
) -> None:
    assert hurry(a_request(), NOW + timedelta(minutes=minutes), _ZONE).why == why


def test_what_has_passed_comes_before_what_is_near() -> None:
    request = a_request(form=a_form(needed_by="2026-11-22"))
    late = hurry(request, NOW + timedelta(minutes=11), _ZONE)
    assert late == Hurry("overdue", ("promise_passed", "needed_soon"))


def test_a_letter_about_no_request_is_never_urgent() -> None:
    assert hurry(None, NOW, _ZONE) == Hurry()
