"""Counts the totals of a finished table again, by another way than the one that made it.

`tabulate` adds figures up row by row; here pandas adds the stored cells up column by column. A
difference means that one of the two is wrong, so nothing is sent. pandas costs a second and 77 MB
to import (measured): it is imported here only, in the process that builds files.
"""

from __future__ import annotations

from sqlalchemy import select

from mailproc.datasets import layout, register, warehouse
from mailproc.datasets.layout import Leaf
from mailproc.datasets.plan import Plan
from mailproc.datasets.table import HIDDEN, Table

Sums = dict[tuple[str, str, str], int]  # measure and codes of its two dimensions → figure


def differences(query: str, table: Table, warehouse_url: str) -> tuple[str, ...]:
    """The columns whose total is not the sum of their cells; empty where all agree.

    Looks at whole counts of one round; ratios, means and masked tables have no plain sum.
    """
    plan = Plan.parse(query)
    if not table.total or plan.table.rows != ("unit",):
        return ()
    cells = _cells(plan, warehouse_url)
    leading = len(list(layout.leading_names(plan)))
    shown = zip(layout.leaves(plan), table.columns[leading:], table.total[leading:], strict=True)
    return tuple(
        column.name_th
        for leaf, column, total in shown
        if _is_plain(leaf, plan) and total != HIDDEN and int(total or 0) != _sum(leaf, plan, cells)
    )


def _is_plain(leaf: Leaf, plan: Plan) -> bool:
    if not leaf.spec.measure or any(step.dimension == layout.ROUND for step in leaf.path):
        return False
    measure = plan.measure(leaf.spec.measure)
    return not measure.mean_over and not measure.decimals


def _sum(leaf: Leaf, plan: Plan, cells: Sums) -> int:
    measure = plan.measure(leaf.spec.measure)
    asked = [leaf.where.get(name, plan.where.get(name)) for name in measure.dimensions]
    return sum(
        value
        for (name, *codes), value in cells.items()
        if name == measure.name
        and all(
            wanted is None or code in wanted for code, wanted in zip(codes, asked, strict=False)
        )
    )


def _cells(plan: Plan, warehouse_url: str) -> Sums:
    """The stored cells of the schools in the table, added up over these."""
    import pandas as pd

    c, r = warehouse.cells.c, warehouse.rounds.c
    pinned = select(r.id).where(r.source_id == plan.source, r.digest == plan.main.digest)
    with warehouse.reading(warehouse_url) as connection:
        codes = [school.code for school in register.read(connection, plan).schools]
        rows = connection.execute(
            select(c.school_code, c.measure, c.d1, c.d2, c.value).where(
                c.round_id == pinned.scalar_subquery()
            )
        ).all()
    frame = pd.DataFrame(
        [tuple(row) for row in rows], columns=["school_code", "measure", "d1", "d2", "value"]
    )
    asked = codes if plan.schools is None else [code for code in codes if code in plan.schools]
    chosen = frame[frame["school_code"].isin(asked)]
    sums = chosen.groupby(["measure", "d1", "d2"], sort=False)["value"].sum()
    added = sums.reset_index().itertuples(index=False, name=None)
    return {(one[0], one[1], one[2]): int(one[3]) for one in added}
