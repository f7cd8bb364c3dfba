"""Made-up sensitive counts of the shape that offices have, for tests and measurements."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

Figures = dict[tuple[str, str, str], int]
Sets = Mapping[str, tuple[tuple[str, ...], ...]]
_POPULAR = (2, 1, 6, 3, 12, 1, 1, 1, 0.5)  # how common a value of the first breakdown is


@dataclass(frozen=True)
class Made:
    """What `decide` takes, without the threshold."""

    names: tuple[tuple[str, ...], ...]
    figures: Figures
    sets: tuple[Sets, ...] = field(default=({}, {}, {}))


def office(
    seed: int, *, schools: int = 139, values: int = 9, sexes: int = 2, mean: float = 0.3
) -> Made:
    """Schools in districts and, within them, groups; some schools are large, most are not."""
    chance = random.Random(seed)
    codes = tuple(f"{n:04}" for n in range(schools))
    district = {code: chance.randrange(7) for code in codes}
    group = {code: (district[code], chance.randrange(3)) for code in codes}
    sets: Sets = {
        "group": tuple(_of(group, one) for one in sorted(set(group.values()))),
        "district": tuple(_of(district, one) for one in sorted(set(district.values()))),
    }
    first = tuple(f"v{n:02}" for n in range(values))
    second = tuple(f"x{n}" for n in range(sexes))
    found: Figures = {}
    for code in codes:
        size = mean * chance.choice((0.3, 0.6, 1, 2, 4))
        for n, value in enumerate(first):
            for sex in second:
                likely = size * _POPULAR[n % len(_POPULAR)]
                found[code, value, sex] = int(chance.expovariate(1 / likely))
    return Made((codes, first, second), found, (sets, {}, {}))


def _of(place: Mapping[str, object], one: object) -> tuple[str, ...]:
    return tuple(code for code, at in place.items() if at == one)


def flat(seed: int, kind: str, rows: int = 6, columns: int = 4, layers: int = 1) -> Made:
    """A small table with its totals: `few` small counts, `mixed`, or mixed with many `zeros`."""
    chance = random.Random(f"{seed} {kind}")

    def one() -> int:
        if kind == "few":
            return chance.randint(1, 4) if chance.random() < 0.15 else chance.randint(5, 40)
        if kind == "zeros" and chance.random() < 0.35:
            return 0
        return int(chance.expovariate(1 / 12))

    names = tuple(
        tuple(f"{letter}{n}" for n in range(size))
        for letter, size in zip("abc", (rows, columns, layers), strict=True)
    )
    return Made(names, {(a, b, c): one() for a in names[0] for b in names[1] for c in names[2]})
