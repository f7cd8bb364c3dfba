"""A finished table is counted again by another way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailproc.datasets import query, recount, workbook
from mailproc.datasets.table import Table
from mailproc.errors import NeedsPerson
from mailproc.model import Item, Prepared
from tests.datasets.conftest import PROVENANCE, Asking


@pytest.mark.parametrize(
    "filters", [(), ("ป.1-ป.3",), ("หญิง",), ("โรงเรียนขนาดเล็ก",), ("ยกเว้น ป.1",)]
)
@pytest.mark.parametrize("dataset", ["student_count", "classrooms", "students_and_rooms"])
def test_a_table_agrees_with_its_cells(ask: Asking, dataset: str, filters: tuple[str, ...]) -> None:
    item = Item("x", dataset, (2568,), filters=filters if dataset == "student_count" else ())
    prepared = query.prepare(item, ask.catalogue, ask.url)
    assert isinstance(prepared, Prepared)
    table = query.run(prepared.query, ask.url)
    assert any(isinstance(cell, int) and cell for cell in table.total)
    assert recount.differences(prepared.query, table, ask.url) == ()


def test_a_wrong_total_is_found_and_nothing_is_written(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = ask.prepared()
    table = query.run(prepared.query, ask.url)
    at = next(i for i, cell in enumerate(table.total) if isinstance(cell, int))
    wrong = (*table.total[:at], int(table.total[at]) + 1, *table.total[at + 1 :])
    altered: Table = replace(table, total=wrong)
    name = table.columns[at].name_th
    assert recount.differences(prepared.query, altered, ask.url) == (name,)
    monkeypatch.setattr(query, "run", lambda *_: altered)
    with pytest.raises(NeedsPerson, match="Counted twice"):
        workbook.build(prepared, PROVENANCE, ask.url)
