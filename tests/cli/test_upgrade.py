"""An upgrade of a checkout: the program is new, the database follows."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from mailproc.cli import cli
from mailproc.cli.words import words
from mailproc.errors import MailprocError
from mailproc.store import schema
from mailproc.store.database import Database
from tests.machine.conftest import Office, office

__all__ = ["office"]


def test_the_database_follows_the_program(office: Office) -> None:
    done = CliRunner().invoke(cli, ["upgrade", "--config", str(office.file)])
    assert done.exit_code == 0, done.output
    assert len(list(office.config.backup_folder.glob("*.age"))) == 1


def test_a_migration_that_fails_says_how_to_go_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Database) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(Database, "migrate", fails)
    failed = CliRunner().invoke(cli, ["upgrade", "--config", str(office.file)])
    assert isinstance(failed.exception, MailprocError)
    (saved,) = office.config.backup_folder.glob("*.age")
    values = {"found": schema.REVISION, "file": saved, "problem": "RuntimeError"}
    assert failed.exception.values == values
    for said in words(failed.exception.key, **values):
        assert str(saved) in said
        assert "git switch" in said
