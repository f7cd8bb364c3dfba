"""The units say what systemd accepts, and the daemon tells it that its loops turn."""

from __future__ import annotations

import getpass
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mailproc.machine import unit
from mailproc.machine.notify import Notifier


def _place(folder: Path, **changes: object) -> unit.Place:
    (folder / "run.py").touch()
    values = {
        "root": folder,
        "python": Path(sys.executable),
        "config": folder / "mailproc.toml",
        "user": getpass.getuser(),
        "writable": (folder / "state", folder / "drop"),
    }
    return unit.Place(**(values | changes))  # type: ignore[arg-type]


def _analyze(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    for name, text in unit.units(_place(folder)).items():
        (folder / name).write_text(text)
    return subprocess.run(
        [program, *arguments], check=False, capture_output=True, text=True, timeout=60
    )


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in (unit.SERVICE, unit.BACKUP, unit.TIMER)]
    done = _analyze(tmp_path, "verify", "--man=no", "--recursive-errors=no", *files)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_sandbox_leaves_little_open(tmp_path: Path) -> None:
    file = str(tmp_path / unit.SERVICE)
    done = _analyze(tmp_path, "security", "--offline=true", "--threshold=25", file)
    if "nrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze does not judge files")
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= 2.5


def test_the_daemon_may_write_in_its_folders_alone(tmp_path: Path) -> None:
    for text in (unit.units(_place(tmp_path))[name] for name in (unit.SERVICE, unit.BACKUP)):
        assert "ProtectSystem=strict" in text
        assert f"ReadWritePaths={tmp_path}/state {tmp_path}/drop\n" in text


@pytest.mark.parametrize("name", ["with space", "percent%n", "semi;colon", "dollar$x"])
def test_a_path_that_means_something_to_systemd_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name)):
        unit.units(_place(tmp_path, config=tmp_path / name))


def test_signs_of_life_reach_the_socket_that_systemd_names(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(5)
        daemon = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "180000000"})
        assert daemon.pause == 60
        for say, told in (
            (daemon.ready, b"READY=1"),
            (daemon.alive, b"WATCHDOG=1"),
            (daemon.stopping, b"STOPPING=1"),
        ):
            say()
            assert systemd.recv(100) == told


def test_without_systemd_or_with_a_dead_socket_nothing_is_said(tmp_path: Path) -> None:
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).alive()
    other = Notifier({"WATCHDOG_USEC": "180000000", "WATCHDOG_PID": "1"})
    assert other.pause == 30, "the watchdog of another process"
