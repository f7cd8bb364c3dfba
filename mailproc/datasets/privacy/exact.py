"""How far hidden cells of a small table can really go, by the simplex method.

Every table that shows the same differs from the true one by a sum of a few basic changes. How much
of each is chosen by pivoting on the cells that would fall below zero. Each end that is found is
rounded and checked in whole numbers, so that a rounding error can only make a reach smaller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from mailproc.datasets.privacy.grid import Grid

_TINY = 1e-9
_PIVOTS = 200
Numbers = list[float]


class Exact:
    """The tables that show the same as the true one, of a grid with these cells hidden."""

    def __init__(self, grid: Grid, hidden: bytearray) -> None:
        self.grid, self.hidden = grid, hidden
        self.cells = [cell for cell in grid.finest if hidden[cell]]
        self.column = {cell: n for n, cell in enumerate(self.cells)}
        self.start = [grid.finest[cell] for cell in self.cells]
        self.members = {
            cell: [self.column[at] for at in grid.below(cell) if at in self.column]
            for cell in range(len(grid.values))
        }
        shown = {tuple(m) for cell, m in self.members.items() if m and not hidden[cell]}
        self.shown = sorted(shown)
        self._changes: list[list[int]] | None = None

    def other(self, cell: int, far: int, *, up: bool) -> list[int] | None:
        """A table in which the cell is as far from its value as it gets, `far` being enough."""
        if self._changes is None:
            self._changes = _kernel(self.shown, len(self.cells))
        found = _climb(self._changes, self.start, self.members[cell], far if up else -far)
        rounded = [round(number) for number in found]
        return rounded if self._shows_same(rounded) else None

    def _shows_same(self, table: Sequence[int]) -> bool:
        return min(table, default=0) >= 0 and all(
            sum(table[n] for n in row) == sum(self.start[n] for n in row) for row in self.shown
        )


def _kernel(rows: Iterable[Sequence[int]], size: int) -> list[list[int]]:
    """By cell its part in each basic change: the null space of the shown sums."""
    pivots: list[tuple[int, dict[int, Fraction]]] = []
    for row in rows:
        left = {n: Fraction(1) for n in row}
        for at, pivot in pivots:
            if at in left:
                _subtract(left, pivot, left[at])
        if left:
            at = min(left)
            scale = left[at]
            left = {n: value / scale for n, value in left.items()}
            for _, pivot in pivots:
                if at in pivot:
                    _subtract(pivot, left, pivot[at])
            pivots.append((at, left))
    bound = {at: row for at, row in pivots}
    free = [n for n in range(size) if n not in bound]
    whole = []
    for n in range(size):
        if n in bound:
            whole.append([-bound[n].get(f, Fraction(0)) for f in free])
        else:
            whole.append([Fraction(int(n == f)) for f in free])
    return _scaled(whole, len(free))


def _subtract(row: dict[int, Fraction], other: dict[int, Fraction], times: Fraction) -> None:
    for n, value in other.items():
        left = row.get(n, Fraction(0)) - times * value
        if left:
            row[n] = left
        else:
            row.pop(n, None)


def _scaled(rows: list[list[Fraction]], width: int) -> list[list[int]]:
    """Each basic change in whole numbers."""
    scale = [1] * width
    for row in rows:
        for n, value in enumerate(row):
            scale[n] = scale[n] * value.denominator // _gcd(scale[n], value.denominator)
    return [[int(value * scale[n]) for n, value in enumerate(row)] for row in rows]


def _gcd(one: int, other: int) -> int:
    while other:
        one, other = other, one % other
    return one


def _climb(
    changes: list[list[int]], start: Sequence[int], members: Sequence[int], far: int
) -> Numbers:
    """Goes from the true table towards more (or less, `far` below zero) of the members' sum."""
    sign = 1 if far > 0 else -1
    rows = [[float(x) for x in row] for row in changes]
    level = [float(x) for x in start]
    goal = [
        float(sign * sum(changes[n][j] for n in members))
        for j in range(len(changes[0]) if changes else 0)
    ]
    free = [True] * len(goal)
    gone = 0.0
    for _ in range(_PIVOTS):
        way = _way(goal, free)
        if way is None or gone >= abs(far) - _TINY:
            break
        column, direction = way
        leaving, step = _leaving(rows, level, column, direction)
        if leaving is None:
            step = max(1.0, (abs(far) - gone) / abs(goal[column]))
        gone += step * abs(goal[column])
        for n, row in enumerate(rows):
            level[n] += direction * step * row[column]
        if leaving is None:
            break
        _pivot(rows, goal, leaving, column)
        free[column] = False
    return level


def _way(goal: Numbers, free: Sequence[bool]) -> tuple[int, float] | None:
    for column, slope in enumerate(goal):
        if slope > _TINY or (free[column] and slope < -_TINY):
            return column, 1.0 if slope > 0 else -1.0
    return None


def _leaving(
    rows: list[Numbers], level: Numbers, column: int, direction: float
) -> tuple[int | None, float]:
    """The cell that reaches zero first, and after how much."""
    best, least = None, float("inf")
    for n, row in enumerate(rows):
        slope = row[column] * direction
        if slope < -_TINY:
            step = max(0.0, level[n]) / -slope
            if step < least - _TINY:
                best, least = n, step
    return best, least


def _pivot(rows: list[Numbers], goal: Numbers, leaving: int, column: int) -> None:
    """The leaving cell becomes what is chosen, in place of the column's change."""
    scale = rows[leaving][column]
    pivot = [-x / scale for x in rows[leaving]]
    pivot[column] = 1 / scale
    for row in (*rows, goal):
        times = row[column]
        if times:
            row[column] = 0.0
            for j, x in enumerate(pivot):
                row[j] += times * x
