"""What is hidden of a table, once and for all."""

from __future__ import annotations

from collections.abc import Mapping

from mailproc.datasets.privacy import thin
from mailproc.datasets.privacy.grid import Axis, Grid, Place
from mailproc.datasets.privacy.hide import small
from mailproc.datasets.privacy.reach import hidden_by
from mailproc.datasets.privacy.steps import RARE, chains, together


def decide(
    names: tuple[tuple[str, ...], ...],
    sets: tuple[Mapping[str, tuple[tuple[str, ...], ...]], ...],
    figures: Mapping[tuple[str, str, str], int],
    threshold: int,
) -> tuple[Grid, bytearray]:
    """All cells that may be published, and 1 for each that never is shown.

    Takes the values of the three axes, the sets of them that are added up, by kind, and the finest
    figures; one that is not said is zero.
    """
    axes = [Axis.of(n, s) for n, s in zip(names, sets, strict=True)]
    grid = _grid(axes, figures)
    first = small(grid, threshold)
    if not any(first):
        return grid, first
    if len(grid.values) <= thin.MOST:
        found = thin.least(grid, threshold)
        if found is not None:
            return grid, found
    rare = together(grid, threshold)
    if rare:
        axes[1] = Axis.of(names[1], {RARE: rare, **sets[1]})
        grid = _grid(axes, figures)
    return grid, _chained(grid, threshold)


def _chained(grid: Grid, threshold: int) -> bytearray:
    for chain in chains(grid, threshold):
        found = hidden_by(grid, chain, threshold)
        if found is not None:
            return found
    return bytearray(b"\1") * len(grid.values)


def _grid(axes: list[Axis], figures: Mapping[tuple[str, str, str], int]) -> Grid:
    sizes = [range(len(axis.names)) for axis in axes]
    finest: dict[Place, int] = {(a, b, c): 0 for a in sizes[0] for b in sizes[1] for c in sizes[2]}
    at = [{name: n for n, name in enumerate(axis.names)} for axis in axes]
    for (a, b, c), value in figures.items():
        finest[at[0][a], at[1][b], at[2][c]] = value
    return Grid(axes, finest)
