"""Files as the ministry's programs write them, made up; and the real one where it is beside us."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mailproc.datasets.catalogue import Loaded, load_entries
from mailproc.datasets.importing import contracts, reading
from mailproc.datasets.importing.contract import Contract
from mailproc.datasets.importing.facts import Outcome
from mailproc.datasets.importing.reading import Wanted
from mailproc.datasets.importing.values import Known
from mailproc.thai import GRADES

Table = list[list[str]]
SHARED = Path(__file__).parents[4] / "shared" / "data"
GROUPS = {
    "ก่อนประถม": GRADES[:3],
    "ประถม": GRADES[3:9],
    "ม.ต้น": GRADES[9:12],
    "ม.ปลายและเทียบเท่า": (*GRADES[12:], "ปวช.1", "ปวช.2", "ปวช.3"),
}


@pytest.fixture(scope="session")
def entries() -> Mapping[str, Loaded]:
    return load_entries(None)


@pytest.fixture(scope="session")
def known_contracts(entries: Mapping[str, Loaded]) -> Mapping[str, Contract]:
    return contracts.load(entries)


class Reads:
    """Reads a file with all contracts."""

    def __init__(self, known: Mapping[str, Contract]) -> None:
        self._contracts = known

    def __call__(
        self,
        content: bytes,
        name: str = "2568-1.csv",
        *,
        known: Known | None = None,
        **wanted: Any,
    ) -> Outcome:
        chosen = Wanted(known=known or Known(), **wanted)
        return reading.read(content, name, self._contracts, chosen)


@pytest.fixture
def read(known_contracts: Mapping[str, Contract]) -> Reads:
    return Reads(known_contracts)


@pytest.fixture(scope="session")
def real() -> Table:
    """OBEC's own file: 139 schools and a row of totals, 96 columns."""
    file = SHARED / "schools-cra3-2568.csv"
    if not file.exists():
        pytest.skip("the real figures are not beside this repository")
    return list(csv.reader(io.StringIO(file.read_text("utf-8"))))


# ---------------------------------------------------------------- made up


def obec(schools: Mapping[str, str], pupils: int = 5) -> Table:
    """The 96 columns of OBEC for made-up schools, totals right."""
    headers = ["รหัสเขต", "ชื่อเขต", "รหัสโรงเรียน", "ชื่อโรงเรียน"]
    for group, grades in GROUPS.items():
        for grade in grades:
            headers += [f"{grade} ชาย", f"{grade} หญิง", f"รวม{grade}", f"{grade} ห้อง"]
        headers += [f"รวม{group} ชาย", f"รวม{group} หญิง", f"รวม{group}", f"รวมห้อง{group}"]
    headers += ["รวมทั้งหมด ชาย", "รวมทั้งหมด หญิง", "รวมทั้งหมด", "รวมห้องทั้งหมด"]
    rows = [
        ["57030000", "สพป.ตัวอย่าง เขต 3", code, name, *_figures(pupils + at)]
        for at, (code, name) in enumerate(schools.items())
    ]
    sums = [sum(int(row[at]) for row in rows) for at in range(4, len(headers))]
    return [headers, *rows, ["", "", "", "", *map(str, sums)]]


def _figures(pupils: int) -> list[str]:
    """So many boys and one girl less in each grade of primary school, one room each."""
    found: list[int] = []
    whole = [0, 0, 0]
    for grades in GROUPS.values():
        group = [0, 0, 0]
        for grade in grades:
            taught = grade.startswith("ป.")
            cell = [pupils, pupils - 1, 1] if taught else [0, 0, 0]
            found += [cell[0], cell[1], cell[0] + cell[1], cell[2]]
            group = [a + b for a, b in zip(group, cell, strict=True)]
        found += [group[0], group[1], group[0] + group[1], group[2]]
        whole = [a + b for a, b in zip(whole, group, strict=True)]
    return [str(n) for n in (*found, whole[0], whole[1], whole[0] + whole[1], whole[2])]


SCHOOLS = {"57030001": "บ้านหนึ่ง", "57030002": "บ้านสอง", "57030003": "บ้านสอง"}


def text(table: Table, separator: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(table)
    return out.getvalue()


def as_json(table: Table) -> bytes:
    """As the public statistics give it: numbers as numbers."""
    headers, *rows = table
    data = [
        {
            h: int(v) if v.isdigit() and at > 3 else v or None
            for at, (h, v) in enumerate(zip(headers, row, strict=True))
        }
        for row in rows
    ]
    return json.dumps({"success": True, "data": data}, ensure_ascii=False).encode()


def xlsx(rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), name: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---------------------------------------------------------------- looking


def keys(outcome: Outcome, level: str = "error") -> set[str]:
    return {problem.key for problem in outcome.problems if problem.level == level}


def places(outcome: Outcome, key: str) -> list[tuple[int, str]]:
    return [(p.row, p.column) for p in outcome.problems if p.key == key]


def cells(outcome: Outcome, source: str = "") -> dict[tuple[str, str, str, str], int]:
    part = next(p for p in outcome.parts if source in ("", p.source))
    return {(code, measure, d1, d2): value for code, measure, d1, d2, value in part.cells}


def total(outcome: Outcome, measure: str, source: str = "") -> int:
    return sum(value for key, value in cells(outcome, source).items() if key[1] == measure)
