from __future__ import annotations

import csv
import shutil
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailproc.datasets import warehouse
from mailproc.datasets.catalogue import load_catalogue
from mailproc.datasets.importer import SAMPLE, load, load_sample, read
from mailproc.errors import ConfigError, TryAgain
from tests.datasets.conftest import NOW


def test_the_sample_holds_the_figures_of_the_source(url: str) -> None:
    c = warehouse.cells.c
    by_sex = select(c.d2, func.sum(c.value)).where(c.measure == "pupils").group_by(c.d2)
    rooms = select(func.sum(c.value)).where(c.measure == "rooms")
    with warehouse.engine(url).connect() as connection:
        sums = {sex: pupils for sex, pupils in connection.execute(by_sex)}
        schools = connection.execute(select(func.count(c.school_code.distinct()))).scalar()
        assert connection.execute(rooms).scalar() == 1_781
    assert sums == {"m": 18_782, "f": 18_247}
    assert sum(sums.values()) == 37_029
    assert schools == 139


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    load_sample(url, NOW)
    before = warehouse.state(url)
    load_sample(url, NOW)
    assert warehouse.state(url) == before


def test_four_processes_that_start_at_once_load_it_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: load_sample(url, NOW), range(4)))
    with warehouse.engine(url).connect() as connection:
        assert connection.execute(select(func.count()).select_from(warehouse.rounds)).scalar() == 1


def test_a_corrected_import_of_the_same_round_counts_and_the_first_stays(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    load_sample(url, NOW)
    facts = _copy(tmp_path)
    facts.write_text(facts.read_text("utf-8").replace("สพฐ.", "สพฐ"), "utf-8")
    corrected = read(facts)
    load(corrected, url, NOW)
    dataset = load_catalogue(None, url).get("student_count")
    assert dataset is not None
    assert [r.digest for r in dataset.rounds] == [corrected.round.digest]
    with warehouse.engine(url).connect() as connection:
        assert connection.execute(select(func.count()).select_from(warehouse.rounds)).scalar() == 2


def test_figures_that_differ_from_the_totals_are_refused_cell_by_cell(tmp_path: Path) -> None:
    facts = _copy(tmp_path)
    figures = tmp_path / tomllib.loads(facts.read_text("utf-8"))["file"]
    changed = figures.read_text("utf-8").replace(
        "57030001,อนุบาลจอมสวรรค์(บ้านบ่อก๊าง),0,", "57030001,อนุบาลจอมสวรรค์(บ้านบ่อก๊าง),1,"
    )
    figures.write_text(changed, "utf-8")
    with pytest.raises(ConfigError) as caught:
        read(facts)
    assert len(caught.value.faults) == 2
    assert "57030001: รวม ชาย" in caught.value.faults[0]
    assert "อ.1 ชาย: the source states 287, the rows add up to 288" in caught.value.faults[1]


def test_a_database_that_cannot_be_written_says_try_again(tmp_path: Path) -> None:
    (tmp_path / "w.db").mkdir()
    with pytest.raises(TryAgain, match="The warehouse could not be"):
        load_sample(f"sqlite:///{tmp_path / 'w.db'}", NOW)


def test_the_sample_is_cell_by_cell_what_the_source_published(shared_file: Path) -> None:
    with shared_file.open(encoding="utf-8", newline="") as lines:
        *schools, totals = csv.DictReader(lines)
    source = {school["รหัสโรงเรียน"]: school for school in schools}
    found = read(SAMPLE)
    assert {s.school_code: s.name for s in found.schools} == {
        code: school["ชื่อโรงเรียน"] for code, school in source.items()
    }
    assert len(found.cells) == 139 * 15 * 3
    said = {"m": "ชาย", "f": "หญิง", "": "ห้อง"}
    for code, _, grade, sex, number in found.cells:
        header = f"{grade} {said[sex]}"
        assert int(source[code][header]) == number, (code, header)
    pupils = sum(cell[4] for cell in found.cells if cell[1] == "pupils")
    assert pupils == int(totals["รวมทั้งหมด"])


def _copy(folder: Path) -> Path:
    for path in SAMPLE.parent.iterdir():
        shutil.copy(path, folder)
    return folder / SAMPLE.name
