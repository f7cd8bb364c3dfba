"""What must fit together inside one catalogue file. Gives (key, what is wrong) for each fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailproc.datasets import standard
from mailproc.datasets.shape import ColumnSpec, Dimension, TableSpec

if TYPE_CHECKING:
    from mailproc.datasets.entry import Entry

Fault = tuple[str, str]
_SECRECY = {"open": 0, "contact": 0, "internal": 1, "personal": 2, "special": 3}
_AXES = ("unit", "size_band", "round")


def faults(entry: Entry, folder: Path) -> Iterator[Fault]:
    """Every fault of the file, none left for a requester to find."""
    yield from _of_head(entry, folder)
    yield from _of_dimensions(entry)
    yield from _of_measures(entry)
    if entry.kind == "query":
        yield from _of_tables(entry)
        yield from _of_dictionary(entry)


def _of_head(entry: Entry, folder: Path) -> Iterator[Fault]:
    if len(entry.filters_th) != len(entry.filters_en):
        yield "filters_en", f"{len(entry.filters_en)} lines, filters_th has {len(entry.filters_th)}"
    yield from _of_release(entry)
    if entry.kind == "file":
        from mailproc.datasets import readymade

        yield from readymade.faults(entry, folder)
    elif entry.files:
        yield "files", "belong to kind = «file»"
    if entry.kind == "query" and not entry.tables:
        yield "tables", "missing: a query needs at least one [[tables]]"
    if entry.years.least > entry.years.most:
        yield "years.least", "more than years.most"
    for name in entry.scales:
        if name not in standard.scales():
            yield "scales", f"unknown scale «{name}»: {', '.join(standard.scales())}"
    if entry.having and entry.measure(entry.having.measure) is None:
        yield "having.measure", f"unknown measure «{entry.having.measure}»"
    if entry.having and entry.small_cells.policy != "none":
        yield "having", "which schools are listed would tell of figures that are hidden"


def _of_release(entry: Entry) -> Iterator[Fault]:
    plain = entry.sensitivity == "open" and entry.small_cells.policy == "none"
    if entry.sensitivity == "internal" and entry.who_may_ask != "roster":
        yield "who_may_ask", "an internal dataset is for the roster"
    if entry.public_version and entry.who_may_ask != "roster":
        yield "public_version", "only a dataset for the roster has one"
    if not entry.needs_approval and not plain:
        yield "needs_approval", "without a decision goes only open data that hides no figures"


def _of_dimensions(entry: Entry) -> Iterator[Fault]:
    for name in _twice(dimension.name for dimension in entry.dimensions):
        yield f"dimensions.{name}", "said twice"
    for one in entry.dimensions:
        yield from _of_values(f"dimensions.{one.name}", one)


def _of_values(key: str, one: Dimension) -> Iterator[Fault]:
    if not one.values:
        yield key, f"no values, and no standard dimension ({', '.join(standard.dimensions())})"
    for code in _twice(one.codes):
        yield key, f"the value «{code}» twice"
    for group in one.groups:
        for code in sorted(set(group.values) - set(one.codes)):
            yield f"{key}.groups.{group.code}", f"unknown value «{code}»"
    for code in one.words:
        if code not in one.codes and not one.group_values(code):
            yield f"{key}.words", f"unknown value «{code}»"


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _of_measures(entry: Entry) -> Iterator[Fault]:
    known = {dimension.name for dimension in entry.dimensions}
    for measure in entry.measures:
        key = f"measures.{measure.name}"
        for name in measure.dimensions:
            if name not in known:
                yield key, f"unknown dimension «{name}»"
        over = entry.measure(measure.mean_over) if measure.mean_over else None
        if measure.mean_over and over is None:
            yield key, f"mean_over: unknown measure «{measure.mean_over}»"
        elif over and not set(over.dimensions) <= set(measure.dimensions):
            yield key, f"mean_over: «{over.name}» has dimensions that it has not"


# ---------------------------------------------------------------- tables


def _of_tables(entry: Entry) -> Iterator[Fault]:
    covered = Counter(level for table in entry.tables for level in table.levels)
    for level in dict.fromkeys((*entry.levels, *covered)):
        if level not in entry.levels:
            yield "tables", f"level «{level}» is not among the levels of the dataset"
        elif covered[level] != 1:
            yield "tables", f"level «{level}» needs exactly one table, it has {covered[level]}"
    for at, table in enumerate(entry.tables):
        yield from _of_rows(f"tables.{at}.rows", table, entry)
        for number, spec in enumerate(table.columns):
            yield from _of_spec(f"tables.{at}.columns.{number}", spec, (), entry)


def _of_rows(key: str, table: TableSpec, entry: Entry) -> Iterator[Fault]:
    for axis in table.rows:
        if axis not in _AXES and entry.dimension(axis) is None:
            yield key, f"unknown dimension «{axis}»; also known: {', '.join(_AXES)}"
        if axis == "round" and entry.years.most == 1:
            yield key, "a row per round needs years.most above 1"


def _of_spec(key: str, spec: ColumnSpec, outer: tuple[str, ...], entry: Entry) -> Iterator[Fault]:
    if len(spec.kinds) != 1:
        yield key, f"exactly one thing to show is needed, it has {', '.join(spec.kinds) or 'none'}"
    for name in spec.each:
        dimension = entry.dimension(name)
        if dimension is None and name != "round":
            yield key, f"each: unknown dimension «{name}»"
        elif spec.subtotals and dimension is not None and not dimension.groups:
            yield key, f"subtotals: «{name}» has no groups"
    if spec.band and spec.band != "asked" and spec.band not in standard.scales():
        yield key, f"band: unknown scale «{spec.band}»"
    for name, codes in spec.only.items():
        dimension = entry.dimension(name)
        if dimension is None or not set(codes) <= set(dimension.codes):
            yield key, f"only: unknown dimension or value «{name}»"
    path = (*outer, *spec.each, *spec.only)
    for name in spec.measures:
        yield from _of_measure(key, name, path, entry)
    for number, inner in enumerate(spec.columns):
        yield from _of_spec(f"{key}.columns.{number}", inner, path, entry)


def _of_measure(key: str, name: str, path: tuple[str, ...], entry: Entry) -> Iterator[Fault]:
    measure = entry.measure(name)
    if measure is None:
        yield key, f"unknown measure «{name}»"
        return
    for each in path:
        dimension = entry.dimension(each)
        if dimension is not None and dimension.name not in measure.dimensions:
            yield key, f"the measure «{name}» is not counted by «{each}»"


# ---------------------------------------------------------------- the dictionary


def _of_dictionary(entry: Entry) -> Iterator[Fault]:
    for line in entry.columns:
        if _SECRECY[line.cls] > _SECRECY[entry.sensitivity]:
            yield f"columns.{line.name}", f"class {line.cls} is above the dataset's sensitivity"
    for name in dict.fromkeys(_needed(entry)):
        if entry.line(name) is None and entry.dimension(name) is None:
            yield f"columns.{name}", "missing: every column needs a line with its class"
    yield from _of_ratios(entry)


def _needed(entry: Entry) -> Iterator[str]:
    for table in entry.tables:
        for spec in table.columns:
            yield from (leaf.entry for leaf in _leaves(spec) if len(leaf.kinds) == 1)


def _leaves(spec: ColumnSpec) -> Iterator[ColumnSpec]:
    if spec.columns:
        for inner in spec.columns:
            yield from _leaves(inner)
    else:
        yield spec


def _of_ratios(entry: Entry) -> Iterator[Fault]:
    """Narrowed by what only one side is counted by, a ratio would be wrong without looking so."""
    for table in entry.tables:
        for leaf in (leaf for spec in table.columns for leaf in _leaves(spec)):
            sides = [entry.measure(name) for name in leaf.ratio or leaf.percent or ()]
            counted = [set(side.dimensions) for side in sides if side is not None]
            if len(counted) != 2:
                continue
            for name in sorted(counted[0] ^ counted[1]):
                dimension = entry.dimension(name)
                if dimension is not None and dimension.filter and leaf.ratio:
                    yield f"columns.{leaf.entry}", f"set filter = false on the dimension «{name}»"


# ---------------------------------------------------------------- between files


def between(entries: Sequence[tuple[str, Entry]]) -> Iterator[tuple[str, str, str]]:
    """Views of one source agree on how its figures are kept. Gives (file, key, what is wrong)."""
    known: dict[tuple[str, str], tuple[tuple[str, ...], int]] = {}
    for path, entry in entries:
        for measure in entry.measures:
            kept = (measure.dimensions, measure.decimals)
            first = known.setdefault((entry.source_id, measure.name), kept)
            if first != kept:
                what = f"another file keeps it by {first[0]} with {first[1]} decimals"
                yield path, f"measures.{measure.name}", what
    yield from _hidden_alike(entries)
    yield from _public_versions(entries)


def _public_versions(entries: Sequence[tuple[str, Entry]]) -> Iterator[tuple[str, str, str]]:
    """What those outside are offered must be there, and be for them."""
    for path, entry in entries:
        if not entry.public_version:
            continue
        public = next((e for _, e in entries if e.id == entry.public_version), None)
        if public is None:
            yield path, "public_version", f"no dataset «{entry.public_version}»"
        elif public.who_may_ask != "anyone":
            yield path, "public_version", f"«{public.id}» is for the roster as well"


def _hidden_alike(entries: Sequence[tuple[str, Entry]]) -> Iterator[tuple[str, str, str]]:
    """What one file hides no other may show, and their sums are the same."""
    known: dict[tuple[str, str], tuple[object, ...]] = {}
    for path, entry in entries:
        policy = entry.small_cells.policy
        for measure in entry.measures:
            shapes = [d for n in measure.dimensions if (d := entry.dimension(n)) is not None]
            sums = tuple((d.codes, tuple(group.values for group in d.groups)) for d in shapes)
            suppressed = (entry.small_cells.threshold, sums) if policy != "none" else ()
            first = known.setdefault((entry.source_id, measure.name), (policy, *suppressed))
            if first != (policy, *suppressed):
                what = f"another file hides small figures of «{measure.name}» in another way"
                yield path, "small_cells", what
