"""`service` says what it would do and, where systemd does not run, what to do in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mailproc.cli import cli, service
from tests.cli.test_commands import Run, run, settings

__all__ = ["run", "settings"]


def test_it_prints_the_units_without_changing_anything(run: Run, settings: Path) -> None:
    shown = run("service", "install", "--print").stdout
    assert "Type=notify" in shown
    assert f"--config {settings}" in shown
    assert "# /etc/systemd/system/mailproc-backup.timer" in shown


def test_a_dry_run_says_each_step(run: Run) -> None:
    done = run("service", "install", "--dry-run", "--user", "mailproc-of-nobody")
    assert done.exit_code == 0, done.output
    for step in ("useradd --system", "systemctl daemon-reload", "restart mailproc.service"):
        assert step in done.stdout
    assert "backup init" in done.stdout, "no nightly backup without a key"


def test_without_systemd_it_says_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_has_systemd", lambda: False)
    done = run("service", "install")
    assert done.exit_code == 1
    assert "run.py serve --config" in done.stdout
    assert CliRunner().invoke(cli, ["service", "status"]).exit_code == 1


@pytest.mark.parametrize(("active", "code"), [(0, 0), (3, 1)])
def test_the_exit_state_is_the_daemons_whatever_the_backups_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, active: int, code: int
) -> None:
    """systemctl says 3 for several units of which one rests, as the timer before `backup init`."""
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\n[ "$1" = is-active ] && exit {active}\nexit 3\n')
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(service, "_has_systemd", lambda: True)
    assert CliRunner().invoke(cli, ["service", "status"]).exit_code == code


def test_what_a_restore_closed_is_opened_for_the_services_user(run: Run, settings: Path) -> None:
    own = settings.parent / "texts"
    own.mkdir(mode=0o700)
    with settings.open("a") as file:
        file.write('\n[templates]\nfolder = "texts"\n')
    done = run("service", "install", "--dry-run", "--user", "mailproc-of-nobody")
    assert done.exit_code == 0, done.output
    assert f"chgrp -R mailproc-of-nobody {own}" in done.stdout
