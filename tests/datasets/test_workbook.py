from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from mailproc.datasets.importer import SAMPLE
from mailproc.datasets.workbook import build
from mailproc.errors import NeedsPerson
from mailproc.model import Built
from tests.datasets.conftest import NOW, PROVENANCE, Asking

FIGURES = SAMPLE.parent / "students-2568-1.csv"
Cells = dict[tuple[str, str, str], object]  # (school code or grade, block, sex) -> cell


def source(path: Path) -> dict[str, dict[str, str]]:
    """The raw figures by school, read as plain CSV."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["รหัสโรงเรียน"]: row for row in csv.DictReader(lines) if row["รหัสโรงเรียน"]}


def cells(built: Built) -> Cells:
    """Each number under its two header rows, the merged ones carried on, total row included."""
    sheet = openpyxl.load_workbook(io.BytesIO(built.content)).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]
    blocks, block = [], ""
    for cell in rows[0]:
        block = str(cell) if cell else block
        blocks.append(block)
    found: Cells = {}
    for row in rows[2:]:
        if row[0] is None:
            break  # notes follow
        for title, sex, cell in zip(blocks, rows[1], row, strict=True):
            if sex:
                found[str(row[0]), title, str(sex)] = cell
    return found


def sex_columns(school: dict[str, str], grade: str, sex: str) -> int:
    wanted = ("ชาย", "หญิง") if sex == "รวม" else (sex,)
    return sum(int(school[f"{grade} {s}"]) for s in wanted)


def expected(
    schools: dict[str, dict[str, str]], grades: list[str], sexes: list[str]
) -> Iterator[tuple[tuple[str, str, str], int]]:
    for code, school in schools.items():
        for sex in sexes:
            for grade in grades:
                yield (code, grade, sex), sex_columns(school, grade, sex)


PRIMARY = [f"ป.{n}" for n in range(1, 7)]
BOTH = ["ชาย", "หญิง", "รวม"]


@pytest.fixture(params=["shipped", "as published"])
def figures(request: pytest.FixtureRequest) -> dict[str, dict[str, str]]:
    path = FIGURES if request.param == "shipped" else request.getfixturevalue("shared_file")
    return source(path)


@pytest.mark.parametrize(
    ("filters", "grades", "sexes", "most"),
    [
        (("ประถมศึกษา", "โรงเรียนขนาดเล็ก"), PRIMARY, BOTH, 120),
        (("ป.1-ป.3",), PRIMARY[:3], BOTH, 10_000),
        (("ม.ต้น เฉพาะหญิง",), ["ม.1", "ม.2", "ม.3"], ["หญิง"], 10_000),
    ],
)
def test_every_number_of_a_filtered_workbook_is_the_source_s(
    ask: Asking,
    url: str,
    figures: dict[str, dict[str, str]],
    filters: tuple[str, ...],
    grades: list[str],
    sexes: list[str],
    most: int,
) -> None:
    every = [f"{s}.{n}" for s, last in (("อ", 3), ("ป", 6), ("ม", 6)) for n in range(1, last + 1)]
    schools = {
        code: school
        for code, school in figures.items()
        if sum(sex_columns(school, grade, "รวม") for grade in every) <= most
    }
    found = cells(build(ask.prepared(*filters), PROVENANCE, url))
    wanted = dict(expected(schools, grades, sexes))
    for (code, _, sex), number in expected(schools, grades, sexes):
        key = (code, "รวมชั้นที่ขอ", sex)
        wanted[key] = wanted.get(key, 0) + number
    for (_, block, sex), number in list(wanted.items()):
        key = ("รวมทั้งสิ้น", block, sex)
        wanted[key] = wanted.get(key, 0) + number
    assert found == wanted
    assert all(type(number) is int for number in found.values())


def test_the_totals_of_the_whole_are_the_source_s_own(ask: Asking, url: str) -> None:
    found = cells(build(ask.prepared(), PROVENANCE, url))
    total = [found["รวมทั้งสิ้น", "รวมทั้งหมด", sex] for sex in BOTH]
    assert total == [18_782, 18_247, 37_029]
    assert [found["รวมทั้งสิ้น", "ป.1", sex] for sex in BOTH] == [2433, 2311, 4744]
    area = cells(build(ask.prepared(level="area"), PROVENANCE, url))
    assert [area["รวมทั้งสิ้น", "จำนวนนักเรียน", sex] for sex in BOTH] == [18_782, 18_247, 37_029]
    assert area["ม.3", "จำนวนนักเรียน", "รวม"] == 1742


def test_the_sheet_is_made_to_be_worked_with(ask: Asking, url: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(build(ask.prepared(), PROVENANCE, url).content))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "C5"
    assert sheet.auto_filter.ref == "A4:AX143", "the total row keeps its place when sorted"
    assert sheet.print_title_rows == "$3:$4"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert "หน้า &P จาก &N" in (sheet.oddFooter.right.text or "")
    assert "คำขอเลขที่ 2569/00012" in (sheet.oddFooter.left.text or "")
    assert "C3:E3" in {str(merged) for merged in sheet.merged_cells.ranges}
    code = sheet["A5"]
    assert (code.value, code.data_type, code.number_format) == ("57030001", "s", "@")
    assert sheet["C5"].data_type == "n"
    assert "ณ วันที่ 10 มิถุนายน 2568" in str(sheet["A1"].value)


def test_the_last_sheet_says_where_it_comes_from(ask: Asking, url: str) -> None:
    prepared = ask.prepared("ป.6")
    book = openpyxl.load_workbook(io.BytesIO(build(prepared, PROVENANCE, url).content))
    assert book.sheetnames[0] == "จำนวนนักเรียนจำแนกตามชั้นและเพศ"
    assert book.sheetnames[-2:] == ["คำอธิบายคอลัมน์", "ที่มาของข้อมูล"]
    facts = dict(book.worksheets[-1].iter_rows(min_row=2, max_col=2, values_only=True))
    assert facts["เลขที่คำขอ"] == "2569/00012"
    assert facts["ผู้อนุญาต"] == PROVENANCE.approver
    assert facts["อนุญาตเมื่อ"] == "22 พฤศจิกายน 2569 เวลา 09:05 น."
    assert facts["ข้อมูล ณ วันที่"] == "10 มิถุนายน 2568"
    assert facts["เงื่อนไข"] == "ชั้น ป.6"
    assert facts["จำนวนแถวข้อมูล"] == 139
    assert facts["จำนวนคอลัมน์"] == 5
    assert facts["ค่าตรวจสอบข้อมูล (SHA-256)"] == prepared.result_digest
    assert None not in facts.values()


@pytest.mark.parametrize("format_", ["xlsx", "csv", "pdf"])
def test_the_same_arguments_give_the_same_bytes(ask: Asking, url: str, format_: str) -> None:
    prepared = ask.prepared("ป.6", format=format_)
    first, second = build(prepared, PROVENANCE, url), build(prepared, PROVENANCE, url)
    assert first == second
    assert first.sha256 == sha256(first.content).hexdigest()
    assert first.result_digest == prepared.result_digest
    assert first.filename == f"2569-00012_student_count_2568-1.{format_}"


PAYLOADS = (
    '=HYPERLINK("http://example.org","x")',
    "=cmd|' /C calc'!A0",
    "{=1+1}",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "http://example.org",
    "mailto:x@example.org",
    "00650001",
    "_x0041_",
    "1.23E+12",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_words_of_a_mail_stay_words(ask: Asking, url: str, payload: str) -> None:
    told = replace(PROVENANCE, purpose=payload, requester=payload, office=payload)
    built = build(ask.prepared("57030025", "ป.6"), told, url)
    sheet = openpyxl.load_workbook(io.BytesIO(built.content)).worksheets[-1]
    found = {row[0].value: row[1] for row in sheet.iter_rows(min_row=2)}
    assert found["วัตถุประสงค์"].data_type == "s"
    assert found["วัตถุประสงค์"].hyperlink is None
    if payload[0] not in "\t\r_":  # openpyxl does not undo the escapes of control characters
        assert found["วัตถุประสงค์"].value == payload


def test_text_that_does_not_fit_into_a_cell_is_never_cut_in_silence(ask: Asking, url: str) -> None:
    with pytest.raises(NeedsPerson, match="does not fit"):
        build(ask.prepared("ป.6"), replace(PROVENANCE, purpose="ก" * 32_768), url)


def test_a_csv_opens_in_a_thai_spreadsheet_with_total(ask: Asking, url: str) -> None:
    built = build(ask.prepared("ป.6", format="csv"), PROVENANCE, url)
    assert built.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(built.content.decode("utf-8-sig"))))
    assert rows[0] == ["รหัสโรงเรียน", "ชื่อโรงเรียน", "ป.6 ชาย", "ป.6 หญิง", "ป.6 รวม"]
    assert rows[-1] == ["รวมทั้งสิ้น", "", "1783", "1700", "3483"]
    assert len(rows) == 141
    for row in rows[1:-1]:
        school = source(FIGURES)[row[0]]
        assert row[2:4] == [school["ป.6 ชาย"], school["ป.6 หญิง"]]


def test_a_file_is_dated_when_it_was_made(ask: Asking, url: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(build(ask.prepared("ป.6"), PROVENANCE, url).content))
    assert book.properties.created == NOW.replace(tzinfo=None)
