"""Approving ahead from the command line, and what the register shows of a decision."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mailproc.cli import cli
from mailproc.clock import utc_now
from mailproc.config import load
from mailproc.model import Person
from mailproc.office import open_database
from mailproc.store import decisions, people
from mailproc.store.database import Database
from tests.cli.test_commands import _SETTINGS
from tests.walk import DIRECTOR, Walk

CODE = "482915"
TOMORROW = (utc_now() + timedelta(days=1)).date().isoformat()


class Office:
    """Settings on disk, and a director who has set a code."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "mailproc.toml"
        self.file.write_text(_SETTINGS, encoding="utf-8")
        config = load(self.file)
        self.database: Database = open_database(config)
        before = utc_now() - timedelta(minutes=5)
        with self.database.write() as connection:
            person = Person(0, DIRECTOR.name, DIRECTOR.address, "group_director")
            self.person = people.add(connection, person, before)
            slip = people.new_slip(connection, self.person, before)
            pepper = config.secret("pepper")
            assert people.redeem_slip(connection, self.person, slip, CODE, pepper, before)

    def run(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli, [*words, "--config", str(self.file)], input=typed)

    def add(self, *more: str, code: str = CODE, dataset: str = "student_count") -> Result:
        words = ("people", "standing", "add", str(self.person), "--dataset", dataset)
        default = ("--for", "roster", "--until", TOMORROW)
        return self.run(*words, *(more or default), "--json", typed=f"{code}\n")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def _lines(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_a_director_approves_ahead_with_the_code_and_ends_it(office: Office) -> None:
    (given,) = _lines(office.add())
    assert (given["dataset_id"], given["by"]) == ("student_count", DIRECTOR.name)
    (listed,) = _lines(office.run("people", "standing", "list", "--json"))
    assert listed["id"] == given["id"]
    assert office.run("people", "standing", "end", str(given["id"])).exit_code == 0
    assert _lines(office.run("people", "standing", "list", "--json")) == []
    assert len(_lines(office.run("people", "standing", "list", "--all", "--json"))) == 1
    logged = _lines(office.run("people", "log", str(office.person), "--json"))
    told = [one["event"] for one in logged if one["by"] == "command"]
    assert told == ["ahead_ended", "ahead_set"]
    again = office.run("people", "standing", "end", str(given["id"]))
    assert again.exit_code == 1


def test_a_wrong_code_approves_nothing_and_slows_the_next_try(office: Office) -> None:
    assert office.add(code="000000").exit_code == 1
    assert _lines(office.run("people", "standing", "list", "--all", "--json")) == []


@pytest.mark.parametrize(
    ("more", "dataset"),
    [
        (("--for", "roster", "--until", "2020-01-01"), "student_count"),
        (("--for", "roster", "--until", TOMORROW), "no_such_dataset"),
        (("--for", "roster", "--until", TOMORROW, "--level", "galaxy"), "student_count"),
        (("--for", "government", "--until", TOMORROW), "staff_count"),
    ],
)
def test_what_can_not_be_approved_ahead_is_refused_before_the_code_is_asked_for(
    office: Office, more: tuple[str, ...], dataset: str
) -> None:
    done = office.add(*more, dataset=dataset, code="")
    assert done.exit_code == 1
    assert _lines(office.run("people", "standing", "list", "--all", "--json")) == []


def test_the_register_shows_who_decided_for_whom_by_which_way_and_proof(office: Office) -> None:
    walk = Walk(office.database)
    request = walk.prepared()
    row = decisions.Row(
        request_id=request.id,
        request_version=request.version,
        person_id=office.person,
        verdict="refused",
        content_hash=request.content_hash,
        via="reply",
        reason="ไม่จำเป็น",
        ground="15(5)",
        private_note="โทรคุยแล้ว",
        device="app",
        seat=1,
    )
    narrowed = replace(row, request_version=99, conditions='{"level":"area"}', verdict="approved")
    with office.database.write() as connection:
        decisions.record(connection, row, walk.now)
        decisions.record(connection, narrowed, walk.now)
    (shown,) = _lines(office.run("requests", "show", request.number, "--json"))
    first, second = shown["decisions"]
    assert first["by"] == DIRECTOR.name
    assert (first["via"], first["device"], first["seat"]) == ("reply", "app", 1)
    assert (first["ground"], first["private_note"]) == ("15(5)", "โทรคุยแล้ว")
    assert first["content_hash"] == request.content_hash
    assert "conditions" not in first
    assert second["conditions"] == {"level": "area"}
