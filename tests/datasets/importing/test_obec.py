"""OBEC's figures per school: every charset and format, every damage that was met."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from copy import deepcopy

import pytest

from mailproc.datasets.importing.values import Known
from tests.datasets.importing.conftest import (
    SCHOOLS,
    Reads,
    Table,
    as_json,
    cells,
    keys,
    obec,
    places,
    text,
    total,
    xlsx,
)

ENCODED: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda words: words.encode(),
    "utf-8 with BOM": lambda words: codecs.BOM_UTF8 + words.encode(),
    "windows-874": lambda words: words.encode("cp874"),
    "utf-16": lambda words: words.encode("utf-16"),
    "read as windows-874 and saved as UTF-8": lambda words: _mangled(words).encode(),
}


def _mangled(words: str) -> str:
    """What a program makes of UTF-8 that it takes for windows-874."""
    pairs = (bytes([byte]) for byte in words.encode())
    return "".join(one.decode("cp874", "ignore") or chr(one[0]) for one in pairs)


@pytest.mark.parametrize("encoding", ENCODED)
def test_the_real_file_is_read_in_every_charset(read: Reads, real: Table, encoding: str) -> None:
    outcome = read(ENCODED[encoding](text(real)), "57030000-2568-1-schoolmis.csv")
    assert outcome.problems == ()
    assert (outcome.contract, outcome.rows) == ("students_obec", 139)
    assert (outcome.guess.year, outcome.guess.round) == (2568, 1)
    assert total(outcome, "pupils") == 37_029
    assert total(outcome, "rooms") == 1_781
    girls = sum(n for key, n in cells(outcome).items() if key[3] == "f")
    assert girls == 18_247
    assert outcome.reported.endswith("สพป.เชียงราย เขต 3")


@pytest.mark.parametrize("separator", ["\t", ";", "|"])
def test_other_separators_are_seen(read: Reads, separator: str) -> None:
    assert read(text(obec(SCHOOLS), separator).encode()).problems == ()


def test_the_real_file_is_the_same_as_json_and_workbook(read: Reads, real: Table) -> None:
    plain = read(text(real).encode())
    numbers = [[int(v) if v.isdigit() else v for v in row] for row in real]
    for content in (as_json(real), xlsx(real), xlsx(numbers)):
        outcome = read(content)
        assert outcome.problems == ()
        assert outcome.parts == plain.parts


def test_an_answer_that_failed_or_was_cut_is_refused(read: Reads) -> None:
    table = obec(SCHOOLS)
    assert keys(read(b'{"success": false, "data": []}')) == {"json_failed"}
    assert keys(read(b'{"success": true, "data": []}')) == {"json_empty"}
    assert keys(read(as_json(table)[:-100])) == {"json_broken"}
    assert keys(read(b"[" * 100_000)) == {"json_broken"}
    data = json.loads(as_json(table))
    del data["data"][1]["ป.1 ชาย"]
    assert places(read(json.dumps(data).encode()), "json_keys") == [(3, "")]


def test_a_code_that_is_certain_is_mended_and_said(read: Reads) -> None:
    for written, key in (
        ("57030002.0", "code_float"),
        ("5.7030002E+07", "code_exponent"),
        ("๕๗๐๓๐๐๐๒", "code_thai_digits"),
        ("'57030002", "code_spaces"),
        ("5703 0002", "code_spaces"),
        ('="57030002"', "code_spaces"),
    ):
        outcome = read(text(_with(2, 2, written)).encode())
        assert not outcome.failed, written
        assert keys(outcome, "warning") == {key}
        assert places(outcome, key) == [(3, "C รหัสโรงเรียน")]
        assert ("57030002", "pupils", "ป.1", "m") in cells(outcome)


def _with(row: int, column: int, value: str, table: Table | None = None) -> Table:
    changed = deepcopy(table or obec(SCHOOLS))
    changed[row][column] = value
    return changed


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("5.70E+07", "code_exponent_lost"),
        ("1.23E+12", "code_exponent_lost"),
        ("650001", "code_short"),
        ("1057030002", "code_ten"),
        ("157120742", "code_long"),
        ("57O30002", "code_letters"),
        ("57030000", "code_area"),
        ("", "code_missing"),
        ("57030001", "school_twice"),
    ],
)
def test_a_code_that_is_not_certain_imports_nothing(read: Reads, written: str, key: str) -> None:
    outcome = read(text(_with(2, 2, written)).encode())
    assert key in keys(outcome)
    assert places(outcome, key)[0][0] == 3
    assert outcome.parts == ()


def test_lost_zeros_come_back_where_the_list_knows_the_code(read: Reads) -> None:
    schools = {"00650001": "ตัวอย่างวิทยา"}
    table = _with(1, 2, "650001", obec(schools))
    outcome = read(text(table).encode(), known=Known(frozenset(schools)))
    assert keys(outcome, "warning") >= {"code_zeros"}
    assert {key[0] for key in cells(outcome)} == {"00650001"}


def test_codes_of_another_system_are_read_by_the_list(read: Reads) -> None:
    table = _with(1, 2, "1057123456")
    known = Known(frozenset(), {"1057123456": "57030001"})
    outcome = read(text(table).encode(), known=known)
    assert keys(outcome, "warning") == {"code_other"}
    assert {key[0] for key in cells(outcome)} == set(SCHOOLS)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("กม.", "unit_alone"),
        ("-3", "negative"),
        ("2.5", "fraction"),
        ("ห้าคน", "not_number"),
        ("#REF!", "excel_error"),
        ("90000", "too_large"),
        ("2025-02-01", "date_for_number"),
        ("1O", "not_number"),
    ],
)
def test_a_figure_that_is_none_is_an_error_at_its_place(
    read: Reads, written: str, key: str
) -> None:
    table = obec(SCHOOLS)
    at = table[0].index("ป.2 หญิง")
    outcome = read(text(_with(2, at, written, table)).encode())
    assert (3, "Z ป.2 หญิง") in places(outcome, key)
    assert outcome.failed


@pytest.mark.parametrize(
    ("written", "key"),
    [("๕", "thai_digits"), ("5 คน", "unit_dropped"), ("-", "nothing_said"), ("", "empty_is_zero")],
)
def test_a_figure_that_can_mean_one_thing_is_read_and_said(
    read: Reads, written: str, key: str
) -> None:
    table = obec({"57030001": "บ้านหนึ่ง"}, 5 if written[:1] in "๕5" and written else 0)
    at = table[0].index("ป.1 ชาย")
    for row in (1, 2):  # the school and the totals, all sums as they were
        table[row][at] = table[row][at] if row == 2 else written
    if written in ("-", ""):
        table = obec({"57030001": "บ้านหนึ่ง"})
        at = table[0].index("ม.1 ชาย")
        table[1][at] = written
    outcome = read(text(table).encode())
    assert not outcome.failed, outcome.problems
    assert [row for row, _ in places(outcome, key)] == [2]


def test_totals_that_do_not_add_up_are_named_with_both_figures(read: Reads) -> None:
    table = obec(SCHOOLS)
    at = table[0].index("ป.3 ชาย")
    table[1][at] = "6"
    outcome = read(text(table).encode())
    assert {row for row, _ in places(outcome, "sum_differs")} == {2}
    labels = {column.split(" ", 1)[1] for _, column in places(outcome, "sum_differs")}
    assert labels == {"รวมป.3", "รวมประถม ชาย", "รวมประถม", "รวมทั้งหมด ชาย", "รวมทั้งหมด"}
    found = next(p for p in outcome.problems if p.key == "total_differs")
    assert found.column.endswith(" ป.3 ชาย")
    assert (found.row, dict(found.values)) == (5, {"stated": "18", "found": "19"})


def test_all_problems_of_a_file_are_listed_at_once(read: Reads) -> None:
    table = _with(1, 2, "1.23E+12")
    table[2][3] = ""
    table[3][table[0].index("ป.6 ห้อง")] = "?"
    outcome = read(text(table).encode())
    assert keys(outcome) >= {"code_exponent_lost", "name_missing", "not_number"}
    assert outcome.parts == ()


def test_a_missing_column_is_none_only_where_totals_prove_it(read: Reads) -> None:
    table = obec(SCHOOLS)
    gone = [at for at, header in enumerate(table[0]) if "ม.6" in header]
    fewer = [[v for at, v in enumerate(row) if at not in gone] for row in table]
    outcome = read(text(fewer).encode())
    assert keys(outcome, "warning") == {"absent_is_zero"}
    assert cells(outcome)["57030001", "pupils", "ม.6", "m"] == 0
    gone = [at for at, header in enumerate(table[0]) if header.startswith(("ป.6 ชาย", "รวม"))]
    fewer = [[v for at, v in enumerate(row) if at not in gone] for row in table]
    assert "figures_missing" in keys(read(text(fewer).encode()))


def test_odd_and_doubled_columns_are_named(read: Reads) -> None:
    table = [[*row, row[4] if at else "หมายเหตุพิเศษ"] for at, row in enumerate(obec(SCHOOLS))]
    assert places(read(text(table).encode()), "column_unknown") == [(1, "CS หมายเหตุพิเศษ")]
    table = [[*row, row[2] if at else "รหัสโรงเรียน"] for at, row in enumerate(obec(SCHOOLS))]
    outcome = read(text(table).encode())
    assert places(outcome, "column_twice") == [(1, "CS รหัสโรงเรียน")]
    assert outcome.failed


def test_vocational_pupils_are_told_of_and_not_kept(read: Reads) -> None:
    table = obec({"57030001": "บ้านหนึ่ง"})
    for header in ("ปวช.1 ชาย", "รวมปวช.1", "รวมม.ปลายและเทียบเท่า ชาย", "รวมม.ปลายและเทียบเท่า"):
        for row in (1, 2):
            table[row][table[0].index(header)] = "7"
    for header in ("รวมทั้งหมด ชาย", "รวมทั้งหมด"):
        for row in (1, 2):
            at = table[0].index(header)
            table[row][at] = str(int(table[row][at]) + 7)
    outcome = read(text(table).encode())
    assert keys(outcome, "warning") == {"not_kept"}
    assert not any("ปวช" in key[2] for key in cells(outcome))


def test_titles_repeated_headers_notes_and_totals_are_no_schools(read: Reads) -> None:
    table = obec(SCHOOLS)
    wide = [["รายงานจำนวนนักเรียน ปีการศึกษา 2567 ภาคเรียนที่ 1"], ["ข้อมูล ณ วันที่ 10 มิถุนายน 2567"], []]
    rows = [*wide, *table[:2], table[0], *table[2:-1], ["", "", "", "รวมทั้งสิ้น", *table[-1][4:]]]
    rows += [[], ["หมายเหตุ: ข้อมูลจากระบบ"]]
    outcome = read(xlsx(rows), "นักเรียน.xlsx")
    assert keys(outcome, "warning") == {"header_again"}
    assert not outcome.failed
    assert outcome.rows == 3
    assert (outcome.guess.year, outcome.guess.round, outcome.guess.as_of) == (2567, 1, "2024-06-10")


def test_merged_headers_of_three_rows_are_put_together(read: Reads) -> None:
    plain = obec(SCHOOLS)
    upper, lower = ["รหัสโรงเรียน", "ชื่อโรงเรียน"], ["", ""]
    wanted = [2, 3]
    for grade in [g for g in _grades(plain)]:
        upper += [grade, "", "", ""]
        lower += ["ชาย", "หญิง", "รวม", "ห้อง"]
        names = [f"{grade} ชาย", f"{grade} หญิง", f"รวม{grade}", f"{grade} ห้อง"]
        wanted += [plain[0].index(name) for name in names]
    upper += ["รวมทั้งหมด", "", ""]
    lower += ["ชาย", "หญิง", "รวม"]
    wanted += [plain[0].index(n) for n in ("รวมทั้งหมด ชาย", "รวมทั้งหมด หญิง", "รวมทั้งหมด")]
    top = ["", "", "จำนวนนักเรียนจำแนกตามชั้นและเพศ", *[""] * (len(upper) - 3)]
    rows = [top, upper, lower, *([row[at] for at in wanted] for row in plain[1:])]
    outcome = read(xlsx(rows))
    assert not outcome.failed, outcome.problems
    assert total(outcome, "pupils") == total(read(text(plain).encode()), "pupils")


def _grades(table: Table) -> list[str]:
    return [h.removesuffix(" ชาย") for h in table[0] if h.endswith(" ชาย") and "รวม" not in h]


def test_older_names_of_kindergarten_move_by_a_year(read: Reads) -> None:
    table = obec(SCHOOLS)
    table[1][table[0].index("อ.1 ห้อง")] = "0"
    older = {"อ.1": "อ.3ขวบ", "อ.2": "อ.1", "อ.3": "อ.2"}
    renamed = [_renamed(header, older) for header in table[0]]
    outcome = read(text([renamed, *table[1:]]).encode())
    assert outcome.contract == "students_obec_older"
    assert outcome.parts == read(text(table).encode()).parts


def _renamed(header: str, words: dict[str, str]) -> str:
    for new, old in words.items():
        if new in header:
            return header.replace(new, old)
    return header


def test_a_broken_quote_and_strange_bytes_are_refused(read: Reads) -> None:
    broken = text(obec(SCHOOLS)).replace("บ้านหนึ่ง", '"บ้านหนึ่ง"x')
    assert keys(read(broken.encode())) == {"csv_broken"}
    assert keys(read(b"")) == {"empty"}
    assert keys(read(text(obec(SCHOOLS)).encode("cp874") + b"\x81\xff")) == {"charset"}
    assert keys(read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))) == {"xls"}
    assert keys(read(b"<html><table><tr><td>1</td></tr></table></html>")) == {"html"}
    assert keys(read(b"%PDF-1.7\n")) == {"not_a_table"}
    assert keys(read(b"a,b\n1,2\n")) == {"unknown_kind"}


def test_a_source_that_was_named_wrongly_fits_nothing(read: Reads) -> None:
    outcome = read(text(obec(SCHOOLS)).encode(), source="nt")
    assert outcome.failed
