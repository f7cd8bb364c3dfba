"""What can be wrong with the machine: its disk, and where the database lies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from mailproc.health.fault import Fault

_MB = 1_000_000
_NETWORK = frozenset(
    "nfs nfs4 cifs smb3 smbfs smb2 afpfs ncpfs fuse.sshfs fuse.davfs 9p afs".split()
)


class Disk:
    """Whether there is room where the data is kept; low, it must grow by a tenth to be right."""

    def __init__(self, folder: Path, need_mb: int) -> None:
        self._folder, self._need, self._low = folder, need_mb, False

    def faults(self) -> Iterator[Fault]:
        """disk_low, or nothing."""
        free = shutil.disk_usage(self._folder).free // _MB
        need = self._need * 11 // 10 if self._low else self._need
        self._low = free < need
        if self._low:
            yield Fault("disk_low", {"free_mb": free, "need_mb": self._need})


def network_disk(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of network share that the folder lies on; empty for a disk of this machine, and
    where the system does not tell."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    found = (0, "")
    for _, place, kind, *_ in (line.split(" ") for line in lines if line.count(" ") >= 3):
        point = Path(place.replace("\\040", " "))
        if folder.resolve().is_relative_to(point):
            found = max(found, (len(point.parts), kind))
    return found[1] if found[1] in _NETWORK else ""
