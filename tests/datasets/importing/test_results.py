"""NT and RT: three merged header rows, percentages, levels read from the file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.datasets.importing.conftest import Reads, cells, keys, places, xlsx

_SUBJECTS = {
    "nt": ("ด้านคณิตศาสตร์", "ด้านภาษาไทย", "รวม 2 ด้าน"),
    "rt": ("การอ่านออกเสียง", "การอ่านรู้เรื่อง", "รวม 2 ด้าน"),
}
_FIRST = {"nt": "math", "rt": "aloud"}


def _rows(kind: str) -> list[list[Any]]:
    a, b, both = _SUBJECTS[kind]
    top = ["ลำดับ", "รหัสโรงเรียน", "ชื่อสถานศึกษา", "อำเภอ", "ผลการประเมิน", *[""] * 5]
    one = [1, "57030001", "บ้านหนึ่ง", "เมือง", 45.33, 45.33, 50.5, 50.5, 95.83, 47.915]
    two = [2, 57030002, "บ้านสอง", "เมือง", 60, 60, "70.25", "70.25", 130.25, 65.125]
    mean = ["", "", "ค่าเฉลี่ยระดับเขต", "", 52, 52, 60, 60, 112, 56.5]
    return [
        [*top, "ระดับคุณภาพ", "", ""],
        ["", "", "", "", a, "", b, "", both, "", a, b, both],
        ["", "", "", "", *["คะแนน", "ร้อยละ"] * 3, "", "", ""],
        [*one, "พอใช้", "ดี", "พอใช้"],
        [*two, "ดี", "ดีมาก", "ดี"],
        [*mean, "ดี", "ดี", "ดี"],
    ]


_MERGED = ("A1:A3", "B1:B3", "C1:C3", "D1:D3", "E1:J1", "K1:M1", "E2:F2", "G2:H2", "I2:J2")


@pytest.mark.parametrize("kind", ["nt", "rt"])
def test_scores_and_levels_are_read_under_merged_headers(read: Reads, kind: str) -> None:
    rows = [[f"ผลการประเมิน {kind.upper()} ปีการศึกษา 2567"], *_rows(kind)]
    merged = [_down(cells) for cells in _MERGED]
    outcome = read(xlsx(rows, merged), "ผลสอบ.xlsx")
    assert not outcome.failed, outcome.problems
    assert (outcome.contract, outcome.rows, outcome.guess.year) == (kind, 2, 2567)
    assert outcome.round == 3
    found = cells(outcome)
    assert found["57030001", "score", _FIRST[kind], ""] == 4533
    assert found["57030002", "score", "both", ""] == 6513, "rounded half up to two places"
    (part,) = outcome.parts
    levels = {name: value for code, name, value in part.texts if code == "57030001"}
    assert levels[f"quality_{_FIRST[kind]}"] == "พอใช้"


def _down(cells: str) -> str:
    """One row further down, for the title above."""
    first, last = cells.split(":")
    return f"{first[0]}{int(first[1]) + 1}:{last[0]}{int(last[1]) + 1}"


def test_a_score_above_a_hundred_and_a_strange_level_are_errors(read: Reads) -> None:
    rows = _rows("nt")
    rows[3][5], rows[4][10] = 145.33, "ยอดเยี่ยม"
    outcome = read(xlsx(rows, _MERGED))
    assert keys(outcome) == {"too_large", "unknown_value"}
    assert places(outcome, "too_large")[0][0] == 4
    assert places(outcome, "unknown_value")[0][0] == 5


def test_a_school_without_a_result_has_none(read: Reads) -> None:
    rows = _rows("nt")
    rows[3][4:] = ["-"] * 9
    outcome = read(xlsx(rows, _MERGED))
    assert not outcome.failed
    assert {code for code, *_ in cells(outcome)} == {"57030002"}
