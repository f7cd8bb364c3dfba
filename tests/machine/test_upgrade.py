"""A new program takes the old one's place with all its data, or everything is as it was."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest

from mailproc.config import ROOT
from mailproc.errors import MailprocError
from mailproc.machine import upgrade
from mailproc.store import schema
from tests.factories import NOW
from tests.machine.conftest import Office

_PROGRAM = ("mailproc", "templates", "run.py", "pyproject.toml", "requirements.lock")
_NEXT = f"{int(schema.REVISION) + 1:04d}"
_MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision = "{new}"
down_revision = "{old}"
def upgrade() -> None:
    op.create_table("new_things", sa.Column("id", sa.Integer(), primary_key=True))
    {then}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A program as an office has it, with the packages of this one."""
    folder = tmp_path / "opt"
    _copy(folder)
    (folder / ".venv").symlink_to(Path(os.path.realpath(ROOT / ".venv")))
    return folder


def _copy(folder: Path) -> Path:
    folder.mkdir()
    for name in _PROGRAM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def _newer(tmp_path: Path, then: str = "pass") -> Path:
    """The next version: another number, a migration, a file more."""
    new = _copy(tmp_path / "newer")
    versions = new / "mailproc" / "store" / "migrations" / "versions"
    text = _MIGRATION.format(new=_NEXT, old=schema.REVISION, then=then)
    (versions / f"{_NEXT}_new.py").write_text(text)
    model = new / "mailproc" / "store" / "schema.py"
    revision = f'REVISION = "{schema.REVISION}"'
    assert revision in model.read_text()
    model.write_text(model.read_text().replace(revision, f'REVISION = "{_NEXT}"', 1))
    project = new / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "', 'version = "9', 1))
    (new / "NEWS.md").write_text("new")
    return new


def _packed(folder: Path) -> Path:
    file = folder.with_suffix(".tar.gz")
    with tarfile.open(file, "w:gz") as tar:
        tar.add(folder, "mailproc-9")
    return file


def _upgrade(root: Path, office: Office, archive: Path) -> list[str]:
    """Gives the steps that were said."""
    steps: list[str] = []
    office.walk.database.close()
    work = upgrade.Upgrade(root, office.config, office.file, steps.append)
    try:
        work.go(archive, NOW)
    finally:
        assert not (root / ".upgrade").exists()
    return steps


def _tree(root: Path) -> dict[str, bytes]:
    files = (p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {str(p.relative_to(root)): p.read_bytes() for p in files if ".venv" not in p.parts}


def _revision(office: Office) -> tuple[str, bool]:
    """Of the database, and whether the new table is there."""
    file = sqlite3.connect(office.config.state / "mailproc.sqlite")
    (found,) = file.execute("SELECT version_num FROM alembic_version").fetchone()
    tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
    (requests,) = file.execute("SELECT count(*) FROM requests").fetchone()
    file.close()
    assert requests == 1
    return found, "new_things" in tables


def test_the_new_program_takes_the_place_of_the_old(
    root: Path, office: Office, tmp_path: Path
) -> None:
    steps = _upgrade(root, office, _packed(_newer(tmp_path)))
    assert _revision(office) == (_NEXT, True)
    assert (root / "NEWS.md").read_text() == "new"
    assert 'version = "9' in (root / "pyproject.toml").read_text()
    assert steps[1:4] == ["upgrade_backup", "upgrade_packages", "upgrade_rehearsing"]
    assert len(list(office.config.backup_folder.glob("*.age"))) == 1


def test_a_migration_that_fails_is_found_on_a_copy(
    root: Path, office: Office, tmp_path: Path
) -> None:
    before = _tree(root)
    with pytest.raises(MailprocError) as refused:
        _upgrade(root, office, _newer(tmp_path, "raise RuntimeError('no such luck')"))
    assert "no such luck" in str(refused.value.values["problem"])
    assert _tree(root) == before
    assert _revision(office) == (schema.REVISION, False)


def test_a_program_that_fails_with_the_real_data_goes_again(
    root: Path, office: Office, tmp_path: Path
) -> None:
    """Only after the migration of the real database: that is taken back too."""
    new, before = _newer(tmp_path), _tree(root)
    command = new / "mailproc" / "cli" / "upgrade.py"
    text = command.read_text()
    assert "    make_rules(" in text
    command.write_text(
        text.replace("    make_rules(", "    raise SystemExit('no'); make_rules(", 1)
    )
    with pytest.raises(MailprocError) as refused:
        _upgrade(root, office, new)
    assert refused.value.key == "upgrade_failed"
    assert _tree(root) == before
    assert _revision(office) == (schema.REVISION, False)


def test_an_older_program_refuses_a_newer_database(
    root: Path, office: Office, tmp_path: Path
) -> None:
    older, before = _copy(tmp_path / "older"), _tree(root)
    for file in (older / "mailproc/store/migrations/versions").glob(f"{schema.REVISION}_*"):
        file.unlink()
    with pytest.raises(MailprocError) as refused:
        _upgrade(root, office, older)
    assert refused.value.key == "upgrade_older"
    assert _tree(root) == before


def test_a_running_daemon_or_another_upgrade_is_not_disturbed(
    root: Path, office: Office, tmp_path: Path
) -> None:
    new = _newer(tmp_path)
    with (office.config.state / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(MailprocError) as refused:
            _upgrade(root, office, new)
    assert refused.value.key == "upgrade_daemon_runs"


@pytest.mark.parametrize("done", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("half", [False, True])
def test_a_power_cut_between_any_two_files_is_taken_back_at_the_next_start(
    root: Path, office: Office, tmp_path: Path, done: int, half: bool
) -> None:
    before, new = _tree(root), _newer(tmp_path)
    entries = sorted(one.name for one in new.iterdir())
    folder = root / ".upgrade"
    folder.mkdir()
    os.replace(new, folder / "new")
    office.walk.database.close()
    file = office.config.state / "mailproc.sqlite"
    shutil.copy(file, folder / "before.sqlite")
    journal = {"entries": entries, "database": str(file), "before": str(folder / "before.sqlite")}
    (folder / "journal.json").write_text(json.dumps(journal))
    starter = upgrade._run_py(root)
    for name in entries[:done]:
        starter.exchange(str(root), name)
    if half:  # the next one is away, and the new one not here yet
        (folder / "old").mkdir(exist_ok=True)
        here, old = root / entries[done], folder / "old" / entries[done]
        if here.is_dir():
            here.rename(old)
        elif here.exists():
            os.link(here, old)
        file.write_bytes(b"half migrated")
    assert (root / "run.py").exists()
    kept = (folder / "journal.json").read_text()
    starter.take_back(str(root))
    (folder / "journal.json").write_text(kept)  # cut off again before it could be forgotten
    starter.recover(str(root))
    assert _tree(root) == before
    assert not folder.exists()
    assert _revision(office) == (schema.REVISION, False)
