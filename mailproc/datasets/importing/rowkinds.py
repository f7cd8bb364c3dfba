"""What a row of a sheet of schools is when it is no school: totals, averages, notes, guides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailproc import thai
from mailproc.datasets.importing.values import tidy

_SUM = ("รวม", "ยอดรวม", "ผลรวม", "total", "grandtotal")
_LEVELS = ("ระดับเขต", "ระดับประเทศ", "ระดับสังกัด")
_MEANS = ("เฉลี่ย", "ค่าเฉลี่ย", "คะแนนเฉลี่ย", "ร้อยละ", "คิดเป็นร้อยละ", "สัดส่วน", "average", "percent")
_TOTAL = (*_SUM, *_MEANS, *_LEVELS)
_NOTES = (
    *("หมายเหตุ", "ที่มา", "ข้อมูล", "รวม", "*", "(ลงชื่อ", "ลงชื่อ", "ลงนาม", "...", "(...", "…"),
    *("ผู้รายงาน", "ผู้รับรอง", "ผู้จัดทำ", "ผู้ตรวจ", "พิมพ์เมื่อ", "หน้า ", "หน้าที่ "),
)
_AREA = ("สพป", "สพม", "สำนักงานเขต", "เขตพื้นที่")
_UNITS = frozenset({"คน", "ห้อง", "โรง", "แห่ง", "โรงเรียน", "ร้อยละ", "%", "คะแนน", "บาท", "เล่ม"})
_HEADINGS = ("อำเภอ", "อ.", "กลุ่ม", "เครือข่าย", "ศูนย์เครือข่าย", "ตำบล")
_PLACE_WORDS = {
    "district": ("อำเภอ", "อ."),
    "subdistrict": ("ตำบล", "ต."),
    "province": ("จังหวัด", "จ."),
}
_PLACE = re.compile(r"\(?([0-9]{1,3})\)?")
_LONG = 60  # letters: no name of a school is so long
_DIGITS = re.compile("[0-9๐-๙]{5}")


def is_total(code: str, name: str, row: Sequence[str], *, has_figures: bool) -> bool:
    """No code, but figures; or a code that is the area's own; or «รวม … โรงเรียน»."""
    if not has_figures:
        return False
    words = thai.fold(name or next((cell for cell in row if tidy(cell)), ""))
    is_called = _starts(words, _TOTAL)
    if code and not code.endswith("0000"):
        is_code = _DIGITS.search(code) is not None
        return not is_code and (_starts(thai.fold(code), _TOTAL) or _says_sum(row))
    is_area = _starts(words, _AREA)
    return is_called or is_area or (not code and not name)


def is_mean(row: Sequence[str]) -> bool:
    """An average or a share of all schools: no sum to compare with."""
    return any(_starts(thai.fold(tidy(cell)), _MEANS) for cell in row[:8])


def is_note(row: Sequence[str], name: str) -> bool:
    """Words under the table."""
    words = tidy(" ".join(cell for cell in row if cell.strip()))
    return not name or len(words) > _LONG or words.startswith(_NOTES)


def is_guide(row: Sequence[str]) -> bool:
    """The numbers of the columns, or their units, in a row of their own below the headers."""
    filled = [(at, tidy(cell)) for at, cell in enumerate(row) if tidy(cell)]
    if len(filled) < 3:
        return False
    return all(cell in _UNITS for _, cell in filled) or _counts_on(filled)


def is_heading(row: Sequence[str]) -> bool:
    """One cell alone that names a part of the area: «อำเภอแม่จัน» over its schools."""
    filled = [tidy(cell) for cell in row if tidy(cell)]
    return len(filled) == 1 and filled[0].startswith(_HEADINGS)


def bare_place(said: str, kind: str) -> str:
    """«แม่จัน» for «อ.แม่จัน» and «อำเภอแม่จัน»."""
    for word in _PLACE_WORDS.get(kind, ()):
        if said.startswith(word) and len(said) > len(word) + 1:
            return said.removeprefix(word).strip()
    return said


def bare_name(said: str) -> str:
    """The name of a school as the ministry writes it, without «โรงเรียน»."""
    for word in ("โรงเรียน", "ร.ร.", "รร."):
        if said.startswith(word) and len(said) > len(word) + 1:
            return said.removeprefix(word).strip()
    return said


def _counts_on(filled: Sequence[tuple[int, str]]) -> bool:
    """Whether the cells count the columns: 1, 2, 3 … or (1), (2), (3) …"""
    found = [_PLACE.fullmatch(thai.to_arabic(cell)) for _, cell in filled]
    numbers = [int(match[1]) for match in found if match]
    return len(numbers) == len(filled) and numbers == [
        numbers[0] + at for at in range(len(numbers))
    ]


def _starts(words: str, beginnings: Sequence[str]) -> bool:
    return words.startswith(tuple(thai.fold(one) for one in beginnings))


def _says_sum(row: Sequence[str]) -> bool:
    return any(_starts(thai.fold(tidy(cell)), _SUM) for cell in row[:4])
