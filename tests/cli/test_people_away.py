"""«people away», as an admin types it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from mailproc import thai
from mailproc.clock import utc_now
from mailproc.errors import MailprocError
from mailproc.workflow import calendar
from tests.cli.test_commands import Run, run, settings  # noqa: F401 - fixtures

_TODAY = calendar.local_day(utc_now(), "Asia/Bangkok")
_FROM, _UNTIL = _TODAY + timedelta(days=40), _TODAY + timedelta(days=42)


@pytest.fixture
def office(run: Run) -> Run:  # noqa: F811
    """A head (1) and a deputy (2)."""
    for name, role in (("head", "group_director"), ("deputy", "deputy")):
        run("people", "add", f"{name}@example.org", "--name", name, "--role", role)
    return run


def _json(office: Run, *words: str) -> list[dict[str, Any]]:
    done = office("people", "away", *words, "--json")
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (_FROM.isoformat(), _UNTIL.isoformat()),
        (f"{_FROM.day}/{_FROM.month}/{_FROM.year + 543}", thai.long_date(_UNTIL)),
        (thai.long_date(_FROM, "en"), f"{_UNTIL.day}/{_UNTIL.month}/{_UNTIL.year}"),
    ],
)
def test_days_are_those_of_the_office_in_either_era(office: Run, since: str, until: str) -> None:
    (entered,) = _json(office, "1", "--from", since, "--until", until, "--deputy", "2")
    begins, ends = calendar.span(_FROM, _UNTIL, "Asia/Bangkok")
    assert ends is not None
    stored = [datetime.fromisoformat(entered[name]) for name in ("since", "until")]
    assert stored == [begins, ends]
    assert (entered["name"], entered["deputy"], entered["source"]) == ("head", "deputy", "command")
    assert _json(office) == [entered]


def test_without_dates_it_is_from_today_until_the_person_is_back(office: Run) -> None:
    (entered,) = _json(office, "1")
    assert entered["until"] is None
    assert entered["deputy"] == "deputy", "whoever holds the role"
    shown = office("people", "away").output
    assert f"{thai.long_date(_TODAY)} –" in shown
    (back,) = _json(office, "1", "--back")
    assert back["back"] is True
    assert _json(office) == []


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("1", "--deputy", "1"), "absence_self"),
        (("1", "--deputy", "9"), "absence_deputy_no_role"),
        (("9", "--deputy", "2"), "absence_no_role"),
        (("1", "--until", "1/1/2560"), "absence_dates"),
        (("1", "--until", "some day"), "bad_date"),
        (("1", "--until", "31/2/2570"), "bad_date"),
        (("1", "--back"), "absence_none"),
    ],
)
def test_what_can_not_be_is_refused_in_both_languages(
    office: Run, words: tuple[str, ...], key: str
) -> None:
    with pytest.raises(MailprocError) as refused:
        office("people", "away", *words)
    assert refused.value.key == key
    assert _json(office) == []


def test_a_circle_is_refused(office: Run) -> None:
    office("people", "away", "1", "--deputy", "2")
    with pytest.raises(MailprocError) as refused:
        office("people", "away", "2", "--deputy", "1")
    assert refused.value.key == "absence_circle"


def test_wrong_use_is_told_apart(office: Run) -> None:
    assert office("people", "away", "--back").exit_code == 2
    assert office("people", "away", "1", "--back", "--deputy", "2").exit_code == 2
