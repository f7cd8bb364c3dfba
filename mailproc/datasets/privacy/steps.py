"""How far a large table may be broken down: few figures at schools, more of them at the area.

A breakdown that would hide more than it shows is not published at all, which leaves the sums above
it whole. What is published is a chain of *steps*, each a kind of places and a breakdown of them;
finer places go with coarser breakdowns. Two steps meet in the sums that both have, and those are
all shown. So what one step could also be is independent of the others, and there is a table of
finest cells for every combination (ADR 0012).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

from mailproc.datasets.privacy.grid import ALL, VALUE, Axis, Grid, Layer
from mailproc.datasets.privacy.hide import protect, small

_FIRST = 4
RARE = "rare"  # the kind of sets in which the values too rare for the area stand together


@dataclass(frozen=True)
class Step:
    """A grid of its own, and what is hidden in it; `kept` are the cells another step has too."""

    layer: Layer
    grid: Grid
    back: list[int]  # cell of this grid → cell of the whole
    hidden: bytearray
    kept: frozenset[int]

    @cached_property
    def there(self) -> dict[int, int]:
        """Cell of the whole → cell of this grid."""
        return {cell: at for at, cell in enumerate(self.back)}


Chain = tuple[Step, ...]  # the finest places first


def chains(grid: Grid, threshold: int) -> list[Chain]:
    """All chains worth showing, those first that show most figures above zero.

    What the dataset is about, its first breakdown, counts more than any other.
    """
    found = _Search(grid, threshold).all()
    return sorted(found, key=lambda chain: -_worth(grid, chain))


def _worth(grid: Grid, chain: Chain) -> int:
    nodes = grid.axes[1].nodes
    whole = len(grid.axes[1].names)
    shown = {
        cell
        for step in chain
        for at, cell in enumerate(step.back)
        if grid.values[cell] and not step.hidden[at]
    }
    return sum(1 if len(nodes[grid.place(cell)[1]]) == whole else _FIRST for cell in shown)


def together(grid: Grid, threshold: int) -> list[list[str]]:
    """The values of the first breakdown, those that even the area hides as one set."""
    whole, _ = grid.coarser((ALL, VALUE, ALL))
    hidden = small(whole, threshold)
    names = grid.axes[1].names
    protect(whole, threshold, hidden)
    rare = [n for n in range(len(names)) if hidden[whole.at(0, n, 0)]]
    if not 1 < len(rare) < len(names):
        return []
    return [[names[n] for n in rare], *([n] for at, n in enumerate(names) if at not in rare)]


def nested(axis: Axis) -> tuple[str, ...]:
    """The kinds that divide all values and lie within each other, the finest first."""
    found = [ALL]
    for kind, nodes in sorted(axis.parts, key=lambda part: len(part[1])):
        outer = [axis.nodes[n] for n in axis.kind(found[0])]
        inner = [axis.nodes[n] for n in nodes]
        whole = sum(map(len, inner)) == len(axis.names)
        if kind != ALL and whole and all(any(i <= o for o in outer) for i in inner):
            found.insert(0, kind)
    return tuple(found)


def is_useful(grid: Grid, hidden: bytearray) -> bool:
    """Whether of each breakdown at least half of the figures above zero are shown."""
    for cells in grid.layers.values():
        found = [hidden[cell] for cell in cells if grid.values[cell]]
        if 2 * sum(found) > len(found):
            return False
    return True


def _needed(grid: Grid, hidden: bytearray) -> int:
    """About how many finest cells must be hidden: a small one needs another beside it in its line.

    An estimate that spares the work: a sum could be hidden in its stead.
    """
    small_ones = [grid.place(cell) for cell in grid.finest if hidden[cell]]
    lonely = [0]
    for axis in range(3):
        if len(grid.axes[axis].names) > 1:
            lines = Counter(place[:axis] + place[axis + 1 :] for place in small_ones)
            lonely.append(sum(1 for times in lines.values() if times == 1))
    return len(small_ones) + max(lonely)


class _Search:
    def __init__(self, grid: Grid, threshold: int) -> None:
        self.grid, self.threshold = grid, threshold
        self.places = nested(grid.axes[0])
        self.orders = [nested(axis) for axis in grid.axes[1:]]
        self.made: dict[tuple[Layer, Layer | None], Step | None] = {}

    def all(self) -> list[Chain]:
        return [chain for chain in self._from(0, ()) if chain]

    def _from(self, at: int, chain: Chain) -> Iterator[Chain]:
        if at == len(self.places):
            yield chain
            return
        yield from self._from(at + 1, chain)
        for first, second in product(*self.orders):
            layer = (self.places[at], first, second)
            if not chain or self._is_finer(layer, chain[-1].layer):
                step = self._step(layer, chain[-1] if chain else None)
                if step is not None:
                    yield from self._from(at + 1, (*chain, step))

    def _is_finer(self, one: Layer, other: Layer) -> bool:
        """Whether a breakdown tells all that another tells, and more."""
        pairs = list(zip(self.orders, one[1:], other[1:], strict=True))
        return one[1:] != other[1:] and all(o.index(a) <= o.index(b) for o, a, b in pairs)

    def _step(self, layer: Layer, later: Step | None) -> Step | None:
        """The step; with a later one so that it shows what both have."""
        key = (layer, later.layer if later else None)
        if key not in self.made:
            self.made[key] = self._beside(layer, later) if later else self._alone(layer)
        return self.made[key]

    def _alone(self, layer: Layer) -> Step | None:
        step = Step(layer, *self.grid.coarser(layer), bytearray(), frozenset())
        return self._hiding(step)

    def _beside(self, layer: Layer, later: Step) -> Step | None:
        step = self._step(layer, None)
        if step is None:
            return None
        kept = frozenset(at for at, cell in enumerate(step.back) if cell in later.there)
        if any(later.hidden[later.there[step.back[at]]] for at in kept):
            return None
        step = replace(step, kept=kept)
        return self._hiding(step) if any(step.hidden[at] for at in kept) else step

    def _hiding(self, step: Step) -> Step | None:
        """With what it has to hide; None where that is more than half of a breakdown."""
        grid = step.grid
        hidden = small(grid, self.threshold)
        most = sum(1 for value in grid.finest.values() if value) // 2
        if (
            not is_useful(grid, hidden)
            or _needed(grid, hidden) > most
            or not protect(grid, self.threshold, hidden, kept=step.kept, at_most=most)
        ):
            return None
        return replace(step, hidden=hidden) if is_useful(grid, hidden) else None
