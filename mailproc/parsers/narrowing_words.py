"""What an approver lets out less of, in the words of the mail: columns, level, last day of use.

Every clause has to be understood whole. What is not is given back as it stands, and then nothing
may be decided: whoever writes «เฉพาะอำเภอเมือง» wants something, even where nobody knows what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailproc import thai
from mailproc.model import Conditions

_LONGEST, _MOST = 2_000, 40  # characters of all clauses, and their number
_SHOWN = 200  # characters of what is too long to be read
_COLUMN = r"(?:คอลัมน์|คอลัมภ์|คอลัม|ช่อง|columns?|col\.)"
_OUT = (
    r"ไม่\s?(?:ให้|ต้อง)?\s?(?:เอา|รวม|ส่ง|มี|แสดง|ให้)|ให้?ตัด|ตัด|งด|ยกเว้น|เว้น|ลบ|ถอด|ซ่อน|"
    r"(?:without|remove|drop|omit|exclude|leave out|no|except)\b"
)
_LEVEL = r"ระดับ|ภาพรวม|ราย(?=อำเภอ|เขต|กลุ่ม|โรง)|แยกราย"
_UNTIL = (
    r"(?:ให้)?(?:ใช้(?:ข้อมูล|งาน)?(?:นี้)?(?:ได้)?\s?)?(?:จนถึง|ถึง|ไม่เกิน|ภายใน)(?=\s?(?:วัน|[0-9]))|"
    r"(?:ให้)?(?:หมดอายุ|สิ้นสุด)(?:เมื่อ)?|(?:(?:may be )?used? |valid )?(?:until|till)\b"
)
_UNTIL_NEXT = r"(?:ให้)?ใช้(?:ข้อมูล|งาน|ได้)|(?:จนถึง|ถึง)\s?วันที่|หมดอายุ|(?:until|till)\b"
_NEXT = re.compile(  # where another clause begins
    rf"(?:\s*,\s*|\s*(?:และ|แล้ว|\band\b)\s*|\s+)(?=(?:{_OUT})\s?{_COLUMN}|(?:{_LEVEL})|{_UNTIL_NEXT}|"
    r"(?:area|district|(?:school )?group) level\b|only\b|เฉพาะ)",
    re.I,
)
_ENDS = re.compile(r"[\n;|]|(?<![0-9])/|/(?![0-9])")  # «31/12/2569» is one day
_LEAD = re.compile(
    r"(?:(?:\(?[0-9]{1,2}[.)]\s|[-–•]|แต่(?:ขอ)?|โดย|และ|แล้ว|กรุณา|โปรด|ขอให้|ขอ(?!บ)|but\b|please\b|and\b|with\b)\s*)*",
    re.I,
)
_TAIL = re.compile(
    r"(?:\s*(?:ออก(?:ไป)?|ก่อน(?:ส่ง)?|ด้วย|เท่านั้น|นะ|ครับ|ค่ะ|คะ|only|out|please|[.,!]))+$", re.I
)
_TAKE_OUT = re.compile(r"^(?:ให้)?เอา(.{1,200}?)ออก")
_NOTHING = frozenset({"ทั้งหมด", "ทั้งฉบับ", "all", "everything"})  # «อนุญาตทั้งหมด» narrows nothing
_LEFT_OUT = re.compile(
    rf"(?:{_OUT})\s?(?:ข้อมูล)?\s?{_COLUMN}?\s?(?:ที่)?\s?[:：]?\s?(?P<list>.+)", re.I
)
_KEPT = re.compile(
    rf"(?:เอา|ให้|ส่ง|เหลือ)?\s?(?:เฉพาะ|แค่|เพียง|only\b|just\b|keep\b)\s?{_COLUMN}\s?(?:ที่)?\s?[:：]?\s?(?P<list>.+)",
    re.I,
)
_FILL = re.compile(
    r"(?:(?:ส่ง|ให้|เอา|แสดง|สรุป|ข้อมูล|เป็น|เหลือ|ลดลง|ลด|ปรับ|แค่|เพียง|เฉพาะ|อยู่|only|at|by|the)\s?)*",
    re.I,
)
_LEVELS = {
    "area": "ภาพรวม ภาพรวมเขต ภาพรวมเขตพื้นที่ ภาพรวมทั้งเขต ระดับเขต ระดับเขตพื้นที่ รายเขต ทั้งเขต ระดับสพป "
    "ระดับภาพรวม ระดับภาพรวมเขตพื้นที่ arealevel wholearea",
    "district": "ระดับอำเภอ รายอำเภอ แยกรายอำเภอ ระดับรายอำเภอ districtlevel district level:district",
    "group": "ระดับกลุ่มโรงเรียน รายกลุ่มโรงเรียน รายกลุ่ม ระดับกลุ่ม แยกรายกลุ่มโรงเรียน ระดับเครือข่าย "
    "grouplevel schoolgrouplevel",
    "school": "ระดับโรงเรียน รายโรงเรียน แยกรายโรงเรียน schoollevel",
}
_LEVEL_OF = {word: level for level, words in _LEVELS.items() for word in words.split()}
_DAY = re.compile(rf"(?:{_UNTIL})\s?(?:วัน\S{{0,8}}ที่|วัน|สิ้นวันที่)?\s?(?P<day>.+)", re.I)
_ERA = r"(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|ปี)?"
_A_DAY = re.compile(
    rf"[0-9]{{1,2}}\s?(?:เดือน)?\s?(?:[ก-๙.]{{2,14}}|[A-Za-z.]{{3,9}})[\s,]{{0,2}}{_ERA}\s?[0-9]{{2,4}}|"
    r"[0-9]{1,4}\s?[-/.]\s?[0-9]{1,2}\s?[-/.]\s?[0-9]{1,4}|[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{4}"
)
_BETWEEN = re.compile(r"\s*(?:,|และ|กับ|&|\+|\band\b)\s*", re.I)
_RANGE = re.compile(r"([0-9]{1,3})\s?(?:-|–|ถึง|to)\s?([0-9]{1,3})", re.I)
_NUMBERS = re.compile(r"[0-9]{1,3}(?:\s+[0-9]{1,3})+")
_SHORT = 3  # letters: fewer could be a part of any title


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What was understood, and the clauses that were not, in the writer's words."""

    conditions: Conditions
    unclear: tuple[str, ...] = ()


def read(wishes: Sequence[str], columns: Sequence[str]) -> Narrowed:
    """The conditions in an approver's words; columns are numbered from 1, as in the mail."""
    text = "\n".join(wishes)
    if len(text) > _LONGEST:
        return Narrowed(Conditions(), (text[:_SHOWN],))
    without: dict[str, None] = {}
    levels: list[str] = []
    days: list[str] = []
    unclear: list[str] = []
    for clause in _clauses(text):
        if level := _LEVEL_OF.get(thai.fold(_FILL.sub("", clause, count=1))):
            levels.append(level)
        elif day := _day(clause):
            days.append(day)
        elif left_out := _columns(clause, columns):
            without |= dict.fromkeys(left_out)
        else:
            unclear.append(clause)
    if len(set(levels)) > 1 or len(set(days)) > 1:
        unclear += [*levels[1:], *days[1:]]
    found = Conditions(tuple(without), *(one[0] if one else "" for one in (levels, days)))
    return Narrowed(found, tuple(unclear))


def _clauses(text: str) -> Iterator[str]:
    text = thai.to_arabic(thai.mend(text))
    parts = [one for part in _ENDS.split(text) for one in _NEXT.split(part)]
    for part in parts[:_MOST]:
        said = _TAKE_OUT.sub(r"ตัด\1", _LEAD.sub("", part.strip(), count=1))
        said = _TAIL.sub("", said).strip()
        if said.strip(" .,-–") and thai.fold(said) not in _NOTHING:
            yield said
    yield from parts[_MOST:]


def _day(clause: str) -> str:
    """The last day as ISO text; empty where the clause is no plain day."""
    found = _DAY.fullmatch(clause)
    if found is None or not _A_DAY.fullmatch(found["day"].strip()):
        return ""
    days = thai.dates(found["day"])
    return days[0].isoformat() if len(set(days)) == 1 else ""


def _columns(clause: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The titles that are left out; none where one of those named is no column."""
    if found := _KEPT.fullmatch(clause):
        kept = _named(found["list"], columns)
        return tuple(title for title in columns if title not in kept) if kept else ()
    found = _LEFT_OUT.fullmatch(clause)
    return _named(found["list"], columns) if found else ()


def named(said: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The titles that a list names by number, range or title: «3, 5-8, ที่อยู่»; none where one of
    what it names is no column."""
    return _named(thai.to_arabic(thai.mend(said[:_LONGEST])), columns)


def _named(said: str, columns: Sequence[str]) -> tuple[str, ...]:
    said = _TAIL.sub("", said.strip())
    if whole := _of_name(said, columns):
        return whole
    named: dict[str, None] = {}
    for item in _BETWEEN.split(said):
        numbers = item.split() if _NUMBERS.fullmatch(item) else [item]
        for one in numbers:
            titles = _of_number(one, columns) or _of_name(one, columns)
            if not titles:
                return ()
            named |= dict.fromkeys(titles)
    return tuple(named)


def _of_number(item: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of a number or a range of them."""
    item = re.sub(rf"^{_COLUMN}?\s?(?:ที่)?\s?", "", item.strip(), flags=re.I)
    found = _RANGE.fullmatch(item)
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    if item.isascii() and item.isdigit() and len(item) < 4:
        first = last = int(item)
    return tuple(columns[first - 1 : last]) if 0 < first <= last <= len(columns) else ()


def _of_name(item: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Those of that title; else all that have it as a word, or the one that holds it."""
    key = thai.fold(re.sub(rf"^{_COLUMN}?\s?", "", item.strip(), flags=re.I))
    if not key or key.isdigit():
        return ()
    same = [title for title in columns if thai.fold(title) == key]
    words = [title for title in columns if key in {thai.fold(word) for word in title.split()}]
    key = key.removeprefix("เบอร์") if len(key) > len("เบอร์") + _SHORT else key
    within = [title for title in columns if key in thai.fold(title)] if len(key) > _SHORT else []
    found = same or words or (within if len(within) == 1 else [])
    return tuple(found)
