"""Lists of pupils: counted while they are read, and nothing of a person comes out."""

from __future__ import annotations

import csv
import pickle
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.datasets.importing.conftest import (
    SHARED,
    Reads,
    cells,
    keys,
    places,
    total,
    xlsx,
)

HEADERS = (
    "รหัสโรงเรียน ชื่อโรงเรียน เลขประจำตัวนักเรียน ชั้น ห้อง เลขประจำตัวนักเรียน เพศ คำนำหน้าชื่อ ชื่อ นามสกุล วันเกิด "
    "อายุ(ปี) น้ำหนัก ส่วนสูง กลุ่มเลือด ศาสนา เชื้อชาติ สัญชาติ บ้านเลขที่ หมู่ ถนน/ซอย ตำบล อำเภอ จังหวัด ชื่อผู้ปกครอง "
    "นามสกุลผู้ปกครอง อาชีพของผู้ปกครอง ความเกี่ยวข้องของผู้ปกครองกับนักเรียน ชื่อบิดา นามสกุลบิดา อาชีพของบิดา "
    "ชื่อมารดา นามสกุลมารดา อาชีพของมารดา ความด้อยโอกาส ยังไม่สามารถจำหน่ายได้ (3.1.8)"
).split(" ", 35)
REPORTED = ["วันและเวลาที่สร้างรายงาน 2025-06-12 04:10:12.244315"]
SECRET = "ลับเฉพาะ"  # stands in every cell that identifies somebody
ID = "1100000000008"
Pupil = tuple[str, str, str, str, str]  # school, grade, room, sex, disadvantage


def pupil(at: int, one: Pupil) -> list[str]:
    school, grade, room, sex, disadvantage = one
    row = [SECRET] * len(HEADERS)
    row[0], row[1], row[2] = school, f"บ้านตัวอย่าง {school}", ID
    row[3], row[4], row[5], row[6], row[34] = grade, room, f"{at:05d}", sex, disadvantage
    row[10] = "29/02/2567"
    return row


PUPILS: list[Pupil] = [
    ("57030001", "ป.1", "1", "ช", "เด็กยากจน"),
    ("57030001", "ป.1", "1", "ญ", "-"),
    ("57030001", "ป.1", "2", "ญ", "เด็กยากจน"),
    ("57030002", "ประถมศึกษาปีที่ ๖", "01", "หญิง", ""),
    ("57030002", "ป.6", "1", "ช", "ไม่ด้อยโอกาส"),
]


def rows(pupils: Sequence[Pupil] = PUPILS) -> list[list[str]]:
    return [REPORTED, list(HEADERS), *(pupil(at, one) for at, one in enumerate(pupils))]


def test_pupils_and_rooms_are_counted_by_school_grade_and_sex(read: Reads) -> None:
    outcome = read(xlsx(rows()), "2568-1-student.xlsx")
    assert outcome.problems == ()
    assert (outcome.contract, outcome.rows, outcome.personal) == ("students_dmc", 5, True)
    assert (outcome.guess.year, outcome.guess.round) == (2568, 1)
    found = cells(outcome)
    assert {key: n for key, n in found.items() if n} == {
        ("57030001", "pupils", "ป.1", "m"): 1,
        ("57030001", "pupils", "ป.1", "f"): 2,
        ("57030001", "rooms", "ป.1", ""): 2,
        ("57030002", "pupils", "ป.6", "m"): 1,
        ("57030002", "pupils", "ป.6", "f"): 1,
        ("57030002", "rooms", "ป.6", ""): 1,
    }
    assert found["57030002", "pupils", "อ.1", "m"] == 0, "every cell is there, be it none"


def test_disadvantage_is_counted_only_where_the_office_wants_it(read: Reads) -> None:
    assert [part.source for part in read(xlsx(rows())).parts] == ["students"]
    outcome = read(xlsx(rows()), also=frozenset({"disadvantage"}))
    assert [part.source for part in outcome.parts] == ["students", "disadvantage"]
    poor = {k: n for k, n in cells(outcome, "disadvantage").items() if n}
    assert poor == {
        ("57030001", "disadvantage_pupils", "poor", "m"): 1,
        ("57030001", "disadvantage_pupils", "poor", "f"): 1,
    }
    missing = read(xlsx(rows()), also=frozenset({"disability"}))
    assert keys(missing) == {"count_not_there"}, "36 columns say nothing of disability"


def test_nothing_that_identifies_a_person_comes_out_of_a_bad_file(read: Reads) -> None:
    bad = rows()
    bad[2][3] = f"{SECRET} ป.1"  # a name in the column of grades
    bad[3][0] = SECRET
    bad[4][6] = ID
    bad[5][34] = "เด็กที่ไม่รู้จัก"
    bad.append(list(bad[-1]))
    outcome = read(xlsx(bad), also=frozenset({"disadvantage"}))
    assert outcome.failed
    assert keys(outcome) >= {"unknown_value", "code_letters", "pupil_twice"}
    came_out = pickle.dumps(outcome).decode("utf-8", "replace")
    for word in (SECRET, ID, "เด็กที่ไม่รู้จัก"):
        assert word not in came_out
    assert (3, "D ชั้น") in places(outcome, "unknown_value")
    assert places(outcome, "pupil_twice") == [(8, "F เลขประจำตัวนักเรียน")]


def test_one_number_for_two_pupils_is_said_and_both_are_counted(read: Reads) -> None:
    twice = rows()
    twice[3][5] = twice[2][5]
    outcome = read(xlsx(twice))
    assert keys(outcome, "warning") == {"pupil_number_twice"}
    assert total(outcome, "pupils") == 5


def test_of_columns_with_one_name_that_at_its_place_is_read(read: Reads) -> None:
    """The third column is the national id, whatever its header says."""
    same = [pupil(at, PUPILS[0]) for at in range(3)]
    outcome = read(xlsx([REPORTED, list(HEADERS), *same]))
    assert outcome.problems == (), "three pupils, though column C is the same for all"
    assert total(outcome, "pupils") == 3


def test_a_second_column_of_grades_is_not_guessed_among(read: Reads) -> None:
    moved = [[*row[:3], "x", *row[3:], *row[3:4]] for row in rows()[1:]]
    moved[0][3] = "อื่น"
    moved[0][4] = moved[0][-1] = "ชั้น"
    assert "column_twice" in keys(read(xlsx(moved)))


def test_a_personal_file_of_another_kind_is_not_read(read: Reads) -> None:
    table = [["รหัสโรงเรียน", "ชื่อโรงเรียน", "อำเภอ", "เลขประจำตัวประชาชน"]]
    table += [["57030001", "บ้านหนึ่ง", "เมือง", ID]]
    outcome = read(xlsx(table))
    assert keys(outcome) == {"personal_unknown"}
    assert ID not in repr(outcome)


def test_a_national_id_among_names_of_schools_is_refused_unseen(read: Reads) -> None:
    bad = rows()
    bad[2][1] = f"บ้านหนึ่ง {ID}"
    outcome = read(xlsx(bad))
    assert keys(outcome) == {"looks_personal", "name_missing_of"} or keys(outcome) == {
        "looks_personal"
    }
    assert ID not in repr(outcome)


def test_older_grades_move_and_both_ways_in_one_file_are_refused(read: Reads) -> None:
    older = [("57030001", grade, "1", "ช", "") for grade in ("อ.3 ขวบ", "อ.1", "อ.2")]
    outcome = read(xlsx(rows(older)))
    assert keys(outcome, "warning") == {"older_grades"}
    counted = {key[2] for key, n in cells(outcome).items() if n}
    assert counted == {"อ.1", "อ.2", "อ.3"}
    mixed = [*older, ("57030001", "อ.3", "1", "ช", "")]
    assert keys(read(xlsx(rows(mixed)))) == {"grades_mixed"}


def test_the_long_list_of_91_columns_is_counted_with_disabilities(read: Reads) -> None:
    file = SHARED / "dmc-studentInSchoolList-91-columns.csv"
    if not file.exists():
        pytest.skip("the list of columns is not beside this repository")
    headers = _headers(file)
    assert len(headers) == 91
    row = [SECRET] * 91
    for header, value in (
        ("รหัสโรงเรียน", "57030001"),
        ("ชื่อโรงเรียน", "บ้านหนึ่ง"),
        ("ชั้น", "ม.3"),
        ("ห้อง", "1"),
        ("รหัสนักเรียน", "00012"),
        ("เพศ", "ญ"),
        ("ความด้อยโอกาส", "-"),
        ("ความพิการ", "06 บกพร่องทางสติปัญญา"),
    ):
        row[headers.index(header)] = value
    wanted = frozenset({"disability", "disadvantage"})
    outcome = read(xlsx([REPORTED, headers, row]), also=wanted)
    assert outcome.problems == ()
    assert total(outcome, "pupils", "students") == 1
    disabled = {k: n for k, n in cells(outcome, "disability").items() if n}
    assert disabled == {("57030001", "disability_pupils", "intellectual", "f"): 1}
    assert SECRET not in repr(outcome)


def _headers(file: Path) -> list[str]:
    with file.open(encoding="utf-8") as lines:
        return [row["header_th"] for row in csv.DictReader(lines)]
