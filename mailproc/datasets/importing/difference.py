"""What a new round changes against the last one of its source: for a person to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from mailproc import thai
from mailproc.datasets import warehouse
from mailproc.datasets.importing.facts import Part
from mailproc.datasets.warehouse import Stored
from mailproc.model import Round

MOST_CHANGES = 10
_LARGE = 3  # a total that changes by more than one part of so many
Figures = Mapping[tuple[str, str], int]  # (school, measure) → sum


@dataclass(frozen=True, slots=True)
class Change:
    code: str
    name: str
    measure: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Before and after; `before` is None for the first round of a source."""

    before: Round | None
    schools: tuple[int, int]
    gone: tuple[str, ...] = ()  # «57030001 อนุบาล…»
    new: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()  # «57030001 old → new»
    totals: tuple[tuple[str, int, int], ...] = ()
    largest: tuple[Change, ...] = ()
    texts: int = 0  # other texts that changed
    cells: int = 0  # single figures that changed

    @property
    def is_nothing(self) -> bool:
        return not (self.gone or self.new or self.renamed or self.cells or self.texts)

    @property
    def is_large(self) -> bool:
        """A total changed so much that it may be the file of somebody else."""
        return any(abs(after - before) * _LARGE > before for _, before, after in self.totals)


def compare(part: Part, last: Stored | None, url: str, means: frozenset[str]) -> Difference:
    """The part against a round in the warehouse; `means` are averages, which are not added up."""
    names = {school.school_code: school.name for school in part.schools}
    if last is None:
        return Difference(None, (0, len(names)))
    before_names, before_cells, before_texts = _read(last.round.digest, url)
    cells = {(code, measure, d1, d2): value for code, measure, d1, d2, value in part.cells}
    changed = {
        key
        for key in cells.keys() | before_cells.keys()
        if cells.get(key, 0) != before_cells.get(key, 0)
    }
    texts = {(code, name): value for code, name, value in part.texts}
    after, before = _sums(cells, means), _sums(before_cells, means)
    return Difference(
        before=last.round,
        schools=(len(before_names), len(names)),
        gone=_called(before_names, before_names.keys() - names.keys()),
        new=_called(names, names.keys() - before_names.keys()),
        renamed=tuple(
            f"{code} {before_names[code]} → {names[code]}"
            for code in sorted(names.keys() & before_names.keys())
            if thai.fold(names[code]) != thai.fold(before_names[code])
        ),
        totals=_totals(before, after),
        largest=_largest(before, after, before_names | names),
        texts=len(set(texts.items()) ^ set(before_texts.items())),
        cells=len(changed),
    )


def _called(names: Mapping[str, str], codes: set[str]) -> tuple[str, ...]:
    return tuple(f"{code} {names[code]}" for code in sorted(codes))


def _sums(cells: Mapping[tuple[str, str, str, str], int], means: frozenset[str]) -> Figures:
    found: dict[tuple[str, str], int] = {}
    for (code, measure, _, _), value in cells.items():
        if measure not in means:
            found[code, measure] = found.get((code, measure), 0) + value
    return found


def _totals(before: Figures, after: Figures) -> tuple[tuple[str, int, int], ...]:
    def total(side: Figures, wanted: str) -> int:
        return sum(value for (_, measure), value in side.items() if measure == wanted)

    measures = sorted({measure for _, measure in (*before, *after)})
    return tuple((one, total(before, one), total(after, one)) for one in measures)


def _largest(before: Figures, after: Figures, names: Mapping[str, str]) -> tuple[Change, ...]:
    """Of the schools in both, the figures that moved most."""
    moved = [
        Change(code, names[code], measure, before[code, measure], after[code, measure])
        for code, measure in before.keys() & after.keys()
        if before[code, measure] != after[code, measure]
    ]
    moved.sort(key=lambda one: (-abs(one.after - one.before), one.code, one.measure))
    return tuple(moved[:MOST_CHANGES])


def _read(
    digest: str, url: str
) -> tuple[dict[str, str], dict[tuple[str, str, str, str], int], dict[tuple[str, str], str]]:
    r, s, c, t = warehouse.rounds.c, warehouse.schools.c, warehouse.cells.c, warehouse.texts.c
    with warehouse.reading(url) as connection:
        key = connection.execute(select(func.max(r.id)).where(r.digest == digest)).scalar()
        names = select(s.school_code, s.name).where(s.round_id == key)
        cells = select(c.school_code, c.measure, c.d1, c.d2, c.value).where(c.round_id == key)
        texts = select(t.school_code, t.name, t.value).where(t.round_id == key)
        return (
            {row[0]: row[1] for row in connection.execute(names)},
            {(row[0], row[1], row[2], row[3]): row[4] for row in connection.execute(cells)},
            {(row[0], row[1]): row[2] for row in connection.execute(texts)},
        )
