"""What the service's own user can read: a program or settings that it can't read never start."""

from __future__ import annotations

import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from mailproc.config import Config
from mailproc.machine import contents

_NO_CACHE = ("-name", "__pycache__", "-prune", "-o")  # made anew where it can't be read


def own_files(config: Config, config_file: Path) -> list[Path]:
    """What the office wrote itself (datasets, texts, roster, certificates) beside its settings."""
    home = config_file.absolute().parent
    found = [place for name, place in contents.places(config).items() if name != "secret"]
    inside = [p for p in found if p.exists() and p.is_relative_to(home) and p != home]
    return [p for p in inside if not config.state.is_relative_to(p)]


def closed_to_others(place: Path, home: Path) -> list[Path]:
    """Folders on the way from `home` that let nobody else through, and the place itself where
    something in it can't be read by everybody; after a restore that is so for all of them."""
    way = [one for one in reversed(place.parents) if one != home and one.is_relative_to(home)]
    closed = [one for one in way if not one.stat().st_mode & stat.S_IXOTH]
    return closed + ([place] if any(not _is_open(one) for one in _all(place)) else [])


def _all(place: Path) -> Iterator[Path]:
    yield place
    if place.is_dir():
        yield from place.rglob("*")


def _is_open(path: Path) -> bool:
    mode = path.stat().st_mode
    need = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
    return mode & need == need


def refused(user: str, paths: Iterable[Path]) -> list[str]:
    """Those of the paths that the user can't read whole, as the system itself says; needs root.

    Of each the first thing that is closed. Nothing where the system has no `find`.
    """
    program = shutil.which("find")
    if program is None:
        return []
    who = pwd.getpwnam(user)
    found = []
    for path in paths:
        done = subprocess.run(
            [program, "-L", str(path), *_NO_CACHE, "!", "-readable", "-print", "-quit"],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            user=who.pw_uid,
            group=who.pw_gid,
            extra_groups=[],
        )
        if done.stdout or "Permission denied" in done.stderr:
            found.append(done.stdout.strip() or str(path))
    return found
