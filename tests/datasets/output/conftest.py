"""Tables that no shipped dataset has: hidden cells, examples, many columns."""

from __future__ import annotations

import json
from dataclasses import replace

from mailproc.datasets.table import HIDDEN, Column, Table, digest_of
from mailproc.digest import canonical
from mailproc.model import Prepared


def column(name: str, kind: str = "integer", group: str = "", decimals: int = 0) -> Column:
    key = f"x.{name}" if name != "รวม" else "x.total"
    full = f"{group} {name}".strip()
    return Column(key, full, full, name, name, group, group, kind, "open", decimals)


def table(columns: tuple[Column, ...], *rows: tuple[str | int, ...]) -> Table:
    names = [one.name_th for one in columns]
    return Table(columns, rows, (), 0, digest_of(names, rows, ()))


def as_example(prepared: Prepared) -> Prepared:
    plan = json.loads(prepared.query) | {"example": True}
    return replace(prepared, query=canonical(plan))


def hiding_small(result: Table) -> Table:
    """Counts from 1 to 4 are hidden."""

    def hide(cell: str | int) -> str | int:
        return HIDDEN if isinstance(cell, int) and 0 < cell < 5 else cell

    rows = tuple(tuple(map(hide, row)) for row in result.rows)
    hidden = sum(cell == HIDDEN for row in rows for cell in row)
    return replace(result, rows=rows, hidden=hidden)
