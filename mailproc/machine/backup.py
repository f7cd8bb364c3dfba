"""The whole office as one encrypted file, made while the daemon works.

The databases are copied into a work folder in `state/`, sealed with all the rest into a draft
beside the target, read back, and only then given its name; so what has the name of a backup is one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from mailproc.config import Config
from mailproc.errors import MailprocError
from mailproc.machine import contents, pruning, sealed, snapshot
from mailproc.machine.locks import alone

_NAME = "mailproc-%Y%m%dT%H%M%SZ.age"
_SPARE = 100_000_000  # bytes that a backup leaves to the daemon


@dataclass(frozen=True, slots=True)
class Made:
    """A good backup."""

    made_at: datetime
    file: Path
    size: int
    left_out: tuple[str, ...] = ()


# ---------------------------------------------------------------- the key


def recipient_file(config: Config) -> Path:
    return config.state / "secret" / "backup.pub"


def begin(config: Config, public: str) -> None:
    """From now on backups are sealed for this key. Raises where there is one already."""
    file = recipient_file(config)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise MailprocError(key="backup_has_key", file=file) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(public + "\n")
    contents.give(file, file.parent)


def recipient(config: Config) -> str:
    """The public key. Raises MailprocError where `backup init` was not done."""
    try:
        return recipient_file(config).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise MailprocError(key="backup_no_key") from None


# ---------------------------------------------------------------- making one


def make(config: Config, config_file: Path, folder: Path, now: datetime) -> Made:
    """Writes a backup into the folder and reads it back. Raises MailprocError and leaves none."""
    public = recipient(config)
    with alone(config, "backup.lock", "backup_running"), _work_folder(config) as work:
        _make_folder(folder)
        try:
            made = _write(config, config_file, folder, work, public, now)
        except OSError as error:
            raise MailprocError(key="backup_unwritable", problem=error) from None
        _note(config, made)
    return made


def _write(
    config: Config, config_file: Path, folder: Path, work: Path, public: str, now: datetime
) -> Made:
    _need(config.state, _database_bytes(config))
    files = _databases(config, work) | contents.files(config, config_file)
    manifest = _manifest(config, files, now)
    _need(folder, sum(one.size for one in manifest.members))
    final = folder / now.astimezone(UTC).strftime(_NAME)
    draft = folder / f".{final.name}.part"
    try:
        check = _sealed(draft, manifest, files, public)
        _read_back(draft, check, manifest)
        contents.give(draft, folder)
        os.replace(draft, final)
        _sync_folder(folder)
    finally:
        draft.unlink(missing_ok=True)
    return Made(now, final, final.stat().st_size, manifest.left_out)


def _databases(config: Config, work: Path) -> dict[str, Path]:
    """The figures last: rounds never change, so what the store tells of is among them."""
    store, figures = work / contents.STORE, work / contents.WAREHOUSE
    snapshot.of_store(config.database_url, store)
    found = {contents.STORE: store}
    if snapshot.of_warehouse(config.warehouse_url, figures):
        found[contents.WAREHOUSE] = figures
    return found


def _manifest(config: Config, files: dict[str, Path], now: datetime) -> sealed.Manifest:
    backend = sa.make_url(config.database_url).get_backend_name()
    lacks = () if contents.WAREHOUSE in files else ("warehouse",)
    manifest = sealed.Manifest(
        made_at=now.astimezone(UTC).isoformat(),
        program=contents.program_version(),
        revision=_revision(files[contents.STORE]),
        address=config.office.address,
        database=backend,
        left_out=lacks,
        environment=tuple(contents.from_environment()),
    )
    return replace(manifest, members=tuple(sealed.member(n, f) for n, f in files.items()))


def _revision(file: Path) -> str:
    copy = sa.create_engine(f"sqlite:///{file}")
    with copy.connect() as connection:
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    copy.dispose()
    return str(found)


def _sealed(draft: Path, manifest: sealed.Manifest, files: dict[str, Path], public: str) -> str:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        check = sealed.write(stream, manifest, files, public)
        stream.flush()
        os.fsync(stream.fileno())
    return check


def _read_back(draft: Path, check: str, manifest: sealed.Manifest) -> None:
    with draft.open("rb") as stream:
        if sealed.read(stream, check) != manifest:
            raise MailprocError(key="backup_unreadable", problem="it differs from what was written")


def _need(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE:
        need = (size + _SPARE) // 1_000_000
        raise MailprocError(key="backup_no_space", folder=folder, free=free // 1_000_000, need=need)


def _database_bytes(config: Config) -> int:
    urls = (config.database_url, config.warehouse_url)
    return sum(
        file.stat().st_size for url in urls if (file := snapshot.sqlite_file(url)) and file.exists()
    )


def _make_folder(folder: Path) -> None:
    """With what an ended process left there gone."""
    try:
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
            contents.give(folder, folder.parent)
        for left in folder.glob(".mailproc-*.age.part"):
            left.unlink()
    except OSError as error:
        raise MailprocError(key="backup_unwritable", problem=error) from None


@contextlib.contextmanager
def _work_folder(config: Config) -> Iterator[Path]:
    """For copies in clear, in the folder that holds the originals; gone afterwards."""
    for left in config.state.glob(".backup-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=config.state) as folder:
        yield Path(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ---------------------------------------------------------------- what there is


def _note(config: Config, made: Made) -> None:
    """For `last`, written whole or not at all."""
    facts = {"made_at": made.made_at.isoformat(), "file": str(made.file), "size": made.size}
    draft = config.state / ".backup.json.part"
    draft.write_text(json.dumps(facts), encoding="utf-8")
    contents.give(draft, config.state)
    os.replace(draft, config.state / "backup.json")


def last(config: Config) -> Made | None:
    """The last good backup, also where its file was carried elsewhere since."""
    try:
        facts = json.loads((config.state / "backup.json").read_text(encoding="utf-8"))
        made_at = datetime.fromisoformat(facts["made_at"])
        return Made(made_at, Path(facts["file"]), int(facts["size"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def listed(folder: Path) -> list[Made]:
    """The backups in the folder, newest first."""
    found = ((_made_at(file), file) for file in folder.glob("mailproc-*.age"))
    made = [Made(at, file, file.stat().st_size) for at, file in found if at is not None]
    return sorted(made, key=lambda one: one.made_at, reverse=True)


def prune(folder: Path, keep: pruning.Keep) -> list[Path]:
    """Removes those of no use any more; gives them. Other files in the folder stay."""
    found = {one.made_at: one.file for one in listed(folder)}
    gone = [found[one] for one in pruning.superfluous(found, keep)]
    for file in gone:
        file.unlink(missing_ok=True)
    return gone


def _made_at(file: Path) -> datetime | None:
    try:
        return datetime.strptime(file.name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None
