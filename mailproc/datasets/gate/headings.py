"""What the heading of a column says of its content: which columns are about persons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from mailproc.datasets.gate.persons import plain
from mailproc.thai import mend

_LONGEST = 60  # characters; what is longer is a sentence
_NOISE = re.compile(r"[\s*:;.\-–_/()\[\]{}\"'#|,]+")
# Counted things are statistics, whatever they are about.
_COUNTED = re.compile(
    r"^(?:จำนวน|ร้อยละ|รวม|ผลรวม|อัตรา|ค่าเฉลี่ย|เฉลี่ย|สัดส่วน|ประเภท|รายการ|สถานะ|ตัวชี้วัด|no\.?of|number|total|count|percent)"
)
_PERSON = "(?:นักเรียน|เด็ก|ผู้เรียน|ครู|บุคลากร|ข้าราชการ|ลูกจ้าง|พนักงาน|ผู้ปกครอง|บิดา|มารดา|พ่อ|แม่)"
_CHIEF = "(?:ผู้อำนวยการ(?:โรงเรียน|สถานศึกษา)?|ผอ(?:รร|โรงเรียน)?|ผู้บริหาร(?:โรงเรียน|สถานศึกษา)?|ครูใหญ่)"
# The first that fits counts. Kind, what it looks like once blanks and signs are gone.
_TABLE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "national_id",
            r"(?:เลข|หมายเลข|รหัส).{0,12}(?:ประชาชน|บัตรประชาชน|13หลัก)|บัตรประชาชน|^เลข13หลัก|"
            r"nationalid|citizenid|idcard|personid|thaiid|^pid$|^cid$",
        ),
        (
            "other_id",
            r"เลขประจำตัวนักเรียน|รหัส(?:ประจำตัว)?นักเรียน|เลขประจำตัวผู้เรียน|รหัสบุคคล|รหัสประจำบ้าน|"
            r"(?:เลข|หมายเลข).{0,8}(?:หนังสือเดินทาง|พาสปอร์ต)|หนังสือเดินทาง|passport|studentid|"
            r"studentno|เลขประจำตัวพนักงาน|ใบอนุญาตประกอบวิชาชีพ|เลขประจำตัวผู้เสียภาษี|เลขที่ตำแหน่ง",
        ),
        (
            "account",
            r"(?:เลข|หมายเลข)(?:ที่)?บัญชี|บัญชีธนาคาร|เลขบัญชี|bankaccount|accountno|พร้อมเพย์",
        ),
        (
            "birth_date",
            r"วัน(?:ที่|/?เดือน/?ปี|เดือนปี|ด)?(?:ที่)?เกิด|วดปเกิด|วดป?เกิด|ว/?ด/?ปเกิด|เดือนปีเกิด|เกิดวันที่|เกิดเมื่อ|"
            r"birth(?:date|day)|dateofbirth|^dob$|^bdate$",
        ),
        (
            "phone",
            r"โทรศัพท์|มือถือ|เบอร์(?:โทร|ติดต่อ|มือถือ)|^โทร$|^เบอร์$|^โทร(?:โรงเรียน|ครู|ผู้|บ้าน)|telephone|^tel|"
            r"mobile|^phone|phone(?:no|number)?$|lineid|ไอดีไลน์|ไลน์ไอดี",
        ),
        ("email", r"อีเมล|อีเมล์|e?mail(?:address)?$|จดหมายอิเล็กทรอนิกส์"),
        (
            "person_name",
            rf"ชื่อ(?:และ|หรือ|ตัว)?(?:นาม)?สกุล|^(?:นาม)?สกุล{_PERSON}?$|^(?:นาม)?สกุล(?:อังกฤษ|ไทย)?$|"
            rf"ชื่อตัว|ชื่อกลาง|ชื่อเล่น|ชื่อ(?:ของ)?{_PERSON}|ชื่อ(?:ของ)?{_CHIEF}|^{_CHIEF}$|"
            r"^ชื่อผู้|ชื่อเจ้าหน้าที่|^รายชื่อ(?:นักเรียน|ครู|บุคลากร|เด็ก|ผู้)|^ครู(?:ประจำชั้น|ผู้สอน|ที่ปรึกษา)$|"
            r"^ผู้ปกครอง$|(?:full|first|last|given|family|student|teacher|parent|middle|nick)name|surname",
        ),
        (
            "address",
            r"บ้านเลขที่|เลขที่บ้าน|ที่อยู่(?:ปัจจุบัน|ตามทะเบียนบ้าน|นักเรียน|ผู้ปกครอง)?$|homeaddress|^address$",
        ),
        (
            "special",
            r"^ศาสนา$|^เชื้อชาติ|กลุ่มเลือด|หมู่เลือด|หมู่โลหิต|โรคประจำตัว|^ความพิการ|ประเภทความพิการ|^น้ำหนัก|"
            r"^ส่วนสูง|^ประวัติ(?:การรักษา|อาชญากรรม|สุขภาพ)|การแพ้|^ความด้อยโอกาส|^ความเจ็บป่วย|"
            r"^religion$|^ethnicity$|bloodgroup|bloodtype|^disability$|^weight|^height",
        ),
    )
)
_QUICK = re.compile(
    r"ชื่อ|สกุล|เกิด|โทร|เบอร์|มือถือ|ไลน์|เมล|บัตร|ประชาชน|หลัก|นักเรียน|ผู้|บุคคล|เดินทาง|พาสปอร์ต|บัญชี|พร้อมเพย์|ครู|"
    r"อำนวย|ผอ|บ้าน|ที่อยู่|ศาสนา|เชื้อชาติ|เลือด|โลหิต|โรค|พิการ|หนัก|สูง|ประวัติ|แพ้|ด้อย|เจ็บ|เลขประจำตัว|ตำแหน่ง|"
    r"วิชาชีพ|name|birth|dob|date|id|phone|tel|mobile|mail|passport|account|address|religion|ethnic|blood|disab|"
    r"weight|height",
    re.I,
)


def kind(text: str) -> str:
    """Which column of persons this heads; empty for nearly all texts."""
    if len(text) > _LONGEST or not _QUICK.search(text):
        return ""
    return _kind(text)


@lru_cache(maxsize=4096)
def _kind(text: str) -> str:
    folded = fold(text)
    if _COUNTED.search(folded):
        return ""
    return next((kind for kind, pattern in _TABLE if pattern.search(folded)), "")


def fold(text: str) -> str:
    """The heading without blanks and signs, in lower case."""
    return _NOISE.sub("", plain(mend(text))).casefold()


def above(text: str, classes: Mapping[str, str], ranks: tuple[str, ...], most: str) -> str:
    """The class of a catalogue column of that heading where it is above `most`."""
    cls = classes.get(fold(text), "") if len(text) <= _LONGEST else ""
    return cls if cls in ranks and ranks.index(cls) > ranks.index(most) else ""


def titled_above(
    text: str, titles: tuple[tuple[str, str], ...], ranks: tuple[str, ...], most: str
) -> str:
    """The same for the title of a dataset, which may stand in a longer line."""
    if not titles:
        return ""
    words = fold(text)
    over = (cls for title, cls in titles if ranks.index(cls) > ranks.index(most) and title in words)
    return next(over, "")
