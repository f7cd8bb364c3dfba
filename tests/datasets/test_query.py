from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from mailproc.datasets.catalogue import load_catalogue
from mailproc.datasets.importer import load_sample
from mailproc.datasets.plan import Plan
from mailproc.datasets.query import prepare, run
from mailproc.errors import NeedsPerson, TryAgain
from mailproc.model import Catalogue, Item, Prepared
from tests.datasets.conftest import NOW, Asking


def test_the_latest_is_pinned_to_the_round_that_is_loaded(ask: Asking) -> None:
    latest = ask.prepared(academic_years=(), latest=True)
    assert (latest.academic_year, latest.round, latest.as_of) == (2568, 1, "2025-06-10")
    assert Plan.parse(latest.query).main.digest == latest.round_digest
    assert latest.query == ask.prepared().query


def test_level_school_has_a_row_per_school_and_a_column_per_grade_and_sex(ask: Asking) -> None:
    prepared = ask.prepared()
    assert (prepared.rows, len(prepared.columns)) == (139, 2 + 15 * 3 + 3)
    assert prepared.columns[:5] == (
        "รหัสโรงเรียน",
        "ชื่อโรงเรียน",
        "อ.1 ชาย",
        "อ.1 หญิง",
        "อ.1 รวม",
    )
    assert prepared.columns[-3:] == ("รวมทั้งหมด ชาย", "รวมทั้งหมด หญิง", "รวมทั้งหมด")
    assert len(prepared.sample) == 5
    assert prepared.sample[0][0] == "57030001"
    assert prepared.suppression == "none"


def test_level_area_has_a_row_per_grade(ask: Asking, url: str) -> None:
    prepared = ask.prepared("ป.1-ป.6", level="area")
    assert prepared.columns == ("ชั้น", "ชาย", "หญิง", "รวม")
    table = run(prepared.query, url)
    assert table.rows[0] == ("ป.1", 2433, 2311, 4744)
    assert table.total == ("รวมทั้งสิ้น", 12080, 11622, 23702)


def test_a_total_over_some_grades_does_not_call_itself_the_whole(ask: Asking) -> None:
    assert ask.prepared("ป.1-ป.3").columns[-1] == "รวมชั้นที่ขอ"
    assert ask.prepared("ป.6").columns[2:] == ("ป.6 ชาย", "ป.6 หญิง", "ป.6 รวม")
    assert ask.prepared("ป.6", "หญิง").columns[2:] == ("ป.6 หญิง",)


def test_the_same_request_gives_the_same_digest_and_another_one_another(ask: Asking) -> None:
    digests = {ask.prepared(*words).result_digest for words in ((), ("ป.6",), ("หญิง",))}
    assert len(digests) == 3
    assert ask.prepared("ป.๖").result_digest == ask.prepared("ประถมปีที่ 6").result_digest


def test_figures_changed_behind_our_back_are_seen_at_the_next_preparing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    load_sample(url, NOW)
    ask = Asking(load_catalogue(None, url), url)
    before = ask.prepared().result_digest
    with sqlite3.connect(tmp_path / "w.db") as connection:
        connection.execute("UPDATE cells SET value = value + 1 WHERE school_code = '57030128'")
    connection.close()
    assert ask.prepared().result_digest != before


def test_a_round_that_left_the_warehouse_is_a_matter_for_a_person(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    load_sample(url, NOW)
    dataset = catalogue.get("student_count")
    assert dataset is not None
    lost = replace(dataset, rounds=(replace(dataset.rounds[0], digest="0" * 64),))
    with pytest.raises(NeedsPerson, match="does not hold the round"):
        prepare(Item("x", "student_count", (2568,)), Catalogue((lost,)), url)


@pytest.mark.parametrize(
    ("wanted", "made"),
    [(None, "xlsx"), ("xlsx", "xlsx"), ("csv", "csv"), ("pdf", "pdf"), ("paper", "pdf")],
)
def test_what_is_to_be_printed_is_set_as_pages(ask: Asking, wanted: str | None, made: str) -> None:
    assert ask.prepared(format=wanted).format == made


def test_an_unknown_dataset_is_a_question_not_an_error(catalogue: Catalogue, url: str) -> None:
    answer = prepare(Item("อะไรก็ได้", None, (2568,)), catalogue, url)
    assert not isinstance(answer, Prepared)
    assert answer[0].problem == "unknown"


def test_a_warehouse_that_does_not_answer_says_try_again(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    (tmp_path / "w.db").mkdir()
    url = f"sqlite:///{tmp_path / 'w.db'}"
    with pytest.raises(TryAgain, match="could not be read"):
        load_catalogue(None, url)
    with pytest.raises(TryAgain, match="could not be read"):
        prepare(Item("x", "student_count", (2568,)), catalogue, url)
