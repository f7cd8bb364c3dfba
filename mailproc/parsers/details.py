"""What a phrase says of a dataset besides its name: year, round, level, format, conditions."""

from __future__ import annotations

import re
from typing import Any

from mailproc import thai
from mailproc.parsers import conditions, values, years

_DIGITS = "[0-9๐-๙]"
_YEARS = (
    rf"{_DIGITS}{{2,5}}(?:\s?/\s?{_DIGITS}{{2,4}})?"
    rf"(?:\s{{0,2}}(?:-|–|—|ถึง|จนถึง|และ|กับ|,|&|to|"
    rf"and)\s{{0,2}}(?:ปี)?(?:การศึกษา)?\s?(?:พ\.?\s?ศ\.?)?\s?{_DIGITS}{{2,4}}){{0,9}}"
)
YEAR = re.compile(
    rf"(?:(?:ของ|ประจำ|ใน|ตั้งแต่|ระหว่าง|ช่วง|เมื่อ)\s?)?ปี(?:การศึกษา|"
    rf"กศ\.?)?\s{{0,2}}(?:พ\.?\s?ศ\.?|"
    rf"ค\.?\s?ศ\.?)?\s{{0,2}}\(?"
    rf"(?P<th>{_YEARS})(?!{_DIGITS}|\s?(?:คน|ห้อง|บาท|ขวบ))"
    rf"|(?:(?:for|in|of|from)\s)?(?:the\s)?(?:academic|school|study)\syears?\s(?:of\s|from\s|"
    rf"b\.?e\.?\s)?(?P<en>{_YEARS})"
    rf"|(?:for|in|of|from)\s(?:the\s)?(?:years?\s)?(?P<ce>(?:20|25)[0-9]{{2}}(?:/[0-9]{{2,4}})?"
    rf"(?:\s{{0,2}}(?:-|–|,|&|to|and)\s{{0,2}}(?:20|25)?[0-9]{{2}}){{0,9}})(?![0-9])"
    rf"|(?P<before>(?:20|25)[0-9]{{2}}(?:/[0-9]{{2,4}})?)\s(?:academic|school|study)\syear"
    rf"|(?<![0-9๐-๙])(?P<term>[1-3๑-๓]\s?/\s?{_DIGITS}{{4}})(?!{_DIGITS})",
    re.I,
)
BACK = re.compile(
    rf"(?:ย้อนหลัง\s?(?:{_DIGITS}{{1,2}}|สอง|สาม|สี่|ห้า|สิบ)\s?ปี|(?:{_DIGITS}{{1,2}}|สอง|"
    rf"สาม|สี่|ห้า|"
    rf"สิบ)\s?ปี(?:การศึกษา)?\s?ย้อนหลัง|ย้อนหลัง)"
)
LATEST = re.compile(
    r"ปี(?:การศึกษา)?\s?(?:ล่าสุด|ปัจจุบัน|นี้)|(?:ข้อมูล|ฉบับ|รอบ)?ล่าสุด|latest|most recent|"
    r"current (?:academic |school )?year",
    re.I,
)
ROUND = re.compile(
    rf"รอบ(?:ข้อมูล|การเก็บข้อมูล|การจัดเก็บ)?\s?(?:ที่|วันที่|เดือน|สิ้น|"
    rf"แรก)?\s?[^\s]{{0,12}}(?:\s?(?:มิ\.?ย|"
    rf"พ\.?ย|มิถุนา|พฤศจิกา)[ก-๙.]{{0,5}})?"
    rf"(?:\s?(?:,|และ|กับ|ถึง|-)\s?(?:รอบ)?(?:ที่)?\s?[1-3๑-๓](?!{_DIGITS}))?"
    rf"|(?:ภาคเรียน|ภาคการศึกษา|เทอม)\s?(?:ที่)?\s?[1-3๑-๓](?:\s?(?:และ|กับ|,|"
    rf"-)\s?(?:ที่)?\s?[1-3๑-๓])?(?!{_DIGITS})"
    rf"|(?:ข้อมูล)?\s?ณ\s?(?:วันที่)?\s?(?:10|๑๐|สิ้นปี)\s?(?:มิ\.?\s?ย|พ\.?\s?ย|มิถุนา|พฤศจิกา|"
    rf"การศึกษา)?[ก-๙.]{{0,6}}|ณ\s?(?:สิ้น|ต้น)ปี(?:การศึกษา)?"
    r"|(?:สิ้น|ต้น|ปลาย)ปีการศึกษา|(?:first|second|third|1st|2nd|3rd) round|"
    r"round\s[1-3](?:\s?(?:and|"
    r",|&)\s?[1-3])?"
    r"|(?:all (?:three )?rounds)|ทุกรอบ|ทั้ง\s?(?:3|๓|สาม)\s?รอบ",
    re.I,
)
LEVEL = re.compile(
    r"(?:(?:โดย)?(?:จำแนก|แยก|แสดง|สรุป)?(?:เป็น)?(?:ตาม)?(?:ระดับ)?\s?(?:ราย|แยก|ระดับ|"
    r"แต่ละ)\s?(?:โรง(?:เรียน)?|สถานศึกษา|รร\.?|อำเภอ|กลุ่มโรงเรียน|กลุ่มเครือข่าย|"
    r"เครือข่าย(?:โรงเรียน)?|กลุ่มสถานศึกษา|เขต(?!พื้นที่การศึกษา)|สพป\.?)|"
    r"(?:เป็น)?ภาพรวม(?:ของ|ทั้ง|"
    r"ระดับ)?(?:เขต(?:พื้นที่)?|สพป\.?|ทั้งหมด)?|"
    r"รวมทั้งเขต|ทั้งเขต(?:พื้นที่)?|(?<![ก-๙])(?:โรงเรียน|สถานศึกษา)ต่อ(?:โรงเรียน|สถานศึกษา))"
    r"|(?:broken down )?(?:by|per|for each|each|at)\s(?:the\s)?(?:individual\s)?(?:school group|"
    r"school|district|cluster|area)(?:\slevel)?"
    r"|for the whole area|whole[- ]area|area[- ]wide|school[- ]level|district[- ]level|"
    r"area[- ]level",
    re.I,
)
_WHOLE_LEVEL = re.compile(
    r"(?:ข้อมูล)?(?:จำแนก|แยก|แสดง|สรุป)?(?:เป็น|ตาม)?(?:ยอดรวม|ภาพรวม|รวม|ราย|ระดับ|แยก|"
    r"แต่ละ|ตาม|ทั้ง|ของ|"
    r"\s){1,4}(?:โรงเรียน|สถานศึกษา|อำเภอ|กลุ่ม(?:เครือข่าย)?(?:โรงเรียน|สถานศึกษา)?|"
    r"เครือข่าย(?:โรงเรียน)?|"
    r"เขต(?:พื้นที่)?(?:การศึกษา)?|สพป\.?)|"
    r"(?:by |per |at |each )?(?:the )?(?:school group|school|district|cluster|"
    r"area)[- ](?:level|wide)",
    re.I,
)
_FORMAT_NAME = (
    r"(?:excel|exel|xlsx?|csv|pdf|spreadsheet|เอกเซล|เอ็กเซล|เอ็กซ์เซล|เอ็กซเซล|เอกซ์เซล|"
    r"พีดีเอฟ|ซีเอสวี|กระดาษ|เอกสาร(?!แนบ|ที่|ประกอบ|ราชการ|การ|หลักฐาน))"
)
FORMAT = re.compile(
    rf"(?:(?:โดย)?(?:ขอ(?:รับ)?|ต้องการ|ส่ง|จัดส่ง)?\s?(?:เป็น|"
    rf"ใน)?\s?(?:รูปแบบ)?\s?(?:ของ)?\s?(?:ไฟล์|"
    rf"แบบ)?(?:เอกสาร)?\s?(?:ms\s|microsoft\s)?|"
    rf"(?:in|as)\s(?:an?\s)?|format\s){_FORMAT_NAME}(?:\s?(?:file|format|ไฟล์))?"
    rf"(?:\s?(?:หรือ|และ|or|and|/)\s?{_FORMAT_NAME})?",
    re.I,
)
_FORMAT_MARKED = re.compile(r"ไฟล์|เป็น|รูปแบบ|excel|exel|xls|csv|pdf|spreadsheet|เซล|พีดี|ซีเอส", re.I)
ONLY = re.compile(
    r"เฉพาะ\s{0,2}(?P<what>[^\s,;()]{2,60}(?:\s(?:[ปมอ]\.\s?[0-9๐-๙][^\s,;()]{0,20}|"
    r"และ\s?[^\s,;()]{2,40}|[0-9๐-๙]{1,4}(?:\s?คน)?(?=\s|$)))?)|"
    r"\bonly (?:for |need |want )?(?P<en>[^,;.()]{2,60})",
    re.I,
)
_ONE_GRADE = (
    rf"(?:ชั้น)?\s?(?:[ปมอ]\.\s?{_DIGITS}(?:\s?/\s?{_DIGITS}{{1,2}})?|(?:ประถม|มัธยม)(?:ศึกษา)?(?:ปีที่\s?{_DIGITS}|"
    rf"ตอน(?:ต้น|ปลาย))?|อนุบาล(?:\s?{_DIGITS}(?!{_DIGITS}))?)"
)
GRADE = re.compile(  # «ชั้นอนุบาล 2 ถึง ป.6», «ระดับประถมศึกษา»
    rf"(?:เฉพาะ)?(?:ระดับ)?(?:ชั้น)?{_ONE_GRADE}(?:\s?(?:-|–|ถึง|และ|กับ|,)\s?{_ONE_GRADE}){{0,6}}"
    rf"|{conditions.ENGLISH_GRADES}"
)
_OF_TESTS = re.compile(
    r"(?:[A-Za-z]-?NET|NT|RT|nt|rt|ประเมิน[^\s]{0,20})"
    r"(?:\s?(?:results?|scores?|tests?)){0,2}(?:,?\s(?:for|of|in))?,?\s?(?:ชั้น)?\s?$"
)
_WHOLE_AREA = ("ทั้งเขต", "รวมทั้งเขต")
_NOT_BY_SCHOOL = re.compile(  # «ไม่ต้องแยกรายโรงเรียน»: one figure for the area
    r"ไม่(?:จำเป็น)?(?:ต้อง(?:การ)?|เอา)\s?(?:แยก|จำแนก)?\s?(?:เป็น)?ราย(?:โรงเรียน|โรง(?=\s|$)|รร|สถานศึกษา)"
)
_IN_AREA = re.compile(r"(?:ใน|ของ)(?:สังกัด)?(?:เขต|สพป)")
_SCHOOL = r"(?:โรงเรียน|รร\.?)\s?(?:บ้าน|วัด|ชุมชน|อนุบาล)(?:(?!และ|กับ)[^\s,;()]){2,40}"
_OF_SCHOOLS = re.compile(  # «ของโรงเรียนบ้านโคก และโรงเรียนวัดโคกสูง»
    rf"ของ\s?{_SCHOOL}(?:\s?(?:และ|กับ|,)\s?{_SCHOOL}){{0,6}}"
)
_ONE_SCHOOL = re.compile(_SCHOOL)
_STARTS = (
    *(YEAR, BACK, LATEST, ROUND, LEVEL, FORMAT, ONLY, GRADE),
    *(conditions.BOUNDS, _NOT_BY_SCHOOL, _OF_SCHOOLS),
)
_BARE_YEAR = re.compile(rf"\s\(?(?:พ\.?ศ\.?\s?)?(?:2[45]|๒[๔๕]){_DIGITS}{{2}}(?!{_DIGITS})")
_TRAILING = re.compile(
    r"[\s,;(\[–-]*(?:ประจำ|ของ|เป็น|โดย|แบบ|และ|สำหรับ|ข้อมูล|for|in|of|by)?[\s,;(\[–:-]*$"
)
_MAY_HOLD = re.compile(r"[\s(\[,0-9๐-๙]|ปี|ล่าสุด|ย้อนหลัง|ทั้งเขต|แต่ละ")
_UNWANTED = re.compile(  # «ไม่ต้องแยกรายโรงเรียน», «ไม่เอา PDF»: the other one is meant
    rf"ไม่(?:จำเป็น)?(?:ต้อง(?:การ)?|เอา|ใช่|ขอ|รับ|อยากได้)(?:(?!ขอ|แต่|เอา|ให้)[^\s,]){{0,40}}"
    rf"(?:\s{_FORMAT_NAME})?|\b(?:not|no)\s(?:(?!but\b)[a-z]{{1,12}}\s?){{1,3}}",
    re.I,
)
_LONGEST = 400


def split(phrase: str) -> tuple[str, dict[str, Any]]:
    """(the dataset's name, what else is said): «จำนวนห้องเรียน ปี 2567 รายโรงเรียน (Excel)»."""
    phrase = " ".join(phrase[:_LONGEST].split())
    if not _MAY_HOLD.search(phrase):
        return phrase, {}
    at = min((start for start in map(lambda p: _first(p, phrase), _STARTS) if start), default=0)
    bare = _BARE_YEAR.search(phrase)
    if bare and bare.start() >= 4 and (not at or bare.start() < at):
        at = bare.start()
    if not at:
        return phrase, {}
    found = narrowed(phrase[at:])
    name = _TRAILING.sub("", phrase[:at])
    return (name, found) if found and len(name) >= 3 else (phrase, {})


def _first(pattern: re.Pattern[str], phrase: str) -> int:
    """Where a detail begins behind the name: after a space or bracket, a year anywhere."""
    for match in pattern.finditer(phrase):
        at = match.start() + len(match[0]) - len(match[0].lstrip())
        free = pattern in (YEAR, BACK, LATEST) or match[0].startswith(_WHOLE_AREA)
        free = (
            free
            or match[0].startswith(("แต่ละ", "ที่มี", "ของ"))
            or phrase[max(0, at - 1)] in " \t(,[–-"
        )
        if pattern is GRADE:
            free = (free or match[0].startswith(("ชั้น", "ระดับ"))) and not _of_test(phrase, at)
        marked = pattern is not FORMAT or _FORMAT_MARKED.search(match[0])
        if at >= 3 and free and marked:
            return at
    return 0


def _of_test(phrase: str, at: int) -> bool:
    """Whether the grade there is part of a test's name: «ผลสอบ NT ป.3»."""
    return _OF_TESTS.search(phrase, max(0, at - 30), at) is not None


def _grades(text: str) -> tuple[str, ...]:
    """The grades that a phrase narrows its dataset to, in the words used."""
    found = (match for match in GRADE.finditer(text) if not _of_test(text, match.start()))
    return tuple(dict.fromkeys(match[0].strip() for match in found))[:10]


def read(text: str) -> dict[str, Any]:
    """The item fields that running words state for certain."""
    said = " ".join(text[:2_000].split())
    text = _UNWANTED.sub(" ", said)
    found: dict[str, Any] = {}
    found |= _years(text)
    rounds = _rounds(text)
    if rounds:
        found["round"] = rounds
    level = next((v for m in LEVEL.finditer(text) if (v := values.level(m[0]))), None)
    if level or (_NOT_BY_SCHOOL.search(said) and _IN_AREA.search(said)):
        found["level"] = level or "area"
    formats = (m[0] for m in FORMAT.finditer(text) if _FORMAT_MARKED.search(m[0]))
    file_format = next((v for words in formats if (v := values.file_format(words))), None)
    if file_format:
        found["format"] = file_format
    only = [(m["what"] or m["en"]).strip() for m in ONLY.finditer(text)]
    if only:
        found["filters"] = tuple(only[:10])
    return found


def narrowed(phrase: str) -> dict[str, Any]:
    """The same of the words right behind a dataset's name, where a grade narrows it."""
    found = read(phrase)
    if "filters" not in found and (told := limits(phrase)):
        found["filters"] = told
    return found


def limits(phrase: str) -> tuple[str, ...]:
    """Grades, sizes and schools that a phrase narrows its dataset to, without «เฉพาะ»."""
    phrase = phrase[:_LONGEST]
    bounds = tuple(match[0].strip() for match in conditions.BOUNDS.finditer(phrase))
    schools = tuple(
        school[0].strip()
        for match in _OF_SCHOOLS.finditer(phrase)
        for school in _ONE_SCHOOL.finditer(match[0])
    )
    return (_grades(phrase) + bounds + schools)[:10]


def stated(text: str) -> list[tuple[str, str]]:
    """(field, words) of what running words state, to be read like labelled values."""
    found = []
    text = _UNWANTED.sub(" ", " ".join(text[:500].split()))
    for name, pattern in (("academic_years", YEAR), ("round", ROUND), ("level", LEVEL)):
        match = pattern.search(text)
        if match:
            found.append((name, match[0]))
    formats = [m[0] for m in FORMAT.finditer(text) if _FORMAT_MARKED.search(m[0])]
    return found + ([("format", formats[0])] if formats else [])


def _years(text: str) -> dict[str, Any]:
    said: list[int] = []
    odd: list[str] = []
    for match in YEAR.finditer(text):
        words = match["th"] or match["en"] or match["ce"] or match["before"] or match["term"]
        back = BACK.search(text, match.end(), match.end() + 30) or BACK.search(
            text, max(0, match.start() - 30), match.start()
        )
        said += years.years(f"{back[0]} {words}" if back else words)
        odd += years.not_years(words)
    if not said and (bare := _BARE_YEAR.search(" " + text)):
        said += years.years(bare[0])
    found: dict[str, Any] = {"academic_years": tuple(sorted(set(said)))} if said else {}
    if not said and (back := BACK.search(text)):
        found["unclear"] = back[0]
    elif not said and LATEST.search(text):
        found["academic_years"] = "latest"
    if odd:
        found["unclear"] = ", ".join(odd)
    return found


def _rounds(text: str) -> tuple[int, ...]:
    said: set[int] = set()
    for match in ROUND.finditer(text):
        said |= set(years.rounds(match[0]))
    for match in YEAR.finditer(text):
        if match["term"]:
            said |= set(years.rounds(match["term"]))
    return tuple(sorted(said))


def without(text: str) -> str:
    """The text without the details, for what is left of it."""
    for pattern in (YEAR, LATEST, ROUND, LEVEL, ONLY):
        text = pattern.sub(" ", text)
    return thai.mend(text)


def whole_level(words: str) -> str | None:
    """The level that the words are and say nothing else than: «จำแนกเป็นรายอำเภอ»."""
    return values.level(words) if _WHOLE_LEVEL.fullmatch(words.strip(" .")) else None
