"""A real ssh on loopback: the far machine's sshd, and the tunnel that docs/reach.md shows."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailproc.config import ROOT
from tests.e2e.dovecot import free_port, wait_until

_SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin")
_SETTINGS = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
PasswordAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM {pam}
"""


def is_missing() -> bool:
    return _SSHD is None


@contextmanager
def tunnel(folder: Path, target: int) -> Iterator[int]:
    """The port of the far machine that leads to `target` here, by the documented command."""
    folder.mkdir(parents=True)
    port, far = free_port(), free_port()
    shown = _Shown(far)
    _keys(folder, shown.allowed)
    pam = "yes" if os.geteuid() == 0 else "no"  # without PAM an account with no password is locked
    (folder / "sshd_config").write_text(_SETTINGS.format(folder=folder, port=port, pam=pam))
    with _running([str(_SSHD), "-D", "-e", "-f", str(folder / "sshd_config")], folder / "sshd.log"):
        wait_until(lambda: _listens(port), 20, "sshd listens")
        with _running(shown.command(folder, port, target), folder / "ssh.log"):
            wait_until(lambda: _listens(far), 20, f"a tunnel leads here: {folder}")
            yield far


class _Shown:
    """What the documentation says, for the port that the tunnel has at the far end."""

    def __init__(self, far: int) -> None:
        page = (ROOT / "docs" / "reach.md").read_text(encoding="utf-8")
        part = page.split("\n## Through a tunnel\n")[1].split("\n## ")[0]
        (command,) = re.findall(r"```\n(ssh .*?)```", part, re.DOTALL)
        (allowed,) = re.findall(r"`(restrict,[^`]*)`", part)
        line = command.replace("\\\n", " ").replace("127.0.0.1:8025:", f"127.0.0.1:{far}:")
        self._words = shlex.split(line)
        self.allowed = allowed.replace("8025", str(far))

    def command(self, folder: Path, port: int, target: int) -> list[str]:
        """With the place, the key and the known host of the test."""
        words = [word.replace("127.0.0.1:8025", f"127.0.0.1:{target}") for word in self._words]
        assert words.pop() == "tunnel@outside.example.org"
        mine = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes")
        options = [word for option in mine for word in ("-o", option)]
        to = f"{getpass.getuser()}@127.0.0.1"
        return [*words, *options, "-F", "none", "-i", str(folder / "key"), "-p", str(port), to]


def _keys(folder: Path, allowed: str) -> None:
    for name in ("host", "key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    public = (folder / "key.pub").read_text()
    (folder / "authorized_keys").write_text(f"{allowed} {public}")
    if os.geteuid() == 0:  # where sshd leaves its rights
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[None]:
    with log.open("wb") as told:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=told, stderr=told)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
