"""What a chain of steps leaves open about the small figures that none of them publishes.

Below a sum N that two steps share, let R be what one step tells of a place and C what the other
tells of a value. The figure of that place and value lies anywhere from R + C - N to the smaller of
R and C, since nothing else binds it. Where that is too narrow, the places within N are withheld.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailproc.datasets.privacy.grid import Axis, Grid
from mailproc.datasets.privacy.hide import protect
from mailproc.datasets.privacy.moves import ENDLESS, Moves, Proof
from mailproc.datasets.privacy.steps import Chain, Step, is_useful

_ROUNDS = 4  # how often more is hidden before places are withheld


def hidden_by(grid: Grid, chain: Chain, threshold: int) -> bytearray | None:
    """All that a chain hides or does not publish; None where it would still tell too much."""
    for _ in range(_ROUNDS):
        reaching = _Reaching(grid, chain, threshold)
        hidden = without_known(grid, reaching.hidden())
        narrow = reaching.narrow(hidden)
        if not narrow:
            return hidden
        more = reaching.hiding(narrow)
        if more is None:
            break
        chain = more
    for cell in narrow:
        reaching.withhold(cell)
    hidden = without_known(grid, reaching.hidden())
    return None if reaching.narrow(hidden) else hidden


def without_known(grid: Grid, hidden: bytearray) -> bytearray:
    """Shows what the shown figures say anyway: zeros below a zero, and the only one beside them."""
    values = grid.values
    for cell in grid.finest:
        if hidden[cell] and not values[cell]:
            above = grid.above(grid.place(cell))
            hidden[cell] = not any(not values[at] and not hidden[at] for at in above)
    known = bytearray(hidden)
    for cell in range(len(values)):
        if known[cell] and cell not in grid.finest:
            hidden[cell] = any(known[at] for at in grid.below(cell) if at in grid.finest)
    return hidden


class _Reaching:
    def __init__(self, grid: Grid, chain: Chain, threshold: int) -> None:
        self.grid, self.width = grid, threshold
        self.steps = chain[::-1]  # the coarsest places first
        self.levels = [_Level(grid, step) for step in self.steps]
        self.withheld: set[int] = set()
        self.firsts: dict[tuple[int, int], int] = {}

    def hidden(self) -> bytearray:
        """By cell of the whole grid."""
        found = bytearray(b"\1") * len(self.grid.values)
        for step in self.steps:
            for at, cell in enumerate(step.back):
                found[cell] = step.hidden[at] or cell in self.withheld
        return found

    def narrow(self, hidden: bytearray) -> list[int]:
        """The cells that no step publishes and that still have not room enough."""
        told = {cell for step in self.steps for cell in step.back} - self.withheld
        untold = (cell for cell, is_hidden in enumerate(hidden) if is_hidden and cell not in told)
        return [cell for cell in untold if self._high(cell) - self._low(cell) < self.width]

    def hiding(self, cells: Iterable[int]) -> Chain | None:
        """The chain that also hides the values in question; None where that does not go."""
        wanted: dict[int, set[int]] = {}
        for cell in cells:
            first, _ = self._span(cell)
            if first < 0:
                return None
            above = self.levels[first].lift_place(cell)
            wanted.setdefault(first, set()).add(self.steps[first].there[above])
        steps = list(self.steps)
        for n, found in wanted.items():
            hidden = bytearray(steps[n].hidden)
            for at in found - steps[n].kept:
                hidden[at] = 1
            grid, kept = steps[n].grid, steps[n].kept
            if hidden == steps[n].hidden or not protect(grid, self.width, hidden, kept=kept):
                return None
            if not is_useful(grid, hidden):
                return None
            steps[n] = replace(steps[n], hidden=hidden)
        return tuple(steps[::-1])

    def withhold(self, cell: int) -> None:
        """Last resort: hides what the later steps publish of places within the same sum."""
        first = max(self._span(cell)[0], 0)
        outer = self.levels[first].lifts[0][self.grid.place(cell)[0]]
        nodes = self.grid.axes[0].nodes
        for step in self.steps[first + 1 :]:
            inside = (c for c in step.back if nodes[self.grid.place(c)[0]] < nodes[outer])
            self.withheld.update(inside)

    def _span(self, cell: int) -> tuple[int, int]:
        """The last step that has the breakdown, or -1; the first after it that has the place."""
        breakdown = self.grid.place(cell)[1:]
        first = self.firsts.get(breakdown, -2)
        if first == -2:
            having = (n for n, level in enumerate(self.levels) if level.breaks(*breakdown))
            first = self.firsts[breakdown] = max(having, default=-1)
        for last in range(first + 1, len(self.levels)):
            level = self.levels[last]
            if level.has_place(cell) and level.lift(cell) not in self.withheld:
                return first, last
        return first, len(self.levels)

    def _high(self, cell: int) -> int:
        """The least of what the steps between show above it, as large as that can be."""
        first, last = self._span(cell)
        between = range(max(first, 0), min(last + 1, len(self.levels)))
        return min((self._most(n, self.levels[n].lift(cell)) for n in between), default=ENDLESS)

    def _most(self, n: int, cell: int) -> int:
        step = self.steps[n]
        at = step.there[cell]
        if cell in self.withheld:
            return ENDLESS
        if not step.hidden[at]:
            return self.grid.values[cell]
        return self.grid.values[cell] + self.levels[n].proof(at, self.width).up

    def _least(self, n: int, cell: int) -> int:
        value, at = self.grid.values[cell], self.steps[n].there[cell]
        if not self.steps[n].hidden[at]:
            return value
        return value - self.levels[n].proof(at, self.width).down

    def _low(self, cell: int) -> int:
        """The least that it can be; across several steps, while their figures are as they are."""
        first, last = self._span(cell)
        if self._is_told(cell):
            return self.grid.values[cell]
        if first < 0 or last == len(self.levels):
            return 0
        if last == first + 1:
            row, column = self.levels[last].lift(cell), self.levels[first].lift(cell)
            whole = self.levels[last].lift_breakdown(column)
            least = self._least(last, row) + self._least(first, column)
            return max(0, least - self.grid.values[whole])
        level = self.levels[first + 1]
        row = level.lift_breakdown(cell)
        column = level.lift_place(cell)
        whole = level.lift_breakdown(column)
        return max(0, self._low(row) + self._low(column) - self.grid.values[whole])

    def _is_told(self, cell: int) -> bool:
        return cell not in self.withheld and any(cell in step.there for step in self.steps)


class _Level:
    """The cells above a cell that one step publishes."""

    def __init__(self, grid: Grid, step: Step) -> None:
        self.grid, self.step = grid, step
        self._moves = Moves(step.grid, step.hidden, step.kept)
        self._proofs: dict[int, Proof] = {}
        places = [grid.place(cell) for cell in step.back]
        self.nodes = [{place[axis] for place in places} for axis in range(3)]
        self.lifts = [_lifts(axis, of) for axis, of in zip(grid.axes, self.nodes, strict=True)]

    def proof(self, at: int, width: int) -> Proof:
        """How far a hidden cell of the step can be from its value."""
        if at not in self._proofs:
            self._proofs[at] = self._moves.proof(at, width)
        return self._proofs[at]

    def breaks(self, second: int, third: int) -> bool:
        return second in self.nodes[1] and third in self.nodes[2]

    def has_place(self, cell: int) -> bool:
        return self.grid.place(cell)[0] in self.nodes[0]

    def lift(self, cell: int) -> int:
        return self.lift_place(self.lift_breakdown(cell))

    def lift_place(self, cell: int) -> int:
        first, second, third = self.grid.place(cell)
        return self.grid.at(self.lifts[0][first], second, third)

    def lift_breakdown(self, cell: int) -> int:
        first, second, third = self.grid.place(cell)
        return self.grid.at(first, self.lifts[1][second], self.lifts[2][third])


def _lifts(axis: Axis, published: set[int]) -> list[int]:
    """For each node the smallest published one that holds it."""
    ranked = sorted(published, key=lambda n: (len(axis.nodes[n]), n))
    return [next(n for n in ranked if axis.nodes[n] >= node) for node in axis.nodes]
