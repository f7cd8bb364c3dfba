"""From figures to the rows of a table: puts schools together, adds up, divides, hides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import compress, product

from mailproc.datasets import layout
from mailproc.datasets.layout import Leaf, Step
from mailproc.datasets.mask import Key, Mask
from mailproc.datasets.plan import Plan
from mailproc.datasets.register import Register, School
from mailproc.datasets.shape import ColumnSpec, Measure
from mailproc.datasets.table import HIDDEN, Cell, Row, Table, digest_of
from mailproc.datasets.texts import group, text

Cells = Mapping[Key, int]  # of one school, or of several added up


@dataclass(frozen=True, slots=True)
class Figures:
    """The cells of the plan: per round of the plan, per school."""

    rounds: tuple[Mapping[str, Cells], ...]
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    """What one row stands for."""

    labels: tuple[str, ...]
    schools: tuple[School, ...]
    path: tuple[Step, ...] = ()


def table(plan: Plan, register: Register, figures: Figures, mask: Mask | None = None) -> Table:
    """The finished table of a plan."""
    columns = layout.columns(plan)
    made = _Maker(plan, figures, mask)
    everyone = _asked(plan, register)
    rows = tuple(made.row(row) for row in _rows(plan, everyone))
    total: Row = ()
    if rows and layout.has_total(plan):
        total = made.total(everyone)
    hidden = sum(
        cell == HIDDEN and column.is_number
        for row in (*rows, total)
        for column, cell in zip(columns, row, strict=False)
    )
    names = [column.name_th for column in columns]
    return Table(columns, rows, total, hidden, digest_of(names, rows, total))


def _asked(plan: Plan, register: Register) -> tuple[School, ...]:
    if plan.schools is None:
        return register.schools
    return tuple(register.by_code[code] for code in plan.schools if code in register.by_code)


# ---------------------------------------------------------------- rows


def _rows(plan: Plan, schools: tuple[School, ...]) -> Iterator[_Row]:
    """The axes of the rows crossed with each other."""
    rows: Iterable[_Row] = (_Row((), schools),)
    for axis in plan.table.rows:
        rows = [finer for row in rows for finer in _split(row, axis, plan)]
    yield from rows


def _split(row: _Row, axis: str, plan: Plan) -> Iterator[_Row]:
    if axis == "unit":
        yield from _units(row, plan)
    elif axis == "size_band":
        yield from _bands(row, plan)
    else:
        for step in layout.steps(axis, plan):
            yield _Row((*row.labels, step.th), row.schools, (*row.path, step))


def _units(row: _Row, plan: Plan) -> Iterator[_Row]:
    if plan.level == "school":
        for school in row.schools:
            yield _Row((*row.labels, school.code, school.name), (school,), row.path)
    elif plan.level == "area":
        yield _Row((*row.labels, text("rows", "area")), row.schools, row.path)
    else:
        by_place: dict[str, list[School]] = defaultdict(list)
        for school in row.schools:
            by_place[school.place(plan.level)].append(school)
        for place in sorted(by_place, key=lambda name: (not name, name)):
            label = place or text("rows", "no_place")
            yield _Row((*row.labels, label), tuple(by_place[place]), row.path)


def _bands(row: _Row, plan: Plan) -> Iterator[_Row]:
    by_band: dict[str, list[School]] = defaultdict(list)
    scale = plan.size_scale()
    for school in row.schools:
        if school.pupils is not None:
            by_band[scale.band(school.pupils).code].append(school)
    several = "unit" in plan.table.rows
    for band in scale.bands:
        if by_band[band.code] or not (several or band.only_if_any):
            yield _Row((*row.labels, band_title(plan, band.code)), tuple(by_band[band.code]))


def band_title(plan: Plan, code: str, scale: str = "asked") -> str:
    """«ขนาดกลาง (121–600 คน)»; as the file words it where the name says the numbers."""
    bands = plan.size_scale(scale).bands
    at = next(i for i, band in enumerate(bands) if band.code == code)
    band, low = bands[at], (bands[at - 1].last or 0) + 1 if at else 0
    if band.th[0].isdigit():
        return band.th
    if band.last is None:
        return text("rows", "band_open", name=band.th, low=low)
    key = "band" if at else "band_first"
    return text("rows", key, name=band.th, low=low, high=band.last)


# ---------------------------------------------------------------- cells


class _Maker:
    """Makes the cells of a table, row by row."""

    def __init__(self, plan: Plan, figures: Figures, mask: Mask | None) -> None:
        self.plan, self.figures, self.mask = plan, figures, mask
        self.leaves, self._labels = layout.leaves(plan), layout.labels(plan)
        self.measures = {measure.name: measure for measure in plan.measures}
        self._keys: dict[tuple[int, tuple[Step, ...], str], tuple[Key, ...]] = {}
        self._cells: dict[int, Cells] = {}
        self._row: _Row = _Row((), ())

    def row(self, row: _Row) -> Row:
        self._row, self._cells = row, {}
        labels = compress(row.labels, self._labels)
        if self.mask is None and not row.path and len(row.schools) == 1:
            return (*labels, *self._quickly())
        return (*labels, *(self._cell(leaf, at) for at, leaf in enumerate(self.leaves)))

    def _quickly(self) -> Iterator[Cell]:
        """The cells of a single school; most columns are plain sums, told once for all schools."""
        for at, (leaf, sums) in enumerate(zip(self.leaves, self._sums, strict=True)):
            if sums is None:
                yield self._cell(leaf, at)
                continue
            keys, cells = sums[0], self._cells.get(sums[1]) or self._added(sums[1])
            if len(keys) == 1:
                yield cells.get(keys[0], "")
            else:
                found = [cells[key] for key in keys if key in cells]
                yield sum(found) if found else ""

    @cached_property
    def _sums(self) -> list[tuple[tuple[Key, ...], int] | None]:
        """Keys and round of each column that is a whole number added up."""
        made: list[tuple[tuple[Key, ...], int] | None] = []
        for at, leaf in enumerate(self.leaves):
            measure = self.measures.get(leaf.spec.measure)
            plain = measure is not None and not measure.mean_over and not measure.decimals
            keys = self._keys_of(leaf, at, measure) if measure and plain else ()
            made.append((keys, self._round(leaf)) if plain else None)
        return made

    def total(self, schools: tuple[School, ...]) -> Row:
        """Over all schools of the table; facts about a single school stay empty."""
        self._row, self._cells = _Row((), schools), {}
        leading = len(list(layout.leading_names(self.plan)))
        labels = (group("columns")["total"], *[""] * (leading - 1))
        return (*labels, *(self._total(leaf, at) for at, leaf in enumerate(self.leaves)))

    def _total(self, leaf: Leaf, at: int) -> Cell:
        spec = leaf.spec
        return "" if spec.school or spec.text or spec.band else self._cell(leaf, at)

    def _cell(self, leaf: Leaf, at: int) -> Cell:
        spec = leaf.spec
        if spec.measure:
            return self._measured(self.measures[spec.measure], leaf, at)
        if spec.count:
            return len(self._row.schools)
        if spec.ratio or spec.percent:
            return self._divided(leaf, at)
        return self._fact(spec)

    # ------------------------------------------------------------ figures

    def _measured(self, measure: Measure, leaf: Leaf, at: int) -> Cell:
        keys = self._keys_of(leaf, at, measure)
        if self._hidden(keys, leaf):
            return HIDDEN
        found = self._mean(measure, keys, leaf) if measure.mean_over else self._sum(keys, leaf)
        if found is None:
            return "" if self._row.schools or measure.mean_over else 0
        return _places(Decimal(found).scaleb(-measure.decimals), measure.decimals)

    def _divided(self, leaf: Leaf, at: int) -> Cell:
        upper, lower = (self.measures[name] for name in leaf.spec.measures)
        keys = [self._keys_of(leaf, at, measure) for measure in (upper, lower)]
        if any(self._hidden(of, leaf) for of in keys):
            return HIDDEN
        above, below = (self._sum(of, leaf) for of in keys)
        if above is None or not below:
            return ""
        ratio = Decimal(above).scaleb(-upper.decimals) / Decimal(below).scaleb(-lower.decimals)
        return _places(ratio * 100 if leaf.spec.percent else ratio, leaf.spec.decimals, whole=False)

    def _hidden(self, keys: Sequence[Key], leaf: Leaf) -> bool:
        if self.mask is None:
            return False
        schools = [school.code for school in self._row.schools]
        return self.mask.hides(schools, keys, self._round(leaf))

    def _sum(self, keys: Sequence[Key], leaf: Leaf) -> int | None:
        cells = self._added(self._round(leaf))
        found = [value for key in keys if (value := cells.get(key)) is not None]
        return sum(found) if found else None

    def _mean(self, measure: Measure, keys: Sequence[Key], leaf: Leaf) -> Decimal | None:
        """Weighted over the schools; of a single figure the figure itself."""
        weight = self.measures[measure.mean_over]
        pairs = [
            (value, cells.get(_same(key, measure, weight)))
            for cells in self._schools(self._round(leaf))
            for key in keys
            if (value := cells.get(key)) is not None
        ]
        if len(pairs) == 1:
            return Decimal(pairs[0][0])
        over = sum(number for _, number in pairs if number)
        if not over or any(number is None for _, number in pairs):
            return None
        return Decimal(sum(value * (number or 0) for value, number in pairs)) / over

    def _round(self, leaf: Leaf) -> int:
        """Which round of the plan the cell speaks of; the newest unless row or column names one."""
        for step in (*self._row.path, *leaf.path):
            if step.dimension == layout.ROUND:
                return int(step.codes[0])
        return len(self.figures.rounds) - 1

    def _schools(self, at: int) -> list[Cells]:
        of_round = self.figures.rounds[at]
        return [cells for s in self._row.schools if (cells := of_round.get(s.code)) is not None]

    def _added(self, at: int) -> Cells:
        """The cells of the row's schools added up; of one school as they are."""
        if at not in self._cells:
            several = self._schools(at)
            self._cells[at] = several[0] if len(several) == 1 else _add(several)
        return self._cells[at]

    def _keys_of(self, leaf: Leaf, at: int, measure: Measure) -> tuple[Key, ...]:
        """The finest cells that the cell adds up."""
        known = (at, self._row.path, measure.name)
        if known not in self._keys:
            where = self._where(leaf)
            codes = [where[name] for name in measure.dimensions]
            padded = [*codes, *[("",)] * (2 - len(codes))]
            self._keys[known] = tuple((measure.name, d1, d2) for d1, d2 in product(*padded))
        return self._keys[known]

    def _where(self, leaf: Leaf) -> dict[str, tuple[str, ...]]:
        found = {d.name: self.plan.asked(d) for d in self.plan.dimensions}
        for step in self._row.path:
            found[step.dimension] = step.codes
        for name, codes in leaf.where.items():
            found[name] = tuple(c for c in found.get(name, codes) if c in codes)
        return found

    # ------------------------------------------------------------ facts

    def _fact(self, spec: ColumnSpec) -> Cell:
        """Of a single school; empty where the row is several."""
        if len(self._row.schools) != 1:
            return ""
        school = self._row.schools[0]
        if spec.text:
            return self.figures.texts.get((school.code, spec.text), "")
        if spec.band:
            if school.pupils is None:
                return ""
            code = self.plan.size_scale(spec.band).band(school.pupils).code
            return band_title(self.plan, code, spec.band)
        if spec.school == "stages":
            return _stages(school, self.plan)
        return school.place(spec.school or "name")


def _stages(school: School, plan: Plan) -> str:
    """«อ.2–ป.6»: the stages that have pupils."""
    dimension = plan.dimension("grade")
    groups = dimension.groups if dimension else ()
    return ", ".join(g.th for g in groups if school.grades.intersection(g.values))


def _same(key: Key, measure: Measure, weight: Measure) -> Key:
    """The cell of the weight that belongs to a cell of the average."""
    codes = dict(zip(measure.dimensions, key[1:], strict=False))
    d1, d2 = (*(codes[name] for name in weight.dimensions), "", "")[:2]
    return weight.name, d1, d2


def _add(several: Sequence[Cells]) -> Cells:
    added: dict[Key, int] = {}
    for cells in several:
        for key, value in cells.items():
            added[key] = added.get(key, 0) + value
    return added


def _places(value: Decimal, decimals: int, *, whole: bool = True) -> Cell:
    """A whole number as int; a decimal as text with its number of places."""
    if not decimals and whole:
        return int(value)
    return str(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
