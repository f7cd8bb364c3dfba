from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mailproc.datasets import examples
from mailproc.datasets.catalogue import (
    SHIPPED,
    load_catalogue,
    load_entries,
    names,
    shipped_names,
)
from mailproc.datasets.importer import load
from mailproc.datasets.metadata import Owner, catalogue_export
from mailproc.datasets.query import prepare
from mailproc.errors import ConfigError
from mailproc.model import Catalogue, Item, Prepared
from tests.datasets.conftest import NOW

MINIMAL = """
id = "{id}"
title_th = "{title}"
title_en = "{id}"
description_th = "ก"
description_en = "a"
levels = ["school"]
formats = ["xlsx"]
sensitivity = "open"
needs_approval = true

[[measures]]
name = "pupils"
title_th = "ก"
title_en = "a"
dimensions = ["grade", "sex"]

[[dimensions]]
name = "grade"

[[dimensions]]
name = "sex"

[[tables]]
levels = ["school"]
columns = [{{ measure = "pupils" }}]

[[columns]]
name = "pupils"
title_th = "ก"
title_en = "a"
type = "number"
class = "open"
"""

# Contracts without figures of their own, and the trend, for which one year is too little.
NOT_YET = (
    "staff_count student_trend nt_results rt_results student_disability student_disadvantage"
).split()


def test_the_shipped_files_load_and_those_with_a_source_have_figures(catalogue: Catalogue) -> None:
    loaded = {d.id: len(d.rounds) for d in catalogue.datasets}
    assert loaded == {
        "student_count": 1,
        "school_directory": 1,
        "small_schools": 1,
        "classrooms": 1,
        "students_per_room": 1,
        "student_size_bands": 1,
        "students_and_rooms": 1,
        **dict.fromkeys(NOT_YET, 0),
    }
    students = catalogue.get("student_count")
    assert students is not None
    assert (students.rounds[0].academic_year, students.rounds[0].round) == (2568, 1)
    assert students.rounds[0].as_of == "2025-06-10"
    assert students.suppression == "none"
    assert students.suppression_reason_th


def test_an_empty_warehouse_gives_datasets_without_rounds(tmp_path: Path) -> None:
    catalogue = load_catalogue(None, f"sqlite:///{tmp_path / 'new.db'}")
    assert {d.rounds for d in catalogue.datasets} == {()}


def test_the_shipped_names_are_those_of_the_catalogue(catalogue: Catalogue) -> None:
    assert shipped_names() == names(catalogue)
    assert "จำนวนนักเรียนจำแนกตามชั้นและเพศ" in dict(shipped_names())["student_count"]


def test_a_file_of_the_office_wins_by_id_and_adds_its_own(tmp_path: Path, url: str) -> None:
    ours = MINIMAL.format(id="student_count", title="ยอดเด็กของเรา")
    ours = ours.replace("levels", 'source = "students"\nlevels', 1)
    (tmp_path / "a.toml").write_text(ours, encoding="utf-8")
    (tmp_path / "b.toml").write_text(MINIMAL.format(id="own", title="ของเราเอง"), encoding="utf-8")
    catalogue = load_catalogue(tmp_path, url)
    students, own = catalogue.get("student_count"), catalogue.get("own")
    assert students is not None
    assert own is not None
    assert students.title_th == "ยอดเด็กของเรา"
    assert students.rounds, "the rounds stay, whoever describes the dataset"
    assert len(catalogue.datasets) == len(list(SHIPPED.glob("*.toml"))) + 1


def test_every_fault_of_every_file_is_told_at_once_with_file_and_key(
    tmp_path: Path, url: str
) -> None:
    good = MINIMAL.format(id="own", title="ของเรา")
    (tmp_path / "a.toml").write_text("colour = 1\n" + good, encoding="utf-8")
    (tmp_path / "b.toml").write_text(
        good.replace('"school"', '"village"').replace('"open"', '"secret"'), encoding="utf-8"
    )
    (tmp_path / "c.toml").write_text("id = \n", encoding="utf-8")
    (tmp_path / "d.toml").write_bytes('id = "ก"'.encode("cp874"))
    (tmp_path / "e.toml").write_text(
        MINIMAL.format(id="other", title="จำนวน นักเรียน"), encoding="utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        load_catalogue(tmp_path, url)
    told = "\n".join(caught.value.faults)
    assert "a.toml: colour:" in told
    assert "b.toml: levels.0:" in told
    assert "b.toml: sensitivity:" in told
    assert "c.toml: not a TOML file" in told
    assert "d.toml: not a TOML file in UTF-8" in told
    assert "e.toml: names: «จำนวน นักเรียน» is also a name of student_count" in told


def test_one_id_twice_in_a_folder_and_a_missing_folder_are_faults(tmp_path: Path, url: str) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(MINIMAL.format(id="own", title="ของเรา"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"id: own is also in a\.toml"):
        load_catalogue(tmp_path, url)
    with pytest.raises(ConfigError, match="no such folder"):
        load_catalogue(tmp_path / "nowhere", url)


def test_the_names_are_known_without_loading_a_database() -> None:
    code = (
        "import sys; from mailproc.datasets.catalogue import shipped_names; shipped_names();"
        "sys.exit(bool({'sqlalchemy', 'pydantic', 'xlsxwriter'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


WRONG: list[tuple[str, str, str]] = [  # in the good file -> in the wrong one -> what is told
    ('dimensions = ["grade", "sex"]', 'dimensions = ["grade", "age"]', "unknown dimension «age»"),
    ('measure = "pupils" }', 'measure = "girls" }', "unknown measure «girls»"),
    (
        'measure = "pupils" }',
        'each = ["colour"], measure = "pupils" }',
        "unknown dimension «colour»",
    ),
    (
        'columns = [{ measure = "pupils" }]',
        "columns = [{ totals = true }]",
        "exactly one thing to show",
    ),
    ('class = "open"', 'class = "special"', "above the dataset's sensitivity"),
    (
        'levels = ["school"]\ncolumns',
        'levels = ["area"]\ncolumns',
        "level «school» needs exactly one",
    ),
    ('levels = ["school"]\ncolumns', 'levels = ["area"]\ncolumns', "not among the levels"),
    ('{ measure = "pupils" }', '{ text = "phone" }', "columns.phone: missing"),
    ('{ measure = "pupils" }', '{ band = "huge" }', "unknown scale «huge»"),
    ('{ measure = "pupils" }', '{ only = { sex = ["x"] }, measure = "pupils" }', "only:"),
    ('name = "sex"', 'name = "age"', "no values, and no standard dimension"),
    ('sensitivity = "open"', 'sensitivity = "internal"', "an internal dataset is for the roster"),
    (
        'sensitivity = "open"\nneeds_approval = true',
        'sensitivity = "personal"\nneeds_approval = false',
        "needs_approval: without a decision goes only open data",
    ),
    (
        "needs_approval = true",
        'needs_approval = false\n[small_cells]\npolicy = "suppress"',
        "needs_approval: without a decision goes only open data",
    ),
    ("needs_approval = true", 'kind = "file"', "needs at least one [[files]]"),
    ("needs_approval = true", 'scales = ["mine"]', "unknown scale «mine»"),
    ("needs_approval = true", 'filters_th = ["ก"]', "filters_en: 0 lines"),
    ("[[measures]]", '[having]\nmeasure = "x"\n[[measures]]', "having.measure: unknown"),
    ('class = "open"', "", "columns.0.class: Field required"),
    (
        'columns = [{ measure = "pupils" }]',
        'rows = ["village"]\ncolumns = []',
        "unknown dimension «village»",
    ),
]


@pytest.mark.parametrize(("good", "wrong", "told"), WRONG)
def test_what_does_not_fit_together_is_told(
    tmp_path: Path, url: str, good: str, wrong: str, told: str
) -> None:
    file = MINIMAL.format(id="own", title="ของเรา")
    assert good in file
    (tmp_path / "a.toml").write_text(file.replace(good, wrong), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalogue(tmp_path, url)
    assert told in "\n".join(caught.value.faults)


def test_a_ratio_that_a_filter_would_falsify_is_told(tmp_path: Path, url: str) -> None:
    shipped = (SHIPPED / "classrooms.toml").read_text("utf-8")
    (tmp_path / "a.toml").write_text(shipped.replace("filter = false", ""), encoding="utf-8")
    with pytest.raises(ConfigError, match="set filter = false on the dimension «sex»"):
        load_catalogue(tmp_path, url)


def test_views_of_one_source_agree_on_how_its_figures_are_kept(tmp_path: Path, url: str) -> None:
    other = MINIMAL.format(id="own", title="ของเรา").replace(
        "needs_approval", 'source = "students"\nneeds_approval', 1
    )
    changed = other.replace('dimensions = ["grade", "sex"]', 'dimensions = ["grade"]')
    (tmp_path / "a.toml").write_text(changed, encoding="utf-8")
    with pytest.raises(ConfigError, match="another file keeps it by"):
        load_catalogue(tmp_path, url)


# What ckanext-thai_gdc marks as required, and the organisation, without which CKAN takes nothing.
_MANDATORY = frozenset(
    "data_type title owner_org maintainer maintainer_email tag_string notes objective "
    "update_frequency_unit update_frequency_interval geo_coverage data_source data_format "
    "data_category license_id".split()
)


def test_every_shipped_dataset_has_the_fields_of_the_data_catalogue() -> None:
    owner = Owner("สำนักงานตัวอย่าง", "กลุ่มนโยบายและแผน", "data@example.org")
    for one in load_entries(None).values():
        exported = catalogue_export(one.entry, owner)
        empty = [key for key, value in exported.items() if value in ("", [], None)]
        assert not empty, (one.path.name, empty)
        assert exported["owner_org"] == "สำนักงานตัวอย่าง"
        assert exported.keys() >= _MANDATORY
        assert exported["objective"] == ["พันธกิจหน่วยงาน", "อื่นๆ"]
        assert (exported["geo_coverage"], exported["geo_coverage_other"]) == (
            "อื่นๆ",
            "เขตพื้นที่การศึกษา",
        )
        assert set(exported["data_format"]) <= {"XLS", "CSV", "PDF"}  # type: ignore[call-overload]
    special = catalogue_export(load_entries(None)["student_disability"].entry, owner)
    assert special["data_category"] == "ข้อมูลส่วนบุคคล"


def test_the_example_of_the_documentation_is_a_dataset(tmp_path: Path) -> None:
    """Adding a dataset is writing one file: this one, as the page shows it."""
    page = (Path(__file__).parents[2] / "docs" / "datasets.md").read_text("utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    (tmp_path / "bus.toml").write_text(example, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'w.db'}"
    for one in examples.rounds(load_entries(tmp_path)["bus_students"].entry, 2568, 1):
        load(one, url, NOW)
    catalogue = load_catalogue(tmp_path, url, examples=True)
    for level, filters in (("school", ()), ("area", ("รถตู้โดยสาร",)), ("district", ("หญิง",))):
        item = Item("x", "bus_students", (2568,), level=level, filters=filters)
        answer = prepare(item, catalogue, url)
        assert isinstance(answer, Prepared), answer
        assert answer.rows
        assert answer.columns[-1] == "จำนวนรถ"
