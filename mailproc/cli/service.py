"""`run.py service …`: mailproc as a service of the machine."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from mailproc.cli.output import config_option
from mailproc.cli.words import words
from mailproc.config import ROOT, Config, load
from mailproc.errors import MailprocError
from mailproc.machine import access, backup, contents, unit

_UNITS = Path("/etc/systemd/system")
_OURS = (unit.SERVICE, unit.BACKUP, unit.TIMER)


@click.group()
def service() -> None:
    """mailproc as a service of the machine: install, status, remove."""


@service.command()
@click.option("--user", default="mailproc", show_default=True, help="Runs it; made if missing.")
@click.option("--print", "only_print", is_flag=True, help="Print the units, change nothing.")
@click.option("--dry-run", is_flag=True, help="Say each step, change nothing.")
@config_option
def install(user: str, only_print: bool, dry_run: bool, config_file: Path) -> None:
    """Writes the systemd units, makes the user, starts the daemon and the nightly backup."""
    config = load(config_file)
    texts = _texts(config, config_file, user)
    if only_print:
        for name, text in texts.items():
            click.echo(f"# {_UNITS / name}\n{text}")
        return
    if not _has_systemd() and not dry_run:
        _tell("service_elsewhere", root=ROOT, python=_python(), config=config_file.absolute())
        sys.exit(1)
    if os.geteuid() != 0 and not dry_run:
        raise MailprocError(key="service_needs_root", command="service install")
    _verify(texts)
    steps = _Steps(dry_run)
    _user(steps, user, config, config_file)
    if not dry_run and (closed := access.refused(user, _needed(config, config_file))):
        raise MailprocError(key="service_closed", user=user, paths=", ".join(closed))
    for name, text in texts.items():
        steps.write(_UNITS / name, text)
    steps.run("systemctl", "daemon-reload")
    steps.run("systemctl", "enable", unit.SERVICE)
    steps.run("systemctl", "restart", unit.SERVICE)
    if backup.recipient_file(config).exists():
        steps.run("systemctl", "enable", "--now", unit.TIMER)
    else:
        _tell("service_no_backup", timer=unit.TIMER)
    _tell("service_dry" if dry_run else "service_installed", name=unit.NAME)


@service.command()
def status() -> None:
    """What systemd knows of the daemon; exit 0 while it runs."""
    if not _has_systemd():
        _tell("service_no_systemd")
        sys.exit(1)
    subprocess.run(["systemctl", "--no-pager", "status", unit.SERVICE, unit.TIMER], check=False)
    # That exit state is of both, and there may be no nightly backup.
    runs = subprocess.run(["systemctl", "is-active", "--quiet", unit.SERVICE], check=False)
    sys.exit(0 if runs.returncode == 0 else 1)


@service.command()
@click.option("--dry-run", is_flag=True, help="Say each step, change nothing.")
def remove(dry_run: bool) -> None:
    """Stops the daemon and removes its units; data, settings and user stay."""
    if not dry_run and os.geteuid() != 0:
        raise MailprocError(key="service_needs_root", command="service remove")
    steps = _Steps(dry_run)
    for name in (unit.TIMER, unit.SERVICE):
        if (_UNITS / name).exists() or dry_run:
            steps.run("systemctl", "disable", "--now", name)
    for name in _OURS:
        steps.remove(_UNITS / name)
    steps.run("systemctl", "daemon-reload")
    _tell("service_removed", root=ROOT)


# ---------------------------------------------------------------- what is needed


def _texts(config: Config, config_file: Path, user: str) -> dict[str, str]:
    writable = _folders(config)
    place = unit.Place(ROOT, _python(), config_file.absolute(), user, tuple(writable))
    try:
        return unit.units(place)
    except ValueError as error:
        raise MailprocError(key="service_path", paths=error) from None


def _folders(config: Config) -> list[Path]:
    """Where the daemon writes."""
    found = [config.state]
    if config.drop_folder is not None:
        found.append(config.drop_folder)
    if not config.backup_folder.is_relative_to(config.state):
        found.append(config.backup_folder)
    return found


def _python() -> Path:
    """The Python that run.py is started with, outside its own environment."""
    return Path(getattr(sys, "_base_executable", sys.executable))


def _has_systemd() -> bool:
    """As sd_booted(3) looks."""
    return Path("/run/systemd/system").is_dir() and shutil.which("systemctl") is not None


def _verify(texts: dict[str, str]) -> None:
    """systemd's own opinion, where its tool is there."""
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        files = [str(Path(folder) / name) for name in texts]
        done = subprocess.run(
            [program, "verify", "--man=no", "--recursive-errors=no", *files],
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise MailprocError(key="service_unit_bad", problem=done.stderr.strip())


def _user(steps: _Steps, user: str, config: Config, config_file: Path) -> None:
    """A user of its own, whose are the data and who can read the settings, and nothing more."""
    try:
        pwd.getpwnam(user)
    except KeyError:
        shell = shutil.which("nologin") or "/usr/sbin/nologin"
        folder = str(ROOT)
        steps.run(
            "useradd", "--system", "--no-create-home", "--home-dir", folder, "-s", shell, user
        )
    for folder_ in _folders(config):
        steps.run("install", "-d", "-m", "0700", "-o", user, "-g", user, str(folder_))
        steps.run("chown", "-R", f"{user}:{user}", str(folder_))
    steps.run("chown", f"root:{user}", str(config_file.absolute()))
    steps.run("chmod", "0640", str(config_file.absolute()))
    home = config_file.absolute().parent
    own = access.own_files(config, config_file)
    for closed in dict.fromkeys(one for p in own for one in access.closed_to_others(p, home)):
        deep = ["-R"] if closed in own else []
        steps.run("chgrp", *deep, user, str(closed))
        steps.run("chmod", *deep, "g+rX", str(closed))


def _needed(config: Config, config_file: Path) -> list[Path]:
    """What the service reads."""
    program = [ROOT / name for name in ("run.py", "mailproc", "templates", ".venv")]
    here = [one for one in (*program, _python(), config_file) if one.exists()]
    return [*here, *(p for n, p in contents.places(config).items() if n != "secret" and p.exists())]


class _Steps:
    """Does each step and says it; or says it alone."""

    def __init__(self, dry: bool) -> None:
        self._dry = dry

    def run(self, *command: str) -> None:
        """Raises MailprocError where the command fails."""
        click.echo(f"  {' '.join(command)}")
        if self._dry:
            return
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            problem = done.stderr.strip() or str(done.returncode)
            raise MailprocError(key="service_step", step=" ".join(command), problem=problem)

    def write(self, file: Path, text: str) -> None:
        click.echo(f"  → {file}")
        if not self._dry:
            draft = file.with_name(f".{file.name}.part")
            draft.write_text(text, encoding="utf-8")
            draft.chmod(0o644)
            os.replace(draft, file)

    def remove(self, file: Path) -> None:
        click.echo(f"  × {file}")
        if not self._dry:
            file.unlink(missing_ok=True)


def _tell(key: str, **values: object) -> None:
    for line in words(key, **values):
        click.echo(line)
