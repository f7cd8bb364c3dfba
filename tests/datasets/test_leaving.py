"""Columns that an approver leaves out, and coarser levels: less is shown, and less can be known."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from mailproc.datasets import leaving, query
from mailproc.datasets.catalogue import load_entries
from mailproc.datasets.plan import PinnedRound, Plan
from mailproc.datasets.query import prepare
from mailproc.datasets.recount import differences
from mailproc.datasets.workbook import build
from mailproc.errors import NeedsPerson
from mailproc.model import Conditions, Item, Prepared
from mailproc.sandbox import Held, gated
from tests.datasets.conftest import PROVENANCE, Asking

_ITEM = Item("จำนวนนักเรียน", "student_count", (2568,))
_CODE = "รหัสโรงเรียน"


def _under(ask: Asking, *filters: str, level: str = "school", **conditions: object) -> Prepared:
    item = replace(_ITEM, filters=filters, level=level)
    narrow = Conditions(**conditions)  # type: ignore[arg-type]
    made = prepare(item, ask.catalogue, ask.url, narrow)
    assert isinstance(made, Prepared), made
    return made


def test_a_column_that_is_left_out_is_nowhere_in_the_result(ask: Asking, url: str) -> None:
    whole, less = ask.prepared("ป.6"), _under(ask, "ป.6", without=(_CODE,))
    assert less.columns == whole.columns[1:]
    table, full = query.run(less.query, url), query.run(whole.query, url)
    assert table.rows == tuple(row[1:] for row in full.rows)
    assert table.total == ("รวมทั้งสิ้น", *full.total[2:])
    assert less.result_digest == table.digest != whole.result_digest
    assert less.sample[0] == tuple(map(str, table.rows[0]))


def test_a_sum_that_would_tell_what_is_left_out_goes_too(ask: Asking) -> None:
    assert _under(ask, "ป.6", without=("ป.6 หญิง",)).columns[2:] == ("ป.6 ชาย",)


def test_a_total_may_go_alone_for_its_parts_tell_it_anyway(ask: Asking) -> None:
    assert _under(ask, "ป.6", without=("ป.6 รวม",)).columns[2:] == ("ป.6 ชาย", "ป.6 หญิง")


def test_no_figure_that_is_left_out_can_be_counted_from_those_that_stay(
    ask: Asking, url: str
) -> None:
    """Attacked with linear algebra over the figures themselves, school by school."""
    gone = "ป.2 หญิง"
    made = _under(ask, "ป.1-ป.3", without=(gone,))
    plan = Plan.parse(made.query)
    figures = {one.name: one for one in leaving._figures(plan)}
    kept = [figures[name] for name in made.columns if name in figures]
    (secret,) = figures[gone].sums
    for count in (1, 2, 3):
        for some in combinations(kept, count):
            signs = [[1], [1, -1], [1, -1, -1]][count - 1]
            total: dict[tuple[str, ...], int] = {}
            for sign, one in zip(signs, some, strict=True):
                for cell in one.sums[0]:
                    total[cell] = total.get(cell, 0) + sign
            assert {cell for cell, n in total.items() if n} != set(secret), [x.name for x in some]
    assert not leaving._is_told(secret, kept)
    assert "ป.2 ชาย" in made.columns, "no more goes than has to"
    assert "ป.1 หญิง" in made.columns


@pytest.mark.parametrize("level", ["school", "area"])
def test_a_ratio_tells_the_other_figure_so_it_goes_with_it(level: str) -> None:
    entry = load_entries(None)["classrooms"].entry
    plan = Plan(
        dataset_id=entry.id,
        source=entry.source_id,
        rounds=(PinnedRound(digest="a" * 64, academic_year=2568, round=1, as_of="2025-06-10"),),
        level=level,
        table=entry.table(level),
        dimensions=entry.dimensions,
        measures=entry.measures,
        columns=entry.columns,
    )
    figures = list(leaving._figures(plan))
    ratio = next(one for one in figures if len(one.sums) > 1)
    rooms = next(one for one in figures if one.sums == (ratio.sums[1],))
    gone = leaving.left_out(plan, (rooms.name,)).without
    assert {rooms.name, ratio.name} <= set(gone)
    assert next(one for one in figures if one.sums == (ratio.sums[0],)).name not in gone


def test_the_second_count_agrees_where_columns_are_left_out(ask: Asking, url: str) -> None:
    made = _under(ask, "ป.1-ป.3", without=("ป.2 หญิง", _CODE))
    assert differences(made.query, query.run(made.query, url), url) == ()


@pytest.mark.parametrize("kind", ["xlsx", "csv", "pdf"])
def test_the_file_passes_the_gate_and_says_what_is_left_out(
    ask: Asking, url: str, kind: str
) -> None:
    item = replace(_ITEM, filters=("ป.6",), level="school", format=kind)
    narrow = Conditions(without=("ป.6 หญิง",), until="2026-12-31")
    made = prepare(item, ask.catalogue, url, narrow)
    assert isinstance(made, Prepared)
    if made.format != kind:
        pytest.skip("pages can't be set here")
    built = build(made, replace(PROVENANCE, conditions=narrow), url)
    assert built.result_digest == made.result_digest
    held = gated(built, made)
    assert not isinstance(held, Held), held


def test_the_sheet_of_origin_tells_conditions_and_the_last_day(ask: Asking, url: str) -> None:
    from mailproc.datasets.output import words

    narrow = Conditions(without=("ป.6 หญิง",), level="district", until="2026-12-31")
    made = _under(ask, "ป.6", without=narrow.without, level="school")
    table = query.run(made.query, url)
    told = dict(words.facts(table, made, replace(PROVENANCE, conditions=narrow)))
    assert told["เงื่อนไขของผู้อนุญาต"] == "ไม่รวมคอลัมน์ ป.6 หญิง, ป.6 รวม จัดทำเป็นรายอำเภอ"
    assert told["ใช้ข้อมูลได้ถึงวันที่"] == "31 ธันวาคม 2569"
    plain = dict(words.facts(table, ask.prepared("ป.6"), PROVENANCE))
    assert "เงื่อนไขของผู้อนุญาต" not in plain


def test_without_conditions_a_query_and_its_digest_are_what_they_were(ask: Asking) -> None:
    assert "without" not in ask.prepared().query
    assert _under(ask, until="2026-12-31").query == ask.prepared().query


# ---------------------------------------------------------------- levels


def test_a_coarser_level_is_built_anew(ask: Asking, url: str) -> None:
    item = replace(_ITEM, filters=("ป.6",), level="school")
    area = prepare(item, ask.catalogue, url, Conditions(level="area"))
    assert isinstance(area, Prepared)
    assert (area.level, area.rows) == ("area", 1)
    assert area.result_digest == ask.prepared("ป.6", level="area").result_digest


@pytest.mark.parametrize("level", ["school", "group"])
def test_a_level_that_is_not_coarser_or_not_there_is_a_matter_for_a_person(
    ask: Asking, level: str
) -> None:
    asked = "area" if level == "school" else "school"
    item = replace(_ITEM, level=asked)
    with pytest.raises(NeedsPerson):
        prepare(item, ask.catalogue, ask.url, Conditions(level=level))


def test_a_figure_that_the_coarser_table_names_otherwise_is_no_guess(ask: Asking) -> None:
    item = replace(_ITEM, level="school")
    with pytest.raises(NeedsPerson, match=r"no column «ป\.6 หญิง»"):
        prepare(item, ask.catalogue, ask.url, Conditions(without=("ป.6 หญิง",), level="area"))
    gone = Conditions(without=(_CODE,), level="area")
    assert isinstance(prepare(item, ask.catalogue, ask.url, gone), Prepared), "it is gone anyway"


# ---------------------------------------------------------------- what can't be met


@pytest.mark.parametrize(
    ("without", "why"),
    [
        (("ไม่มี",), "unknown_column"),
        ((_CODE, "ชื่อโรงเรียน"), "no_label_left"),
        (("ป.6 ชาย", "ป.6 หญิง", "ป.6 รวม"), "no_figure_left"),
    ],
)
def test_what_can_not_be_left_out_is_said_before_it_is_decided(
    ask: Asking, without: tuple[str, ...], why: str
) -> None:
    assert tuple(leaving.faults(ask.prepared("ป.6").query, without)) == (why,)
    with pytest.raises(NeedsPerson):
        _under(ask, "ป.6", without=without)
