from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from mailproc.health.machine import Disk, network_disk

_Usage = namedtuple("_Usage", "total used free")


def _free(monkeypatch: pytest.MonkeyPatch, megabytes: int) -> None:
    usage = _Usage(10**12, 0, megabytes * 1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)


def test_a_disk_with_room_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 201)
    assert list(Disk(tmp_path, 200).faults()) == []


def test_a_low_disk_is_right_again_only_with_some_room_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, seen = Disk(tmp_path, 200), []
    for megabytes in (250, 199, 205, 219, 220, 205):
        _free(monkeypatch, megabytes)
        seen.append(bool(list(disk.faults())))
    assert seen == [False, True, True, True, False, False]


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/share/office", "nfs4"),
        ("/srv/share", "nfs4"),
        ("/srv/shared", ""),
        ("/srv/share/local/state", ""),
        ("/mnt/with space/x", "cifs"),
        ("/", ""),
    ],
)
def test_a_network_share_is_known_by_its_mount(tmp_path: Path, folder: str, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\n"
        "server:/x /srv/share nfs4 rw 0 0\n"
        "/dev/sdb1 /srv/share/local ext4 rw 0 0\n"
        "//server/x /mnt/with\\040space cifs rw 0 0\n"
        "odd\n"
    )
    assert network_disk(Path(folder), mounts) == kind


def test_where_the_system_tells_nothing_of_mounts_nothing_is_said(tmp_path: Path) -> None:
    assert network_disk(tmp_path, tmp_path / "none") == ""
