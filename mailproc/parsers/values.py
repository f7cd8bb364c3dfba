"""What a person wrote behind a label, as the value the form holds.

Each reader gives None where the words do not say one clear value: a field that is not stated must
not be made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailproc import thai

MAX_VALUE = 1_000  # characters; longer is no value but a text
_LEADERS = re.compile(r"^[\s.…_·•*:：=\-–—]+|[\s…_·*:：=]+$|[.…_]{2,}$")
_POLITE = re.compile(r"\s*(?:นะ)?(?:ครับผม|ครับ|ค่ะ|นะคะ)[\s.!]*$")
_LEADER_RUNS = re.compile(r"\.{3,}|…+|_{3,}")
_SPACES = re.compile(r"\s+")
_EMPTY = re.compile(r"^[\s.…_\-–—/*()\[\]]*$|^\((?:โปรด)?(?:ระบุ|กรอก)[^()]*\)$")
_EXAMPLE = re.compile(
    r"[(\[]\s*(?:เช่น|ตัวอย่าง|e\.?g\.?|for example|example)[^()\[\]]{0,200}[)\]]", re.I
)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])"
)
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-–]{5,22}[0-9]")
_EXTENSION = re.compile(r"(?:ต่อ|ext\.?|#)\s*([0-9]{1,6})", re.I)
_YEAR = re.compile(r"(?<![0-9/])([0-9]{4}|[0-9]{2})(?![0-9])(?!\s?\.\s?[0-9])")
_YEAR_RANGE = re.compile(
    r"(?<![0-9])([0-9]{4}|[0-9]{2})\s{0,3}(?:-|–|—|ถึง|จนถึง|to|until)\s{0,3}(?:ปี)?(?:การศึกษา)?\s{0,3}"
    r"(?:พ\.?ศ\.?)?\s{0,3}([0-9]{4}|[0-9]{2})(?![0-9])",
    re.I,
)
_TERM_YEAR = re.compile(r"(?<![0-9])([123])\s{0,2}/\s{0,2}([0-9]{4}|[0-9]{2})(?![0-9/])")
_SPLIT_YEAR = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})\s{0,2}/\s{0,2}(?:(?:19|20)?[0-9]{2})(?![0-9])"
)
_LATEST = re.compile(r"ล่าสุด|ปัจจุบัน|ปีนี้|latest|most recent|newest|current", re.I)
_ROUND = re.compile(
    r"(?:รอบ(?:ข้อมูล)?(?:ที่)?|ครั้งที่|ภาคเรียน(?:ที่)?|เทอม(?:ที่)?|round|term|semester|no\.?)\s{0,3}([1-3])(?![0-9])",
    re.I,
)
_ROUND_DATES = (
    (
        1,
        re.compile(
            r"10\s{0,3}(?:มิถุนายน|มิ\.?\s?ย\.?|june?|/\s?0?6(?![0-9]))|june? 10|รอบแรก|ต้นปี|first",
            re.I,
        ),
    ),
    (
        2,
        re.compile(
            r"10\s{0,3}(?:พฤศจิกายน|พ\.?\s?ย\.?|nov(?:ember)?|/\s?11(?![0-9]))|nov(?:ember)? 10|"
            r"second|กลางปี",
            re.I,
        ),
    ),
    (3, re.compile(r"สิ้นปี|ปลายปี|จบปีการศึกษา|end of|year[- ]?end|third", re.I)),
)
_LETTER = re.compile(r"([ก-ฮ]{2,4}\.?\s{0,3}[0-9][0-9.]{0,12}\s?/\s?(?:ว\s?)?[0-9]{1,7})")
_FILTER_SPLIT = re.compile(r"\s*[,;،、]\s*|\s+และ\s*|\s*(?<![ก-๙])และ\s+|\s+and\s+|\n+")
_BULLET = re.compile(
    r"^\s*(?:[0-9๐-๙]{1,2}(?:\.[0-9๐-๙]{1,2})?[.)]\s?|[-–—•*·▪●○]\s+|\([0-9๐-๙]{1,2}\)\s?)"
)
_NO = re.compile(r"ไม่ยินยอม|ไม่ยอมรับ|ไม่ตกลง|do not|don't|disagree|^no\b|^ไม่")
_YES = re.compile(r"ยินยอม|ยอมรับ|ตกลง|รับทราบ|agree|accept|^yes|^ใช่|consent|[☑✓✔☒]")

_LEVELS = (
    (
        "school",
        (
            "รายโรงเรียน",
            "ระดับโรงเรียน",
            "แยกโรงเรียน",
            "แยกรายโรงเรียน",
            "รายสถานศึกษา",
            "school",
            "per school",
            "by school",
        ),
    ),
    ("group", ("กลุ่มโรงเรียน", "เครือข่าย", "ศูนย์เครือข่าย", "school group", "by group", "cluster")),
    ("district", ("อำเภอ", "district", "amphoe")),
    (
        "area",
        (
            "ภาพรวม",
            "ทั้งเขต",
            "ระดับเขต",
            "รวมเขต",
            "เขตพื้นที่",
            "service area",
            "whole area",
            "overall",
            "area",
        ),
    ),
)
_FORMATS = (
    (
        "xlsx",
        ("excel", "xlsx", "xls", "เอกเซล", "เอ็กเซล", "เอกเซ", "เอ็กเซ", "เอ็กเซลล์", "spreadsheet"),
    ),
    ("csv", ("csv",)),
    ("pdf", ("pdf", "พีดีเอฟ")),
    ("paper", ("เอกสาร", "กระดาษ", "paper", "hardcopy", "printed", "สิ่งพิมพ์", "ปริ้น")),
)
_DELIVERIES = (
    ("smart_office", ("smartoffice", "สมาร์ทออฟฟิศ", "สมาร์ตออฟฟิศ", "amss", "smartarea", "สารบรรณ")),
    (
        "pickup",
        (
            "รับด้วยตนเอง",
            "รับด้วยตัวเอง",
            "รับเอง",
            "มารับ",
            "ไปรับ",
            "pickup",
            "inperson",
            "collectin",
            "รับที่",
        ),
    ),
    ("email", ("อีเมล", "email", "เมล", "mail", "ไปรษณีย์อิเล็กทรอนิกส์")),
    ("line", ("line", "ไลน์")),
)
_TYPES = (
    ("internal", ("ในสังกัด", "บุคลากรในเขต", "ภายใน", "internal", "withinthearea", "staffofthearea")),
    (
        "government",
        (
            "หน่วยงานรัฐ",
            "หน่วยงานของรัฐ",
            "ภาครัฐ",
            "ส่วนราชการ",
            "หน่วยงานราชการ",
            "รัฐวิสาหกิจ",
            "government",
            "publicagency",
            "stateagency",
        ),
    ),
    ("private", ("เอกชน", "บริษัท", "private", "company")),
    (
        "public",
        (
            "บุคคลทั่วไป",
            "ประชาชน",
            "บุคคลภายนอก",
            "นักศึกษา",
            "นักเรียน",
            "generalpublic",
            "public",
            "individual",
            "citizen",
            "student",
        ),
    ),
)


def tidy(text: str) -> str:
    """The words without leaders, examples and doubled spaces; empty where nothing was filled in."""
    text = _LEADER_RUNS.sub(" ", _EXAMPLE.sub(" ", thai.mend(text[:MAX_VALUE])))
    text = _SPACES.sub(" ", text).strip()
    text = _POLITE.sub("", _LEADERS.sub("", _LEADERS.sub("", text))).strip()
    return "" if _EMPTY.match(text) else text


def unbulleted(text: str) -> str:
    """The words without a list number or dash in front."""
    return _BULLET.sub("", text, count=1).strip()


def is_bulleted(text: str) -> bool:
    """Whether a list number or dash stands in front."""
    return bool(_BULLET.match(text))


def email(text: str) -> str | None:
    """The address; signs of a keyboard left in Thai before it fall away."""
    found = _EMAIL.search(text)
    return found[0] if found else None


def phone(text: str) -> str | None:
    """«081-234-5678», «042-611-234», «02-123-4567 ต่อ 12»; as written where no number fits."""
    text = thai.to_arabic(text)
    numbers = [n for n in (_one_phone(m[0]) for m in _PHONE.finditer(text)) if n]
    if not numbers:
        return text if re.search(r"[0-9]", text) else None
    extension = _EXTENSION.search(text)
    return ", ".join(numbers) + (f" ต่อ {extension[1]}" if extension else "")


def _one_phone(text: str) -> str | None:
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("+66") or (digits.startswith("66") and len(digits) in (10, 11)):
        digits = "0" + digits[2:].removeprefix("0")
    if len(digits) == 10:
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    if len(digits) == 9 and digits.startswith("02"):
        return f"{digits[:2]}-{digits[2:5]}-{digits[5:]}"
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 9 else None


def years(text: str) -> tuple[int, ...]:
    """Every academic year named, B.E.: 68, 2568, พ.ศ. ๒๕๖๘, 2025, 2566-2568, 1/2568, 2025/2026."""
    text = thai.to_arabic(text)[:300]
    found = [int(match[1]) for match in _SPLIT_YEAR.finditer(text)]
    text = _SPLIT_YEAR.sub(" ", text)
    found += [int(match[2]) for match in _TERM_YEAR.finditer(text)]
    text = _TERM_YEAR.sub(" ", text)
    for match in _YEAR_RANGE.finditer(text):
        first, last = thai.buddhist_year(int(match[1])), thai.buddhist_year(int(match[2]))
        if first and last and 0 < last - first <= 20:
            found += range(first, last + 1)
            text = text.replace(match[0], " ")
    found += [int(match[1]) for match in _YEAR.finditer(text)]
    sane = [year for year in map(thai.buddhist_year, found) if year]
    return tuple(sorted(set(sane)))


def is_latest(text: str) -> bool:
    """Whether the words ask for the newest year there is."""
    return bool(_LATEST.search(text))


def round_number(text: str) -> int | None:
    """1-3 by number or by the date of the round (10 June, 10 November, end of the year)."""
    text = thai.to_arabic(text)[:200]
    said = {number for number, pattern in _ROUND_DATES if pattern.search(text)}
    said |= {int(number) for number in _ROUND.findall(text)}
    said |= {int(match[1]) for match in _TERM_YEAR.finditer(text)}
    bare = re.fullmatch(r"\(?([1-3])\)?\.?", text.strip())
    if bare:
        said.add(int(bare[1]))
    return said.pop() if len(said) == 1 else None


def level(text: str) -> str | None:
    """area, district, group or school."""
    key = thai.fold(text)
    said = [name for name, words in _LEVELS if any(thai.fold(word) in key for word in words)]
    if "group" in said and "school" in said and "รายโรงเรียน" not in key:
        said.remove("school")
    return said[0] if len(said) == 1 else None


def file_format(text: str) -> str | None:
    """xlsx, csv, pdf or paper; of two the first named, of more none."""
    said = _named(text, _FORMATS)
    if len(said) > 1 and "paper" in said:
        said.remove("paper")  # «เอกสาร PDF» is a file
    return said[0] if 0 < len(said) <= 2 and "?" not in text else None


def delivery(text: str) -> str | None:
    """email, line, pickup or smart_office; of two the first named, of more none."""
    said = _named(text, _DELIVERIES)
    return said[0] if 0 < len(said) <= 2 and "?" not in text else None


def requester_type(text: str) -> str | None:
    """internal, government, private or public."""
    said = _named(text, _TYPES)
    return said[0] if len(said) == 1 else None


def _named(text: str, table: tuple[tuple[str, tuple[str, ...]], ...]) -> list[str]:
    """The values whose words occur, in the order in which the text names them."""
    key = thai.fold(text)
    places = []
    for name, words in table:
        at = min((key.find(word) for word in words if word in key), default=-1)
        if at >= 0:
            places.append((at, name))
    return [name for _, name in sorted(places)]


def iso_date(text: str) -> str | None:
    """The date in ISO form."""
    found = thai.parse_date(text)
    return found.isoformat() if found else None


def letter_number(text: str) -> str | None:
    """«ศธ 04110/123», with Arabic digits; other spellings as written."""
    text = thai.to_arabic(text)
    found = _LETTER.search(text)
    return _SPACES.sub(" ", found[1]) if found else text or None


def consent(text: str) -> bool | None:
    """True or False where the words agree or refuse."""
    if _NO.search(text.lower()):
        return False
    return True if _YES.search(text.lower()) else None


def filters(text: str) -> tuple[str, ...]:
    """The words used, one filter each."""
    parts = (tidy(unbulleted(part)) for part in _FILTER_SPLIT.split(text[:MAX_VALUE]))
    return tuple(part for part in parts if part)


READERS: dict[str, Callable[[str], object]] = {
    "phone": phone,
    "email": email,
    "letter_no": letter_number,
    "letter_date": iso_date,
    "needed_by": iso_date,
    "delivery": delivery,
    "requester_type": requester_type,
    "consent": consent,
    "round": round_number,
    "level": level,
    "format": file_format,
}
