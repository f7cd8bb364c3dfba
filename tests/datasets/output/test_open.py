"""What Excel refuses or mends when it opens a workbook, looked for in the parts themselves."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from hashlib import sha256
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from mailproc.datasets.workbook import build
from mailproc.model import Prepared
from tests.datasets.conftest import PROVENANCE, Asking

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# The order that the schema of a worksheet (ECMA-376, CT_Worksheet) wants.
_ORDER = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "autoFilter"),
    *("mergeCells", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks"),
    *("colBreaks", "ignoredErrors", "drawing"),
)
ASKED = [
    ("student_count", "school", ()),
    ("student_count", "school", ("57030066",)),
    ("student_count", "area", ("ป.6",)),
    ("students_and_rooms", "school", ()),
    ("student_size_bands", "area", ()),
    ("school_directory", "school", ()),
    ("small_schools", "school", ()),
]


@pytest.fixture(params=ASKED, ids=lambda asked: "-".join((asked[0], asked[1], *asked[2])))
def prepared(request: pytest.FixtureRequest, ask: Asking) -> Prepared:
    dataset, level, filters = request.param
    return ask.prepared(*filters, dataset_id=dataset, level=level)


@pytest.fixture
def parts(prepared: Prepared, url: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(build(prepared, PROVENANCE, url).content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheets(parts: dict[str, bytes]) -> list[ET.Element]:
    names = sorted(name for name in parts if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
    return [ET.fromstring(parts[name]) for name in names]  # noqa: S314 - our own file


def test_the_parts_of_a_sheet_stand_in_the_order_of_the_schema(parts: dict[str, bytes]) -> None:
    for sheet in sheets(parts):
        found = [node.tag.removeprefix(_MAIN) for node in sheet]
        assert found == sorted(found, key=_ORDER.index)


def test_rows_and_cells_ascend_and_none_is_there_twice(parts: dict[str, bytes]) -> None:
    for sheet in sheets(parts):
        rows = [int(row.get("r", "0")) for row in sheet.iter(f"{_MAIN}row")]
        assert rows == sorted(set(rows))
        for row in sheet.iter(f"{_MAIN}row"):
            columns = [range_boundaries(cell.get("r", ""))[0] for cell in row]
            assert columns == sorted(set(columns))


def test_no_cell_is_in_two_joined_areas(parts: dict[str, bytes]) -> None:
    for sheet in sheets(parts):
        taken: set[tuple[int, int]] = set()
        for merge in sheet.iter(f"{_MAIN}mergeCell"):
            left, top, right, bottom = range_boundaries(merge.get("ref", ""))
            area = {(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)}
            assert len(area) > 1
            assert not area & taken
            taken |= area


def test_names_and_page_heads_are_short_enough_and_texts_have_no_green_corner(
    parts: dict[str, bytes],
) -> None:
    book = ET.fromstring(parts["xl/workbook.xml"])  # noqa: S314 - our own file
    names = [node.get("name", "") for node in book.iter(f"{_MAIN}sheet")]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    for sheet in sheets(parts):
        for line in ("oddHeader", "oddFooter"):
            (node,) = sheet.iter(f"{_MAIN}{line}")
            assert 0 < len(node.text or "") <= 255
        (errors,) = sheet.iter(f"{_MAIN}ignoredError")
        assert errors.get("numberStoredAsText") == "1"


def test_a_workbook_opens_at_its_first_cell_and_prints_all_of_its_columns(
    prepared: Prepared, url: str
) -> None:
    built = build(prepared, PROVENANCE, url)
    book = openpyxl.load_workbook(io.BytesIO(built.content))
    assert book.active is book.worksheets[0]
    assert book.properties.title == prepared.title_th
    for sheet in book.worksheets:
        assert sheet.sheet_view.topLeftCell in (None, "A1")
        assert str(sheet.page_setup.paperSize) == "9"
        assert str(sheet.oddFooter.right.text).strip() == "หน้า &P จาก &N"
    data = book.worksheets[0]
    _, _, right, bottom = range_boundaries(data.print_area.partition("!")[2] or data.print_area)
    assert (right, bottom) == (len(prepared.columns), data.max_row)


def test_every_reference_of_a_chart_is_a_filled_cell(parts: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_zipped(parts)))
    for name in parts:
        if not name.startswith("xl/charts/"):
            continue
        for reference in re.findall(r"<c:f>'([^']+)'!([^<]+)</c:f>", parts[name].decode()):
            left, top, right, bottom = range_boundaries(reference[1].replace("$", ""))
            rows = book[reference[0]].iter_rows(top, bottom, left, right, values_only=True)
            assert all(cell is not None for row in rows for cell in row), reference


def _zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


_BUILD = """
import sys
from hashlib import sha256
from tests.datasets.conftest import PROVENANCE, Asking
from mailproc.datasets.catalogue import load_catalogue
from mailproc.datasets.workbook import build
url = sys.argv[1]
asked = Asking(load_catalogue(None, url), url)
for kind in ("xlsx", "pdf", "csv"):
    print(sha256(build(asked.prepared("ป.6", format=kind), PROVENANCE, url).content).hexdigest())
"""


def test_another_process_elsewhere_makes_the_same_bytes(ask: Asking, url: str) -> None:
    here = [
        sha256(build(ask.prepared("ป.6", format=kind), PROVENANCE, url).content).hexdigest()
        for kind in ("xlsx", "pdf", "csv")
    ]
    other = {"PYTHONHASHSEED": "77", "TZ": "America/Lima", "LC_ALL": "C.UTF-8"}
    made = subprocess.run(
        [sys.executable, "-c", _BUILD, url],
        env=os.environ | other,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert made.stdout.split() == here
