"""What the child processes of this one use, as Linux counts it in /proc."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def _children() -> list[Path]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [Path("/proc") / pid for task in tasks for pid in task.read_text().split()]


def forget_peaks() -> None:
    """The largest resident sets are counted anew from now on."""
    for child in _children():
        (child / "clear_refs").write_text("5")


def peak() -> float:
    """The largest resident set of a child since then, in megabytes."""
    found = [0.0]
    for child in _children():
        lines = (child / "status").read_text().splitlines()
        found += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
    return max(found)


def cpu() -> float:
    """Seconds of CPU that the children now alive have used."""
    total = 0
    for child in _children():
        after_name = (child / "stat").read_text().rpartition(")")[2].split()
        total += int(after_name[11]) + int(after_name[12])  # utime, stime (proc(5))
    return total / _TICKS
