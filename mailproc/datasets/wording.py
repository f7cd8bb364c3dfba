"""What people write to narrow a dataset down: grades, stages, sex, school size, filler.

Data, not logic; the patterns run on mended, lower-case text with Arabic digits.
"""

from __future__ import annotations

import re

from mailproc.thai import GRADES

_DASH = r"\s*(?:-|–|—|~|ถึง(?:ชั้น)?|จนถึง|to|through|until)\s*"
_PEOPLE = r"\s*(?:คน|ราย|pupils?|students?)"
_COUNTED = r"\s*(?:โรงเรียน|ร\s*\.?\s*ร|แห่ง|ห้อง|schools?|classes)"
_NUMBER = r"(\d{1,2},\d{3}|\d{1,5})(?!\d)"

# Spelling of a stage before a number -> first letter of the grades; «grade» counts through.
_BEFORE_NUMBER = (
    ("อ", r"ชั้นอนุบาลปีที่|อนุบาลปีที่|อนุบาลที่|อนุบาล|อ\s*\.?|kindergarten|anuban|k\.?"),
    ("ป", r"ประถมศึกษาชั้นปีที่|ประถมศึกษาปีที่|ประถมปีที่|ประถมศึกษา|ประถม|ป\s*\.?"),
    ("ป", r"primary(?:\s+(?:year|grade))?|prathom|p\.?"),
    ("ม", r"มัธยมศึกษาชั้นปีที่|มัธยมศึกษาปีที่|มัธยมปีที่|มัธยมศึกษา|มัธยม|ม\s*\.?"),
    ("ม", r"secondary(?:\s+(?:year|grade))?|matt?hayom|m\.?"),
    ("g", r"grades?|g\.?"),
)
_STAGE = "|".join(f"(?P<{{prefix}}{i}>{words})" for i, (_, words) in enumerate(_BEFORE_NUMBER))
GRADE = re.compile(
    rf"(?:ระดับ)?(?:ชั้น)?\s*(?:{_STAGE.format(prefix='a')})\s*(?P<first>\d{{1,2}})(?!\d)"
    rf"(?:{_DASH}(?:(?:ระดับ)?(?:ชั้น)?\s*(?:{_STAGE.format(prefix='b')})\s*)?(?P<last>\d{{1,2}})(?!\d))?"
    r"(?!\s*/\s*\d)"  # «ป.6/1» is one classroom
)
# «ป.1, 2, 5-6»: a number alone goes with the stage named before it.
MORE_GRADES = re.compile(
    rf"(?P<first>\d{{1,2}})(?:{_DASH}(?P<last>\d{{1,2}}))?(?!\s*/?\s*\d|{_PEOPLE}|{_COUNTED})"
)


def grade_of(stage: str, number: int) -> str | None:
    """«ป.6» for ("ป", 6), «ม.1» for ("g", 7); None where there is no such grade."""
    if stage == "g":  # English «grade 7» counts on from primary into secondary
        return GRADES[number + 2] if 1 <= number <= 12 else None
    name = f"{stage}.{number}"
    return name if name in GRADES else None


def stage_of(match: re.Match[str], prefix: str) -> str:
    """The stage letter that the match names, or ""."""
    return next(
        (stage for i, (stage, _) in enumerate(_BEFORE_NUMBER) if match[f"{prefix}{i}"] is not None),
        "",
    )


def _grades(first: str, last: str) -> tuple[str, ...]:
    return GRADES[GRADES.index(first) : GRADES.index(last) + 1]


def _any(words: str) -> re.Pattern[str]:
    """One of the words; an English one must not go on into another."""
    return re.compile(rf"(?:{words})(?![a-z])")


_LEVEL = r"(?:ระดับ)?(?:ชั้น|การศึกษา)?\s*"
# First match wins: longer names first.
STAGES = (
    (
        _any(_LEVEL + r"(?:ก่อนประถมศึกษา|ก่อนประถม|ปฐมวัย|อนุบาล|pre-?primary|kindergarten)"),
        _grades("อ.1", "อ.3"),
    ),
    (
        _any(_LEVEL + r"(?:ประถม(?:ศึกษา)?ตอนต้น|ประถม(?:ศึกษา)?ต้น|ป\s*\.?\s*ต้น|lower primary)"),
        _grades("ป.1", "ป.3"),
    ),
    (
        _any(_LEVEL + r"(?:ประถม(?:ศึกษา)?(?:ตอน)?ปลาย|ป\s*\.?\s*ปลาย|upper primary)"),
        _grades("ป.4", "ป.6"),
    ),
    (_any(_LEVEL + r"(?:ประถมศึกษา|ประถม|primary|elementary)"), _grades("ป.1", "ป.6")),
    (
        _any(
            _LEVEL + r"(?:มัธยม(?:ศึกษา)?(?:ตอน)?ต้น|ม\s*\.?\s*(?:ตอน)?ต้น"
            r"|lower[ -]secondary|junior high)"
        ),
        _grades("ม.1", "ม.3"),
    ),
    (
        _any(
            _LEVEL + r"(?:มัธยม(?:ศึกษา)?(?:ตอน)?ปลาย|ม\s*\.?\s*(?:ตอน)?ปลาย"
            r"|upper[ -]secondary|senior high)"
        ),
        _grades("ม.4", "ม.6"),
    ),
    (_any(_LEVEL + r"(?:มัธยมศึกษา|มัธยม|secondary)"), _grades("ม.1", "ม.6")),
    (_any(r"(?:การ)?ศึกษาภาคบังคับ"), _grades("ป.1", "ม.3")),
)

SEXES = (
    (_any(r"(?:เพศ|นักเรียน|เด็ก)*\s*(?:ชาย(?!แดน)|ช(?![ก-๛]))|males?|boys?"), "m"),
    (_any(r"(?:เพศ|นักเรียน|เด็ก)*\s*(?:หญิง|ญ(?![ก-๛]))|females?|girls?"), "f"),
)

# Sizes by name; which numbers they mean is said by the scale (`standard.toml`).
_SCHOOL = r"(?:โรงเรียน|ร\s*\.?\s*ร\s*\.?)?\s*"
BANDS = (
    (_any(_SCHOOL + r"ขนาดเล็ก|small(?:-sized)?(?:\s+schools?)?"), "s"),
    (_any(_SCHOOL + r"ขนาดกลาง|medium(?:-sized)?(?:\s+schools?)?"), "m"),
    (_any(_SCHOOL + r"ขนาดใหญ่พิเศษ|extra[ -]large(?:\s+schools?)?"), "xl"),
    (_any(_SCHOOL + r"ขนาดใหญ่|large(?:-sized)?(?:\s+schools?)?"), "l"),
)
# «ขยายโอกาส»: a primary school that teaches lower secondary too.
EXPANDING = _any(
    _SCHOOL + r"(?:ที่)?(?:เปิด)?(?:สอน)?(?:ประเภท)?ขยายโอกาส(?:ทางการศึกษา)?"
    r"|opportunity[ -]expansion(?:\s+schools?)?"
)
_SIZES = r"\s*(?:ขนาด|กลุ่มขนาด|ระดับขนาด)"
_BY = r"(?:(?:ตาม|ใช้|แบบ|โดยใช้)?\s*(?:เกณฑ์|แบบ)\s*(?:การแบ่ง|แบ่ง|จำแนก)?\s*(?:เป็น)?\s*)?"
SCALES = (
    (_any(_BY + r"4" + _SIZES + r"|four sizes|4 sizes"), "obec4"),
    (_any(_BY + r"7" + _SIZES + r"|seven sizes|7 sizes"), "obec7"),
    (
        _any(
            _BY
            + r"(?:ของ\s*)?(?:ก\s*\.?\s*ค\s*\.?\s*ศ\s*\.?(?![ก-๛])|บริหารงานบุคคล|อัตรากำลัง)"
            + r"|personnel rules"
        ),
        "personnel",
    ),
)

_OF_PUPILS = r"(?:ที่)?(?:มี)?(?:จำนวน)?(?:นักเรียน)?(?:จำนวน)?\s*"
_ENDING = rf"(?:{_PEOPLE})?"


def _size(words: str, ending: str = _ENDING) -> re.Pattern[str]:
    return re.compile(rf"{_OF_PUPILS}(?:{words})\s*{_NUMBER}{ending}")


# Pattern of one number -> (added to the lower bound, added to the upper bound); None = no bound.
BOUNDS: tuple[tuple[re.Pattern[str], tuple[int | None, int | None]], ...] = (
    (_size(r"ไม่เกินกว่า|ไม่เกิน|ไม่มากกว่า|up to|at most|(?:no|not) more than|<=|≤"), (None, 0)),
    (_size(r"น้อยกว่า|ต่ำกว่า|ไม่ถึง|fewer than|less than|under|below|<"), (None, -1)),
    (
        _size(
            r"ตั้งแต่|ไม่น้อยกว่า|ไม่ต่ำกว่า|อย่างน้อย|at least|>=|≥",
            rf"(?!{_DASH}\d){_ENDING}(?:\s*(?:ขึ้นไป|or more))?",
        ),
        (0, None),
    ),
    (_size(r"มากกว่า|เกินกว่า|เกิน|more than|over|above|>"), (1, None)),
    (_size("", rf"{_PEOPLE}\s*(?:ขึ้นไป|หรือมากกว่า|or more)"), (0, None)),
    (_size("", rf"{_PEOPLE}\s*(?:ลงมา|หรือน้อยกว่า|or (?:less|fewer))"), (None, 0)),
)
BETWEEN = re.compile(
    rf"{_OF_PUPILS}(?:ตั้งแต่|ระหว่าง|between)?\s*{_NUMBER}{_ENDING}"
    rf"(?:{_DASH}|\s+and\s+|\s*และ\s*){_NUMBER}{_PEOPLE}"
)

# Before the name of a place. A place may stand in the register with or without its word.
PLACES = (
    ("subdistrict", re.compile(r"(?:ใน)?(?:ตำบล|ต\s*\.(?!\s*ช)|tambon|sub-?district(?: of)?)\s*")),
    ("district", re.compile(r"(?:ใน)?(?:เขต)?(?:อำเภอ|อ\s*\.|amphoe|district(?: of)?)\s*")),
    (
        "group",
        re.compile(
            r"(?:ใน)?(?:กลุ่ม(?:โรงเรียน|เครือข่าย(?:โรงเรียน|สถานศึกษา)?|สถานศึกษา)?"
            r"|(?:ศูนย์)?เครือข่าย(?:โรงเรียน|สถานศึกษา|พัฒนาคุณภาพการศึกษา)?"
            r"|school group|group|network|cluster)\s*"
        ),
    ),
)
_PLACE = dict(PLACES)


def bare_place(kind: str, name: str) -> str:
    """The name without «อำเภอ», «ตำบล» or «กลุ่มโรงเรียน» before it."""
    return _PLACE[kind].sub("", name, count=1) or name if _PLACE[kind].match(name) else name


# After «ยกเว้น» what follows is left out, as far as it is of one kind; «เฉพาะ» ends that.
EXCEPT = re.compile(
    r"(?:แต่)?\s*(?:ยกเว้น|เว้น|ไม่รวมถึง|ไม่รวม|ไม่นับรวม|ไม่นับ|ไม่เอา|นอกจาก"
    r"|(?:except(?:ing)?(?: for)?|excluding|without|other than|not including|but not)(?![a-z]))"
)
ANEW = re.compile(r"(?:ระดับ)?ชั้น")
ONLY = re.compile(r"เฉพาะ|เพียง|only(?![a-z])")
# «ตั้งแต่ ป.4», «ม.4 ขึ้นไป», «ไม่เกิน ป.3», «ต่ำกว่า ป.4».
_A_GRADE = (
    r"(?=\s*(?:ระดับ)?\s*(?:ชั้น)?\s*(?:อ|ป|ม|grade|primary|secondary|kindergarten|[kpmg]\.?\s*\d))"
)
FROM_GRADE = re.compile(
    r"(?:ตั้งแต่|จาก|from|ไม่เกิน|up to|ไม่ต่ำกว่า|at least|ต่ำกว่า|below|สูงกว่า|เหนือกว่า|above)"
    r"\s*(?:ระดับ)?\s*(?:ชั้น)?\s*" + _A_GRADE
)
UNTIL = re.compile(_DASH)
BANDS_UP = re.compile(r"\s*(?:เป็นต้นไป|ขึ้นไป|(?:and|or) (?:above|up|larger|bigger|over))")
AND_UP = re.compile(r"\s*(?:เป็นต้นไป|ขึ้นไป|(?:and|or) (?:above|up|higher|over)|upwards?|onwards?|\+)")
AND_DOWN = re.compile(r"\s*(?:ลงมา|ลงไป|(?:and|or) (?:below|down|lower|under)|downwards?)")
_BEFORE = {  # -> goes down, goes up, leaves the grade itself out
    "": (False, False, 0),
    "ตั้งแต่": (False, True, 0),
    "จาก": (False, True, 0),
    "from": (False, True, 0),
    "ไม่ต่ำกว่า": (False, True, 0),
    "at least": (False, True, 0),
    "ไม่เกิน": (True, False, 0),
    "up to": (True, False, 0),
    "ต่ำกว่า": (True, False, 1),
    "below": (True, False, 1),
    "สูงกว่า": (False, True, 1),
    "เหนือกว่า": (False, True, 1),
    "above": (False, True, 1),
}


def direction(before: str, after: str, *, alone: bool) -> tuple[bool, bool, int] | None:
    """(down, up, leaves itself out) for the words around a grade; None where they disagree.

    «ตั้งแต่ ป.1 ถึง ป.3» names both ends and goes no further.
    """
    word = next((w for w in sorted(_BEFORE, key=len, reverse=True) if before.startswith(w)), "")
    down, up, skip = _BEFORE[word]
    if not alone:
        return (False, False, 0) if word in ("", "ตั้งแต่", "จาก", "from") else None
    if not after:
        return down, up, skip
    rises = AND_UP.fullmatch(after) is not None
    if skip or (down and rises) or (up and not rises):
        return None
    return not rises, rises, 0


CODE = re.compile(r"(?:รหัส(?:โรงเรียน)?|code)?\s*:?\s*([0-9]{8})(?![0-9])")
YEAR = re.compile(
    r"(?:ปีการศึกษา|ปี|พ\.?\s*ศ\.?|academic year|year)\s*(?:พ\.?\s*ศ\.?)?\s*(\d{4})(?!\d)"
)

YEARS_BACK = re.compile(
    r"(?:ย้อนหลัง|ใน(?:รอบ|ช่วง)|ช่วง)?\s*(\d{1,2})\s*ปี(?:การศึกษา)?(?:\s*(?:ย้อนหลัง|ล่าสุด|ที่ผ่านมา))?"
)

# Several years in one table, where a dataset shows one.
SPAN = re.compile(
    r"แนวโน้ม|ย้อนหลัง|เปรียบเทียบ(?:ราย)?ปี|\d{1,2}\s*ปี(?:การศึกษา)?(?:ล่าสุด|ที่ผ่านมา)|trend|over \d+ years"
)
# Words that narrow nothing down. Longer ones first; «ยกเว้น» and «ไม่รวม» must never be here.
FILLER = re.compile(
    r"(?:ทุกโรงเรียน(?:ในสังกัด)?|ทุกระดับชั้น|ทุกระดับ|ทุกชั้น(?:เรียน|ปี)?|ทุกช่วงชั้น|ทุกเพศ|ทุกขนาด"
    r"|(?:ปี(?:การศึกษา)?|รอบ)?ล่าสุด|ทุกแห่ง|ทุกคน|ทั้งหมด|ทั้งเขต|ทั้งสองเพศ|ทั้งชายและหญิง|ทุกอย่าง|ไม่มีเงื่อนไข|ไม่ระบุ|ไม่มี$|ไม่จำกัด"
    r"|จำแนกตาม|จำแนก|แยกตาม|แยกเป็น|แยก|ราย(?:โรงเรียน|ชั้น(?:เรียน)?|เพศ|อำเภอ|กลุ่ม(?:โรงเรียน)?)|ภาพรวม(?:เขต)?|ยอดรวม|รวม"
    r"|เท่านั้น|ระดับชั้น|ระดับ|ช่วงชั้น|ชั้นเรียน|ชั้น|เพศ|โรงเรียน|ร\s*\.\s*ร\s*\.?|รร\.?"
    r"|ในสังกัด|สังกัด|นักเรียน|เด็ก|จำนวน|ข้อมูล|ของ|ขอ|ใน|ที่มี|ที่|มี|เป็น|คือ|แต่|ตาม|ครับ|ค่ะ"
    r"|(?:all|every|any|both|just|the|of|in|for|with|but|by|at|no filters?|none|n/a"
    r"|schools?|students?|pupils?|grades?|levels?|sex(?:es)?|genders?|total|number)(?![a-z]))"
)
JOINED = re.compile(r"และ|กับ|หรือ|(?:and|or)(?![a-z])")
SEPARATOR = re.compile(r"[\s,;/\\|:()\[\]{}•·*\"“”'‘’.+&-]+")
