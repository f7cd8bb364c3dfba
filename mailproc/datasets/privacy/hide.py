"""Hides as little more than the small counts as protects them all."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import product

from mailproc.datasets.privacy.grid import Grid, Place
from mailproc.datasets.privacy.moves import NOWHERE, Move, Moves

_FEW = 64  # finest cells: up to it every partner is tried
_PARTNERS = (4, 4, 2)  # by axis, above it
_STARTS = 2


@dataclass(frozen=True, slots=True)
class Costs:
    """What hiding one more cell costs. Sums are worth more than what they add up."""

    zero: float = 2.0  # a zero, which is better shown
    height: float = 1.0  # for each axis on which it is a sum
    upward: bool = False  # whether the finest cells are treated first
    salt: int = 0  # above 0: otherwise equal cells are told apart another way each time

    def of(self, cell: int, value: int, height: int) -> float:
        cost = 1 + self.height * height if value else self.zero
        return cost * (1 + (cell * 2654435761 + self.salt * 40503) % 97 / 97 if self.salt else 1)


PLAIN = Costs()


class _NoWay(Exception):
    """Nothing that may be hidden protects a cell, or too much would be hidden."""


def small(grid: Grid, threshold: int) -> bytearray:
    """The cells that must not be shown by themselves, sums included."""
    return bytearray(0 < value < threshold for value in grid.values)


def protect(
    grid: Grid,
    threshold: int,
    hidden: bytearray,
    *,
    costs: Costs = PLAIN,
    kept: Collection[int] = (),
    at_most: int | None = None,
) -> bool:
    """Hides more until every hidden cell can have values at least `threshold` apart.

    False where it is not possible without changing one of `kept`, or without hiding more than
    `at_most` finest cells above zero.
    """
    try:
        _Protecting(grid, threshold, hidden, costs, kept, at_most).all()
    except _NoWay:
        return False
    return True


class _Protecting:
    def __init__(
        self,
        grid: Grid,
        width: int,
        hidden: bytearray,
        costs: Costs,
        kept: Collection[int],
        at_most: int | None,
    ) -> None:
        self.grid, self.width, self.hidden = grid, width, hidden
        self.costs, self.kept = costs, frozenset(kept)
        each = enumerate(zip(grid.values, grid.heights, strict=True))
        self.weights = [costs.of(cell, value, height) for cell, (value, height) in each]
        self.moves = Moves(grid, hidden, self.kept)
        self.safe: set[int] = set()
        self.left = len(grid.values) if at_most is None else at_most
        self.limits = (len(grid.finest),) * 3 if len(grid.finest) <= _FEW else _PARTNERS
        self.queue: list[tuple[int, int, int]] = []
        for cell in range(len(hidden)):
            if hidden[cell]:
                self._queue(cell)

    def all(self) -> None:
        while self.queue:
            cell = heapq.heappop(self.queue)[2]
            while cell not in self.safe:
                self._treat(cell)

    def _queue(self, cell: int) -> None:
        if cell in self.grid.finest and self.grid.values[cell]:
            self.left -= 1
            if self.left < 0:
                raise _NoWay
        height = self.grid.heights[cell]
        rank = height if self.costs.upward else -height
        heapq.heappush(self.queue, (rank, self.grid.values[cell], cell))

    def _treat(self, cell: int) -> None:
        found = self.moves.proof(cell, self.width)
        if found.width >= self.width:
            self.safe.add(cell)
            self.safe.update(found.along)
            return
        move = self._cheapest(cell, self.width - found.width)
        for at in move.touched:
            if not self.hidden[at]:
                self.hidden[at] = 1
                self._queue(at)
        if self.moves.room(move) >= self.width:
            self.safe.update(move.touched)

    def _cheapest(self, cell: int, need: int) -> Move:
        """The move that costs least for what it gains."""
        best, found = (float("inf"), float("inf")), None
        hidden, weights = self.hidden, self.weights
        for start, other in self._candidates(cell):
            touched = self.moves.touched(start, other)
            cost = sum(weights[at] for at in touched if not hidden[at])
            if not cost or cost > best[0] or not self.kept.isdisjoint(touched):
                continue
            move = self.moves.move(start, other, touched)
            room = min(self.moves.room(move), need)
            if room and (cost * need / room, cost) < best:
                best, found = (cost * need / room, cost), move
        if found is None:
            raise _NoWay
        return found

    def _candidates(self, cell: int) -> Iterator[tuple[Place, tuple[int, ...]]]:
        place = self.grid.place(cell)
        for start in self.moves.starts(cell)[:_STARTS]:
            others = [self._partners(axis, place[axis], start) for axis in range(3)]
            yield from ((start, other) for other in product(*others))

    def _partners(self, axis: int, node: int, start: Place) -> list[int]:
        """Values outside the node, the nearest and most populous first, some of them hidden."""
        inside = self.grid.axes[axis].nodes[node]
        ranked: tuple[list[tuple[int, int, int]], ...] = ([], [])
        for other in range(len(self.grid.axes[axis].names)):
            if other in inside:
                continue
            at = self.grid.at(*(other if a == axis else start[a] for a in range(3)))
            near = len(self.moves.apart(axis, start[axis], other))
            room = -min(self.grid.values[at], self.width)
            ranked[self.hidden[at]].append((near, room, other))
        most = self.limits[axis]
        chosen = [one for some in ranked for one in sorted(some)[:most]]
        return [*(one[2] for one in chosen), NOWHERE]
