"""Exports as people leave them: each damage is read right, or refused with its place.

Every line of the tables below is one file. «right» means that its figures and names are those of
the clean file; what was passed over or mended is then said as a note.
"""

from __future__ import annotations

import codecs
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import openpyxl
import pytest

from mailproc.datasets.catalogue import Loaded
from mailproc.datasets.importing import contracts
from mailproc.datasets.importing.facts import Outcome
from tests.datasets.importing.conftest import Reads, Table, as_json, keys, obec, text, xlsx
from tests.datasets.importing.test_persons import rows as pupils
from tests.datasets.importing.test_results import _MERGED, _rows

SCHOOLS = {
    "57030001": "บ้านหนึ่ง",
    "57030002": "บ้านสอง",
    "57030003": "บ้านสอง",
    "57030066": "บ้านแม่คำ (สาขา)",
    "57030067": "ไทยรัฐวิทยา ๘๖",
}
CLEAN = obec(SCHOOLS)
HEADERS, BODY, TOTAL = CLEAN[0], CLEAN[1:-1], CLEAN[-1]
P1 = HEADERS.index("ป.1 ชาย")
M1 = HEADERS.index("ม.1 ชาย")
NAME = "57030000-2568-1-schoolmis.csv"


def _same(found: Outcome, clean: Outcome) -> bool:
    return not found.failed and found.parts == clean.parts


def _place(found: Outcome, key: str) -> list[tuple[int, str]]:
    errors = [p for p in found.problems if p.key == key and p.level == "error"]
    return [(p.row, p.column.split(" ")[0]) for p in errors]


def _with(row: int, column: int, value: str) -> Table:
    changed = deepcopy(CLEAN)
    changed[row][column] = value
    return changed


def _sum(rows: Sequence[Sequence[str]]) -> list[str]:
    return [str(sum(int(row[at]) for row in rows)) for at in range(4, len(HEADERS))]


def _book(sheets: dict[str, list[list[Any]]], hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _zip(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        for name, content in parts.items():
            opened.writestr(name.replace("_dot_", "."), content)
    return out.getvalue()


def _csv(table: Sequence[Sequence[str]], codec: str = "utf-8", separator: str = ",") -> bytes:
    return text([list(row) for row in table], separator).encode(codec)


_SIGNED = ["", "", "", "(ลงชื่อ)......................ผู้รับรองข้อมูล"]


# ---------------------------------------------------------------- the shape of the file

RIGHT: dict[str, tuple[bytes, set[str]]] = {
    "windows-874": (_csv(CLEAN, "cp874"), set()),
    "UTF-8 with a mark": (codecs.BOM_UTF8 + _csv(CLEAN), set()),
    "UTF-16 with tabs, as Excel saves «Unicode text»": (_csv(CLEAN, "utf-16", "\t"), set()),
    "UTF-16 without a mark": (_csv(CLEAN, "utf-16-le"), set()),
    "semicolons": (_csv(CLEAN, "cp874", ";"), set()),
    "a line that names the separator": (b"sep=;\r\n" + _csv(CLEAN, "utf-8", ";"), set()),
    "every cell quoted": (
        "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in CLEAN).encode(),
        set(),
    ),
    "lines that end as on old Macs": (_csv(CLEAN).replace(b"\r\n", b"\r"), set()),
    "an empty line after each": (_csv(CLEAN).replace(b"\r\n", b"\r\n\r\n"), set()),
    "JSON": (as_json(CLEAN), set()),
    "JSON with a mark": (codecs.BOM_UTF8 + as_json(CLEAN), set()),
    "JSON in windows-874": (
        json.dumps(json.loads(as_json(CLEAN)), ensure_ascii=False).encode("cp874"),
        set(),
    ),
    "JSON, the list alone": (json.dumps(json.loads(as_json(CLEAN))["data"]).encode(), set()),
    "the time of the report first": (
        xlsx([["วันและเวลาที่สร้างรายงาน 2025-06-12 04:10:12"], *CLEAN]),
        set(),
    ),
    "titles and empty rows": (
        xlsx([["จำนวนนักเรียน"], ["สพป.ตัวอย่าง"], [], HEADERS, [], *BODY[:2], [], *BODY[2:], TOTAL]),
        set(),
    ),
    "an empty first column": (xlsx([["", *row] for row in CLEAN]), set()),
    "an empty column between": (xlsx([[*row[:10], "", *row[10:]] for row in CLEAN]), set()),
    "empty columns behind": (xlsx([[*row, "", "", ""] for row in CLEAN]), set()),
    "headers over several lines": (
        xlsx([[header.replace(" ", "\n") for header in HEADERS], *CLEAN[1:]]),
        set(),
    ),
    "headers with Thai digits and other spaces": (
        xlsx([[h.replace("ป.1", "ป. ๑").replace("อ.", "อ ") for h in HEADERS], *CLEAN[1:]]),
        set(),
    ),
    "the numbers of the columns below": (
        xlsx([HEADERS, [f"({at})" for at in range(1, len(HEADERS) + 1)], *CLEAN[1:]]),
        {"guide_row"},
    ),
    "the units of the columns below": (
        xlsx([HEADERS, ["", "", "", "", *["คน"] * (len(HEADERS) - 4)], *CLEAN[1:]]),
        {"guide_row"},
    ),
    "headers on every page": (_csv([*CLEAN[:3], HEADERS, *CLEAN[3:]]), {"header_again"}),
    "the title on every page": (
        _csv([["รายงาน"], *CLEAN[:3], ["หน้า 1/2"], ["รายงาน"], HEADERS, *CLEAN[3:]]),
        {"header_again"},
    ),
    "sums between the schools": (
        _csv([*CLEAN[:3], ["", "", "", "รวม", *_sum(BODY[:2])], *CLEAN[3:]]),
        set(),
    ),
    "totals above the schools": (_csv([HEADERS, TOTAL, *BODY]), set()),
    "«รวม» in the column of codes": (_csv([*CLEAN[:-1], ["", "", "รวม", "", *TOTAL[4:]]]), set()),
    "«รวม … 5 โรงเรียน»": (_csv([*CLEAN[:-1], ["รวม", "", "5 โรงเรียน", "", *TOTAL[4:]]]), set()),
    "totals under the code of the area": (
        _csv([*CLEAN[:-1], ["57030000", "สพป.ตัวอย่าง", "", "", *TOTAL[4:]]]),
        set(),
    ),
    "a row of averages": (
        _csv([*CLEAN, ["", "", "", "เฉลี่ย", *["7.5"] * (len(HEADERS) - 4)]]),
        {"mean_row"},
    ),
    "a row of percentages": (
        _csv([*CLEAN, ["", "", "", "ร้อยละ", *["10"] * (len(HEADERS) - 4)]]),
        {"mean_row"},
    ),
    "remarks and a signature": (_csv([*CLEAN, [], ["หมายเหตุ : จากระบบ"], _SIGNED]), set()),
    "no totals at all": (_csv(CLEAN[:-1]), {"no_total_row"}),
    "the area written once": (
        xlsx([HEADERS, BODY[0], *[["", "", *row[2:]] for row in BODY[1:]], TOTAL]),
        set(),
    ),
    "a cover and a hidden older copy": (
        _book({"ปก": [["รายงาน"]], "ข้อมูล": CLEAN, "เก่า": obec(SCHOOLS, 9)}, hidden="เก่า"),
        set(),
    ),
    "codes and figures as floats": (
        xlsx(
            [HEADERS]
            + [[*row[:2], *[float(c) if c.isdigit() else c for c in row[2:]]] for row in CLEAN[1:]]
        ),
        set(),
    ),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_a_file_in_any_dress_says_the_same(read: Reads, kind: str) -> None:
    content, notes = RIGHT[kind]
    found = read(content, NAME)
    assert _same(found, read(_csv(CLEAN), NAME)), found.problems
    assert keys(found, "warning") == notes
    assert all(p.row for p in found.problems if p.key != "no_total_row")


_CUT = _csv(CLEAN).split(b"\r\n")
REFUSED: dict[str, tuple[bytes, str]] = {
    "two sheets that could be meant": (_book({"1": CLEAN, "2": CLEAN}), "several_sheets"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xls"),
    "Excel 2003 as XML": (b'<?xml version="1.0"?><Workbook></Workbook>', "xls"),
    "OpenDocument": (_zip(mimetype="application/x", content_dot_xml="<x/>"), "ods"),
    "packed": (_zip(a_dot_csv="x"), "archive"),
    "a letter in Word": (
        _zip(**{"[Content_Types]_dot_xml": "<Types/>", "word/document_dot_xml": "<x/>"}),
        "not_a_table",
    ),
    "a web page named .xls": (b"<table border=1><tr><td>1</td></tr></table>", "html"),
    "a saved web archive": (b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>", "html"),
    "half a workbook": (xlsx(CLEAN)[:2500], "damaged"),
    "a workbook without its end": (xlsx(CLEAN)[:-40], "damaged"),
    "half a row": (b"\r\n".join(_CUT[:4]) + b"\r\n570300", "cut_off"),
    "half a JSON": (as_json(CLEAN).rsplit(b",", 3)[0], "json_broken"),
    "half a letter": ("รหัสโรงเรียน,ชื่อ".encode()[:-1], "cut_off"),
    "another file altogether": (b"a,b\n1,2\n", "unknown_kind"),
    "nothing": (b"", "empty"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(read: Reads, kind: str) -> None:
    content, key = REFUSED[kind]
    found = read(content, "ข้อมูล.xls")
    assert (keys(found), found.parts) == ({key}, ())


def test_a_password_is_told_from_old_excel(read: Reads) -> None:
    content = REFUSED["old Excel"][0] + "EncryptedPackage".encode("utf-16-le")
    assert keys(read(content)) == {"encrypted"}


# ---------------------------------------------------------------- rows


def _without_code(row: list[str]) -> list[str]:
    return [*row[:2], *row[3:], ""]


ROWS: dict[str, tuple[Table, str, tuple[int, str]]] = {
    "a school twice with equal figures": (
        [*CLEAN[:3], CLEAN[2], *CLEAN[3:]],
        "school_twice",
        (4, "C"),
    ),
    "a school twice with other figures": (
        [*CLEAN[:3], [*CLEAN[2][:4], *CLEAN[3][4:]], *CLEAN[3:]],
        "school_twice",
        (4, "C"),
    ),
    "a row moved to the left": (
        [*CLEAN[:2], _without_code(CLEAN[2]), *CLEAN[3:]],
        "code_letters",
        (3, "C"),
    ),
    "figures moved to the left": (
        [*CLEAN[:2], [*CLEAN[2][:4], *CLEAN[2][5:], "0"], *CLEAN[3:]],
        "sum_differs",
        (3, "T"),
    ),
    "a school that was deleted": ([*CLEAN[:2], *CLEAN[3:]], "total_differs", (6, "U")),
    "a name lost in a merged cell": (_with(3, 3, ""), "name_missing", (4, "D")),
    "two columns of one name": (
        [[HEADERS[4] if at == 5 else h for at, h in enumerate(HEADERS)], *CLEAN[1:]],
        "column_twice",
        (1, "F"),
    ),
    "boys called girls": (
        [[{P1: HEADERS[P1 + 1]}.get(at, h) for at, h in enumerate(HEADERS)], *CLEAN[1:]],
        "column_twice",
        (1, "V"),
    ),
    "a wrong figure": (_with(2, P1, "60"), "sum_differs", (3, "W")),
    "a wrong total": (_with(-1, P1, "1"), "total_differs", (7, "U")),
}


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_that_is_wrong_imports_nothing_and_is_named(read: Reads, kind: str) -> None:
    table, key, place = ROWS[kind]
    found = read(_csv(table), NAME)
    assert found.parts == ()
    assert _place(found, key)[0] == place


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (["57030000", "สพป.ตัวอย่าง", "50010001", *CLEAN[2][3:]], "other_area"),
        (["50010000", "สพป.อื่น", "50010001", *CLEAN[2][3:]], "several_areas"),
    ],
)
def test_a_school_of_another_area_is_pointed_at(read: Reads, row: list[str], key: str) -> None:
    found = read(_csv([*CLEAN[:2], row, *CLEAN[3:]]), NAME)
    assert [(p.key, p.level, p.row, p.column[:1]) for p in found.problems] == [
        (key, "warning", 3, "C")
    ]


def test_name_and_content_that_differ_leave_the_year_to_a_person(read: Reads) -> None:
    found = read(xlsx([["ปีการศึกษา 2567 ภาคเรียนที่ 1"], *CLEAN]), NAME)
    assert (found.guess.year, found.guess.years) == (None, (2567, 2568))


# ---------------------------------------------------------------- cells

_SIX = [" 6 ", "6.0", "'6", "๖", "6 คน", "+6", "06", "6e0", "6\u200b", "\u200e6"]
_NONE = ["-", "–", "—", "", "ไม่มี", "ไม่เปิดสอน", "ไม่มีนักเรียน", "N/A", "0 คน"]
_NEVER = ["6%", "6.5", "1,2", "ห้า", "#N/A", "6*", "(6)", "O", "l6", "6/7", "6 7", "TRUE", "-6"]


@pytest.mark.parametrize("said", _SIX)
def test_a_six_is_a_six(read: Reads, said: str) -> None:
    assert CLEAN[2][P1] == "6"
    assert _same(read(_csv(_with(2, P1, said)), NAME), read(_csv(CLEAN), NAME))


@pytest.mark.parametrize("said", _NONE)
def test_nothing_is_none_where_the_sums_agree_and_an_error_where_not(
    read: Reads, said: str
) -> None:
    assert _same(read(_csv(_with(2, M1, said)), NAME), read(_csv(CLEAN), NAME))
    wrong = read(_csv(_with(2, P1, said)), NAME)
    assert wrong.failed
    assert {row for row, _ in _place(wrong, "sum_differs")} == {3}


@pytest.mark.parametrize("said", _NEVER)
def test_what_is_no_count_is_named_with_its_cell(read: Reads, said: str) -> None:
    found = read(_csv(_with(2, P1, said)), NAME)
    assert (3, "U") in {(p.row, p.column[:1]) for p in found.problems if p.level == "error"}
    assert found.parts == ()


# ---------------------------------------------------------------- lists of pupils

PUPILS = pupils()


def _pupil(row: int, column: int, value: str) -> list[list[str]]:
    changed = deepcopy(PUPILS)
    changed[row][column] = value
    return changed


LISTS: dict[str, tuple[bytes, set[str]]] = {
    "without the time of the report": (xlsx(PUPILS[1:]), set()),
    "as CSV in windows-874": (_csv(PUPILS, "cp874"), set()),
    "empty rows between": (xlsx([*PUPILS[:4], [], [], *PUPILS[4:]]), set()),
    "headers and report time again": (
        xlsx([*PUPILS[:4], *PUPILS[:2], *PUPILS[4:]]),
        {"header_again", "note_row"},
    ),
    "a total below": (xlsx([*PUPILS, ["รวม 5 คน"]]), {"note_row"}),
    "a column put before": (xlsx([["", *row] for row in PUPILS]), set()),
    "numbered rows": (
        xlsx(
            [PUPILS[0], ["ลำดับ", *PUPILS[1]]]
            + [[str(at), *row] for at, row in enumerate(PUPILS[2:], 1)]
        ),
        set(),
    ),
    "a code as a float": (xlsx(_pupil(5, 0, "57030002.0")), {"code_float"}),
    "a grade in another spelling": (xlsx(_pupil(6, 3, "ชั้นประถมศึกษาปีที่ ๖")), set()),
    "a room with its grade": (xlsx(_pupil(6, 4, "ป.6/1")), set()),
    "a room as a float": (xlsx(_pupil(6, 4, "1.0")), set()),
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_of_pupils_in_any_dress_is_counted_alike(read: Reads, kind: str) -> None:
    content, notes = LISTS[kind]
    found = read(content, "2568-1-student.xlsx")
    clean = read(xlsx(PUPILS), "2568-1-student.xlsx")
    assert _same(found, clean), found.problems
    assert keys(found, "warning") == notes


@pytest.mark.parametrize(
    ("row", "column", "said", "key", "place"),
    [
        (5, 0, "5.70E+07", "code_exponent_lost", (6, "A")),
        (5, 0, "570300", "code_short", (6, "A")),
        (5, 0, "", "code_missing", (6, "A")),
        (6, 3, "ป.7", "unknown_value", (7, "D")),
        (6, 3, "6", "unknown_value", (7, "D")),
        (6, 6, "1", "unknown_value", (7, "G")),
        (6, 6, "", "unknown_value", (7, "G")),
    ],
)
def test_a_pupil_who_cannot_be_counted_is_named_by_row_and_column(
    read: Reads, row: int, column: int, said: str, key: str, place: tuple[int, str]
) -> None:
    found = read(xlsx(_pupil(row, column, said)), "2568-1-student.xlsx")
    assert place in _place(found, key)


def test_a_list_of_pupils_without_a_needed_column_says_which(read: Reads) -> None:
    without = [PUPILS[0], *[[c for at, c in enumerate(row) if at != 6] for row in PUPILS[1:]]]
    assert [(p.key, p.column) for p in read(xlsx(without)).problems if p.level == "error"] == [
        ("column_missing", "เพศ")
    ]


# ---------------------------------------------------------------- lists of schools

SCHOOL_LIST = [
    ["รหัสโรงเรียน", "ชื่อโรงเรียน", "ตำบล", "อำเภอ", "จังหวัด", "กลุ่มโรงเรียน"],
    ["57030001", "บ้านหนึ่ง", "แม่คำ", "แม่จัน", "เชียงราย", "กลุ่ม 1"],
    ["57030002", "บ้านสอง", "แม่คำ", "แม่จัน", "เชียงราย", "กลุ่ม 1"],
    ["57030003", "ไทยรัฐวิทยา ๘๖", "แม่คำ", "แม่สาย", "เชียงราย", "กลุ่ม 2"],
]
_FIRST, _SECOND, _THIRD = SCHOOL_LIST[1:]


def _merged_places() -> bytes:
    rows: list[list[Any]] = [SCHOOL_LIST[0], _FIRST, [*_SECOND[:3], None, *_SECOND[4:]], _THIRD]
    return xlsx(rows, ["D2:D3"])


LISTED: dict[str, tuple[bytes, set[str]]] = {
    "one cell for several schools": (_merged_places(), set()),
    "places with their words": (
        xlsx(
            [SCHOOL_LIST[0]]
            + [[*r[:2], f"ต.{r[2]}", f"อำเภอ{r[3]}", f"จ.{r[4]}", r[5]] for r in SCHOOL_LIST[1:]]
        ),
        set(),
    ),
    "names with their word": (
        xlsx([SCHOOL_LIST[0], *[[r[0], f"โรงเรียน{r[1]}", *r[2:]] for r in SCHOOL_LIST[1:]]]),
        set(),
    ),
    "headings between": (
        xlsx([SCHOOL_LIST[0], ["อำเภอแม่จัน"], _FIRST, _SECOND, ["อำเภอแม่สาย"], _THIRD]),
        {"heading_row"},
    ),
}


@pytest.mark.parametrize("kind", LISTED)
def test_a_list_of_schools_in_any_dress_says_the_same(read: Reads, kind: str) -> None:
    content, notes = LISTED[kind]
    found = read(content, "ทะเบียน.xlsx")
    assert _same(found, read(xlsx(SCHOOL_LIST), "ทะเบียน.xlsx")), found.problems
    assert keys(found, "warning") == notes


def test_a_school_without_its_district_is_pointed_at(read: Reads) -> None:
    rows = [*SCHOOL_LIST[:2], [*_SECOND[:3], "", *_SECOND[4:]], _THIRD]
    found = read(xlsx(rows), "ทะเบียน.xlsx")
    assert [(p.key, p.row, p.column) for p in found.problems] == [("place_empty", 3, "D อำเภอ")]


# ---------------------------------------------------------------- results and staff


@pytest.mark.parametrize("kind", ["nt", "rt"])
def test_marks_in_any_dress_are_read_alike(read: Reads, kind: str) -> None:
    rows = _rows(kind)
    clean = read(xlsx(rows, _MERGED), "2567.xlsx")
    plain = [[str(cell) for cell in row] for row in rows]
    assert _same(read(_csv(plain), "2567.csv"), clean)
    numbered = [*rows[:3], list(range(1, 14)), *rows[3:]]
    assert _same(read(xlsx(numbered, _MERGED), "2567.xlsx"), clean)
    percent = [*rows[:3], [*rows[3][:5], "45.33%", *rows[3][6:]], *rows[4:]]
    assert _same(read(xlsx(percent, _MERGED), "2567.xlsx"), clean)


def _as_fractions(rows: list[list[Any]], style: str) -> bytes:
    """The percentages as a spreadsheet keeps cells that it shows with «%»."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx(rows, _MERGED)))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=4):
        for at in (5, 7, 9):
            row[at].value = float(row[at].value) / 100
            row[at].number_format = style
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_percentage_that_is_kept_as_a_fraction_is_read_as_it_is_shown(read: Reads) -> None:
    rows = _rows("nt")
    found = read(_as_fractions(rows, "0.00%"), "2567.xlsx")
    assert _same(found, read(xlsx(rows, _MERGED), "2567.xlsx")), found.problems
    bare = read(_as_fractions(rows, "General"), "2567.xlsx")
    assert keys(bare) == {"fractions"}
    assert _place(bare, "fractions")[0] == (4, "F")


def test_a_table_of_the_whole_area_is_told_that_schools_are_needed(
    read: Reads, entries: Mapping[str, Loaded]
) -> None:
    ranks = contracts.derived(entries["staff_count"].entry).dimensions["rank"].values.values()
    table = [["ตำแหน่ง", "ชาย", "หญิง", "รวม"], *[[words[0], "1", "2", "3"] for words in ranks]]
    found = read(xlsx(table), "ข้อมูลครู 2568.xlsx")
    assert keys(found) == {"area_table"}
    assert dict(found.problems[0].values)["said"] == "staff"
