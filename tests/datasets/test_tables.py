"""The tables of the shipped datasets, each number against the figures as published."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailproc.datasets import examples, importer, query
from mailproc.datasets.catalogue import load_catalogue, load_entries
from mailproc.datasets.importer import SAMPLE, Import, SchoolRow, digested, load
from mailproc.datasets.plan import Plan
from mailproc.datasets.query import prepare, run
from mailproc.datasets.table import Table
from mailproc.model import Catalogue, Item, Prepared, Round
from mailproc.thai import GRADES
from tests.datasets.conftest import NOW

Figures = dict[str, dict[str, str]]
STAGES = {"ก่อนประถมศึกษา": "อ", "ประถมศึกษา": "ป", "ม.ต้น": "ม", "ม.ปลาย": "ม"}
DISTRICTS = ("แม่จัน", "แม่สาย", "เชียงแสน")


@pytest.fixture(scope="session")
def figures() -> Figures:
    with SAMPLE.with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
        return {row["รหัสโรงเรียน"]: row for row in csv.DictReader(lines)}


def answered(catalogue: Catalogue, url: str, dataset: str, level: str, *filters: str) -> Table:
    item = Item(dataset, dataset, (2568,), level=level, filters=filters)
    found = prepare(item, catalogue, url)
    assert isinstance(found, Prepared), found
    table = run(found.query, url)
    assert table.digest == found.result_digest
    assert table.names == found.columns
    assert tuple(column.name_th for column in query.layout(found.query)) == table.names
    assert query.has_total(found.query) == bool(table.total)
    return table


Ask = Callable[..., Table]


@pytest.fixture
def ask(catalogue: Catalogue, url: str) -> Ask:
    return lambda dataset, level, *filters: answered(catalogue, url, dataset, level, *filters)


def pupils(school: dict[str, str], grades: tuple[str, ...] = GRADES) -> int:
    return sum(int(school[f"{grade} {sex}"]) for grade in grades for sex in ("ชาย", "หญิง"))


def rooms(school: dict[str, str], grades: tuple[str, ...] = GRADES) -> int:
    return sum(int(school[f"{grade} ห้อง"]) for grade in grades)


def cells(table: Table) -> dict[str, dict[str, object]]:
    return {str(row[0]): dict(zip(table.names, row, strict=True)) for row in table.rows}


def test_rooms_by_grade_are_those_of_the_source(ask: Ask, figures: Figures) -> None:
    table = ask("classrooms", "school")
    found = cells(table)
    assert found.keys() == figures.keys()
    for code, school in figures.items():
        assert [found[code][g] for g in GRADES] == [int(school[f"{g} ห้อง"]) for g in GRADES]
        assert found[code]["รวมทั้งหมด"] == int(school["รวม ห้อง"])
        assert found[code]["จำนวนนักเรียน"] == pupils(school)
    assert dict(zip(table.names, table.total, strict=True))["รวมทั้งหมด"] == 1_781


def test_pupils_per_room_are_divided_and_never_added_up(ask: Ask, figures: Figures) -> None:
    table = ask("classrooms", "school")
    for code, row in cells(table).items():
        expected = pupils(figures[code]) / rooms(figures[code])
        assert float(str(row["นักเรียนต่อห้อง"])) == pytest.approx(expected, abs=0.051)
    assert table.total[-1] == "20.8", "37,029 pupils in 1,781 rooms"
    area = ask("classrooms", "area", "ป.1-ป.2")
    assert [row[0] for row in area.rows] == ["ป.1", "ป.2"]
    assert area.rows[0][2] == 4744


def test_a_room_without_pupils_or_pupils_without_a_room_give_no_ratio(ask: Ask) -> None:
    table = ask("students_per_room", "school")
    upper = [row for row in cells(table).values() if row["ม.ปลาย ห้อง"] == 0]
    assert len(upper) > 100
    assert {row["ม.ปลาย คนต่อห้อง"] for row in upper} == {""}


def test_small_schools_have_up_to_120_pupils_and_their_step_of_twenty(
    ask: Ask, figures: Figures
) -> None:
    found = cells(ask("small_schools", "school"))
    assert found.keys() == {code for code, school in figures.items() if pupils(school) <= 120}
    assert len(found) == 53
    for row in found.values():
        number = int(str(row["รวมทั้งหมด"]))
        low = (number - 1) // 20 * 20 + 1
        assert row["ขนาดโรงเรียน"] == f"{low}–{low + 19} คน"


def test_a_school_stays_small_when_only_some_grades_are_asked_for(ask: Ask) -> None:
    assert len(ask("small_schools", "school", "ป.1-ป.3").rows) == 53
    area = ask("small_schools", "area")
    assert sum(int(row[1]) for row in area.rows) == 53
    assert area.total[1] == 53
    assert len(area.rows) == 7, "0 to 120; nobody has more"


@pytest.mark.parametrize(
    ("filters", "bounds"),
    [
        ((), (120, 600, 1500)),
        (("7 ขนาด",), (120, 200, 300, 499, 1499, 2499)),
        (("ใช้เกณฑ์ ก.ค.ศ.",), (119, 719, 1679)),
    ],
)
def test_size_bands_hold_the_schools_of_each_scale(
    ask: Ask, figures: Figures, filters: tuple[str, ...], bounds: tuple[int, ...]
) -> None:
    table = ask("student_size_bands", "area", *filters)
    sizes = [pupils(school) for school in figures.values()]
    lows, highs = (0, *(b + 1 for b in bounds)), (*bounds, 10**6)
    expected = [
        (sum(lo <= s <= hi for s in sizes), sum(s for s in sizes if lo <= s <= hi))
        for lo, hi in zip(lows, highs, strict=True)
    ]
    assert [(row[1], row[-1]) for row in table.rows] == expected
    assert (table.total[1], table.total[-1]) == (139, 37_029)


def test_students_by_stage_are_the_sums_of_their_grades(ask: Ask, figures: Figures) -> None:
    for code, row in cells(ask("student_size_bands", "school")).items():
        assert row["ประถมศึกษา"] == pupils(figures[code], GRADES[3:9])
        assert row["ม.ต้น"] == pupils(figures[code], GRADES[9:12])


def test_a_stage_of_which_a_part_was_asked_for_says_which(ask: Ask) -> None:
    table = ask("student_size_bands", "school", "ป.1-ป.3")
    assert table.names[-1] == "ประถมศึกษา (ป.1–ป.3)"


# ---------------------------------------------------------------- districts, groups, attributes


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> tuple[Catalogue, str]:
    """The sample, and a list of schools that says where two thirds of them lie."""
    url = f"sqlite:///{tmp_path_factory.mktemp('placed') / 'w.db'}"
    importer.load_sample(url, NOW)
    schools = tuple(
        SchoolRow(code, school["ชื่อโรงเรียน"], DISTRICTS[at % 3], "", "", f"กลุ่มโรงเรียน{at % 2 + 1}")
        for at, (code, school) in enumerate(sorted(figures.items()))
        if at % 3 != 2
    )
    phones = tuple((school.school_code, "phone", "0 5300 0000") for school in schools)
    listed = Round(2568, 1, "2025-06-10", "ทะเบียนโรงเรียน", "")
    load(digested(Import("school_list", listed, schools, (), phones)), url, NOW)
    return load_catalogue(None, url), url


def test_districts_and_groups_are_levels_once_the_schools_have_them(
    placed: tuple[Catalogue, str], figures: Figures, catalogue: Catalogue
) -> None:
    catalogue_, url = placed
    dataset, without = catalogue_.get("student_count"), catalogue.get("student_count")
    assert dataset is not None
    assert without is not None
    assert set(dataset.levels) == {"school", "area", "district", "group"}
    assert set(without.levels) == {"school", "area"}
    table = answered(catalogue_, url, "student_count", "district")
    assert [row[0] for row in table.rows] == ["แม่จัน", "แม่สาย", "ไม่ระบุ"]
    codes = sorted(figures)
    assert table.rows[0][-1] == sum(pupils(figures[code]) for code in codes[::3])
    assert table.total[-1] == 37_029


def test_a_place_narrows_down_with_and_without_its_word(placed: tuple[Catalogue, str]) -> None:
    for words in ("อำเภอแม่จัน", "อ.แม่จัน", "โรงเรียนในอำเภอแม่จัน", "district แม่จัน"):
        table = answered(*placed, "student_count", "school", words)
        assert len(table.rows) == 47, words
    both = answered(*placed, "student_count", "school", "อำเภอแม่จัน กลุ่มโรงเรียน 1")
    assert 0 < len(both.rows) < 47
    rest = answered(*placed, "student_count", "school", "ยกเว้นอำเภอแม่จัน และแม่สาย")
    assert len(rest.rows) == 46


def test_a_name_of_both_a_school_and_a_place_is_asked_about(placed: tuple[Catalogue, str]) -> None:
    item = Item("x", "student_count", (2568,), filters=("แม่จัน",))
    answer = prepare(item, *placed)
    if isinstance(answer, Prepared):
        assert answer.filters == ("อำเภอแม่จัน",)
    else:
        assert "อำเภอแม่จัน" in answer[0].offers


def test_a_school_and_a_place_joined_by_and_are_asked_about(placed: tuple[Catalogue, str]) -> None:
    item = Item("x", "student_count", (2568,), filters=("โรงเรียนบ้านแม่คำ และอำเภอแม่จัน",))
    assert not isinstance(prepare(item, *placed), Prepared)


def test_the_directory_shows_what_the_list_of_schools_knows(placed: tuple[Catalogue, str]) -> None:
    table = answered(*placed, "school_directory", "school")
    assert {"อำเภอ", "กลุ่มโรงเรียน", "โทรศัพท์"} <= set(table.names)
    assert "ตำบล" not in table.names, "no school has one"
    phone = next(column for column in table.columns if column.name_th == "โทรศัพท์")
    assert phone.cls == "contact"


# ---------------------------------------------------------------- years


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalogue, str]:
    """Real figures of one year, and of an earlier one made from them: each count one more."""
    url = f"sqlite:///{tmp_path_factory.mktemp('years') / 'w.db'}"
    now = importer.read(SAMPLE)
    load(now, url, NOW)
    earlier = replace(
        now,
        round=replace(now.round, academic_year=2566, as_of="2023-06-10"),
        cells=tuple((*cell[:4], cell[4] + 1) for cell in now.cells[: 139 * 45 - 45]),
        schools=now.schools[:-1],
    )
    load(digested(earlier), url, NOW)
    return load_catalogue(None, url), url


def test_a_trend_has_a_row_or_a_column_for_each_year(years: tuple[Catalogue, str]) -> None:
    area = answered(*years, "student_trend", "area")
    assert [(row[0], row[-1]) for row in area.rows][-1] == ("2568", 37_029)
    assert [row[0] for row in area.rows] == ["2566", "2568"]
    assert area.total == ()
    schools = answered(*years, "student_trend", "school")
    assert schools.names[2:] == ("2566", "2568")
    assert len(schools.rows) == 139
    assert schools.rows[-1][2] == "", "it was not there in 2566"


def test_a_trend_is_pinned_to_every_round_in_it(years: tuple[Catalogue, str]) -> None:
    answer = prepare(Item("x", "student_trend", (2568,)), *years)
    assert isinstance(answer, Prepared)
    assert len(Plan.parse(answer.query).rounds) == 2
    assert answer.round_digest not in {r.digest for r in Plan.parse(answer.query).rounds}


def test_one_year_is_no_trend(catalogue: Catalogue) -> None:
    trend = catalogue.get("student_trend")
    assert trend is not None
    assert trend.rounds == ()


# ---------------------------------------------------------------- contracts


CONTRACTS = (
    "staff_count",
    "nt_results",
    "rt_results",
    "student_disability",
    "student_disadvantage",
)


@pytest.mark.parametrize("dataset_id", [*CONTRACTS, "student_trend"])
def test_a_contract_can_be_tried_with_made_up_figures_and_is_never_offered(
    tmp_path: Path, dataset_id: str
) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    for one in examples.rounds(load_entries(None)[dataset_id].entry, 2568, 1):
        assert load(one, url, NOW)
    offered = load_catalogue(None, url).get(dataset_id)
    assert offered is not None
    assert offered.rounds == ()
    catalogue = load_catalogue(None, url, examples=True)
    dataset = catalogue.get(dataset_id)
    assert dataset is not None
    assert len(dataset.levels) == 4
    for level in dataset.levels:
        answer = prepare(Item("x", dataset_id, (2568,), level=level), catalogue, url)
        assert isinstance(answer, Prepared), (level, answer)
        assert answer.title_th.startswith("ตัวอย่าง")
        assert answer.rows


def test_an_average_is_weighted_when_schools_are_put_together(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    schools = (SchoolRow("1", "ก", "แม่จัน"), SchoolRow("2", "ข", "แม่จัน"))
    figures = (
        *(("1", "score", "math", "", 5000), ("1", "takers", "", "", 10)),
        *(("2", "score", "math", "", 8000), ("2", "takers", "", "", 30)),
    )
    found = Import("nt", Round(2568, 1, "2025-03-01", "x", ""), schools, figures)
    load(digested(found), url, NOW)
    catalogue = load_catalogue(None, url)
    area = answered(catalogue, url, "nt_results", "area")
    assert dict(zip(area.names, area.rows[0], strict=True))["คณิตศาสตร์"] == "72.50"
    school = answered(catalogue, url, "nt_results", "school")
    assert [row[3] for row in school.rows] == ["50.00", "80.00"]
    assert school.total == ("รวมทั้งสิ้น", "", 40, "72.50", "", "")


def test_the_whole_file_of_the_ministry_is_found_again(
    catalogue: Catalogue, url: str, shared_file: Path
) -> None:
    """Every cell of the 96 columns except the vocational ones, which hold nothing."""
    stages = {
        "รวมก่อนประถมศึกษา": "ก่อนประถม",
        "รวมประถมศึกษา": "ประถม",
        "รวมม.ต้น": "ม.ต้น",
        "รวมม.ปลาย": "ม.ปลายและเทียบเท่า",
        "รวมทั้งหมด": "ทั้งหมด",
    }
    table = answered(catalogue, url, "students_and_rooms", "school")
    assert len(table.columns) == 2 + 20 * 4
    with shared_file.open(encoding="utf-8", newline="") as lines:
        *schools, totals = csv.DictReader(lines)
    for school, row in zip([*schools, totals], [*table.rows, table.total], strict=True):
        found = dict(zip(table.names, row, strict=True))
        for grade in GRADES:
            wanted = (f"{grade} ชาย", f"{grade} หญิง", f"รวม{grade}", f"{grade} ห้อง")
            shown = (f"{grade} ชาย", f"{grade} หญิง", f"{grade} รวม", f"{grade} ห้อง")
            assert [found[s] for s in shown] == [int(school[w]) for w in wanted]
        for title, said in stages.items():
            both = title if title == "รวมทั้งหมด" else f"{title}"
            shown = (f"{title} ชาย", f"{title} หญิง", both, f"{title} ห้อง")
            wanted = (f"รวม{said} ชาย", f"รวม{said} หญิง", f"รวม{said}", f"รวมห้อง{said}")
            assert [found[s] for s in shown] == [int(school[w]) for w in wanted]
