"""From a plan to its columns: what each shows and how it is headed. Reads no figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailproc.datasets.plan import Plan
from mailproc.datasets.shape import ColumnSpec, DictionaryLine, Dimension, Group
from mailproc.datasets.table import Column
from mailproc.datasets.texts import text

Where = Mapping[str, tuple[str, ...]]
ROUND = "round"
# Level -> the dictionary lines of the columns that name its unit.
UNITS = {
    "school": ("school_code", "school_name"),
    "district": ("district",),
    "group": ("school_group",),
    "area": ("area",),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One value, or several together, of a dimension on the way to a column."""

    dimension: str
    codes: tuple[str, ...]
    th: str
    en: str
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One column of figures or facts: `own` of its steps come from its own line in the file."""

    spec: ColumnSpec
    path: tuple[Step, ...] = ()
    own: int = 0

    @property
    def where(self) -> dict[str, tuple[str, ...]]:
        """What the column is narrowed to, without what the whole table is."""
        found = {step.dimension: step.codes for step in self.path}
        for name, codes in self.spec.only.items():
            found[name] = tuple(c for c in found.get(name, codes) if c in codes)
        return found


def columns(plan: Plan) -> tuple[Column, ...]:
    """The columns of the table, the leading ones first."""
    return tuple(column for column in every_column(plan) if column.name_th not in plan.without)


def every_column(plan: Plan) -> tuple[Column, ...]:
    """The same with those that are left out."""
    return _columns(plan.query)


@lru_cache(maxsize=64)
def _columns(query: str) -> tuple[Column, ...]:
    plan = Plan.parse(query)
    made = [_leading(name, plan) for name in _every_leading(plan)]
    made += [_column(leaf, plan) for leaf in every_leaf(plan)]
    return tuple(_distinct(made, plan))


def has_total(plan: Plan) -> bool:
    """Whether a total row ends the table; years are not added up, nor a row that stands alone."""
    alone = plan.level == "area" or len(plan.schools or ()) == 1
    return (
        plan.table.total
        and ROUND not in plan.table.rows
        and not (alone and plan.table.rows == ("unit",))
        and any(column.summed for column in columns(plan))
    )


def leaves(plan: Plan) -> tuple[Leaf, ...]:
    """The columns after the leading ones, in order."""
    every = every_leaf(plan)
    if not plan.without:
        return every
    named = every_column(plan)[len(every_column(plan)) - len(every) :]
    shown = zip(every, named, strict=True)
    return tuple(leaf for leaf, column in shown if column.name_th not in plan.without)


def every_leaf(plan: Plan) -> tuple[Leaf, ...]:
    """The same with those that are left out."""
    return tuple(leaf for spec in plan.table.columns for leaf in _expand(spec, (), 0, plan))


def leading_names(plan: Plan) -> Iterator[str]:
    """The names of the leading columns, one or two for each axis of the rows."""
    return (name for name, shown in zip(_every_leading(plan), labels(plan), strict=True) if shown)


def labels(plan: Plan) -> tuple[bool, ...]:
    """Of each label of a row, whether it is shown."""
    count = len(list(_every_leading(plan)))
    if not plan.without:
        return (True,) * count
    return tuple(column.name_th not in plan.without for column in every_column(plan)[:count])


def _every_leading(plan: Plan) -> Iterator[str]:
    for axis in plan.table.rows:
        if axis == "unit":
            yield from UNITS[plan.level]
        else:
            yield "academic_year" if axis == ROUND else axis


def steps(name: str, plan: Plan, *, totals: bool = False, subtotals: bool = False) -> list[Step]:
    """The values of a dimension (or of its groups, or the rounds) that the table shows."""
    if name == ROUND:
        years = [str(one.academic_year) for one in plan.rounds]
        return [Step(ROUND, (str(at),), year, year) for at, year in enumerate(years)]
    dimension = plan.dimension(name)
    if dimension is None:
        return []
    asked = plan.asked(dimension)
    grouped = name == dimension.grouped
    made = _by_group(dimension, asked) if grouped else _by_value(dimension, asked, subtotals)
    if totals and len(made) > 1:
        whole = asked == dimension.codes
        th, en = (
            (dimension.all_th, dimension.all_en)
            if whole
            else (dimension.some_th, dimension.some_en)
        )
        made.append(Step(dimension.name, asked, th, en, is_total=True))
    return made


def _by_value(dimension: Dimension, asked: Sequence[str], subtotals: bool) -> list[Step]:
    ends = {group.values[-1]: group for group in dimension.groups} if subtotals else {}
    made = []
    for value in dimension.values:
        if value.code not in asked:
            continue
        made.append(Step(dimension.name, (value.code,), value.th, value.en))
        group = ends.get(value.code)
        if group and len(group.values) > 1 and set(group.values) <= set(asked):
            th, en = text("columns", "subtotal", name=group.th), f"{group.en} total"
            made.append(Step(dimension.name, group.values, th, en, is_total=True))
    return made


def _by_group(dimension: Dimension, asked: Sequence[str]) -> list[Step]:
    made = []
    for group in dimension.groups:
        codes = tuple(code for code in group.values if code in asked)
        if codes:
            made.append(Step(dimension.name, codes, *_group_title(group, codes)))
    alone = set(dimension.codes) - {c for group in dimension.groups for c in group.values}
    rest = [v for v in dimension.values if v.code in alone and v.code in asked]
    return made + [Step(dimension.name, (v.code,), v.th, v.en) for v in rest]


def _group_title(group: Group, codes: tuple[str, ...]) -> tuple[str, str]:
    """A group of which only a part was asked for says which."""
    if codes == group.values:
        return group.th, group.en
    part = codes[0] if len(codes) == 1 else f"{codes[0]}–{codes[-1]}"
    if codes != group.values[group.values.index(codes[0]) :][: len(codes)]:
        part = ", ".join(codes)
    return f"{group.th} ({part})", f"{group.en} ({part})"


def _expand(spec: ColumnSpec, path: tuple[Step, ...], own: int, plan: Plan) -> Iterator[Leaf]:
    yield from _along(spec, spec.each, path, own, plan)


def _along(
    spec: ColumnSpec, each: tuple[str, ...], path: tuple[Step, ...], own: int, plan: Plan
) -> Iterator[Leaf]:
    if each:
        for step in steps(each[0], plan, totals=spec.totals, subtotals=spec.subtotals):
            yield from _along(spec, each[1:], (*path, step), own + 1, plan)
    elif spec.columns:
        for inner in spec.columns:
            yield from _expand(inner, path, 0, plan)
    else:
        yield Leaf(spec, path, own)


# ---------------------------------------------------------------- headers


def _leading(name: str, plan: Plan) -> Column:
    line = plan.line(name)
    if line is not None:
        th, en, kind, cls = line.title_th, line.title_en, line.type, line.cls
        about = (line.about_th, line.about_en)
    else:
        dimension = plan.dimension(name)
        grouped = dimension is not None and name == dimension.grouped
        th = (dimension.grouped_th if grouped else dimension.title_th) if dimension else name
        en = (dimension.grouped_en if grouped else dimension.title_en) if dimension else name
        kind, cls, about = "text", "open", ("", "")
    kind = kind if kind in ("text", "code", "date") else "text"
    return Column(name, th, en, th, en, "", "", kind, cls, about_th=about[0], about_en=about[1])


def _column(leaf: Leaf, plan: Plan) -> Column:
    line = plan.line(leaf.spec.entry)
    titles = (line.title_th, line.title_en) if line else (leaf.spec.entry, leaf.spec.entry)
    kind, decimals = _kind(leaf.spec, line, plan)
    th, en = (_headed(leaf, titles[0], "th"), _headed(leaf, titles[1], "en"))
    codes = ("total" if s.is_total else "+".join(s.codes) for s in leaf.path)
    return Column(
        key=".".join((leaf.spec.entry, *codes)),
        name_th=th[0],
        name_en=en[0],
        title_th=th[1],
        title_en=en[1],
        group_th=th[2],
        group_en=en[2],
        kind=kind,
        cls=line.cls if line else "open",
        decimals=decimals,
        summed=_is_summed(leaf.spec, plan),
        about_th=line.about_th if line else "",
        about_en=line.about_en if line else "",
    )


def _headed(leaf: Leaf, title: str, language: str) -> tuple[str, str, str]:
    """Name, title and group of a column."""
    words = [step.th if language == "th" else step.en for step in leaf.path]
    if not words:
        return title, title, ""
    if not leaf.own:
        return f"{' '.join(words)} {title}", title, " ".join(words)
    if len(words) == 1:
        return words[0], words[0], title
    group = " ".join(words[:-1])
    both = all(step.is_total for step in leaf.path)
    return (group if both else f"{group} {words[-1]}"), words[-1], group


def _kind(spec: ColumnSpec, line: DictionaryLine | None, plan: Plan) -> tuple[str, int]:
    if spec.ratio or spec.percent:
        return ("percent" if spec.percent else "decimal"), spec.decimals
    if spec.measure:
        decimals = plan.measure(spec.measure).decimals
        return ("decimal" if decimals else "integer"), decimals
    if spec.count:
        return "integer", 0
    return (line.type if line and line.type in ("code", "date") else "text"), 0


def _is_summed(spec: ColumnSpec, plan: Plan) -> bool:
    if spec.measure:
        return not plan.measure(spec.measure).mean_over
    return bool(spec.count)


def _distinct(made: Sequence[Column], plan: Plan) -> Iterator[Column]:
    """A name that two columns share is told apart by its group, then by its place."""
    from dataclasses import replace

    often = Counter(column.name_th for column in made)
    taken: set[str] = set()
    for at, column in enumerate(made, 1):
        th, en = column.name_th, column.name_en
        if often[th] > 1 and column.group_th:
            th, en = f"{column.group_th} {column.title_th}", f"{column.group_en} {column.title_en}"
        if th in taken:
            th, en = f"{th} ({at})", f"{en} ({at})"
        taken.add(th)
        yield replace(column, name_th=th, name_en=en)
