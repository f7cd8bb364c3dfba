"""All figures that a table may show of one measure: places × values × values, with their sums.

A *node* is a set of finest values on one axis that is published together: one school, a group, a
district, the area; one grade, a stage, all grades. A *cell* is one node of each of the three axes,
kept as one whole number. A cell over single values on each axis is *finest*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

VALUE, ALL = "value", "all"
Place = tuple[int, int, int]  # a finest value, or a node, on each axis
Layer = tuple[str, str, str]  # a kind of nodes on each axis: one breakdown


@dataclass(frozen=True, slots=True)
class Axis:
    """`nodes` begin with the single values in order; sets of equal content are one node."""

    names: tuple[str, ...]
    nodes: tuple[frozenset[int], ...]
    above: tuple[tuple[int, ...], ...]  # value → the nodes that hold it, itself first
    parts: tuple[tuple[str, tuple[int, ...]], ...]  # kind → its nodes, from VALUE to ALL

    @classmethod
    def of(
        cls, names: Iterable[str], sets: Mapping[str, Iterable[Iterable[str]]] | None = None
    ) -> Axis:
        """Values in sorted order, the published sets among them by kind, and all together."""
        ordered = tuple(sorted(set(names)))
        at = {name: number for number, name in enumerate(ordered)}
        kinds = {VALUE: {frozenset([number]) for number in range(len(ordered))}}
        for kind, found in (*(sets or {}).items(), (ALL, [ordered])):
            kinds[kind] = {frozenset(at[n] for n in one if n in at) for one in found}
            kinds[kind].discard(frozenset())
        return cls._of(ordered, kinds)

    @classmethod
    def _of(cls, names: tuple[str, ...], kinds: Mapping[str, set[frozenset[int]]]) -> Axis:
        every = set[frozenset[int]]().union(*kinds.values())
        nodes = tuple(sorted(every, key=lambda node: (len(node), sorted(node))))
        at = {node: number for number, node in enumerate(nodes)}
        above: list[list[int]] = [[] for _ in names]
        for number, node in enumerate(nodes):
            for value in node:
                above[value].append(number)
        parts = tuple((kind, tuple(sorted(at[n] for n in of))) for kind, of in kinds.items() if of)
        return cls(names, nodes, tuple(map(tuple, above)), parts)

    def kind(self, name: str) -> tuple[int, ...]:
        return next((nodes for kind, nodes in self.parts if kind == name), ())

    def apart(self, value: int, other: int) -> tuple[int, ...]:
        """The nodes that change when one is moved from `other` to `value`; -1: from nowhere."""
        mine = self.above[value]
        if other < 0:
            return mine
        theirs = self.above[other]
        return (
            *(n for n in mine if other not in self.nodes[n]),
            *(n for n in theirs if value not in self.nodes[n]),
        )

    def coarser(self, kind: str) -> tuple[Axis, tuple[int, ...]]:
        """The axis whose single values are the nodes of a kind, and the node here for each there.

        Sets that cut through such a node are left out.
        """
        single = self.kind(kind)
        names = tuple(f"{number:06}" for number in single)
        holds = [self.nodes[number] for number in single]
        kinds: dict[str, set[frozenset[int]]] = {VALUE: {frozenset([n]) for n in range(len(names))}}
        back = {frozenset([n]): node for n, node in enumerate(single)}
        for name, nodes in self.parts:
            for node in nodes:
                inside = frozenset(n for n, held in enumerate(holds) if held <= self.nodes[node])
                whole = sum(len(holds[n]) for n in inside) == len(self.nodes[node])
                if whole and inside and name not in (VALUE, kind):
                    kinds.setdefault(name, set()).add(inside)
                    back[inside] = node
        made = Axis._of(names, kinds)
        return made, tuple(back[node] for node in made.nodes)


class Grid:
    """The axes, and the value of every cell."""

    def __init__(self, axes: Sequence[Axis], finest: Mapping[Place, int]) -> None:
        self.axes = tuple(axes)
        self.sizes = tuple(len(axis.nodes) for axis in axes)
        self.values = [0] * (self.sizes[0] * self.sizes[1] * self.sizes[2])
        self.finest = {self.at(*place): value for place, value in sorted(finest.items())}
        for place, value in finest.items():
            if value:
                for cell in self.above(place):
                    self.values[cell] += value

    def at(self, first: int, second: int, third: int) -> int:
        """The number of the cell of three nodes."""
        return (first * self.sizes[1] + second) * self.sizes[2] + third

    def place(self, cell: int) -> Place:
        rest, third = divmod(cell, self.sizes[2])
        first, second = divmod(rest, self.sizes[1])
        return first, second, third

    def above(self, place: Place) -> list[int]:
        """All cells that a finest one is part of, itself first."""
        first, second, third = (axis.above[v] for axis, v in zip(self.axes, place, strict=True))
        return [self.at(a, b, c) for a in first for b in second for c in third]

    def below(self, cell: int) -> list[int]:
        """The finest cells that a cell adds up."""
        found = zip(self.axes, self.place(cell), strict=True)
        first, second, third = (sorted(axis.nodes[node]) for axis, node in found)
        return [self.at(a, b, c) for a in first for b in second for c in third]

    def is_finest(self, cell: int) -> bool:
        return all(n < len(a.names) for n, a in zip(self.place(cell), self.axes, strict=True))

    def coarser(self, layer: Layer) -> tuple[Grid, list[int]]:
        """The grid whose finest cells are those of a layer, and the cell here for each there."""
        found = [axis.coarser(kind) for axis, kind in zip(self.axes, layer, strict=True)]
        axes = [axis for axis, _ in found]
        back = [self.at(*nodes) for nodes in product(*(nodes for _, nodes in found))]
        made = Grid(axes, {})
        one, two, three = (range(len(axis.names)) for axis in axes)
        places = product(one, two, three)
        finest = {place: self.values[back[made.at(*place)]] for place in places}
        return Grid(axes, finest), back

    @cached_property
    def layers(self) -> dict[Layer, tuple[int, ...]]:
        """Kinds of nodes on the three axes → the cells of that breakdown."""
        return {
            (a, b, c): tuple(self.at(*nodes) for nodes in product(one, two, three))
            for (a, one), (b, two), (c, three) in product(*(axis.parts for axis in self.axes))
        }

    @cached_property
    def heights(self) -> list[int]:
        """Cell → on how many axes it is a sum, those over all values counted twice."""
        worth = [
            [0 if len(n) == 1 else 1 + (len(n) == len(axis.names)) for n in axis.nodes]
            for axis in self.axes
        ]
        return [sum(one) for one in product(*worth)]
