"""From a request to a query, and from the query to its table.

A query is the canonical JSON of a `Plan`, pinned to the digests of rounds, so that it gives the
same table in another process at another time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import Connection, select

from mailproc.datasets import layout as layouts
from mailproc.datasets import (
    leaving,
    mask,
    register,
    rounds,
    tabulate,
    useful,
    warehouse,
)
from mailproc.datasets.plan import Plan
from mailproc.datasets.planning import Planned, planned, shown_columns
from mailproc.datasets.shape import ColumnSpec, Measure
from mailproc.datasets.table import Column, Table
from mailproc.datasets.tabulate import Cells, Figures
from mailproc.datasets.texts import text
from mailproc.digest import digest
from mailproc.errors import NeedsPerson
from mailproc.model import Catalogue, Conditions, Dataset, Item, Prepared, Question
from mailproc.workflow.assess import choose_format
from mailproc.workflow.conditions import FINENESS

SAMPLE_ROWS = 5
_ALL = Conditions()


def prepare(
    item: Item, catalogue: Catalogue, warehouse_url: str, conditions: Conditions = _ALL
) -> Prepared | tuple[Question, ...]:
    """The query that answers the item, run once; or everything that must be asked first.

    `conditions`: what an approver leaves out of it. Raises NeedsPerson where they can't be met, or
    where the catalogue names a round that the warehouse no longer holds.
    """
    if conditions.level or conditions.without:
        return _under(conditions, item, catalogue, warehouse_url)
    plan = planned(item, catalogue, warehouse_url)
    if not isinstance(plan, Planned):
        return plan
    too_little = _too_little(item, plan, warehouse_url)
    return too_little or _prepared(item, plan, warehouse_url)


def _under(
    conditions: Conditions, item: Item, catalogue: Catalogue, warehouse_url: str
) -> Prepared | tuple[Question, ...]:
    """The query of an item as far as the conditions let it go."""
    asked = planned(item, catalogue, warehouse_url)
    if isinstance(asked, Prepared):
        raise NeedsPerson("A ready-made file leaves as it is; nothing can be left out of it.")
    if not isinstance(asked, Planned):
        return asked
    level = conditions.level or asked.plan.level
    if conditions.level and FINENESS[level] >= FINENESS[asked.plan.level]:
        raise NeedsPerson(f"The level «{level}» is not coarser than what was asked for.")
    narrow = planned(replace(item, level=level), catalogue, warehouse_url)
    if not isinstance(narrow, Planned) or narrow.plan.level != level:
        raise NeedsPerson(f"{asked.dataset.id} can't be put together by «{level}».")
    without = _still_there(conditions.without, asked.plan, narrow.plan)
    if without and (wrong := ", ".join(leaving.faults(narrow.plan.query, without))):
        raise NeedsPerson(f"The columns that the approver leaves out: {wrong}.")
    cut = leaving.left_out(narrow.plan, without) if without else narrow.plan
    return _prepared(item, replace(narrow, plan=cut), warehouse_url)


def _still_there(without: Sequence[str], asked: Plan, narrow: Plan) -> tuple[str, ...]:
    """Those of the columns that a coarser level has too; a name of a school, say, is gone anyway.

    Raises NeedsPerson where a figure is shown there under another name.
    """
    there = {column.name_th for column in layouts.columns(narrow)}
    shown = {column.name_th: column for column in layouts.columns(asked)}
    for name in without:
        if name not in there and (name not in shown or shown[name].is_number):
            raise NeedsPerson(f"There is no column «{name}» to leave out.")
    return tuple(name for name in without if name in there)


def run(query: str, warehouse_url: str) -> Table:
    """The table of a query, read afresh."""
    plan = Plan.parse(query)
    mask_in_force = mask.load(plan, warehouse_url)
    with warehouse.reading(warehouse_url) as connection:
        schools = register.read(connection, plan)
        figures = _figures(connection, plan)
    return tabulate.table(plan, schools, figures, mask_in_force)


def layout(query: str) -> tuple[Column, ...]:
    """The columns of a query's table, without running it."""
    return layouts.columns(Plan.parse(query))


def has_total(query: str) -> bool:
    """Whether the last row of a query's table is a total."""
    return layouts.has_total(Plan.parse(query))


# ---------------------------------------------------------------- preparing


def _prepared(item: Item, made: Planned, warehouse_url: str) -> Prepared:
    plan, dataset, chosen, criteria = made.plan, made.dataset, made.chosen, made.criteria
    query = plan.query
    result = _result(query, warehouse_url)
    return Prepared(
        dataset_id=dataset.id,
        title_th=_title(dataset),
        title_en=dataset.title_en,
        academic_year=chosen.academic_year,
        round=chosen.round,
        level=plan.level,
        filters=criteria.words,
        format=choose_format(item, dataset.formats),
        query=query,
        rows=len(result.rows),
        columns=result.names,
        hidden_cells=result.hidden,
        suppression=dataset.suppression,
        sensitivity=dataset.sensitivity,
        sample=tuple(tuple(map(str, row)) for row in result.rows[:SAMPLE_ROWS]),
        as_of=chosen.as_of,
        source=chosen.source,
        round_digest=_digest(plan),
        dataset_digest=dataset.digest,
        result_digest=result.digest,
    )


def _too_little(item: Item, made: Planned, warehouse_url: str) -> tuple[Question, ...]:
    """Asks for another level where most of the figures would be hidden."""
    plan, dataset, entry, schools = made.plan, made.dataset, made.entry, made.schools
    asked_back = plan.policy != "none" and not plan.example
    if not asked_back or useful.is_useful(_result(plan.query, warehouse_url)):
        return ()
    others = []
    for level in dataset.levels:
        table = entry.table(level)
        shown = tuple(shown_columns(table, schools, plan, warehouse_url))
        whole = table.model_copy(update={"columns": shown})
        if level != plan.level:
            others.append(plan.model_copy(update={"level": level, "table": whole}))
    levels = useful.releasable(others, lambda query: _result(query, warehouse_url))
    return (useful.question(plan.level, item.filters, levels),)


def _result(query: str, warehouse_url: str) -> Table:
    state = warehouse.state(warehouse_url)
    return _run_known(query, warehouse_url, state) if state else run(query, warehouse_url)


def _title(dataset: Dataset) -> str:
    """Made-up figures say so wherever their title stands: on sheets, pages and file names."""
    if dataset.example:
        return text("examples", "title", title=dataset.title_th)
    return dataset.title_th


def _digest(plan: Plan) -> str:
    """Of all rounds that the table is made of; of a single one its own."""
    several = [one.digest for one in plan.rounds]
    return several[0] if len(several) == 1 else digest(several)


@lru_cache(maxsize=64)
def _run_known(query: str, warehouse_url: str, state: tuple[int, ...]) -> Table:
    """As `run`, over figures that were read before from the same unchanged file."""
    plan = Plan.parse(query)
    in_force = mask.load(plan, warehouse_url)
    wanted = tuple(sorted(_measures(plan)))
    figures = Figures(
        tuple(_known_cells(warehouse_url, one.digest, wanted, state) for one in plan.rounds),
        _known_texts(plan, warehouse_url),
    )
    return tabulate.table(plan, rounds.register_for(plan, warehouse_url), figures, in_force)


@lru_cache(maxsize=16)
def _known_cells(
    url: str, digest_: str, measures: tuple[str, ...], _state: tuple[int, ...]
) -> dict[str, Cells]:
    with warehouse.reading(url) as connection:
        return _cells(connection, register.round_id(connection, digest_), measures, None)


def _known_texts(plan: Plan, url: str) -> dict[tuple[str, str], str]:
    if not _needs_texts(plan.table.columns):
        return {}
    with warehouse.reading(url) as connection:
        return register.texts(connection, plan)


# ---------------------------------------------------------------- reading


def _figures(connection: Connection, plan: Plan) -> Figures:
    """The cells that the plan needs. Raises NeedsPerson where a round is gone."""
    wanted = sorted(_measures(plan))
    few = plan.schools if plan.schools is not None and len(plan.schools) <= _FEW else None
    keys = [register.round_id(connection, one.digest) for one in plan.rounds]
    per_round = tuple(_cells(connection, key, wanted, few) for key in keys)
    texts = register.texts(connection, plan) if _needs_texts(plan.table.columns) else {}
    return Figures(per_round, texts)


def _cells(
    connection: Connection, key: int, measures: Sequence[str], schools: tuple[str, ...] | None
) -> dict[str, Cells]:
    if not measures:
        return {}
    c = warehouse.cells.c
    query = select(c.school_code, c.measure, c.d1, c.d2, c.value).where(
        c.round_id == key, c.measure.in_(measures)
    )
    query = query if schools is None else query.where(c.school_code.in_(schools))
    found: dict[str, dict[mask.Key, int]] = defaultdict(dict)
    for code, measure, d1, d2, value in connection.execute(query).all():
        found[code][measure, d1, d2] = value
    return dict(found)


_FEW = 500  # codes that one statement names; SQLite takes 32,766 values, others fewer


def _measures(plan: Plan) -> set[str]:
    names = {name for leaf in layouts.leaves(plan) for name in leaf.spec.measures}
    by_name: dict[str, Measure] = {measure.name: measure for measure in plan.measures}
    return names | {over for name in names if (over := by_name[name].mean_over)}


def _needs_texts(specs: Sequence[ColumnSpec]) -> bool:
    return any(spec.text or _needs_texts(spec.columns) for spec in specs)
