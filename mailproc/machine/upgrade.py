"""A new program in the place of the old one, or all as it was.

The new one is unpacked beside the old, its packages are installed there, and it migrates a copy of
the database first. Then the program's files change places, noted in a journal; `run.py` reads that
before anything else and takes back what was not finished, also after a power cut. The daemon is
stopped all the while.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType

from mailproc.config import Config
from mailproc.errors import MailprocError
from mailproc.machine import backup, contents, snapshot
from mailproc.machine.locks import no_daemon
from mailproc.machine.restore import Say
from mailproc.store import schema
from mailproc.store.database import Database

_KEPT = frozenset({"state", ".upgrade", ".git", ".venv"})  # and settings; none is the program
_REVISION = re.compile(r'^REVISION = "(\w+)"', re.MULTILINE)
_VERSION = re.compile(r'^version = "([^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an upgrade would do."""

    version: str
    new_version: str
    revision: str
    new_revision: str
    packages: bool  # others than now have to be installed


class Upgrade:
    """One upgrade of the program below `root`."""

    def __init__(self, root: Path, config: Config, config_file: Path, say: Say) -> None:
        self._root, self._config, self._file, self._say = root, config, config_file, say
        self._folder = root / ".upgrade"
        self._new, self._before = self._folder / "new", self._folder / "before.sqlite"
        self._run = _run_py(root)

    def check(self, archive: Path) -> Plan:
        """What would be done; nothing is changed. Raises MailprocError where it can't be done."""
        with self._held():
            self._unpack(archive)
            return self._plan()

    def go(self, archive: Path, now: datetime) -> Plan:
        """Raises MailprocError, and all is as it was."""
        with self._held(), no_daemon(self._config, now):
            self._say("upgrade_unpacking")
            self._unpack(archive)
            plan = self._plan()
            self._say("upgrade_backup")
            backup.make(self._config, self._file, self._config.backup_folder, now)
            self._say("upgrade_packages")
            self._packages(plan)
            self._say("upgrade_rehearsing")
            self._rehearse()
            self._say("upgrade_placing")
            self._place()
            return plan

    # ------------------------------------------------------------ before

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        """One upgrade at a time; no trace of it afterwards."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise MailprocError(key="upgrade_running") from None
            try:
                yield
            finally:
                if not (self._folder / "journal.json").exists():
                    shutil.rmtree(self._folder, ignore_errors=True)

    def _unpack(self, archive: Path) -> None:
        shutil.rmtree(self._new, ignore_errors=True)
        draft = self._folder / "unpacked"
        shutil.rmtree(draft, ignore_errors=True)
        try:
            _extract(archive, draft)
        except (OSError, tarfile.TarError, zipfile.BadZipFile, ValueError) as error:
            raise MailprocError(key="upgrade_archive", file=archive, problem=error) from None
        tops = [path.parent for path in (draft / "run.py", *draft.glob("*/run.py"))]
        found = [top for top in tops if (top / "mailproc" / "store" / "schema.py").is_file()]
        if not found:
            raise MailprocError(key="upgrade_archive", file=archive, problem="no run.py in it")
        os.replace(found[0], self._new)

    def _plan(self) -> Plan:
        """Raises where the new program does not know the database."""
        if (self._root / ".git").exists():
            raise MailprocError(key="upgrade_checkout")
        database = Database(self._config.database_url)
        revision = database.revision() or ""
        database.close()
        migrations = self._new / "mailproc" / "store" / "migrations" / "versions"
        known = {one.stem.split("_")[0] for one in migrations.glob("*.py")}
        if revision and revision not in known:
            new = _found(_REVISION, self._new / "mailproc" / "store" / "schema.py")
            raise MailprocError(key="upgrade_older", found=revision, known=new)
        lock = "requirements.lock"
        same = (self._root / lock).read_bytes() == (self._new / lock).read_bytes()
        return Plan(
            contents.program_version(),
            _found(_VERSION, self._new / "pyproject.toml"),
            revision,
            _found(_REVISION, self._new / "mailproc" / "store" / "schema.py"),
            not same,
        )

    def _packages(self, plan: Plan) -> None:
        """Into an environment of the new program, where it needs others."""
        if plan.packages:
            python = getattr(sys, "_base_executable", sys.executable)
            self._call([python, str(self._new / "run.py"), "--help"], "upgrade_packages_failed")

    def _rehearse(self) -> None:
        """The new program migrates a copy and verifies it; another stays for the way back."""
        snapshot.of_store(self._config.database_url, self._before)
        copy = self._folder / "rehearsal.sqlite"
        shutil.copyfile(self._before, copy)
        self._mailproc(self._new, "--migrate-copy", str(copy))

    # ------------------------------------------------------------ the change

    def _place(self) -> None:
        """From the journal's first byte to its end `run.py` would take it back."""
        names = sorted(one.name for one in self._new.iterdir() if one.name not in _KEPT - {".venv"})
        file = snapshot.sqlite_file(self._config.database_url)
        journal = {
            "entries": [name for name in names if not name.startswith("mailproc.toml")],
            "database": str(file) if file else "",
            "before": str(self._before),
        }
        _write(self._folder / "journal.json", json.dumps(journal))
        try:
            for name in journal["entries"]:
                self._run.exchange(str(self._root), name)
            self._say("upgrade_migrating")
            self._mailproc(self._root, "--finish")
        except BaseException:
            self._say("upgrade_undoing")
            self._run.take_back(str(self._root))
            raise
        (self._folder / "journal.json").unlink()

    def _mailproc(self, program: Path, *arguments: str) -> None:
        """Runs the program that lies there, with its own packages or those it shares."""
        own = program / ".venv" / "bin" / "python"
        python = own if own.exists() else self._root / ".venv" / "bin" / "python"
        command = [str(python), "-P", "-m", "mailproc", "upgrade", *arguments]
        command += ["--config", str(self._file.absolute())]
        self._call(command, "upgrade_failed", PYTHONPATH=str(program))

    def _call(self, command: list[str], key: str, **environment: str) -> None:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=os.environ | environment,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()[-8:]
            raise MailprocError(key=key, problem="\n".join(said))


def schema_revision() -> str:
    """The database's schema that this program works with."""
    return schema.REVISION


def _run_py(root: Path) -> ModuleType:
    """The starter's own way back, which works without this package."""
    spec = importlib.util.spec_from_file_location("mailproc_run", root / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _extract(archive: Path, folder: Path) -> None:
    """A folder, a tar file or a zip file; nothing leaves the target."""
    if archive.is_dir():
        shutil.copytree(archive, folder, ignore=shutil.ignore_patterns(".git", ".venv", "state"))
    elif zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)  # noqa: S202 - it drops what leads outside
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")


def _found(pattern: re.Pattern[str], file: Path) -> str:
    found = pattern.search(file.read_text(encoding="utf-8"))
    return found[1] if found else "?"


def _write(file: Path, text: str) -> None:
    """On the disk before anything else happens."""
    draft = file.with_suffix(".part")
    with draft.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, file)
