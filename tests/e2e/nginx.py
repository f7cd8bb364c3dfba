"""A real nginx on loopback, with the blocks that docs/reach.md shows."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path
from types import TracebackType

from mailproc.config import ROOT
from tests.e2e.dovecot import free_port, wait_until

_PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
_FRAME = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/global.log crit;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {blocks}
}}
"""


def is_missing() -> bool:
    return _PROGRAM is None


def blocks(heading: str) -> list[str]:
    """The nginx blocks of the documentation under a heading of the second level."""
    page = (ROOT / "docs" / "reach.md").read_text(encoding="utf-8")
    part = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"```nginx\n(.*?)```", part, re.DOTALL)
    assert found, heading
    return found


class Nginx:
    """Runs a block; what the documentation names is put in the place of the test's own."""

    def __init__(self, folder: Path, block: str, target: int, **files: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.log = folder / "error.log"
        told = {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "listen 80": f"listen 127.0.0.1:{self.port}",
            "http://127.0.0.1:8025": f"http://127.0.0.1:{target}",
            "/var/log/nginx/mailproc.log": str(self.log),
            "/etc/ssl/mailproc/fullchain.pem": str(files.get("chain", "")),
            "/etc/ssl/mailproc/key.pem": str(files.get("key", "")),
        }
        for there, here in told.items():
            block = block.replace(there, here)
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "nginx.conf"
        self._file.write_text(_FRAME.format(folder=folder, blocks=block), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def of_site(cls, folder: Path, location: str, target: int) -> Nginx:
        """A site without TLS that has this location."""
        return cls(folder, f"server {{\n    listen 80;\n{location}\n}}", target)

    def __enter__(self) -> Nginx:
        assert _PROGRAM is not None
        command = [_PROGRAM, "-p", str(self.folder), "-c", str(self._file)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self._answers, 20, f"nginx listens: {self._file.read_text()}")
        return self

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    def logged(self) -> str:
        """All that it has written down."""
        return "".join(file.read_text(errors="replace") for file in self.folder.glob("*.log"))
