"""Columns that an approver leaves out, and those that go with them: what is left out must not be
there to be counted from the rest.

A count is a sum of the finest cells of a school. A column that was left out can be worked out where
it is a combination of columns that stay («รวม» less «ชาย» is «หญิง»); then the sums that hold it go
too, the narrowest first. A ratio of two figures tells one of them to who has the other. A total of
which every part stays tells nothing new, so the parts stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mailproc.datasets import layout
from mailproc.datasets.layout import Leaf
from mailproc.datasets.plan import Plan

Cell = tuple[str, ...]  # round, measure, and the codes of its dimensions
_PRIME = 2_147_483_647  # arithmetic without rounding; a false zero is a matter of 1 in 2**31


@dataclass(frozen=True)
class _Figure:
    """A column of figures: what each of the sums it is made of adds up; a ratio has two."""

    name: str
    sums: tuple[frozenset[Cell], ...]


def faults(query: str, without: Sequence[str]) -> Iterator[str]:
    """Keys of [condition_faults]: why these columns can't be left out of a query's table."""
    plan = Plan.parse(query)
    known = [column.name_th for column in layout.columns(plan)]
    if set(without) - set(known):
        yield "unknown_column"
        return
    rest = set(known) - set(left_out(plan, without).without)
    labels = len(list(layout.leading_names(plan)))
    if not rest.intersection(known[:labels]):
        yield "no_label_left"
    if not rest.intersection(known[labels:]):
        yield "no_figure_left"


def left_out(plan: Plan, without: Sequence[str]) -> Plan:
    """The plan without these columns and without those that would tell what they held."""
    figures = {one.name: one for one in _figures(plan)}
    gone = dict.fromkeys((*plan.without, *without))
    for name in [name for name in gone if name in figures]:
        kept = [one for key, one in figures.items() if key not in gone]
        gone.update(dict.fromkeys(_telling(figures[name], kept)))
    order = [column.name_th for column in layout.every_column(plan)]
    return plan.model_copy(update={"without": tuple(name for name in order if name in gone)})


def _telling(secret: _Figure, kept: Sequence[_Figure]) -> Iterator[str]:
    """Which of the columns that stay have to go, so that the secret can't be worked out."""
    for cells in secret.sums:
        rest = list(kept)
        while _is_told(cells, rest):
            holders = [one for one in rest if _holds(one, cells)]
            if not holders:
                break  # the sum of what stays: known to whoever can add up
            first = min(holders, key=lambda one: (len(one.sums) < 2, _size(one)))
            rest.remove(first)
            yield first.name


def _holds(one: _Figure, cells: frozenset[Cell]) -> bool:
    """A sum over more than these cells, or a ratio of which they are a part."""
    ratio = len(one.sums) > 1
    return any(cells < added or (ratio and cells <= added) or cells == added for added in one.sums)


def _size(one: _Figure) -> int:
    return min(map(len, one.sums))


def _is_told(cells: frozenset[Cell], kept: Iterable[_Figure]) -> bool:
    """Whether the sum of the cells is a combination of what stays."""
    known, ratios = _Span(), []
    for one in kept:
        if len(one.sums) == 1:
            known.add(one.sums[0])
        else:
            ratios.append(one)
    while told := [one for one in ratios if any(known.holds(added) for added in one.sums)]:
        for one in told:  # a ratio and one of its figures give the other
            ratios.remove(one)
            for added in one.sums:
                known.add(added)
    return known.holds(cells)


class _Span:
    """The combinations of some sums, by Gaussian elimination over a prime field."""

    def __init__(self) -> None:
        self._rows: dict[Cell, dict[Cell, int]] = {}

    def add(self, cells: frozenset[Cell]) -> None:
        if rest := self._rest(cells):
            pivot = min(rest)
            factor = pow(rest[pivot], -1, _PRIME)
            self._rows[pivot] = {cell: n * factor % _PRIME for cell, n in rest.items()}

    def holds(self, cells: frozenset[Cell]) -> bool:
        return not self._rest(cells)

    def _rest(self, cells: frozenset[Cell]) -> dict[Cell, int]:
        """What of the sum the known ones do not explain."""
        rest = dict.fromkeys(cells, 1)
        done: set[Cell] = set()
        while open_ := [cell for cell in rest if cell in self._rows and cell not in done]:
            pivot = min(open_)
            factor = rest[pivot]
            for cell, n in self._rows[pivot].items():
                left = (rest.get(cell, 0) - factor * n) % _PRIME
                if left:
                    rest[cell] = left
                else:
                    rest.pop(cell, None)
            done.add(pivot)
        return rest


# ---------------------------------------------------------------- which cells a column adds up


def _figures(plan: Plan) -> Iterator[_Figure]:
    leaves = layout.every_leaf(plan)
    columns = layout.every_column(plan)[-len(leaves) :] if leaves else ()
    for leaf, column in zip(leaves, columns, strict=True):
        if leaf.spec.measures:
            sums = tuple(_cells(leaf, name, plan) for name in leaf.spec.measures)
            yield _Figure(column.name_th, sums)


def _cells(leaf: Leaf, name: str, plan: Plan) -> frozenset[Cell]:
    """The finest cells of a measure in a column, of each round apart."""
    where = leaf.where
    at = where.get(layout.ROUND, ("",))[0]
    codes = []
    for dimension in map(plan.dimension, plan.measure(name).dimensions):
        if dimension is None:
            continue
        asked = plan.asked(dimension)
        wanted = where.get(dimension.name, asked)
        codes.append([code for code in wanted if code in asked])
    return frozenset((at, name, *found) for found in product(*codes))
