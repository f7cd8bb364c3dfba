"""The mail server's own time, by the age that it gives a mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.mail.server_time import agreed, by_age
from tests.factories import NOW

HOUR, YEARS = timedelta(hours=1), timedelta(days=3653)
_SPANS = st.integers(-(10**9), 10**9).map(lambda seconds: timedelta(seconds=seconds))


def _server(internal_date: datetime, now: datetime) -> tuple[Callable[[int], bool], list[int]]:
    """As RFC 5032 says it, and what it was asked."""
    asked: list[int] = []

    def younger(seconds: int) -> bool:
        assert 0 < seconds < 2**32  # an nz-number of RFC 3501
        asked.append(seconds)
        return internal_date > now - timedelta(seconds=seconds)

    return younger, asked


@given(age=st.integers(2, 10**9), off=_SPANS)
def test_the_time_is_found_however_wrong_ours_is(age: int, off: timedelta) -> None:
    mail = NOW - timedelta(seconds=age)
    younger, asked = _server(mail, NOW)
    found = by_age(mail, younger, NOW + off)
    assert found is not None
    assert abs(found - NOW) <= timedelta(minutes=5)
    assert len(asked) <= 40


@pytest.mark.parametrize("age", [timedelta(), timedelta(minutes=4), HOUR, YEARS])
def test_a_right_clock_costs_two_questions_at_the_most(age: timedelta) -> None:
    younger, asked = _server(NOW - age, NOW)
    assert by_age(NOW - age, younger, NOW) == NOW
    assert len(asked) <= 2


def test_a_mail_from_the_future_tells_nothing() -> None:
    younger, _ = _server(NOW + HOUR, NOW)
    assert by_age(NOW + HOUR, younger, NOW + YEARS) is None


def test_a_server_that_never_finds_the_mail_tells_nothing() -> None:
    assert by_age(NOW - HOUR, lambda seconds: False, NOW) is None


def test_two_mails_have_to_agree() -> None:
    """Else the server counts in whole days, or one mail was gone."""
    assert agreed([NOW, NOW + timedelta(seconds=2)]) == NOW + timedelta(seconds=2)
    assert agreed([NOW, NOW + HOUR]) is None
    assert agreed([NOW, None]) is None
    assert agreed([NOW]) is None
