"""`check` where the database can't be used at all: each part says so, and none falls over."""

from __future__ import annotations

from pathlib import Path

from mailproc.cli.check import findings
from tests.cli.test_commands import settings

__all__ = ["settings"]  # a fixture


def test_a_database_that_cannot_be_opened_is_a_fault_and_the_rest_is_tried(settings: Path) -> None:
    state = settings.parent / "state"
    state.mkdir()
    (state / "mailproc.sqlite").write_bytes(b"no database at all" * 100)
    found = list(findings(settings))
    faults = {one.part for one in found if one.level == "fault"}
    assert "database" in faults
    assert {"imap", "smtp"} <= {one.part for one in found}
