"""Small figures: how long a mask takes, how near it is to the least, and whether it holds.

`python -m bench.mask [--tables 100] [--offices 4]`. Needs scipy, which the product does not.
Prints seconds of one core for 139 schools by 96 columns; the cells hidden beside the optimum of an
integer program for small tables; and what a solver that holds every shown figure learns.
"""

from __future__ import annotations

import argparse
import time

from mailproc.datasets.privacy.decide import decide
from mailproc.datasets.privacy.grid import Grid
from tests.datasets.attack import learned, optimum
from tests.datasets.tables import Made, flat, office

_THRESHOLD = 5


def decided(made: Made) -> tuple[Grid, bytearray, float]:
    """The mask, and the seconds of CPU that it took."""
    started = time.process_time()
    grid, hidden = decide(made.names, made.sets, made.figures, _THRESHOLD)
    return grid, hidden, time.process_time() - started


def speed() -> None:
    print("139 schools x 48 x 2, seconds of one core")
    for often in (0.05, 0.1, 0.3, 1.0, 2.0, 5.0):
        taken = []
        for seed in range(3):
            grid, hidden, seconds = decided(office(seed, values=48, mean=often))
            taken.append(seconds)
        figures = sum(1 for value in grid.values if value)
        print(
            f"  mean {often:4}: {max(taken):.2f} at most; {figures} figures, {sum(hidden)} hidden"
        )


def ratio(tables: int) -> None:
    ours, least, worst, above = 0, 0, 1.0, 0
    for seed in range(tables):
        kind = ("few", "mixed", "zeros")[seed % 3]
        grid, hidden, _ = decided(flat(seed, kind))
        best = optimum(grid, _THRESHOLD)
        if best:
            ours, least = ours + sum(hidden), least + best
            worst, above = max(worst, sum(hidden) / best), above + (sum(hidden) > 1.2 * best)
    print(
        f"{tables} tables of 6 x 4 with totals: {ours} hidden, {least} at least: {ours / least:.3f}"
    )
    print(f"  worst {worst:.2f}; {above} above 1.2")


def attack(offices: int) -> None:
    print("139 schools x 9 x 2, all that is shown in the hands of a solver")
    for seed in range(offices):
        often = (0.1, 0.3, 1.0, 3.0)[seed % 4]
        grid, hidden, seconds = decided(office(seed, mean=often))
        found = learned(grid, hidden, _THRESHOLD)
        widths = [one.width for one in found]
        bad = sum(width < _THRESHOLD - 1e-6 for width in widths)
        print(
            f"  mean {often:4}: {bad} of {len(found)} hidden cells narrower than {_THRESHOLD}, "
            f"least interval {min(widths):.0f}, mask in {seconds:.2f} s"
        )


def naive(seed: int) -> None:
    """The same table with nothing hidden but the small figures, for comparison."""
    made = flat(seed, "mixed")
    grid, _, _ = decided(made)
    hidden = bytearray(0 < value < _THRESHOLD for value in grid.values)
    found = [one for one in learned(grid, hidden, _THRESHOLD) if one.width < _THRESHOLD]
    print(f"hiding only the small ones of table {seed}: {len(found)} of {sum(hidden)} come back")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--offices", type=int, default=4)
    asked = parser.parse_args()
    speed()
    naive(1)
    ratio(asked.tables)
    attack(asked.offices)


if __name__ == "__main__":
    main()
