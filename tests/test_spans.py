"""Spans of time in the settings: a number of what the name says, or ISO 8601 with its unit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailproc.config import Config, build
from mailproc.errors import ConfigError
from mailproc.model import Catalogue, Escalation
from mailproc.office import make_rules

_OFFICE: dict[str, dict[str, Any]] = {
    "office": {"name_th": "ส", "address": "data@example.org", "phone": "0"},
    "mailbox": {"host": "127.0.0.1", "port": 9, "tls": "none"},
    "smtp": {"host": "127.0.0.1", "port": 9, "tls": "none"},
}


def _config(section: str, **values: Any) -> Config:
    return build(_OFFICE | {section: values}, Path())


@pytest.mark.parametrize(("said", "hours"), [(24, 24), ("PT36H", 36), ("P2D", 48), ("P1DT12H", 36)])
def test_a_reminder_comes_after_what_was_said(said: object, hours: int) -> None:
    rules = make_rules(_config("workflow", remind_hours=said), Catalogue())
    assert rules.remind == timedelta(hours=hours)


@pytest.mark.parametrize(("said", "days"), [(5, 5), ("P5D", 5), ("PT48H", 2), (0, 0)])
def test_escalation_counts_days(said: object, days: int) -> None:
    rules = make_rules(_config("approval", escalate_days=said), Catalogue())
    assert rules.escalation == Escalation(days)


@pytest.mark.parametrize("said", ["PT5M", "P1DT30M", "5 minutes", "five", "P", -1, 1.5, 10_000])
def test_minutes_are_no_days(said: object) -> None:
    with pytest.raises(ConfigError) as refused:
        _config("approval", escalate_days=said)
    assert "approval.escalate_days" in refused.value.faults[0]


def test_who_is_told_is_a_role_or_an_address() -> None:
    chosen = _config("approval", escalate_to=["deputy", "chief@example.org"], escalate="may_decide")
    assert chosen.approval.escalation() == Escalation(3, ("deputy", "chief@example.org"), True)
    with pytest.raises(ConfigError):
        _config("approval", escalate_to=["boss"])


def test_the_office_s_own_days_reach_the_rules() -> None:
    bridge, constitution = "2027-05-14", "2026-12-10"
    config = build(
        _OFFICE
        | {"office": _OFFICE["office"] | {"holidays": [bridge], "workdays": [constitution]}},
        Path(),
    )
    days = {day.isoformat() for day in make_rules(config, Catalogue()).holidays}
    assert bridge in days
    assert constitution not in days
    assert "2026-12-07" in days
