"""Proofs that a hidden cell can have other values while everything shown stays as it is.

A *move* puts pupils elsewhere: on each axis from one value to another, or from nowhere. Its signs
alternate over the corners, so a cell changes only where it holds one of the two values of each
axis. It is legal where every cell that changes is hidden. Several moves one after the other give
another table of whole numbers, none below zero, that shows the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from mailproc.datasets.privacy.grid import Grid, Place

NOWHERE = -1
ENDLESS = 1 << 40
_STARTS = 6  # finest cells tried below a sum
_MOST = 300  # legal moves that one proof may put together
_TRIED = 3000  # moves looked at for one proof


@dataclass(frozen=True, slots=True)
class Move:
    """The finest cells that gain and lose one, and every cell that changes."""

    gains: tuple[int, ...]
    loses: tuple[int, ...]
    touched: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """How far a cell can be from its value, to both sides."""

    up: int
    down: int
    along: tuple[int, ...] = ()  # cells that the same single move takes as far

    @property
    def width(self) -> int:
        return self.up + self.down


class Moves:
    """The moves of a grid; `hidden` is shared with the caller, who may hide more.

    What is `kept` stays as it is although it may be hidden.
    """

    def __init__(self, grid: Grid, hidden: bytearray, kept: Collection[int] = ()) -> None:
        self.grid, self.hidden, self.kept = grid, hidden, frozenset(kept)
        self._apart: dict[tuple[int, int, int], tuple[int, ...]] = {}
        one, two = grid.sizes[1], grid.sizes[2]
        self._steps = (one * two, two, 1)

    def proof(self, cell: int, width: int) -> Proof:
        """A proof of so much width, or of as much as was found."""
        moves = []
        for move in islice(self.legal(cell), _MOST):
            gain, loss = self._rooms(move)
            if gain + loss >= width:
                return Proof(min(gain, ENDLESS), loss, move.touched)
            moves.append(move)
        up = self._reach(moves, width, gaining=True)
        return Proof(up, self._reach(moves, width, gaining=False))

    def room(self, move: Move) -> int:
        """How far a move alone takes its cells, to both sides together."""
        return sum(self._rooms(move))

    def _rooms(self, move: Move) -> tuple[int, int]:
        values = self.grid.values
        up = min((values[at] for at in move.loses), default=ENDLESS)
        return up, min(values[at] for at in move.gains)

    def _reach(self, moves: Iterable[Move], far: int, *, gaining: bool) -> int:
        """How far the cell goes in one direction by these moves one after the other."""
        gone, taken = 0, dict[int, int]()
        finest = self.grid.finest
        for move in moves:
            if gone >= far:
                break
            gains, loses = (move.gains, move.loses) if gaining else (move.loses, move.gains)
            step = min((finest[at] - taken.get(at, 0) for at in loses), default=ENDLESS)
            step = min(step, far - gone)
            if step <= 0:
                continue
            for at in loses:
                taken[at] = taken.get(at, 0) + step
            for at in gains:
                taken[at] = taken.get(at, 0) - step
            gone += step
        return gone

    def legal(self, cell: int) -> Iterator[Move]:
        """The legal moves that change the cell by one, so many as are worth looking at."""
        hidden = self.hidden
        left = _TRIED
        for start in self.starts(cell):
            for other in product(*self._legal_others(cell, start)):
                left -= 1
                if left < 0:
                    return
                touched = self.touched(start, other)
                if all(hidden[at] and at not in self.kept for at in touched):
                    yield self.move(start, other, touched)

    def starts(self, cell: int) -> list[Place]:
        """Hidden finest cells below, those with most pupils first."""
        grid = self.grid
        if grid.is_finest(cell):
            return [grid.place(cell)]
        below = [at for at in grid.below(cell) if at in grid.finest]
        below.sort(key=lambda at: (not self.hidden[at], -grid.values[at]))
        return [grid.place(at) for at in below[:_STARTS]]

    def _legal_others(self, cell: int, start: Place) -> list[list[int]]:
        """By axis the values that could give; each alone keeps to hidden cells."""
        found = []
        for axis, node in enumerate(self.grid.place(cell)):
            inside = self.grid.axes[axis].nodes[node]
            ways = [o for o in self._hidden_along(axis, start) if o not in inside]
            found.append([o for o in (*ways, NOWHERE) if self._alone(axis, start, o)])
        return found

    def _hidden_along(self, axis: int, start: Place) -> list[int]:
        """The values of an axis where the finest cell in line with the start is hidden."""
        step = self._steps[axis]
        base = self.grid.at(*start) - start[axis] * step
        size = len(self.grid.axes[axis].names)
        values, hidden = self.grid.values, self.hidden
        found = [n for n in range(size) if hidden[base + n * step]]
        found.sort(key=lambda n: -values[base + n * step])
        return found

    def _alone(self, axis: int, start: Place, other: int) -> bool:
        step = self._steps[axis]
        base = self.grid.at(*start) - start[axis] * step
        return all(self.hidden[base + n * step] for n in self.apart(axis, start[axis], other))

    def apart(self, axis: int, value: int, other: int) -> tuple[int, ...]:
        key = (axis, value, other)
        found = self._apart.get(key)
        if found is None:
            found = self._apart[key] = self.grid.axes[axis].apart(value, other)
        return found

    def touched(self, start: Place, other: Sequence[int]) -> list[int]:
        """The cells that a move changes, whether it is legal or not."""
        first, second, third = (self.apart(axis, start[axis], other[axis]) for axis in range(3))
        one, two = self._steps[0], self._steps[1]
        return [a * one + b * two + c for a in first for b in second for c in third]

    def move(self, start: Place, other: Sequence[int], touched: Sequence[int]) -> Move:
        """The move that takes from the others; `touched` is what `touched` says of it."""
        corners: tuple[list[int], list[int]] = ([], [])
        ways = [
            ((start[axis], 0),) if other[axis] < 0 else ((start[axis], 0), (other[axis], 1))
            for axis in range(3)
        ]
        for (a, x), (b, y), (c, z) in product(*ways):
            corners[(x + y + z) % 2].append(self.grid.at(a, b, c))
        return Move(tuple(corners[0]), tuple(corners[1]), tuple(touched))
