"""From a request to its plan: which round, which schools, which columns. Runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailproc.datasets import mask, readymade, register, rounds, warehouse
from mailproc.datasets.entry import Entry
from mailproc.datasets.filters import Criteria, understand
from mailproc.datasets.narrowing import fitting
from mailproc.datasets.plan import Plan
from mailproc.datasets.register import Register
from mailproc.datasets.shape import ColumnSpec, TableSpec
from mailproc.model import Catalogue, Dataset, Item, Prepared, Question, Round
from mailproc.workflow.assess import assess_item, choose_round


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was made from."""

    plan: Plan
    dataset: Dataset
    entry: Entry
    chosen: Round
    schools: Register
    criteria: Criteria


def planned(
    item: Item, catalogue: Catalogue, warehouse_url: str
) -> Planned | Prepared | tuple[Question, ...]:
    """The plan that answers the item; a ready-made file has none."""
    questions = assess_item(item, catalogue, inside=True)  # who asks was judged before
    dataset = catalogue.get(item.dataset_id)
    chosen = choose_round(item, dataset) if dataset else None
    if dataset is None or chosen is None:
        return questions
    entry = entry_of(dataset)
    if dataset.kind == "file":
        made = questions or readymade.prepare(item, dataset, entry, chosen)
        return (made,) if isinstance(made, Question) else made
    plan = _started(item, dataset, entry, chosen, warehouse_url)
    schools = rounds.register_for(plan, warehouse_url)
    criteria = understand(item.filters, schools, entry, dataset, chosen.academic_year)
    if questions or not isinstance(criteria, Criteria):
        return (*questions, *(criteria if isinstance(criteria, tuple) else ()))
    plan = _narrowed(plan, entry, criteria, schools, warehouse_url)
    if plan.schools == ():
        said = ", ".join(item.filters) or dataset.title_th
        return (Question("filters", "unclear", said, hints=dataset.filters_th),)
    plan = mask.pinned(plan, warehouse_url)
    return Planned(plan, dataset, entry, chosen, schools, criteria)


def left_to_ask(item: Item, catalogue: Catalogue, warehouse_url: str) -> tuple[Question, ...]:
    """What has still to be asked before the item can be answered; empty: nothing, or a round that
    is waited for. Words alone are read, no figures."""
    found = planned(item, catalogue, warehouse_url)
    return found if isinstance(found, tuple) else ()


def entry_of(dataset: Dataset) -> Entry:
    """The catalogue file that a dataset was made from."""
    return _entry(dataset.spec)


@lru_cache(maxsize=64)
def _entry(spec: str) -> Entry:
    return Entry.model_validate_json(spec)


def _started(item: Item, dataset: Dataset, entry: Entry, chosen: Round, warehouse_url: str) -> Plan:
    """The plan before anything is narrowed down."""
    stored = _stored(warehouse_url, warehouse.state(warehouse_url))
    places, sizes = rounds.helpers(entry.source_id, chosen, stored)
    loaded = rounds.offered(stored.get(entry.source_id, ()), examples=dataset.example)
    level = item.level if item.level in dataset.levels else dataset.levels[0]
    return Plan(
        dataset_id=entry.id,
        source=entry.source_id,
        rounds=tuple(map(rounds.pinned, rounds.spanned(chosen, loaded, dataset.years))),
        places=places,
        sizes=sizes,
        level=level,
        scale=entry.scales[0] if entry.scales else "obec4",
        policy=entry.small_cells.policy,
        threshold=entry.small_cells.threshold if entry.small_cells.policy != "none" else 0,
        example=dataset.example,
        table=entry.table(level),
        dimensions=entry.dimensions,
        measures=entry.measures,
        columns=entry.columns,
    )


@lru_cache(maxsize=8)
def _stored(url: str, _state: tuple[int, ...] | None) -> dict[str, tuple[warehouse.Stored, ...]]:
    return warehouse.current_rounds(url)


def _narrowed(
    plan: Plan, entry: Entry, criteria: Criteria, schools: Register, warehouse_url: str
) -> Plan:
    """The plan with what was asked for, and without what no school has."""
    codes = fitting(criteria.schools, entry.having, plan, schools, warehouse_url)
    table = plan.table.model_copy(
        update={"columns": tuple(shown_columns(plan.table, schools, plan, warehouse_url))}
    )
    return plan.model_copy(
        update={
            "schools": codes,
            "where": criteria.where,
            "scale": criteria.scale or plan.scale,
            "table": table,
        }
    )


def shown_columns(
    table: TableSpec, schools: Register, plan: Plan, warehouse_url: str
) -> Sequence[ColumnSpec]:
    """The columns without the optional ones that would be empty."""
    known = {kind: bool(schools.places(kind)) for kind in register.PLACES}
    named: set[str] = set()
    if any(spec.optional and spec.text for spec in table.columns):
        with warehouse.reading(warehouse_url) as connection:
            named = {name for _, name in register.texts(connection, plan)}
    return [
        spec
        for spec in table.columns
        if not spec.optional or known.get(spec.school or "") or spec.text in named
    ]
