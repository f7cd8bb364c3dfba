"""Contracts fit the catalogue; an office's own dataset needs its catalogue file alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from mailproc.datasets.catalogue import Loaded, load_entries
from mailproc.datasets.importing import contracts, wording
from mailproc.datasets.importing.contract import Contract
from mailproc.datasets.importing.problems import Problem
from mailproc.errors import ConfigError
from tests.datasets.importing.conftest import Reads, cells, keys, text

_PACKAGE = Path(contracts.__file__).parent


def test_every_problem_has_its_words_in_both_languages() -> None:
    code = "".join(path.read_text("utf-8") for path in _PACKAGE.glob("*.py"))
    code += (_PACKAGE.parents[1] / "cli" / "data_import.py").read_text("utf-8")
    code += (_PACKAGE.parents[1] / "drops.py").read_text("utf-8")
    said = re.findall(r'(?:notes\.error|notes\.warn|Unreadable|Problem)\(\s*"([a-z_0-9]+)"', code)
    said += re.findall(r'Read\([^()]*(?:\([^()]*\))?[^()]*"([a-z_]+)"', code)
    assert len(set(said)) > 60
    for key in sorted(set(said)):
        (line,) = wording.problems(
            [Problem(key, "error", 3, "A", (("most", "9"), ("said", "x")))]
            if key not in _WITH_MORE
            else [Problem(key, "error", 3, "A", _MORE)]
        )
        assert re.search("[ก-๙]", line[0]), key
        assert not re.search("[ก-๙]", line[1].replace("อ.", "").replace("ขวบ", "")), key


_MORE = tuple((name, "1") for name in ("stated", "found", "year", "round", "as_of", "most"))
_WITH_MORE = ("sum_differs", "total_differs", "not_confirmed")


def test_equal_problems_of_several_rows_are_one_line() -> None:
    found = [Problem("code_missing", "error", row, "C รหัสโรงเรียน") for row in (9, 2, 3, 4)]
    ((thai_line, english),) = wording.problems(found)
    assert thai_line == "ผิดพลาด แถว 2–4, 9 (รวม 4 แถว) คอลัมน์ C รหัสโรงเรียน: ไม่มีรหัสโรงเรียน"
    assert english.startswith("error rows 2–4, 9 (4 in all)")


def test_contracts_name_measures_and_values_of_the_catalogue(
    entries: Mapping[str, Loaded], tmp_path: Path
) -> None:
    own = tmp_path / "sources"
    own.mkdir()
    shipped = (contracts.SHIPPED / "nt.toml").read_text("utf-8")
    changed = shipped.replace('measure = "takers"', 'measure = "sitters"')
    (own / "nt.toml").write_text(changed.replace("math = [", "maths = ["), encoding="utf-8")
    (own / "bad.toml").write_text("id = 3", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        contracts.load(entries, tmp_path)
    faults = "\n".join(refused.value.faults)
    assert "sitters" in faults
    assert "maths" in faults
    assert "bad.toml: id" in faults


_LIBRARIES = """
id = "libraries"
title_th = "หนังสือห้องสมุด"
title_en = "Library books"
description_th = "จำนวนหนังสือ"
description_en = "Books"
levels = ["school"]
formats = ["xlsx"]
sensitivity = "open"
[[dimensions]]
name = "shelf"
values = [
  { code = "fiction", th = "นิทาน", en = "Fiction" },
  { code = "science", th = "วิทยาศาสตร์", en = "Science" },
]
[[measures]]
name = "books"
title_th = "จำนวนหนังสือ"
title_en = "Books"
unit_th = "เล่ม"
dimensions = ["shelf"]
[[tables]]
levels = ["school"]
columns = [{ each = ["shelf"], measure = "books", totals = true }]
[[columns]]
name = "books"
title_th = "จำนวนหนังสือ"
title_en = "Books"
type = "number"
class = "open"
"""


@pytest.fixture
def libraries(tmp_path: Path) -> Mapping[str, Contract]:
    (tmp_path / "libraries.toml").write_text(_LIBRARIES, encoding="utf-8")
    return contracts.load(load_entries(tmp_path), tmp_path)


def test_a_dataset_of_the_office_is_imported_by_its_catalogue_file_alone(
    libraries: Mapping[str, Contract],
) -> None:
    table = [
        ["รหัสโรงเรียน", "ชื่อโรงเรียน", "นิทาน", "วิทยาศาสตร์", "รวม"],
        ["57030001", "บ้านหนึ่ง", "1,200", "30 เล่ม", "1230"],
        ["57030002", "บ้านสอง", "5", "6", "11"],
        ["", "รวม", "1205", "36", "1241"],
    ]
    outcome = Reads(libraries)(text(table).encode())
    assert not outcome.failed, outcome.problems
    assert cells(outcome, "libraries")["57030001", "books", "fiction", ""] == 1200
    table[1][4] = "9999"
    assert keys(Reads(libraries)(text(table).encode())) >= {"sum_differs"}


def test_staff_is_read_by_ranks_and_sexes(read: Reads) -> None:
    contract = contracts.derived(load_entries(None)["staff_count"].entry)
    ranks = {code: words[0] for code, words in contract.dimensions["rank"].values.items()}
    headers = [f"{rank} {sex}" for rank in ranks.values() for sex in ("ชาย", "หญิง")]
    figures = [str(at) for at in range(len(headers))]
    table = [["รหัสโรงเรียน", "ชื่อโรงเรียน", *headers, "รวม ชาย"]]
    table += [["57030001", "บ้านหนึ่ง", *figures, str(sum(range(0, len(headers), 2)))]]
    outcome = read(text(table).encode(), source="staff")
    assert not outcome.failed, outcome.problems
    assert cells(outcome)["57030001", "staff", "director_5", "f"] == 1


def test_the_example_of_the_documentation_is_imported_as_the_page_says(tmp_path: Path) -> None:
    page = (_PACKAGE.parents[2] / "docs" / "datasets.md").read_text("utf-8")
    (entry,) = re.findall(r"^```toml\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    (table,) = re.findall(r"^```\n(รหัสโรงเรียน,.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    (tmp_path / "bus.toml").write_text(entry, encoding="utf-8")
    known = contracts.load(load_entries(tmp_path), tmp_path)
    outcome = Reads(known)(table.encode(), "รถรับส่ง 2568-1.csv")
    assert not outcome.failed, outcome.problems
    found = cells(outcome, "bus")
    assert found["57030001", "riders", "van", "m"] == 12
    assert found["57030001", "vehicles", "truck", ""] == 1
