"""The rule by which a sum is shown or not, for any request and in any format.

A sum is shown where it can be put together from published cells that are all shown: the largest
published sets that it is made of, and single values for the rest. Whatever is shown can therefore
be worked out from the published cells, and no set of requests tells more than they do together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

from mailproc.datasets.privacy.grid import ALL, VALUE, Axis, Grid
from mailproc.digest import canonical, digest


@dataclass(frozen=True)
class Rule:
    """What is hidden of one measure of one round."""

    axes: tuple[Axis, ...]
    hidden: bytes  # one byte for each cell
    _tiles: dict[tuple[int, frozenset[str]], tuple[tuple[int, ...], ...]] = field(
        default_factory=dict, compare=False
    )

    @classmethod
    def of(cls, grid: Grid, hidden: bytearray) -> Rule:
        return cls(grid.axes, bytes(hidden))

    def hides(self, *wanted: Iterable[str]) -> bool:
        """Whether the sum over these values of each axis is not shown. What is unknown is zero."""
        ways = [self._ways(axis, frozenset(of)) for axis, of in enumerate(wanted)]
        return all(ways) and not any(self._is_shown(way) for way in product(*ways))

    def _is_shown(self, way: tuple[tuple[int, ...], ...]) -> bool:
        one, two = len(self.axes[1].nodes), len(self.axes[2].nodes)
        first, second, third = way
        return not any(
            self.hidden[(a * one + b) * two + c] for a in first for b in second for c in third
        )

    def _ways(self, axis: int, wanted: frozenset[str]) -> tuple[tuple[int, ...], ...]:
        key = (axis, wanted)
        if key not in self._tiles:
            of = self.axes[axis]
            inside = frozenset(
                n for name in wanted if (n := self._numbers[axis].get(name)) is not None
            )
            self._tiles[key] = tuple(dict.fromkeys(_tiles(of, inside))) if inside else ()
        return self._tiles[key]

    @cached_property
    def _numbers(self) -> tuple[dict[str, int], ...]:
        return tuple({name: n for n, name in enumerate(axis.names)} for axis in self.axes)

    # ------------------------------------------------------------ as text

    @property
    def text(self) -> str:
        """Canonical JSON, from which the same rule is read again."""
        axes = [
            {"names": axis.names, "sets": [[kind, _named(axis, of)] for kind, of in axis.parts]}
            for axis in self.axes
        ]
        bits = int("".join(str(h) for h in reversed(self.hidden)), 2)
        return canonical({"axes": axes, "hidden": f"{bits:x}"})

    @cached_property
    def digest(self) -> str:
        return digest(self.text)

    @classmethod
    def parse(cls, text: str) -> Rule:
        told: dict[str, Any] = json.loads(text)
        axes = tuple(
            Axis.of(one["names"], {k: s for k, s in one["sets"] if k not in (VALUE, ALL)})
            for one in told["axes"]
        )
        size = len(axes[0].nodes) * len(axes[1].nodes) * len(axes[2].nodes)
        bits = int(told["hidden"], 16)
        return cls(axes, bytes(map(int, reversed(f"{bits:0{size}b}"))))


def _named(axis: Axis, nodes: Iterable[int]) -> list[list[str]]:
    return [[axis.names[n] for n in sorted(axis.nodes[node])] for node in nodes]


def _tiles(axis: Axis, wanted: frozenset[int]) -> Iterator[tuple[int, ...]]:
    """Ways to put the values together: from one kind of sets, the widest first, and single ones."""
    for _, nodes in reversed(axis.parts):
        within = [node for node in nodes if axis.nodes[node] <= wanted]
        taken = frozenset[int]().union(*(axis.nodes[node] for node in within))
        if sum(len(axis.nodes[node]) for node in within) == len(taken):  # they do not overlap
            yield (*within, *sorted(wanted - taken))
