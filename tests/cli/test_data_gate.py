"""`data gate` on files of all kinds: exit codes, what is said, what is allowed."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailproc.cli import cli
from tests.cli.test_commands import _SETTINGS
from tests.datasets.gate import leaks, ordinary, writers

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    settings = tmp_path / "mailproc.toml"
    settings.write_text(_SETTINGS, encoding="utf-8")

    def command(*arguments: object) -> Result:
        words = ["data", *map(str, arguments), "--config", str(settings)]
        return CliRunner().invoke(cli, words)

    return command


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.xlsx"
    path.write_bytes(writers.by_openpyxl(ordinary.made(0)))
    return path


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """Telephone numbers under their heading."""
    head, text = next(one[2:] for one in leaks.COLUMNS if one[1] == "landlines")
    plant = partial(leaks._column, head, text, 12)
    path = tmp_path / "named.xlsx"
    path.write_bytes(leaks.by_openpyxl(1, plant))
    return path


def test_a_plain_file_passes(run: Run, plain: Path) -> None:
    result = run("gate", plain)
    assert result.exit_code == 0
    assert "ผ่าน ส่งออกได้" in result.stdout
    assert "may leave" in result.stdout


def test_each_file_has_its_verdict_and_one_that_is_held_back_decides(
    run: Run, plain: Path, named: Path
) -> None:
    result = run("gate", plain, named, "--json")
    first, second = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert (first["verdict"], first["findings"]) == ("pass", [])
    (finding,) = second["findings"]
    assert (second["verdict"], finding["kind"], finding["sheet"]) == ("blocked", "phone", "ข้อมูล")
    assert finding["cell"].startswith("O3")
    assert "โทรศัพท์" in finding["th"]
    assert "telephone" in finding["en"]


def test_what_can_not_be_looked_into_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    result = run("gate", old)
    assert result.exit_code == 1
    assert "can't be looked into" in result.stdout
    assert "old.xls" in result.stdout


def test_declared_cells_and_an_approved_class_may_leave(run: Run, named: Path) -> None:
    assert run("gate", named, "--allow", "ข้อมูล!O3:O14").exit_code == 0
    assert run("gate", named, "--allow", "ข้อมูล!O3:O9").exit_code == 1
    assert run("gate", named, "--class", "personal").exit_code == 0
    assert run("gate", named, "--class", "internal").exit_code == 1


@pytest.mark.parametrize(
    "wrong", [("gate",), ("gate", "nowhere.xlsx"), ("gate", __file__, "--class", "secret")]
)
def test_wrong_use_is_told_apart(run: Run, wrong: tuple[str, ...]) -> None:
    assert run(*wrong).exit_code == 2


def test_a_range_that_is_none_is_wrong_use(run: Run, plain: Path) -> None:
    assert run("gate", plain, "--allow", "A1").exit_code == 2


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
@pytest.mark.parametrize("dataset", ["school_directory", "student_count", "nt_results"])
def test_what_data_generate_writes_passes(
    run: Run, tmp_path: Path, dataset: str, format_: str
) -> None:
    out = tmp_path / f"x.{format_}"
    assert run("generate", dataset, "--format", format_, "--out", out).exit_code == 0
    assert run("gate", out).exit_code == 0


def test_a_dataset_of_a_higher_class_may_not_leave_as_open(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "x.xlsx"
    assert run("generate", "student_disability", "--out", out).exit_code == 0
    assert run("gate", out).exit_code == 1
    assert run("gate", out, "--class", "special").exit_code == 0
