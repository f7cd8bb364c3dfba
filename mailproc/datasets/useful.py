"""Which levels are worth sending where small figures are hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mailproc.datasets.plan import Plan
from mailproc.datasets.table import HIDDEN, Table
from mailproc.model import Question
from mailproc.thai import LEVELS


def is_useful(table: Table) -> bool:
    """Whether of the figures that are not zero at least half are shown."""
    shown = hidden = 0
    for row in (*table.rows, table.total):
        for column, cell in zip(table.columns, row, strict=False):
            if column.is_number and cell == HIDDEN:
                hidden += 1
            elif column.is_number and cell not in ("", 0):
                shown += 1
    return hidden <= shown


def releasable(plans: Iterable[Plan], run: Callable[[str], Table]) -> tuple[str, ...]:
    """The levels of those plans whose tables show enough."""
    return tuple(plan.level for plan in plans if is_useful(run(plan.query)))


def question(level: str, filters: tuple[str, ...], levels: tuple[str, ...]) -> Question:
    """Asks for a coarser level, or for another choice where no level shows enough."""
    if levels or not filters:
        offers = tuple(LEVELS.get(one, one) for one in levels)
        return Question("level", "small_figures", LEVELS.get(level, level), offers)
    return Question("filters", "small_figures", ", ".join(filters))
