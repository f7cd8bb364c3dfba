"""Datasets at the command line, on a store of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from mailproc.cli import cli
from mailproc.errors import MailprocError
from tests.cli.test_commands import _SETTINGS

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    settings = tmp_path / "mailproc.toml"
    settings.write_text(_SETTINGS, encoding="utf-8")

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["data", *arguments, "--config", str(settings)])

    return command


def test_the_list_says_what_is_loaded_and_what_is_not(run: Run) -> None:
    lines = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    states = {line["id"]: line["state"] for line in lines}
    assert states["student_count"] in ("loaded", "overdue")
    assert states["staff_count"] == "not_loaded"
    assert "student_count" in run("list").stdout


def test_a_dataset_is_shown_with_its_entry_for_the_data_catalogue(run: Run) -> None:
    shown = json.loads(run("show", "small_schools", "--json").stdout)
    assert shown["metadata"]["owner_org"] == "สำนักงานตัวอย่าง"
    assert shown["columns"]["pupils"] == "open"
    assert "metadata:" in run("show", "small_schools").stdout


def test_an_unknown_dataset_is_told_with_those_there_are(run: Run) -> None:
    result = run("show", "nothing")
    assert isinstance(result.exception, MailprocError)
    assert "student_count" in str(result.exception.values["known"])


def test_any_request_is_tried_without_mail(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out" / "x.csv"
    asked = ("student_count", "--filter", "ป.6 เฉพาะหญิง", "--format", "csv", "--out", str(out))
    told = json.loads(run("generate", *asked, "--json").stdout)
    assert (told["rows"], told["columns"][-1]) == (139, "ป.6 หญิง")
    assert out.read_text("utf-8-sig").splitlines()[-1].endswith(",1700")


def test_what_is_not_clear_is_asked_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    result = run(
        "generate", "student_count", "--filter", "xyz", "--format", "csv", "--out", str(out)
    )
    assert isinstance(result.exception, MailprocError)
    assert result.exception.key == "data_unclear"
    assert "filters: unclear: xyz" in result.stderr
    assert not out.exists()


def test_a_dataset_without_figures_is_tried_with_made_up_ones_marked_as_such(
    run: Run, tmp_path: Path
) -> None:
    told = json.loads(run("generate", "staff_count", "--level", "area", "--json").stdout)
    assert told["title_th"].startswith("ตัวอย่าง")
    assert told["source"].startswith("ข้อมูลตัวอย่าง")
    assert not list(tmp_path.glob("*.xlsx"))


def test_the_workbook_of_a_trial_opens(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "x.xlsx"
    result = run("generate", "classrooms", "--level", "area", "--out", str(out))
    assert result.exception is None, result.exception
    assert openpyxl.load_workbook(out).worksheets
