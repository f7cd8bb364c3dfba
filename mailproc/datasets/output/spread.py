"""Shares columns out over pages, in whole groups and about equally wide, for sheets and paper."""

from __future__ import annotations

from collections.abc import Sequence


def shared_out(sizes: Sequence[float], room: float) -> list[list[int]]:
    """The numbers of the groups that stand on each page; as few pages as hold them.

    A group wider than the room gets a page of its own.
    """
    filled = _filled(sizes, room)
    whole = sum(sizes)
    even: list[list[int]] = [[] for _ in filled]
    used = 0.0
    for at, size in enumerate(sizes):
        even[min(len(even) - 1, int((used + size / 2) / whole * len(even)))].append(at)
        used += size
    fits = all(part and sum(sizes[at] for at in part) <= room for part in even)
    return even if fits else filled


def _filled(sizes: Sequence[float], room: float) -> list[list[int]]:
    parts: list[list[int]] = [[]]
    used = 0.0
    for at, size in enumerate(sizes):
        if parts[-1] and used + size > room:
            parts.append([])
            used = 0.0
        parts[-1].append(at)
        used += size
    return parts
