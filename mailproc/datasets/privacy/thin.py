"""A small table with the least hidden: several ways to protect it, and what was too much taken off.

Other tables that show the same are kept as witnesses: most questions are answered by one that is
known already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from mailproc.datasets.privacy.exact import Exact
from mailproc.datasets.privacy.grid import Grid
from mailproc.datasets.privacy.hide import Costs, protect, small

_COSTS = tuple(
    Costs(zero, height, upward, salt)
    for salt in range(8)
    for height, zero, upward in product((0.0, 0.5), (1.0, 2.0), (False, True))
)


MOST = 120  # cells, sums included
_EFFORT = 3000  # ways to protect it, times cells


def least(grid: Grid, threshold: int) -> bytearray | None:
    """What to hide of the table as a whole; None where nothing protects it."""
    checker = _Checker(grid, threshold)
    found = [thinned for hidden in _protected(grid, threshold) for thinned in checker.thin(hidden)]
    return min(found, key=lambda hidden: (_price(grid, hidden), bytes(hidden)), default=None)


def _price(grid: Grid, hidden: bytearray) -> tuple[int, int]:
    """How many are hidden, then how high up."""
    return sum(hidden), sum(grid.heights[cell] for cell, h in enumerate(hidden) if h)


def _protected(grid: Grid, threshold: int) -> Iterator[bytearray]:
    seen = set()
    for costs in _COSTS[: max(8, _EFFORT // len(grid.values))]:
        hidden = small(grid, threshold)
        if protect(grid, threshold, hidden, costs=costs) and bytes(hidden) not in seen:
            seen.add(bytes(hidden))
            yield hidden


@dataclass
class _Witness:
    """Another table: the cells in which it differs, as bits, and by how much."""

    differs: int
    by: dict[int, int] = field(default_factory=dict)


class _Checker:
    def __init__(self, grid: Grid, threshold: int) -> None:
        self.grid, self.width = grid, threshold
        self.first = small(grid, threshold)
        self.witnesses: list[_Witness] = []

    def thin(self, hidden: bytearray) -> Iterator[bytearray]:
        """Without what need not be hidden, taken off in several orders."""
        extra = [cell for cell, h in enumerate(hidden) if h and not self.first[cell]]
        for order in _orders(self.grid, extra):
            left = bytearray(hidden)
            for cell in order:
                left[cell] = 0
                if not self.is_safe(left):
                    left[cell] = 1
            yield left

    def is_safe(self, hidden: bytearray) -> bool:
        """Whether every hidden cell can have values far enough apart."""
        bits = sum(1 << cell for cell, h in enumerate(hidden) if h)
        low: dict[int, int] = {}
        high: dict[int, int] = {}
        for witness in self.witnesses:
            if not witness.differs & ~bits:
                _see(witness, low, high)
        exact: Exact | None = None
        for cell, is_hidden in enumerate(hidden):
            if is_hidden and high.get(cell, 0) - low.get(cell, 0) < self.width:
                exact = exact or Exact(self.grid, hidden)
                if not self._reaches(exact, cell, low, high):
                    return False
        return True

    def _reaches(self, exact: Exact, cell: int, low: dict[int, int], high: dict[int, int]) -> bool:
        for up in (True, False):
            far = self.width + low.get(cell, 0) if up else self.width - high.get(cell, 0)
            found = exact.other(cell, far, up=up) if far > 0 else None
            if found is not None:
                witness = self._witness(exact, found)
                _see(witness, low, high)
            if high.get(cell, 0) - low.get(cell, 0) >= self.width:
                return True
        return False

    def _witness(self, exact: Exact, table: Sequence[int]) -> _Witness:
        by = {}
        for cell, members in exact.members.items():
            change = sum(table[n] - exact.start[n] for n in members)
            if change:
                by[cell] = change
        witness = _Witness(sum(1 << cell for cell in by), by)
        self.witnesses.append(witness)
        return witness


def _see(witness: _Witness, low: dict[int, int], high: dict[int, int]) -> None:
    for cell, change in witness.by.items():
        if change < low.get(cell, 0):
            low[cell] = change
        elif change > high.get(cell, 0):
            high[cell] = change


def _orders(grid: Grid, cells: Sequence[int]) -> Iterator[list[int]]:
    """The highest sums first; among them the largest, the smallest, the first and the last."""
    height, value = grid.heights, grid.values
    yield sorted(cells, key=lambda c: (-height[c], -value[c], c))
    yield sorted(cells, key=lambda c: (-height[c], value[c], c))
    yield sorted(cells, key=lambda c: (value[c], c))
    yield sorted(cells, key=lambda c: -c)
