"""Thai as offices write it: digits, Buddhist dates, grades, spelling variants, print widths.

Never NFKC, which splits SARA AM in two (measured); variants are folded by hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

MONTHS = (
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม"
).split()
SHORT_MONTHS = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split()
ENGLISH_MONTHS = (
    "January February March April May June July August September October November December"
).split()
GRADES = tuple(
    f"{stage}.{year}"
    for stage, years in (("อ", 3), ("ป", 6), ("ม", 6))
    for year in range(1, years + 1)
)
_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_JOINERS = re.compile("(?<=[\u0e01-\u0e5b])[\u200c\u200d]+|[\u200c\u200d]+(?=[\u0e01-\u0e5b])")
_TO_MEND = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad\u00a0\u0e4d]|เเ")
_TONE = "[\u0e48-\u0e4b]"
_SPLIT_AM = re.compile(f"\u0e4d({_TONE}?)\u0e32|({_TONE})\u0e4d\u0e32")
_SPOKEN_MONTHS = ("มกรา กุมภา มีนา เมษา พฤษภา มิถุนา กรกฎา สิงหา กันยา ตุลา พฤศจิกา ธันวา").split()
_SHORT_ENGLISH = tuple(name[:3].lower() for name in ENGLISH_MONTHS)
_MONTH_NUMBERS = {
    "".join(c for c in spelling.lower() if c not in ". "): number
    for names in (
        *(MONTHS, _SPOKEN_MONTHS, SHORT_MONTHS, ENGLISH_MONTHS, _SHORT_ENGLISH),
        ("", *["-"] * 7, "sept"),
    )
    for number, spelling in enumerate(names, 1)
    if spelling.strip("-")
}
_DATE_NUMBERS = re.compile(
    r"(?<![0-9])([0-9]{1,4})\s?[-/.]\s?([0-9]{1,2})\s?[-/.]\s?([0-9]{1,4})(?![0-9])"
)
_DATE_WORDS = re.compile(
    r"(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th)?[\s,/-]{0,3}(?:(?:เดือน|of) ?)?"
    r"((?:มี|เม|มิ|[มกพสตธ])\. ?[คพย]\.?|[ก-๙]{3,14}?(?=\s|[0-9.,/-]|พ\.?\s?ศ|$)|[ก-๙.]{3,14}|"
    r"[A-Za-z]{3,9})"
    r"[.,]?[\s/-]{0,3}(?:(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|ปี)\s{0,3})?([0-9]{2,4})(?![0-9])"
)
_DATE_ENGLISH = re.compile(
    r"([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? {1,2}([0-9]{4})(?![0-9])"
)
_STAGES = (
    ("อ", ("อนุบาลปีที่", "อนุบาล", "อ.", "อ")),
    ("ป", ("ชั้นประถมศึกษาปีที่", "ประถมศึกษาปีที่", "ประถมปีที่", "ประถม", "ป.", "ป")),
    ("ม", ("ชั้นมัธยมศึกษาปีที่", "มัธยมศึกษาปีที่", "มัธยมปีที่", "มัธยม", "ม.", "ม")),
)


class _Folding(dict[int, str | None]):
    """Keeps letters, marks and Arabic digits; remembers what it met (a lookup is slow)."""

    def __missing__(self, code: int) -> str | None:
        letter = to_arabic(chr(code))
        kept = letter if unicodedata.category(letter)[0] in "LMN" else None
        if len(self) < 5_000:
            self[code] = kept
        return kept


_FOLDING = _Folding()
_SHORT = 300  # characters; longer ones are not worth remembering


def to_arabic(text: str) -> str:
    """The text with Thai digits as 0-9."""
    return text.translate(_ARABIC)


def mend(text: str) -> str:
    """The text as it was meant: doubled SARA E, split SARA AM, invisible and NBSP characters."""
    if text.isascii():
        return text
    if not _TO_MEND.search(text):
        return text
    text = text.translate(_INVISIBLE).replace("\u00a0", " ").replace("เเ", "แ")
    text = _JOINERS.sub("", text)  # between emoji they are part of the sign
    return _SPLIT_AM.sub(lambda m: (m[1] or m[2] or "") + "\u0e33", text)


def fold(text: str) -> str:
    """A key for comparing names: mended, Arabic digits, lower case, no spaces or punctuation."""
    return _folded(text) if len(text) <= _SHORT else _folded.__wrapped__(text)


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Remembered, as the same line is compared with many things."""
    return mend(text).casefold().translate(_FOLDING)


def buddhist_year(number: int) -> int | None:
    """The B.E. year meant by 68, 2568 or 2025; None where it is no sane year."""
    if 40 <= number <= 99:
        return 2500 + number
    if 2400 <= number <= 2700:
        return number
    if 1900 <= number <= 2100:
        return number + 543
    return None


def month(name: str) -> int | None:
    """1-12 for มิถุนายน, มิ.ย., มิย, June, Jun; None where it is no month."""
    return _MONTH_NUMBERS.get("".join(c for c in name.lower() if c not in ". "))


def parse_date(text: str) -> date | None:
    """The first date in the text, in any era and order that offices write; None where none is.

    543 is taken off before the date is built: 29/02/2567 is a day, 29/02/2568 is not.
    """
    return next(iter(dates(text)), None)


def iso_day(text: str) -> str:
    """The same as «2026-11-22»; what holds no day comes back as it is."""
    day = parse_date(text)
    return day.isoformat() if day else text.strip()


def dates(text: str) -> tuple[date, ...]:
    """Every date of the text; those in words first."""
    text = to_arabic(mend(text))[:300]
    found = []
    for day, number, year in _written_dates(text):
        era = buddhist_year(year)
        if era is None or number is None:
            continue
        try:
            found.append(date(era - 543, number, day))
        except ValueError:
            continue
    return tuple(found)


def _written_dates(text: str) -> Iterator[tuple[int, int | None, int]]:
    for found in _DATE_WORDS.finditer(text):
        yield int(found[1]), month(found[2]), int(found[3])
    for found in _DATE_ENGLISH.finditer(text):
        yield int(found[2]), month(found[1]), int(found[3])
    for found in _DATE_NUMBERS.finditer(text):
        first, second, third = (int(group) for group in found.groups())
        if len(found[1]) == 4:
            yield third, second, first
        elif len(found[1]) <= 2 and second > 12 >= first and 1900 < third < 2100:
            yield second, first, third  # 06/30/2026 can only be American
        elif len(found[1]) <= 2:
            yield first, second, third


def grade(text: str) -> str | None:
    """«ป.6» for ป.๖, ป 6, ประถมศึกษาปีที่ 6; None where it is no grade."""
    text = re.sub(r"\s+", "", to_arabic(mend(text))).removeprefix("ชั้น")
    for stage, spellings in _STAGES:
        for spelling in spellings:
            rest = text.removeprefix(spelling)
            if rest != text and f"{stage}.{rest}" in GRADES:
                return f"{stage}.{rest}"
    return None


def long_date(when: date, language: str = "th") -> str:
    """«22 พฤศจิกายน 2569», or «22 November 2026»."""
    if language == "en":
        return f"{when.day} {ENGLISH_MONTHS[when.month - 1]} {when.year}"
    return f"{when.day} {MONTHS[when.month - 1]} {when.year + 543}"


def date_time(when: datetime, timezone: str, language: str = "th") -> str:
    """«22 พฤศจิกายน 2569 เวลา 09:05 น.» in the office's time zone."""
    return moment(when.astimezone(ZoneInfo(timezone)), language)


def moment(local: datetime, language: str = "th") -> str:
    """As `date_time`, of a time that is in the office's time zone already."""
    if language == "en":
        return f"{long_date(local.date(), 'en')}, {local:%H:%M}"
    return f"{long_date(local.date())} เวลา {local:%H:%M} น."


def columns(text: str) -> int:
    """How many letters wide the text prints: combining vowels and tone marks take no room."""
    return sum(1 for c in text if unicodedata.category(c) != "Mn")


LEVELS = {
    "school": "รายโรงเรียน",
    "group": "รายกลุ่มโรงเรียน",
    "district": "รายอำเภอ",
    "area": "ภาพรวมเขต",
}


def round_title(academic_year: int, round_number: int, as_of: str = "") -> str:
    """«ปีการศึกษา 2568 รอบที่ 1 (ณ วันที่ 10 มิถุนายน 2568)»; `as_of` is an ISO date."""
    title = f"ปีการศึกษา {academic_year} รอบที่ {round_number}"
    return f"{title} (ณ วันที่ {long_date(date.fromisoformat(as_of))})" if as_of else title


# Begins the offer to wait for a round that is not open yet; answers are known by it.
WAIT_FOR = "รอข้อมูล"


def year_title(academic_year: int) -> str:
    """«ปีการศึกษา 2568»."""
    return f"ปีการศึกษา {academic_year}"
