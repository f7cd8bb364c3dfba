"""One cell of a file as a value: a code, a number, a date, a telephone; or what is wrong with it.

A value is mended only where it can have meant one thing alone, and every mending is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from mailproc import thai
from mailproc.parsers.charset import one_line

NOTHING = frozenset(
    {
        *("", "-", "--", "–", "—", "n/a", "null", "none", "nan"),
        *("ไม่มี", "ไม่มีข้อมูล", "ไม่มีนักเรียน", "ไม่เปิดสอน", "ไม่ได้เปิดสอน", "ไม่ระบุ"),
    }
)
_THAI_DIGIT = re.compile("[๐-๙]")
_FLOAT = re.compile(r"([0-9]+)\.0+")
_EXPONENT = re.compile(r"([0-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,2})")
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,2})?"
)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ID13 = re.compile(r"(?<![0-9])[0-9]{13}(?![0-9])")
_LONGEST = 300  # characters of a text


@dataclass(frozen=True, slots=True)
class Known:
    """What the office's schools are called elsewhere: it makes some repairs certain."""

    codes: frozenset[str] = frozenset()  # 8 digits
    others: Mapping[str, str] = field(default_factory=dict)  # ministry and OBEC codes → 8 digits


@dataclass(frozen=True, slots=True)
class Read:
    """A value, or None; `key` names what is to be said, an error where `wrong`."""

    value: str | int | None
    key: str = ""
    wrong: bool = False


def tidy(text: str) -> str:
    """The text of a cell without invisible characters, line breaks and double spaces."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return re.sub(r"\s{2,}", " ", one_line(thai.mend(text))).strip()


def is_nothing(text: str) -> bool:
    return text.casefold() in NOTHING


# ---------------------------------------------------------------- codes


def school_code(text: str, known: Known) -> Read:
    """The 8-digit code of a school. Raises nothing; a damaged code is an error."""
    raw = tidy(text)
    code, key = _digits(raw)
    if not code:
        return Read(None, key or "code_letters", wrong=True)
    if len(code) == 8:
        is_area = code.endswith("0000")
        return Read(None, "code_area", wrong=True) if is_area else Read(code, key)
    if code in known.others:
        return Read(known.others[code], "code_other")
    if len(code) < 8:
        padded = code.zfill(8)
        if padded in known.codes:
            return Read(padded, "code_zeros")
        return Read(None, "code_short", wrong=True)
    return Read(None, "code_ten" if len(code) == 10 else "code_long", wrong=True)


def other_code(text: str) -> Read:
    """A code of 6 or 10 digits."""
    raw = tidy(text)
    if is_nothing(raw):
        return Read(None)
    code, key = _digits(raw)
    if not code:
        return Read(None, key or "code_letters", wrong=True)
    return Read(code, key) if len(code) in (6, 10) else Read(None, "other_code_length")


def _digits(raw: str) -> tuple[str, str]:
    """The digits of a code and what was mended; no digits where that is not certain."""
    key = "code_thai_digits" if _THAI_DIGIT.search(raw) else ""
    bare = thai.to_arabic(raw).lstrip("='\"’").rstrip("'\"’")
    if found := _FLOAT.fullmatch(bare):
        return found[1], "code_float"
    if found := _EXPONENT.fullmatch(bare):
        return _from_exponent(found)
    spaced = re.sub(r"[\s-]", "", bare)
    if not re.fullmatch("[0-9]{1,20}", spaced):
        return "", ""
    return spaced, key or ("code_spaces" if spaced != raw else "")


def _from_exponent(found: re.Match[str]) -> tuple[str, str]:
    """All digits are there only where the mantissa has one more than the exponent says."""
    digits, exponent = found[1] + (found[2] or ""), int(found[3])
    if len(digits) != exponent + 1:
        return "", "code_exponent_lost"
    return digits, "code_exponent"


# ---------------------------------------------------------------- numbers


def number(text: str, decimals: int, units: Sequence[str], most: int) -> Read:
    """A figure as a whole number of its smallest parts; None where the cell says nothing."""
    raw = tidy(text)
    if is_nothing(raw):
        return Read(None, "" if not raw else "nothing_said")
    if raw.startswith("#"):
        return Read(None, "excel_error", wrong=True)
    if _ISO.fullmatch(raw):
        return Read(None, "date_for_number", wrong=True)
    bare, key = _without_unit(thai.to_arabic(raw).lstrip("'"), units)
    if not bare:
        return Read(None, "unit_alone", wrong=True)
    key = "thai_digits" if _THAI_DIGIT.search(raw) else key
    if not _NUMBER.fullmatch(bare):
        return Read(None, "not_number", wrong=True)
    return _within(Decimal(bare.replace(",", "")), decimals, most, key)


def _without_unit(raw: str, units: Sequence[str]) -> tuple[str, str]:
    for unit in (*units, "กม.", "กม"):
        if raw.endswith(unit):
            return raw.removesuffix(unit).strip(), "unit_dropped"
    return raw, ""


def _within(found: Decimal, decimals: int, most: int, key: str) -> Read:
    if found < 0:
        return Read(None, "negative", wrong=True)
    if found > most:
        return Read(None, "too_large", wrong=True)
    try:
        parts = found.scaleb(decimals)
        whole = int(parts.quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        return Read(None, "not_number", wrong=True)
    if decimals == 0 and parts != whole:
        return Read(None, "fraction", wrong=True)
    return Read(whole, key)


# ---------------------------------------------------------------- texts


def plain(text: str) -> Read:
    """A text; never one that holds a person's number."""
    raw = tidy(text)
    if is_nothing(raw):
        return Read(None)
    if raw.startswith("#") and raw.endswith(("!", "?", "A")):
        return Read(None, "excel_error", wrong=True)
    if _ID13.search(thai.to_arabic(raw)):
        return Read(None, "looks_personal", wrong=True)
    if len(raw) > _LONGEST:
        return Read(None, "too_long", wrong=True)
    return Read(raw)


def decimal_text(text: str) -> Read:
    """A distance and the like, kept as it is written: «12.5»."""
    raw = tidy(text)
    read = number(raw, 3, (), 100_000)
    if not isinstance(read.value, int):
        return Read(None, read.key if read.key != "nothing_said" else "")
    shown = format(Decimal(read.value).scaleb(-3).normalize(), "f")
    return Read(shown, read.key)


def phone(text: str) -> Read:
    """A telephone number; a zero that Excel took away is put back where that is certain."""
    raw = tidy(text)
    if is_nothing(raw):
        return Read(None)
    arabic = thai.to_arabic(raw)
    if found := _FLOAT.fullmatch(arabic):
        arabic = found[1]
    if re.fullmatch("[2-7][0-9]{7}", arabic) or re.fullmatch("[689][0-9]{8}", arabic):
        return Read(f"0{arabic}", "phone_zero")
    digits = re.sub("[^0-9]", "", arabic)
    if not 9 <= len(digits) <= 60 or not digits.startswith("0"):
        return Read(None, "phone_odd")
    return Read(arabic)


def email(text: str) -> Read:
    """An address; marks of a Thai keyboard before it are taken off."""
    raw = tidy(text).replace(" ", "")
    if is_nothing(raw):
        return Read(None)
    bare = raw
    while bare and (unicodedata.category(bare[0]) == "Mn" or "\u0e00" <= bare[0] <= "\u0e7f"):
        bare = bare[1:]
    if not _EMAIL.fullmatch(bare):
        return Read(None, "email_odd")
    return Read(bare, "email_thai_keys" if bare != raw else "")


def day(text: str) -> Read:
    """An ISO date, or a Buddhist year alone. 29/02/2567 is a day, 29/02/2568 is none."""
    raw = thai.to_arabic(tidy(text))
    if is_nothing(raw):
        return Read(None)
    if re.fullmatch(r"(?:พ\.?\s?ศ\.?\s?)?[0-9]{4}(?:\.0)?", raw):
        year = thai.buddhist_year(int(re.sub(r"\.0$|[^0-9.]", "", raw).strip(".")))
        return Read(str(year)) if year else Read(None, "date_odd", wrong=True)
    if _ISO.fullmatch(raw):
        return _from_iso(raw)
    found = thai.dates(raw)
    if len(found) != 1:
        return Read(None, "date_odd", wrong=True)
    return Read(found[0].isoformat())


def _from_iso(raw: str) -> Read:
    year, month, number = (int(part) for part in raw.split("-"))
    if 2400 <= year <= 2700:  # typed in Thai years into a cell that took it for Gregorian
        year -= 543
    try:
        return Read(date(year, month, number).isoformat())
    except ValueError:
        return Read(None, "date_odd", wrong=True)
