"""What a writer corrects himself: «ขอแก้ปีการศึกษาเป็น 2568», «2568 (ที่ถูกคือ 2567)»."""

from __future__ import annotations

import re

from mailproc.parsers import details
from mailproc.parsers.labels import lookup

_LABELLED = re.compile(
    r"(?:ขอ)?(?:แก้ไข|แก้|เปลี่ยนแปลง|เปลี่ยน)\s{0,2}(?P<label>[^\n:]{2,25}?)\s{0,2}"
    r"(?:จาก[^\n]{1,30}?)?\s{0,2}เป็น\s{0,2}(?:ว่า\s)?(?P<value>[^\n]{1,200})"
)
_IN_WORDS = re.compile(
    r"(?:ขอ)?(?:แก้ไข|แก้|เปลี่ยน)(?:ข้อมูล)?\s{0,2}(?:จาก[^\n]{1,40}?)?(?:เป็น|ให้เป็น)|"
    r"(?:ขอ)?(?:แก้ไข|แก้|เปลี่ยน)(?:ข้อมูล)?\s{0,2}|"
    r"(?:ลืม(?:บอก|แจ้ง|ระบุ|เขียน)|^\s{0,3}(?:ป\.\s?ล\.|ปล\.?)\s)[^\n]{0,20}?(?:ว่า|ขอ(?=เป็น|ราย|ปี|แบบ))|ที่ถูก(?:ต้อง)?\s?(?:คือ|เป็น)|"
    r"^\s{0,3}(?:ทุก|ทั้งหมดทุก)(?:รายการ|ชุด|เรื่อง)|"
    r"(?:correction|corrected)\s?(?:to|:)|"
    r"(?:please )?(?:change|correct)\s(?:it|that|this)?\s?to\s|should (?:be|read)\s",
    re.I,
)
_RIGHT = re.compile(
    r"(?:ขอ)?(?:แก้ไข|แก้|เปลี่ยน)(?:เป็น|ให้เป็น)\s{0,3}(.{1,200})|ที่ถูก(?:ต้อง)?\s?(?:คือ|"
    r"เป็น)\s{0,3}(?P<is>.{1,200})|"
    r"(?:corrected to|correction:|should be)\s{0,3}(?P<en>.{1,200})|"
    r"(?:ใช้)?(?:เบอร์|หมายเลข)(?:โทร)?ใหม่\s{0,2}(?:คือ|เป็น)?\s{0,3}(?P<new>[0๐+(].{8,40})",
    re.I,
)
_ANY = re.compile("แก้|เปลี่ยน|ที่ถูก|ลืม|ป\\.|ปล|ใหม่|ทุก|correct|change|should", re.I)
_LONGEST = 500


def any_in(text: str) -> bool:
    """Whether the text may correct something at all, which most do not."""
    return bool(_ANY.search(text))


def labelled(line: str) -> tuple[str, str] | None:
    """(field, right value) of «ขอแก้เบอร์โทรจาก … เป็น …»."""
    found = _LABELLED.search(line) if "เป็น" in line else None
    if found is None:
        return None
    words = found["label"]
    name = lookup(words) or (lookup(words.split()[0]) if words.split() else None)
    return (name, found["value"]) if name else None


def in_words(line: str) -> list[tuple[str, str]]:
    """(field, words) of a line without labels: «แก้เป็นปีการศึกษา 2568 และขอเป็น Excel»."""
    found = _IN_WORDS.search(line) if len(line) < _LONGEST else None
    return details.stated(line[found.end() :]) if found else []


def right(value: str) -> str | None:
    """What is right, where a value was corrected on the spot; None where it was not."""
    found = _RIGHT.search(value[:_LONGEST])
    return (found[1] or found["is"] or found["en"] or found["new"]).strip(" )]") if found else None
