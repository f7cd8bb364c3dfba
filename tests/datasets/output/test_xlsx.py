from __future__ import annotations

import io
import itertools
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from mailproc.datasets import query
from mailproc.datasets.gate import inspect
from mailproc.datasets.output import datasheet, frame, paper, sizes, xlsx
from mailproc.datasets.output.cells import Line, TableSheet
from mailproc.datasets.output.looks import Looks
from mailproc.datasets.output.paper import breaks
from mailproc.datasets.table import Column
from mailproc.datasets.workbook import build
from mailproc.errors import NeedsPerson
from mailproc.model import Prepared
from tests.datasets.conftest import PROVENANCE, Asking
from tests.datasets.output.conftest import as_example, column, hiding_small, table


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def written(prepared: Prepared, url: str, most_rows: int = frame.MOST_ROWS) -> bytes:
    result = query.run(prepared.query, url)
    return xlsx.write(result, prepared, PROVENANCE, most_rows=most_rows)


def body(sheet: Any, first: int = 5) -> list[tuple[Any, ...]]:
    """The rows of the table up to the empty one."""
    found = []
    for row in sheet.iter_rows(min_row=first, values_only=True):
        if row[0] is None:
            break
        found.append(row)
    return found


def test_more_rows_than_a_sheet_holds_go_on_over_further_sheets(ask: Asking, url: str) -> None:
    prepared = ask.prepared("ป.6")
    book = opened(written(prepared, url, most_rows=50))
    names = book.sheetnames[:3]
    assert names == ["ข้อมูล", "ข้อมูล (2)", "ข้อมูล (3)"]
    parts = [body(book[name]) for name in names]
    assert [len(part) for part in parts] == [50, 50, 40], "the total stands on the last sheet"
    whole = body(opened(written(prepared, url)).worksheets[0])
    assert [row for part in parts for row in part] == whole
    assert "(แผ่นที่ 2 จาก 3)" in book["ข้อมูล (2)"]["A1"].value
    assert book["ข้อมูล (2)"].auto_filter.ref == "A4:E54"


def test_a_large_table_says_the_same_as_a_small_one(
    ask: Asking, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = ask.prepared("ป.6")
    small = opened(written(prepared, url)).worksheets[0]
    monkeypatch.setattr(datasheet, "FEW_CELLS", 0)
    content = written(prepared, url)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"inlineStr" in archive.read("xl/worksheets/sheet1.xml")
    large = opened(content).worksheets[0]
    for one, other in zip(small.iter_rows(), large.iter_rows(), strict=True):
        assert [(c.value, c.number_format) for c in one] == [
            (c.value, c.number_format) for c in other
        ]


ODD = ("=1+1", " a ", "<b>&", "_x0041_", "a\nb", "\ud800", "00650001", "1e5", "http://example.org")
KINDS = (
    column("ชื่อ", "text"),
    column("รหัส", "code"),
    column("จำนวน"),
    column("เฉลี่ย", "decimal", decimals=2),
    column("ร้อยละ", "percent", decimals=1),
    column("วันที่", "date"),
)


def typed(rows: tuple[tuple[str | int, ...], ...], *, share: bool) -> Any:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("x", worksheet_class=TableSheet)
        looks = Looks(book)
        styles = [(one.kind, looks.of(one, in_total=False)) for one in KINDS]
        sheet.put(0, len(rows), [Line(row, styles, 22.5) for row in rows], share=share)
    return opened(target.getvalue()).active


@pytest.mark.parametrize("share", [True, False])
def test_each_cell_is_what_its_column_says(share: bool) -> None:
    sheet = typed(
        (("บ้านป่า", "00650001", 1200, "21.50", "45.2", "2025-06-10"), ("ข", "", "*", "", "*", "?")),
        share=share,
    )
    first, second = list(sheet.iter_rows())
    assert [cell.value for cell in first] == [
        *("บ้านป่า", "00650001", 1200, 21.5, 0.452),
        datetime(2025, 6, 10),  # noqa: DTZ001 - a spreadsheet knows no time zone
    ]
    assert [cell.data_type for cell in first] == ["s", "s", "n", "n", "n", "d"]
    assert [cell.number_format for cell in first[:5]] == ["@", "@", "#,##0", "#,##0.00", "0.0%"]
    assert [cell.value for cell in second] == ["ข", None, "*", None, "*", "?"]


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("words", ODD)
def test_words_of_a_table_stay_words(words: str, share: bool) -> None:
    cell = typed(((words, words, 1, "", "", ""),), share=share)["A1"]
    assert cell.data_type == "s"
    assert cell.value.replace("_x005F", "") == words.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("share", [True, False])
def test_a_text_that_no_cell_holds_is_not_cut(share: bool) -> None:
    with pytest.raises(NeedsPerson, match="does not fit"):
        typed((("ก" * 32_768, "", 1, "", "", ""),), share=share)


def test_hidden_cells_are_stars_with_a_note_under_the_table(ask: Asking, url: str) -> None:
    prepared = ask.prepared("ป.6")
    result = hiding_small(query.run(prepared.query, url))
    sheet = opened(xlsx.write(result, prepared, PROVENANCE)).worksheets[0]
    stars = sum(cell == "*" for row in body(sheet) for cell in row)
    assert stars == result.hidden > 20
    notes = [row[0] for row in sheet.iter_rows(min_row=5 + 140, values_only=True)]
    assert notes[0] is None
    assert notes[1].startswith("หมายเหตุ : เครื่องหมาย *")
    assert f"({result.hidden} ช่อง)" in notes[1]
    assert notes[2].startswith("ที่มา : ")


def test_an_example_says_so_on_every_sheet_and_every_page(ask: Asking, url: str) -> None:
    prepared = as_example(ask.prepared("ป.6"))
    built = build(prepared, PROVENANCE, url)
    for sheet in opened(built.content).worksheets:
        assert str(sheet["A1"].value).startswith("ตัวอย่าง"), sheet.title
        assert "ตัวอย่าง" in str(sheet.oddHeader.center.text), sheet.title
    assert inspect(built, prepared) == ()


def test_every_column_is_explained(ask: Asking, url: str) -> None:
    prepared = ask.prepared()
    sheet = opened(build(prepared, PROVENANCE, url).content)["คำอธิบายคอลัมน์"]
    lines = [row for row in sheet.iter_rows(min_row=3, values_only=True) if row[1]]
    assert tuple(row[1] for row in lines) == prepared.columns
    assert lines[0][4] == "รหัส (ข้อความ)"
    assert lines[2][1:4] == ("อ.1 ชาย", "K.1 Male", "จำนวนนักเรียน (คน) : อ.1 ชาย")
    notes = [row[0] for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("หมาย")]
    assert len(notes) == 1
    assert "CSV" in notes[0]


# ---------------------------------------------------------------- charts


def charts_of(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("xl/charts/"))
        return [archive.read(name).decode() for name in names]


def test_a_chart_reads_the_cells_beside_it_and_nothing_else(ask: Asking, url: str) -> None:
    content = build(ask.prepared(), PROVENANCE, url).content
    (chart,) = charts_of(content)
    references = re.findall(r"<c:f>([^<]+)</c:f>", chart)
    assert len(references) == 6
    assert {ref.split("!")[0] for ref in references} == {"'แผนภูมิ'"}
    assert '<c:grouping val="stacked"/>' in chart
    sheet = opened(content)["แผนภูมิ"]
    rows = {row[0]: row[1:3] for row in sheet.iter_rows(min_row=5, max_col=3, values_only=True)}
    assert rows["ชั้น"] == ("ชาย", "หญิง")
    assert rows["ป.1"] == (2433, 2311)
    assert sum(row[0] for name, row in rows.items() if name and "." in name) == 18_782


@pytest.mark.parametrize(
    ("dataset", "level", "titles"),
    [
        ("student_count", "school", ["จำนวนนักเรียน จำแนกตามชั้นและเพศ"]),
        ("student_count", "area", ["จำนวนนักเรียน จำแนกตามชั้นและเพศ"]),
        (
            "student_size_bands",
            "area",
            ["จำนวนโรงเรียน จำแนกตามขนาดโรงเรียน", "จำนวนนักเรียน จำแนกตามขนาดโรงเรียนและเพศ"],
        ),
        ("school_directory", "school", []),
    ],
)
def test_what_a_picture_says_better_has_one(
    ask: Asking, url: str, dataset: str, level: str, titles: list[str]
) -> None:
    prepared = ask.prepared(dataset_id=dataset, level=level)
    built = build(prepared, PROVENANCE, url)
    found = [re.findall(r"<a:t>([^<]+)</a:t>", chart)[0] for chart in charts_of(built.content)]
    assert found == titles
    assert inspect(built, prepared) == ()


def test_a_hidden_cell_is_a_gap_in_the_chart_too(ask: Asking, url: str) -> None:
    prepared = ask.prepared("57030025")
    result = hiding_small(query.run(prepared.query, url))
    total = tuple("*" if cell == 0 else cell for cell in result.total)
    content = xlsx.write(replace(result, total=total, hidden=9), prepared, PROVENANCE)
    rows = list(opened(content)["แผนภูมิ"].iter_rows(values_only=True))
    assert any("ไม่แสดงในแผนภูมิ" in str(row[0]) for row in rows)
    assert "*" not in {cell for row in rows for cell in row}


def test_a_chart_that_reaches_out_is_held_back(ask: Asking, url: str) -> None:
    prepared = ask.prepared()
    built = build(prepared, PROVENANCE, url)
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(built.content)) as old,
        zipfile.ZipFile(target, "w") as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/charts/"):
                part = part.replace("'แผนภูมิ'!".encode(), b"[other.xlsx]x!", 1)
            new.writestr(name, part)
    findings = inspect(replace(built, content=target.getvalue()), prepared)
    assert any("a chart keeps figures" in finding for finding in findings)


# ---------------------------------------------------------------- widths and names


def test_marks_over_and_under_a_letter_need_no_room() -> None:
    assert sizes.pixels("น้ำที่ปี่ปั้นกึ่งทั้งสิ้น") == sizes.pixels("นำทปปนกงทงสน")


def test_no_number_is_wider_than_its_column() -> None:
    wide = table((column("จำนวน"), *KINDS[3:5]), (-1_234_567_890, "123456789.25", "100.0"))
    number, decimal, percent = sizes.widths(wide)
    assert number > 14 * 0.6 * sizes.POINTS
    assert decimal > 14 * 0.6 * sizes.POINTS
    assert percent >= 50


def test_pages_turn_between_grades_and_never_inside() -> None:
    columns = (
        column("รหัส", "code"),
        *(column(n, group=f"ป.{g}") for g in range(30) for n in ("ชาย", "หญิง", "รวม")),
    )
    starts = breaks([100, *[60] * 90], columns)
    assert len(starts) > 2
    assert all(columns[at].title_th == "ชาย" for at in starts)


def numbered(groups: int) -> tuple[Column, ...]:
    names = (column("รหัส", "code"), column("ชื่อ", "text"))
    return (*names, *(column(n, group=f"ป.{g}") for g in range(groups) for n in ("ชาย", "หญิง")))


def test_the_pages_of_a_wide_table_are_about_equally_wide() -> None:
    columns = numbered(40)
    widths = [100, 200, *[60] * 80]
    edges = [2, *breaks(widths, columns), len(columns)]
    across = [sum(widths[a:b]) for a, b in itertools.pairwise(edges)]
    assert len(across) > 3
    assert max(across) - min(across) <= 120


def test_titles_and_notes_of_a_wide_table_stay_over_what_each_page_repeats() -> None:
    row: tuple[str | int, ...] = ("57030001", "บ้านป่า", *[1] * 80)
    wide = paper.spread(table(numbered(40), row))
    assert wide.kept == wide.lines_over == 2
    assert wide.width_of_lines >= 330
    small = paper.spread(table(numbered(2), row[:6]))
    assert not small.starts
    assert small.lines_over == 6


def test_no_more_than_the_name_of_a_row_is_always_in_sight() -> None:
    places = tuple(column(name, "text") for name in ("รหัส", "ชื่อ", "อำเภอ", "กลุ่ม"))
    columns = (*places, column("จำนวน"))
    assert paper.kept([100, 200, 100, 300, 60], columns) == 2
    assert paper.kept([300, 300, 100, 300, 60], columns) == 1
    assert paper.kept([100, 60], (column("รหัส", "code"), column("จำนวน"))) == 1


def test_the_label_of_a_total_is_not_cut(ask: Asking, url: str) -> None:
    prepared = ask.prepared(level="area")
    sheet = opened(written(prepared, url)).worksheets[0]
    assert sheet.cell(20, 1).value == "รวมทั้งสิ้น"
    assert sheet.column_dimensions["A"].width * 7 + 5 >= sizes.pixels("รวมทั้งสิ้น")


def test_a_head_over_several_columns_has_room_for_its_words() -> None:
    over = "ลูกจ้างประจำและพนักงานราชการทั้งหมดของโรงเรียน"
    columns = (column("ชื่อ", "text"), *(column(n, group=over) for n in ("ชาย", "หญิง")))
    found = sizes.widths(table(columns, ("ก", 1, 2)))
    assert sizes.height(over, sum(found[1:])) <= 2 * sizes.ROW


def test_a_row_that_stands_alone_has_no_total(ask: Asking, url: str) -> None:
    prepared = ask.prepared("57030066")
    assert query.run(prepared.query, url).total == ()
    assert not query.has_total(prepared.query)


@pytest.mark.parametrize(
    ("title", "parts", "names"),
    [
        ("ชั้น/เพศ", 1, ("ชั้น เพศ",)),
        ("จำนวนนักเรียนจำแนกตามชั้นและเพศ", 1, ("จำนวนนักเรียนจำแนกตามชั้นและเพศ",)),
        ("จำนวนนักเรียนจำแนกตามระดับและขนาดโรงเรียน", 1, ("ข้อมูล",)),
        ("นักเรียน", 2, ("นักเรียน", "นักเรียน (2)")),
        ("''", 1, ("ข้อมูล",)),
    ],
)
def test_a_sheet_has_a_whole_name_that_excel_takes(
    title: str, parts: int, names: tuple[str, ...]
) -> None:
    assert frame.data_names(title, parts) == names
