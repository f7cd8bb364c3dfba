from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailproc.datasets.catalogue import SHIPPED, load_catalogue, names, shipped_names
from mailproc.errors import ConfigError
from mailproc.model import Catalogue

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
"""


def test_the_shipped_files_load_and_one_of_them_has_figures(catalogue: Catalogue) -> None:
    loaded = {d.id: len(d.rounds) for d in catalogue.datasets}
    assert loaded == {
        "student_count": 1,
        "school_directory": 0,
        "staff_count": 0,
        "small_schools": 0,
        "classrooms": 0,
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
    (tmp_path / "a.toml").write_text(
        MINIMAL.format(id="student_count", title="ยอดเด็กของเรา"), encoding="utf-8"
    )
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
    (tmp_path / "a.toml").write_text(good + "colour = 1\n", encoding="utf-8")
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


@pytest.mark.parametrize("module", ["catalogue", "query", "gate", "importer", "workbook"])
def test_pandas_is_not_loaded_before_a_file_is_built(module: str) -> None:
    code = f"import sys, mailproc.datasets.{module}; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_names_are_known_without_loading_a_database() -> None:
    code = (
        "import sys; from mailproc.datasets.catalogue import shipped_names; shipped_names();"
        "sys.exit(bool({'sqlalchemy', 'pydantic', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
