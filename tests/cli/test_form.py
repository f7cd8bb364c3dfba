"""`run.py form` writes the form as files that can be handed out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailproc.cli import cli
from mailproc.errors import MailprocError
from tests.cli.test_commands import _SETTINGS


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "mailproc.toml"
    file.write_text(_SETTINGS, encoding="utf-8")
    return file


def _run(settings: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["form", *words, "--config", str(settings)])


def test_all_shapes_of_the_form_are_written(settings: Path) -> None:
    folder = settings.parent / "new" / "forms"
    done = _run(settings, "--out", str(folder), "--json")
    assert done.exit_code == 0, done.output
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {Path(one["file"]).name for one in told} == {
        f"แบบคำขอใช้บริการข้อมูล.{ending}" for ending in ("docx", "xlsx", "pdf", "txt")
    }
    for one in told:
        assert Path(one["file"]).stat().st_size == one["bytes"] > 1_000
        assert Path(one["file"]).stat().st_mode & 0o777 == 0o644
    text = (folder / "แบบคำขอใช้บริการข้อมูล.txt").read_text("utf-8")
    assert "[ ] จำนวนนักเรียนจำแนกตามชั้นและเพศ" in text


def test_the_form_comes_in_english_too(settings: Path) -> None:
    done = _run(settings, "--out", str(settings.parent), "--language", "en")
    assert done.exit_code == 0, done.output
    assert (settings.parent / "Data request form.docx").exists()


def test_without_typst_a_clear_word_stands_for_the_pdf(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    settings.write_text(_SETTINGS.replace("สำนักงานตัวอย่าง", "สำนักงานอื่น"), "utf-8")
    done = _run(settings, "--out", str(settings.parent))
    assert done.exit_code == 0, done.output
    assert "typst" in done.stderr
    assert not list(settings.parent.glob("*.pdf"))
    assert len(list(settings.parent.glob("แบบคำขอ*"))) == 3


def test_a_folder_that_cannot_be_written_is_named(settings: Path) -> None:
    (settings.parent / "file").write_text("x")
    done = _run(settings, "--out", str(settings.parent / "file" / "below"))
    assert isinstance(done.exception, MailprocError)
    assert done.exception.key == "form_unwritable"
