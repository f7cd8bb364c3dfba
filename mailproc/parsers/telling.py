"""Values that tell their field by themselves, for a label whose words no list and no rule knows.

Only inside a form, and only where the whole value is of one kind: «ทางไหนดี: รับด้วยตนเอง» is about
delivery whatever its label says. What is read so yields to every field stated under its own label.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailproc.parsers import details, sense, ticks, values
from mailproc.parsers.plain import NAME, OFFICE, POST

_LONGEST = 120  # characters of a value
_OF_OTHERS = re.compile(  # labels of other people, of the office's own lines, and of plain dates
    r"ผอ|ผู้อำนวยการ|หัวหน้า|พยาน|อาจารย์ที่ปรึกษา|ที่ปรึกษา|ผู้แนะนำ|ผู้ประสาน|ฉุกเฉิน|ถึง|เสนอ|ผู้รับ|ปลายทาง|"
    r"วันที่|วันเดือน|เวลา|เลขที่|ลำดับ|ทะเบียน|คำนำหน้า|ชั้น|จบ|เกิด|อายุ|ที่อยู่|ตำบล|อำเภอ|จังหวัด|"
    r"\b(?:to|from|cc|date|time|via|subject|re|advisor|adviser|supervisor|head|witness|emergency|"
    r"approved|received|birth|age|address)\b",
    re.I,
)
_YEARS = re.compile(
    r"(?:ปี)?(?:การศึกษา)?\s?(?:พ\.?\s?ศ\.?)?\s?(?:25|20|๒๕)[0-9๐-๙]{2}"
    r"(?:\s?(?:-|–|,|/|ถึง|และ|กับ|to|and)\s?(?:ปี)?(?:25|20|๒๕)?[0-9๐-๙]{2}){0,5}"
)
_ROUND = re.compile(
    r"(?:รอบ|ภาคเรียน|round|term)\s?(?:ที่)?\s?[^\n]{0,40}|(?:ต้น|ปลาย|สิ้น)ปีการศึกษา", re.I
)
_FORMAT = re.compile(
    r"(?:ไฟล์|เอกสาร|ms|microsoft|an?\b|\s){0,6}(?:excel|xlsx?|csv|pdf|spreadsheet|เอ็?กเซลล?|เอ็กซ์เซล|พีดีเอฟ|"
    r"ซีเอสวี)(?:\s?(?:file|ไฟล์|[(.][^\n]{0,16}))?",
    re.I,
)
_DELIVERY = re.compile(
    r"(?:ขอ|ส่ง|จัดส่ง|ให้|รับ|ทาง|ผ่าน|ที่|by|via|through|on|\s){0,6}(?:e-?mail|อีเมลล?์?|เมล|line|ไลน์|smart\s?office|"
    r"amss\S{0,3}|มา|ไป|ด้วย(?:ตน|ตัว)เอง|(?:pick|collect)\S{0,8}|"
    r"in person|ไปรษณีย์อิเล็กทรอนิกส์)[^\n]{0,24}",
    re.I,
)
_USE = re.compile(
    r"(?:เพื่อ|(?:จะ)?(?:นำ|เอา)(?:ข้อมูล)?ไป(?:ใช้|ทำ|ประกอบ|จัด)|ใช้(?:ใน|ทำ|ประกอบ|จัด|สำหรับ|เพื่อ|วาง)|ประกอบการ|"
    r"(?:to|for) (?:[a-z]{2,12} ){0,2}(?:plan|prepar|writ|stud|"
    r"research|report|support|analy|us)\S*)"
    r"[^\n]{3,}",
    re.I,
)
_THING = re.compile(
    r"(?:ข้อมูล)?(?:จำนวน(?:นักเรียน|ครู|ห้อง|บุคลากร|โรงเรียน|นร)|ทำเนียบ|ทะเบียนโรงเรียน|รายชื่อ(?:โรงเรียน|สถานศึกษา)|"
    r"สถิติ|ยอดนักเรียน|โรงเรียนขนาด|ผล(?:การ)?(?:สอบ|ทดสอบ|ประเมิน)|"
    r"แนวโน้ม|อัตราส่วน|(?:the )?(?:number|list|"
    r"count) of\b|(?:school|student|staff|teacher|pupil|class)\S* (?:count|list|director|numbers))"
    r"[^\n]*",
    re.I,
)
_CONSENT = re.compile(r"(?:ข้าพเจ้า)?(?:ยินยอม|ยอมรับ|ตกลง|i (?:agree|consent|accept))[^\n]*", re.I)
_POST = re.compile(rf"{POST}[^\n,]{{0,50}}", re.I)
_OFFICE = re.compile(rf"{OFFICE}[^\n]{{1,80}}")


def _is_read(name: str, pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: bool(pattern.fullmatch(value)) and values.READERS[name](value) is not None


_KINDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("email", lambda value: values.email(value) == value),
    ("phone", lambda value: values.is_phone(value)),
    ("academic_years", lambda value: bool(_YEARS.fullmatch(value)) or value == "ล่าสุด"),
    ("level", lambda value: details.whole_level(value) is not None),
    ("format", _is_read("format", _FORMAT)),
    ("round", _is_read("round", _ROUND)),
    ("delivery", _is_read("delivery", _DELIVERY)),
    ("consent", _is_read("consent", _CONSENT)),
    ("requester_name", lambda value: bool(NAME.fullmatch(value))),
    ("purpose", lambda value: bool(_USE.fullmatch(value))),
    ("dataset", lambda value: bool(_THING.fullmatch(value))),
    ("position", lambda value: bool(_POST.fullmatch(value)) and len(value.split()) < 6),
    ("organisation", lambda value: bool(_OFFICE.fullmatch(value)) and len(value.split()) < 8),
)


def field_of(label: str, value: str) -> str | None:
    """The field that a value can only belong to; None where its label speaks of something else."""
    value = _answer(value)
    if not 2 <= len(value) <= _LONGEST or not sense.is_label(label) or _OF_OTHERS.search(label):
        return None
    return next((name for name, is_one in _KINDS if is_one(value)), None)


def _answer(value: str) -> str:
    """The words that count: the one ticked option, or all of it."""
    options = ticks.chosen([value])
    if options is None:
        return values.tidy(value)
    return values.tidy(options[0]) if len(options) == 1 else ""
