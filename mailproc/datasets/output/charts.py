"""Which pictures of a table say it better, and the figures that each is drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailproc import thai
from mailproc.datasets import layout
from mailproc.datasets.layout import Leaf, Step
from mailproc.datasets.plan import Plan
from mailproc.datasets.table import HIDDEN, Cell, Row, Table
from mailproc.datasets.texts import text

MOST_POINTS, MOST_SERIES, MOST_UNITS = 40, 6, 30
_SCHOOLS = "schools"
_UPRIGHT = 120  # letters of names that fit under a chart


@dataclass(frozen=True, slots=True)
class Chart:
    """`kind`: column | stacked | bar | stacked_bar | line. Each point is a category and a value
    per series; a hidden or missing value is ""."""

    kind: str
    title: str
    category: str  # what the categories are
    unit: str  # what is counted
    series: tuple[str, ...]
    points: tuple[tuple[str, tuple[Cell, ...]], ...]
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class _Shown:
    """A column of figures beside its place in the table."""

    at: int
    leaf: Leaf

    @property
    def figure(self) -> str:
        """The measure, or «schools» where these are counted."""
        return self.leaf.spec.measure or self.leaf.spec.count or ""

    @property
    def is_total(self) -> bool:
        return any(step.is_total for step in self.leaf.path)


def choose(table: Table, plan: Plan) -> tuple[Chart, ...]:
    """Up to two charts; none for lists and for a table of a single figure."""
    if any(c.kind in ("text", "code", "date") for c in table.columns[_leading(plan) :]):
        by_units = False  # a list of schools: nothing to compare
    else:
        by_units = plan.level in ("district", "group")
    leaves = layout.leaves(plan)
    first = len(table.columns) - len(leaves)
    shown = [_Shown(at, leaf) for at, leaf in enumerate(leaves, first)]
    shown = [one for one in shown if one.figure]
    axes = plan.table.rows
    if len(axes) == 1 and axes[0] != "unit":
        found = list(_of_rows(table, plan, axes[0], shown))
    else:
        found = list(_of_columns(table, plan, shown))
        if axes == ("unit",) and by_units:
            found += _of_units(table, plan, shown)
    return tuple(chart for chart in found if _says_something(chart))[:2]


def _by_spec(shown: Sequence[_Shown]) -> list[list[_Shown]]:
    """The columns that one line of the catalogue file makes belong together."""
    found: dict[int, list[_Shown]] = {}
    for one in shown:
        found.setdefault(id(one.leaf.spec), []).append(one)
    return list(found.values())


def _leading(plan: Plan) -> int:
    return len(list(layout.leading_names(plan)))


def _says_something(chart: Chart) -> bool:
    values = [value for _, row in chart.points for value in row]
    enough = 2 <= len(chart.points) <= MOST_POINTS and len(chart.series) <= MOST_SERIES
    return enough and any(value not in ("", 0) for value in values)


# ---------------------------------------------------------------- one point per row


def _of_rows(table: Table, plan: Plan, axis: str, shown: Sequence[_Shown]) -> Iterator[Chart]:
    """Categories down the rows: grades, size bands, years."""
    is_trend = axis == layout.ROUND
    categories = [(str(row[0]), row) for row in table.rows]
    for together in _by_spec(shown):
        measure = together[0].figure
        of = _series_of(together, is_trend)
        if not of:
            continue
        points = tuple((name, tuple(_value(row, one.at) for one in of)) for name, row in categories)
        names = tuple(_series_name(one, plan) for one in of)
        kind = "line" if is_trend else _kind(of, [name for name, _ in points], len(of), plan)
        yield _chart(
            kind, plan, measure, _axis_title(plan, axis), _split_by(of, plan), names, points
        )


def _series_of(shown: Sequence[_Shown], is_trend: bool) -> list[_Shown]:
    """Columns that do not overlap: of two dimensions the finer one, over all of the other."""
    depth = max(len(one.leaf.path) for one in shown)
    if depth == 0:
        return list(shown[:1])
    if depth == 2 and is_trend:  # the sexes go side by side: their lines would hide each other
        shown = [one for one in shown if len(one.leaf.path) == 1 or one.leaf.path[1].is_total]
        parts = [one for one in shown if not one.leaf.path[0].is_total]
        totals = [one for one in shown if one.leaf.path[0].is_total]
        return [*parts, *totals[-1:]] if len(parts) < MOST_SERIES else totals[-1:]
    if depth == 2:
        whole = [one for one in shown if one.leaf.path[0].is_total]
        last = whole[-1].leaf.path[0] if whole else None
        shown = [one for one in whole if one.leaf.path[0] == last]
    parts = [one for one in shown if not one.leaf.path[-1].is_total]
    totals = [one for one in shown if one.leaf.path[-1].is_total]
    if len(parts) > MOST_SERIES or not parts:
        return totals[-1:]
    return [*parts, *totals[-1:]] if is_trend and len(parts) < MOST_SERIES else parts


def _kind(of: Sequence[_Shown], names: Sequence[str], series: int, plan: Plan) -> str:
    """Parts of one whole are piled up, averages are not; many long names are read lying."""
    figure = of[0].figure
    averaged = figure != _SCHOOLS and bool(plan.measure(figure).mean_over)
    piled = series > 1 and not averaged
    lying = max(map(thai.columns, names), default=0) * len(names) > _UPRIGHT
    if lying:
        return "stacked_bar" if piled else "bar"
    return "stacked" if piled else "column"


# ---------------------------------------------------------------- one point per column


def _of_columns(table: Table, plan: Plan, shown: Sequence[_Shown]) -> Iterator[Chart]:
    """Categories across the columns, over all rows together."""
    whole = table.total or (table.rows[0] if len(table.rows) == 1 else ())
    if not whole:
        return
    for together in _by_spec(shown):
        measure = together[0].figure
        parts = [one for one in together if one.leaf.path and not one.is_total]
        if not parts:
            continue
        first = parts[0].leaf.path[0].dimension
        if len(parts[0].leaf.path) == 2:
            yield _crossed(parts, whole, plan, measure)
        elif first == layout.ROUND:
            yield _lines(parts, table, whole, plan, measure)
        else:
            points = tuple((one.leaf.path[0].th, (_value(whole, one.at),)) for one in parts)
            names = (_measure_title(plan, measure),)
            kind = _kind(parts, [name for name, _ in points], 1, plan)
            split = _split_title([one.leaf.path[0] for one in parts], plan)
            yield _chart(kind, plan, measure, split, "", names, points)


def _crossed(parts: Sequence[_Shown], whole: Row, plan: Plan, measure: str) -> Chart:
    """Grades with a pile of both sexes."""
    categories = list(dict.fromkeys(one.leaf.path[0].th for one in parts))
    names = tuple(dict.fromkeys(one.leaf.path[1].th for one in parts))
    at = {(one.leaf.path[0].th, one.leaf.path[1].th): one.at for one in parts}
    points = tuple(
        (name, tuple(_value(whole, at[name, s]) if (name, s) in at else "" for s in names))
        for name in categories
    )
    kind = _kind(parts, categories, len(names), plan)
    first, by = (_split_title([one.leaf.path[at] for one in parts], plan) for at in (0, 1))
    return _chart(kind, plan, measure, first, by, names, points)


def _lines(parts: Sequence[_Shown], table: Table, whole: Row, plan: Plan, measure: str) -> Chart:
    """Years across: a line for each of few rows, else one for all."""
    few = 1 < len(table.rows) <= MOST_SERIES
    rows = table.rows if few else (whole,)
    label = _leading(plan) - 1
    names = tuple(str(row[label]) for row in rows) if few else (text("chart", "total"),)
    points = tuple(
        (one.leaf.path[0].th, tuple(_value(row, one.at) for row in rows)) for one in parts
    )
    return _chart("line", plan, measure, text("chart", "year"), "", names, points)


# ---------------------------------------------------------------- one bar per unit


def _of_units(table: Table, plan: Plan, shown: Sequence[_Shown]) -> Iterator[Chart]:
    if not 2 <= len(table.rows) <= MOST_UNITS or not shown:
        return
    of = _by_spec(shown)[0]
    measure = of[0].figure
    whole = [one for one in of if all(s.is_total for s in one.leaf.path)] or of[-1:]
    if any(step.dimension == layout.ROUND for step in whole[-1].leaf.path):
        return
    label = _leading(plan) - 1
    points = tuple((str(row[label]), (_value(row, whole[-1].at),)) for row in table.rows)
    category = table.columns[label].title_th
    yield _chart("bar", plan, measure, category, "", (_measure_title(plan, measure),), points)


# ---------------------------------------------------------------- words


def _chart(
    kind: str,
    plan: Plan,
    measure: str,
    category: str,
    by: str,
    series: tuple[str, ...],
    points: tuple[tuple[str, tuple[Cell, ...]], ...],
) -> Chart:
    told, unit, decimals = _told(plan, measure)
    key = "by_two" if by and by != category else "by_one"
    title = text("chart", key, measure=told, first=category, second=by)
    return Chart(kind, title, category, unit or told, series, points, decimals)


def _told(plan: Plan, measure: str) -> tuple[str, str, int]:
    """Title, unit and places of a figure."""
    if measure == _SCHOOLS:
        return text("chart", "schools"), text("chart", "schools_unit"), 0
    of = plan.measure(measure)
    return of.title_th, of.unit_th, of.decimals


def _split_by(of: Sequence[_Shown], plan: Plan) -> str:
    steps = [step for one in of if (step := _own_step(one)) is not None]
    return _split_title(steps, plan) if len(steps) > 1 else ""


def _split_title(steps: Sequence[Step], plan: Plan) -> str:
    """What the values tell apart: grades, or the stages that these make up."""
    dimension = plan.dimension(steps[0].dimension)
    together = any(len(step.codes) > 1 and not step.is_total for step in steps)
    if dimension is not None and together and dimension.grouped_th:
        return dimension.grouped_th
    return _axis_title(plan, steps[0].dimension)


def _own_step(one: _Shown) -> Step | None:
    """The step by which a series differs from those beside it."""
    path = one.leaf.path
    return next((step for step in reversed(path) if not step.is_total), path[0] if path else None)


def _series_name(one: _Shown, plan: Plan) -> str:
    step = _own_step(one)
    return step.th if step is not None else _measure_title(plan, one.figure)


def _measure_title(plan: Plan, measure: str) -> str:
    return _told(plan, measure)[0]


def _axis_title(plan: Plan, axis: str) -> str:
    if axis == layout.ROUND:
        return text("chart", "year")
    dimension = plan.dimension(axis)
    if dimension is not None:
        return dimension.title_th
    line = plan.line(axis)
    return line.title_th if line else axis


def _value(row: Row, at: int) -> Cell:
    return "" if row[at] == HIDDEN else row[at]
