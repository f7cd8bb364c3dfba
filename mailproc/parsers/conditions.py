"""The conditions that a sentence names: grades, sizes of schools, «เฉพาะ …»; and those it lifts."""

from __future__ import annotations

import re

from mailproc import thai

_LONGEST = 400  # characters of a line; a longer one is a letter
_ONE = (
    r"(?:(?:ชั้น|ระดับ(?:ชั้น)?)\s?)?(?:[ปมอ]\s?\.\s?[1-6]|"
    r"(?:ประถม(?:ศึกษา)?|มัธยม(?:ศึกษา)?|อนุบาล)ปีที่\s?[1-6])"
)
_ONE_ENGLISH = (
    r"(?:grades?|primary(?: (?:year|grade))?|prathom|secondary(?: (?:year|grade))?|matt?hayom|"
    r"kindergarten|anuban)\s?(?:1[0-2]|[1-9])(?![0-9])"
)
ENGLISH_GRADES = (  # «Grade 4 to 6», «Prathom 1 and Prathom 2»
    rf"(?i:\b{_ONE_ENGLISH}"
    rf"(?:\s?(?:-|–|to|and|,|&)\s?(?:{_ONE_ENGLISH}|(?:1[0-2]|[1-9])(?![0-9/])))*)"
)
_GRADES = re.compile(
    rf"{_ONE}(?:\s?(?:-|–|ถึง|และ|กับ|,)\s?(?:{_ONE}|[1-6](?![0-9/])))*"
    r"|(?:ชั้น|ระดับ)(?:ชั้น)?\s?(?:ประถม(?:ศึกษา)?|มัธยม(?:ศึกษา)?(?:ตอนต้น)?|อนุบาล)"
    rf"|{ENGLISH_GRADES}"
)
_SIZES = re.compile(
    r"(?:โรงเรียน|รร\.?)?ขนาด(?:เล็ก|กลาง|ใหญ่(?:พิเศษ)?)|\b(?:small|medium|large) schools?\b", re.I
)
BOUNDS = re.compile(
    r"(?:(?:โรงเรียน|รร\.?)?\s?ที่\s?)?(?:มี)?(?:จำนวน)?(?:นักเรียน|เด็ก)\s?(?:ไม่เกิน|น้อยกว่า|ต่ำกว่า|มากกว่า|เกิน|ตั้งแต่|"
    r"ไม่(?:น้อย|ต่ำ)กว่า|อย่างน้อย)\s?[0-9๐-๙]{1,5}(?:\s?(?:-|–|ถึง)\s?[0-9๐-๙]{1,5})?\s?(?:คน)?"
    r"(?:\s?(?:ขึ้นไป|ลงมา))?|"
    r"\b(?:at most|at least|fewer than|less than|under|over|more than) [0-9]{1,5} "
    r"(?:pupils|students)",
    re.I,
)
_ONLY = re.compile(
    r"(?:เฉพาะ|แค่|เพียง|เอาแต่)\s?(?P<place>(?:อำเภอ|อ\.|ตำบล|ต\.|กลุ่ม|เครือข่าย|โรงเรียน(?!ที่|ขนาด)|รร\.?(?!ที่|ขนาด))\s?[^\s,;()]{2,60})"
)
_ALL = {
    "grade": re.compile(r"ทุก(?:ระดับ)?ชั้น|ทุกระดับ|\ball grades\b", re.I),
    "size": re.compile(r"ทุกขนาด|\ball sizes\b", re.I),
    "place": re.compile(r"ทุก(?:โรงเรียน|รร\.?|แห่ง|อำเภอ|สถานศึกษา)|\ball schools\b", re.I),
}
_SAYS_NOTHING = re.compile(
    r"(?:งั้น|ถ้า(?:งั้น|อย่างนั้น)|ขอ(?:แก้(?:ไข)?(?:เป็น)?|เปลี่ยน(?:เป็น)?)?|เอา|ต้องการ|เฉพาะ|แค่|เพียง|เป็น|เงื่อนไข|ข้อมูล|"
    r"ก็(?:ได้|พอ)|เท่านั้น|แล้วกัน|ละกัน|นะ|ครับ|ค่ะ|คะ|และ|กับ|ของ|ใน|ชั้น|ระดับ|please|only|and|for|the)|[\s,.:()–-]",
    re.I,
)
_TAIL = re.compile(r"(?:ก็(?:ได้|พอ)|เท่านั้น|แล้วกัน|ละกัน|นะ|ครับ|ค่ะ|คะ)+$")


def find(line: str) -> tuple[str, ...]:
    """The conditions named for certain, in the order of grades, sizes, places."""
    line = thai.to_arabic(line[:_LONGEST])
    found = [m[0].strip() for pattern in (_GRADES, BOUNDS, _SIZES) for m in pattern.finditer(line)]
    found += [_TAIL.sub("", m["place"]) for m in _ONLY.finditer(line)]
    return tuple(dict.fromkeys(found))


def lifted(line: str) -> frozenset[str]:
    """The kinds of conditions that no longer hold: «ทุกชั้น», «ทุกโรงเรียน»."""
    return frozenset(name for name, pattern in _ALL.items() if pattern.search(line))


def kind(condition: str) -> str:
    """grade | size | place"""
    said = thai.to_arabic(condition)
    if _GRADES.search(said) or re.search("ชั้น|ประถม|มัธยม|อนุบาล|grade", said, re.I):
        return "grade"
    return "size" if _SIZES.search(said) or BOUNDS.search(said) or "ขนาด" in said else "place"


def is_all(line: str) -> bool:
    """Whether the line names conditions and says nothing else."""
    rest = thai.to_arabic(line)
    for words in find(line):
        rest = rest.replace(words, " ")
    for pattern in _ALL.values():
        rest = pattern.sub(" ", rest)
    return bool(find(line) or lifted(line)) and not _SAYS_NOTHING.sub("", rest)


def changed(
    before: tuple[str, ...], said: tuple[str, ...], gone: frozenset[str]
) -> tuple[str, ...]:
    """The conditions after a change: what is said takes the place of its own kind."""
    kinds = {kind(one) for one in said} | gone
    return (*(one for one in before if kind(one) not in kinds), *said)
