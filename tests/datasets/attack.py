"""Somebody who holds every release, and a solver (HiGHS); and the least that must be hidden.

The attacker knows each figure that is shown, and that all figures are whole numbers from zero up.
The bounds are those of the linear relaxation, so a real attacker learns no less than they say only
where all vertices are whole; the proofs of the product are in whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import (  # type: ignore[import-untyped]
    Bounds,
    LinearConstraint,
    linprog,
    milp,
)
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from mailproc.datasets.privacy.grid import Grid

_SLACK = 1e-6


@dataclass(frozen=True)
class Learned:
    """What is known of one hidden figure."""

    cell: int
    value: int
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


class Attack:
    """Sums of unknown figures: the true values of all, and the sets whose sums are shown."""

    def __init__(self, unknown: Sequence[int], known: Iterable[Iterable[int]]) -> None:
        rows = sorted({tuple(sorted(row)) for row in known if row})
        self.true = np.array(unknown, float)
        at = [(n, column) for n, row in enumerate(rows) for column in row]
        shape = (len(rows), len(unknown))
        places = ([n for n, _ in at], [column for _, column in at])
        self.rows = csr_matrix((np.ones(len(at)), places), shape=shape)
        self.sums = self.rows @ self.true
        self.most = float(self.true.sum()) + 1000

    def bounds(
        self, targets: Mapping[int, Sequence[int]], enough: float
    ) -> dict[int, tuple[float, float]]:
        """How low and how high each target, a set of unknowns, can be; `enough` apart will do."""
        low = {t: float(self.true[list(of)].sum()) for t, of in targets.items()}
        high = dict(low)
        for target, of in targets.items():
            for sign in (1, -1):
                if high[target] - low[target] >= enough - _SLACK:
                    break
                table = self._extreme(of, sign)
                for other, members in targets.items():
                    value = float(table[list(members)].sum())
                    low[other] = min(low[other], value)
                    high[other] = max(high[other], value)
        return {t: (low[t], high[t]) for t in targets}

    def _extreme(self, of: Sequence[int], sign: int) -> np.ndarray:
        aim = np.zeros(len(self.true))
        aim[list(of)] = sign
        rows = (self.rows, self.sums) if self.rows.shape[0] else (None, None)
        found = linprog(aim, A_eq=rows[0], b_eq=rows[1], bounds=(0, self.most), method="highs")
        assert found.status == 0, found.message
        table: np.ndarray = np.maximum(np.asarray(found.x, float), 0)
        return table


def learned(
    grid: Grid, hidden: bytearray, enough: int, more: Iterable[Iterable[int]] = ()
) -> list[Learned]:
    """What the attacker learns of each hidden cell from all that are shown.

    `more` are further sums that somebody was shown, as sets of finest cells.
    """
    finest = [cell for cell in grid.finest if hidden[cell]]
    column = {cell: n for n, cell in enumerate(finest)}
    members = {cell: _columns(grid.below(cell), column) for cell in range(len(hidden))}
    known = [of for cell, of in members.items() if not hidden[cell]]
    known += [_columns(cells, column) for cells in more]
    targets = {cell: of for cell, of in members.items() if hidden[cell]}
    found = Attack([grid.finest[c] for c in finest], known).bounds(targets, enough)
    return [Learned(cell, grid.values[cell], *found[cell]) for cell in targets]


def _columns(cells: Iterable[int], column: Mapping[int, int]) -> list[int]:
    return [column[cell] for cell in cells if cell in column]


def narrow(
    grid: Grid, hidden: bytearray, enough: int, more: Iterable[Iterable[int]] = ()
) -> list[Learned]:
    """Those that lie in an interval which is too narrow."""
    return [one for one in learned(grid, hidden, enough, more) if one.width < enough - _SLACK]


# ---------------------------------------------------------------- the least that must be hidden


def optimum(grid: Grid, threshold: int) -> int:
    """The fewest cells, sums included, that hide and protect the small ones.

    A master program picks cells; where the attacker narrows one of them, a cut says that one of the
    cells must be hidden without which it stays narrow (Fischetti and Salazar, 2000).
    """
    size = len(grid.values)
    first = [cell for cell, value in enumerate(grid.values) if 0 < value < threshold]
    cuts: list[np.ndarray] = []
    while True:
        chosen = _master(size, first, cuts)
        hidden = bytearray(round(x) for x in chosen)
        bad = narrow(grid, hidden, threshold)
        if not bad:
            return sum(hidden)
        cuts += [_cut(grid, hidden, one.cell, threshold) for one in bad[:4]]


def _master(size: int, first: Sequence[int], cuts: Sequence[np.ndarray]) -> np.ndarray:
    low = np.zeros(size)
    low[list(first)] = 1
    rows = LinearConstraint(np.array(cuts), lb=0) if cuts else ()
    found = milp(np.ones(size), integrality=np.ones(size), bounds=Bounds(low, 1), constraints=rows)
    assert found.status == 0, found.message
    return np.asarray(found.x)


def _cut(grid: Grid, hidden: bytearray, cell: int, threshold: int) -> np.ndarray:
    """The cell is hidden only if one is that it needs: all others together leave it narrow."""
    wide = bytearray(hidden)
    for other in range(len(hidden)):
        if not wide[other]:
            wide[other] = 1
            if _width(grid, wide, cell, threshold) >= threshold - _SLACK:
                wide[other] = 0
    row = np.array([0.0 if h else 1.0 for h in wide])
    row[cell] -= 1
    return row


def _width(grid: Grid, hidden: bytearray, cell: int, enough: int) -> float:
    finest = [c for c in grid.finest if hidden[c]]
    column = {c: n for n, c in enumerate(finest)}
    known = [_columns(grid.below(c), column) for c in range(len(hidden)) if not hidden[c]]
    targets = {cell: _columns(grid.below(cell), column)}
    low, high = Attack([grid.finest[c] for c in finest], known).bounds(targets, enough)[cell]
    return high - low
