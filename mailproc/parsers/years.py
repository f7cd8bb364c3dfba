"""Academic years and collection rounds as people name them. Nothing here knows today's date."""

from __future__ import annotations

import re

from mailproc import thai

_YEAR = re.compile(r"(?<![0-9/])([0-9]{4}|[0-9]{2})(?![0-9])(?!\s?\.\s?[0-9])")
_YEAR_RANGE = re.compile(
    r"(?<![0-9])([0-9]{4}|[0-9]{2})\s{0,3}(?:-|–|—|ถึง|จนถึง|to|"
    r"until)\s{0,3}(?:ปี)?(?:การศึกษา)?\s{0,3}"
    r"(?:พ\.?ศ\.?)?\s{0,3}([0-9]{4}|[0-9]{2})(?![0-9])",
    re.I,
)
_TERM_YEAR = re.compile(r"(?<![0-9/])([123])\s{0,2}/\s{0,2}([0-9]{4}|[4-9][0-9])(?![0-9/])")
_SPLIT_YEAR = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})\s{0,2}/\s{0,2}(?:(?:19|20)?[0-9]{2})(?![0-9])"
)
_TWO_YEARS = re.compile(r"(?<=2[45][0-9]{2})\s?/\s?(?=2[45][0-9]{2}(?![0-9]))")
_MONTH = (
    r"(?:มกรา|กุมภา|มีนา|เมษา|พฤษภา|มิถุนา|กรกฎา|สิงหา|กันยา|ตุลา|พฤศจิกา|ธันวา|ม\.?\s?ค|ก\.?\s?พ|"
    r"มี\.?\s?ค|เม\.?\s?ย|พ\.?\s?ค|"
    r"มิ\.?\s?ย|ก\.?\s?ค|ส\.?\s?ค|ก\.?\s?ย|ต\.?\s?ค|พ\.?\s?ย|ธ\.?\s?ค|jan|feb|mar|apr|may|jun|jul|"
    r"aug|sep|oct|nov|dec)"
)
_DAY = re.compile(
    rf"(?<![0-9])[0-9]{{1,2}}\s{{0,3}}(?:เดือน)?\s?{_MONTH}[ก-๙a-z.]{{0,8}}\s{{0,3}}(?:พ\.?\s?ศ\.?\s?)?([0-9]{{2,4}})(?![0-9])"
    r"|(?<![0-9])[0-9]{1,2}[/.-][0-9]{1,2}[/.-]([0-9]{2,4})(?![0-9])",
    re.I,
)
_NUMBERS = {"สอง": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9, "สิบ": 10}
_COUNT = "[0-9]{1,2}|" + "|".join(_NUMBERS)
_BACK = re.compile(
    rf"ย้อนหลัง\s{{0,3}}(?:ไป)?\s{{0,3}}({_COUNT})\s{{0,3}}ปี|"
    rf"({_COUNT})\s{{0,3}}ปี(?:การศึกษา)?\s{{0,3}}ย้อนหลัง"
)
_OPEN_END = re.compile(
    r"(?:ตั้งแต่|นับแต่|since|from)[^0-9]{0,30}[0-9]{2,4}\s{0,3}(?:เป็นต้นไป|เป็นต้นมา|onwards?|$)"
    r"|[0-9]{2,4}\s{0,3}(?:-|–|ถึง|จนถึง|to)\s{0,3}(?:ปี)?(?:ปัจจุบัน|ล่าสุด|present|now|date)",
    re.I,
)
_LATEST = re.compile(r"ล่าสุด|ปัจจุบัน|ปีนี้|latest|most recent|newest|current", re.I)
_ODD_NUMBER = re.compile(r"(?<![0-9./])[0-9]{3,}(?![0-9]|\s?/)")
_AND = r"\s{0,3}(?:,|และ|กับ|&|\+|and|หรือ|/)\s{0,3}"
_ROUND = re.compile(
    r"(?:รอบ(?:ข้อมูล|การเก็บข้อมูล|การจัดเก็บข้อมูล)?\s?(?:ที่)?|ครั้งที่|ภาคเรียน\s?(?:ที่)?|ภาคการศึกษา\s?(?:ที่)?|"
    r"เทอม\s?(?:ที่)?|"
    r"rounds?|terms?|semesters?|no\.?)\s{0,3}"
    rf"([1-3](?:st|nd|rd)?(?:(?:{_AND}|\s?[-–]\s?|\s?ถึง\s?)(?:รอบ|ภาคเรียน|"
    rf"เทอม)?(?:ที่)?\s?[1-3]){{0,2}})"
    r"(?![0-9]|\s?[ก-๙]{2,5}\.)",
    re.I,
)
_BARE = re.compile(
    rf"\(?([1-3](?:(?:{_AND}|\s?[-–]\s?|\s?ถึง\s?)[1-3]){{0,2}})\)?\.?(?:\s?\([^()]{{0,60}}\))?",
    re.I,
)
_ALL = re.compile(r"ทุกรอบ|ทั้ง\s?(?:3|สาม)\s?รอบ|ครบทุกรอบ|all (?:three )?rounds", re.I)
_BOTH = re.compile(r"ทั้ง\s?(?:2|สอง)\s?(?:ภาคเรียน|เทอม|ภาค)|both (?:terms|semesters)", re.I)
_SAID = (
    (1, re.compile(
        r"10\s{0,3}(?:มิถุนา(?:ยน)?|มิ\.?\s?ย\.?|june?|[/.-]\s?0?6(?![0-9]))|june? 10|-06-10(?![0-9])|"
        r"(?:รอบ|เดือน|round)\s?(?:เดือน)?\s?(?:มิถุนา|มิ\.?ย|june)|^(?:มิถุนายน|มิ\.ย\.|june)|"
        r"(?:รอบ|ภาคเรียน|เทอม|ครั้ง)แรก|รอบหนึ่ง|รอบที่หนึ่ง|ต้นปี|เทอมต้น|first|1st", re.I)),
    (2, re.compile(
        r"10\s{0,3}(?:พฤศจิกา(?:ยน)?|พ\.?\s?ย\.?|nov(?:ember)?|[/.-]\s?11(?![0-9]))|"
        r"nov(?:ember)? 10|-11-10(?![0-9])|"
        r"(?:รอบ|เดือน|round)\s?(?:เดือน)?\s?(?:พฤศจิกา|พ\.?ย|november)|^(?:พฤศจิกายน|พ\.ย\.|november)|"
        r"(?:รอบ|ภาคเรียน|เทอม)(?:ที่)?สอง|second|2nd|กลางปี|เทอมปลาย", re.I)),
    (3, re.compile(
        r"สิ้นปี|ปลายปี|จบปีการศึกษา|สิ้นสุดปี|end of|year[- ]?end|(?:รอบ)(?:ที่)?สาม|third|3rd|"
        r"(?:รอบ|ณ)\s?(?:วันที่\s?)?(?:31\s?(?:มีนา|มี\.?ค)|[23]0\s?(?:เมษา|เม\.?ย))|"
        r"(?:รอบ)\s?(?:เดือน)?\s?(?:มีนาคม|เมษายน)",
        re.I)),
)  # fmt: skip
_LONGEST = 300


def years(text: str) -> tuple[int, ...]:
    """Every academic year named, B.E.: 68, 2568, พ.ศ. ๒๕๖๘, 2025, 2566-2568, 1/2568, 2025/2026.

    «ย้อนหลัง 3 ปี» counts only together with a year; «ตั้งแต่ปี 2566» says no end and is no answer.
    """
    text = _TWO_YEARS.sub(", ", thai.to_arabic(text)[:_LONGEST])
    if _OPEN_END.search(text):
        return ()
    text = _without_days(text)
    found = [int(match[1]) for match in _SPLIT_YEAR.finditer(text)]
    text = _SPLIT_YEAR.sub(" ", text)
    found += [int(match[2]) for match in _TERM_YEAR.finditer(text)]
    text = _TERM_YEAR.sub(" ", text)
    back = _BACK.search(text)
    text = _BACK.sub(" ", text)
    for match in _YEAR_RANGE.finditer(text):
        first, last = _ends(match[1], match[2])
        if first and last and 0 < abs(last - first) <= 20:
            found += range(min(first, last), max(first, last) + 1)
            text = text.replace(match[0], " ")
    found += [int(match[1]) for match in _YEAR.finditer(text)]
    sane = sorted({year for year in map(thai.buddhist_year, found) if year})
    if back and len(sane) == 1:
        sane = list(range(sane[0] - _count(back) + 1, sane[0] + 1))
    return () if back and not sane else tuple(sane)


def _ends(first: str, last: str) -> tuple[int | None, int | None]:
    """Both ends of a range; «2023-25» says its century once."""
    if len(first) == 4 and len(last) == 2:
        last = first[:2] + last
    return thai.buddhist_year(int(first)), thai.buddhist_year(int(last))


def _count(back: re.Match[str]) -> int:
    words = back[1] or back[2]
    return min(_NUMBERS.get(words) or int(words), 20)


def _without_days(text: str) -> str:
    """The text without dates, unless a date is all that names a year."""
    bare = _DAY.sub(" ", text)
    return bare if _YEAR.search(bare) or _TERM_YEAR.search(bare) else text


def not_years(text: str) -> tuple[str, ...]:
    """Numbers that were meant as years and are none: «25688», «256»."""
    text = _DAY.sub(" ", thai.to_arabic(text)[:_LONGEST])
    text = _TERM_YEAR.sub(" ", _SPLIT_YEAR.sub(" ", text))
    numbers = (match[0] for match in _ODD_NUMBER.finditer(text))
    return tuple(n for n in numbers if len(n) > 4 or thai.buddhist_year(int(n)) is None)


def is_latest(text: str) -> bool:
    """Whether the words ask for the newest year there is."""
    return bool(_LATEST.search(text)) and not _OPEN_END.search(thai.to_arabic(text[:_LONGEST]))


def rounds(text: str) -> tuple[int, ...]:
    """Rounds 1-3 by number or by date (10 June, 10 November, end of the year); empty if unclear."""
    text = thai.to_arabic(text)[:_LONGEST].strip()
    if _ALL.search(text):
        return (1, 2, 3)
    if _BOTH.search(text):
        return (1, 2)
    numbers = {number for said in _ROUND.findall(text) for number in _listed(said)}
    numbers |= {int(match[1]) for match in _TERM_YEAR.finditer(text)}
    bare = _BARE.fullmatch(text)
    if bare:
        numbers |= _listed(bare[1])
    by_date = {number for number, pattern in _SAID if pattern.search(text)}
    if numbers and by_date and not by_date <= numbers:
        return ()
    return tuple(sorted(numbers or by_date))


def _listed(said: str) -> set[int]:
    digits = [int(d) for d in re.findall(r"[1-3]", said)]
    if len(digits) == 2 and re.search(r"[-–]|ถึง", said):
        return set(range(min(digits), max(digits) + 1))
    return set(digits)


def round_number(text: str) -> int | None:
    """The one round named; None where none is, or several are."""
    said = rounds(text)
    return said[0] if len(said) == 1 else None


def terms(text: str) -> tuple[tuple[int, int], ...]:
    """(year, round) for each «2/2567» of the text."""
    text = thai.to_arabic(text)[:_LONGEST]
    said = ((thai.buddhist_year(int(m[2])), int(m[1])) for m in _TERM_YEAR.finditer(text))
    return tuple(dict.fromkeys((year, number) for year, number in said if year))
