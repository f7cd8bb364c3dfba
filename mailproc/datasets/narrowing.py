"""Which schools a table is about, after the requester's words and the dataset's own limits."""

from __future__ import annotations

from sqlalchemy import func, select

from mailproc.datasets import register, warehouse
from mailproc.datasets.plan import Plan
from mailproc.datasets.register import Register
from mailproc.datasets.shape import Having


def fitting(
    chosen: tuple[str, ...] | None, having: Having | None, plan: Plan, schools: Register, url: str
) -> tuple[str, ...] | None:
    """The codes that are meant; None where every school is."""
    if having is None:
        return chosen
    sums = _sums(having.measure, plan, schools, url)
    within = {code for code, number in sums.items() if _is_within(number, having)}
    codes = chosen if chosen is not None else tuple(school.code for school in schools.schools)
    return tuple(code for code in codes if code in within)


def _is_within(number: int, having: Having) -> bool:
    low, high = having.at_least, having.at_most
    return (low is None or number >= low) and (high is None or number <= high)


def _sums(measure: str, plan: Plan, schools: Register, url: str) -> dict[str, int]:
    """The whole of a measure by school, of the round asked for."""
    if measure == plan.size_of and plan.sizes == plan.main.digest:
        return {s.code: s.pupils for s in schools.schools if s.pupils is not None}
    c = warehouse.cells.c
    with warehouse.reading(url) as connection:
        key = register.round_id(connection, plan.main.digest)
        summed = select(c.school_code, func.sum(c.value)).where(
            c.round_id == key, c.measure == measure
        )
        found = connection.execute(summed.group_by(c.school_code))
        return {code: int(number) for code, number in found}
