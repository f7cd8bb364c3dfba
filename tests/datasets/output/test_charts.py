from __future__ import annotations

from pathlib import Path

from mailproc.datasets import examples, importer, query
from mailproc.datasets.catalogue import load_catalogue, load_entries
from mailproc.datasets.output import charts
from mailproc.datasets.plan import Plan
from tests.datasets.conftest import NOW, Asking


def test_the_lines_of_a_trend_are_stages_and_their_total(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'examples.sqlite'}"
    for one in examples.rounds(load_entries(None)["student_trend"].entry, 2568, 1):
        importer.load(one, url, NOW, by="example")
    asking = Asking(load_catalogue(None, url, examples=True), url)
    prepared = asking.prepared(dataset_id="student_trend", level="area")
    plan = Plan.parse(prepared.query)
    (chart,) = charts.choose(query.run(prepared.query, url), plan)
    assert chart.kind == "line"
    assert chart.title == "จำนวนนักเรียน จำแนกตามปีการศึกษาและระดับ"
    assert chart.series[0] == "ก่อนประถมศึกษา"
    assert chart.series[-1] == "รวมทั้งหมด"
    assert len(set(chart.series)) == len(chart.series) > 3
