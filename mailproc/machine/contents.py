"""What belongs to an office besides its databases: settings, secrets, what it wrote itself.

A name in the archive tells the setting that a file came from, so that a restore finds its place
again, wherever the settings put it there.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from mailproc.config import ROOT, Config

SETTINGS, STORE, WAREHOUSE = "settings/mailproc.toml", "store.sqlite", "warehouse.sqlite"
_SECRET = "secret"  # noqa: S105 - a folder
_SECTIONS_WITH_CA = ("mailbox", "smtp", "web")


def places(config: Config) -> dict[str, Path]:
    """Files and folders outside the databases, by their name in the archive."""
    found = {_SECRET: config.state / "secret"}
    if config.catalogue_folder is not None:
        found["catalogue"] = config.catalogue_folder
    if config.templates.folder:
        found["templates"] = config.path(config.templates.folder)
    if config.roster.file:
        found["roster"] = config.path(config.roster.file)
    for section in _SECTIONS_WITH_CA:
        if file := getattr(config, section).ca_file:
            found[f"ca/{section}"] = config.path(file)
    return found | {n: f for n, f in _of_logins(config) if not f.is_relative_to(found[_SECRET])}


def _of_logins(config: Config) -> Iterator[tuple[str, Path]]:
    """What tokens are got with; the usual place is among the secrets."""
    for name, section in (("mailbox", config.mailbox), ("smtp", config.smtp)):
        for kind, file in (("key", section.oauth.key_file), ("ca", section.oauth.ca_file)):
            if file:
                yield f"oauth/{name}-{kind}", config.path(file)


def files(config: Config, config_file: Path) -> dict[str, Path]:
    """Every file, by its name in the archive."""
    found = {SETTINGS: config_file}
    for name, place in places(config).items():
        if place.is_file():
            found[name] = place
        else:
            found |= {f"{name}/{inner.relative_to(place)}": inner for inner in _below(place)}
    return found


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def target(name: str, config: Config) -> Path | None:
    """Where a file of the archive goes; None where the settings have no place for it."""
    for known, place in places(config).items():
        if name == known:
            return place
        if name.startswith(f"{known}/"):
            return place / name.removeprefix(f"{known}/")
    return None


def from_environment() -> Sequence[str]:
    """Settings that a backup does not hold, since they are not in the file."""
    return sorted(name for name in os.environ if name.startswith("MAILPROC_"))


def give(path: Path, like: Path) -> None:
    """What root made belongs to whoever the folder belongs to, else the daemon could not use it."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def program_version() -> str:
    """The version of this program."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
