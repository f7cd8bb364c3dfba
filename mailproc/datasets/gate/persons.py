"""Traces of persons in running text: identity numbers, telephones, births, names, addresses.

Many texts are searched at once, since one long search is far quicker than many short ones.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mailproc import thai

_DASH = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_SPACE = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\t"
_PLAIN: dict[int, str | None] = {ord(c): "-" for c in _DASH}
_PLAIN |= {ord(c): " " for c in _SPACE}
_PLAIN |= dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_PLAIN |= {start + n: str(n) for start in (0xFF10, 0x0E50, 0x0ED0, 0x0660) for n in range(10)}
_PLAIN |= {ord("\n"): " ", ord("\r"): " "}

# Together, in the printed groups 1-2345-67890-12-3, with any dashes, or alone in its text.
_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9]{13}|[0-9]([-./ ] ?)[0-9]{4}\1[0-9]{5}\1[0-9]{2}\1[0-9])"
    r"(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z-])[0-9](?:-?[0-9]){12}(?![0-9A-Za-z-])"
)
_ID_ALONE = re.compile(
    r"^(?:[^0-9\n]{0,30}[^0-9A-Za-z\n])?[0-9](?:[-./ ]{0,3}[0-9]){12}[^0-9\n]{0,3}$", re.M
)
# The number that a child without papers gets from the ministry.
_G_CODE = re.compile(r"(?<![0-9A-Za-z])[Gg]-?[0-9]{12}(?![0-9A-Za-z])")
# Companies and agencies have thirteen digits too: 0, province, kind, year of registration; 099….
_COMPANY = re.compile(r"0(?:99[0-9]{10}|[1-9][0-9][1-9]5[0-9]{8})")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.,/:-])(?:\+66|\(?0)[-) (0]{0,3}[2-9](?:[-. )]{0,2}[0-9]){7,8}"
    r"(?![0-9/:]|[-.,][0-9])"
)
_SHAPES = {
    *("9", "234", "144", "36", "333", "27", "18", "243", "324", "342", "135", "45", "153"),
    *("A", "334", "37", "244", "145", "1414", "28", "433", "343", "46", "19", "3322", "55", "1333"),
}
_DATE = r"[0-9]{1,2} ?(?:[/.-] ?[0-9]{1,2} ?[/.-]| [ก-๙.]{3,14} ) ?(?:พ\.?ศ\.? ?)?[0-9]{2,4}"
_BIRTH = re.compile(
    rf"(?:วัน(?:เดือนปี| ?/? ?เดือน ?/? ?ปี)? ?(?:ที่)?เกิด|เกิด(?:เมื่อ)?(?:วันที่)?|"
    rf"born(?: on)?|birth ?date|date of birth|dob) ?[:：]? ?{_DATE}",
    re.I,
)
_EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{2,63})+)"
)
_FREE_MAIL = re.compile(r"(?:gmail|hotmail|yahoo|outlook|live|icloud|windowslive|msn)\.", re.I)
_PASSPORT = re.compile(
    r"(?:passport|หนังสือเดินทาง|พาสปอร์ต)[^\n0-9A-Z]{0,20}[A-Z]{1,2}[0-9]{6,8}(?![0-9])", re.I
)
_LETTER = "[ก-ฮเ-ไ][ก-ฮะ-ูเ-๎]"
_NO_NAME = r"(?!(?:อายุ|ชั้น|อนุบาล|ประถม|มัธยม|ทั้งหมด|รวม|จำนวน|ร้อยละ|ปีการ|คน|พิการ|ด้อย|ยากจน))"
_WORD = rf"{_NO_NAME}{_LETTER}{{1}}[ก-ฮะ-ูเ-๎]{{0,25}}"
_CHILD = re.compile(
    rf"(?<![ก-ฮ])(?:เด็กชาย|เด็กหญิง|ด\. ?ช\.|ด\. ?ญ\.|สามเณร) ?{_WORD} {{1,3}}{_WORD}"
)
_TITLE = (
    r"(?:นางสาว|นาย|นาง|น\. ?ส\.|ว่าที่ ?(?:ร้อย|พัน)? ?[ก-ฮ.]{1,8}|ดร\.|พระ(?:มหา)?|"
    r"ม\.ล\.|ม\.ร\.ว\.)"
)
_ADULT = re.compile(rf"^ ?{_TITLE} ?{_WORD} {{1,3}}{_WORD} ?$", re.M)
_ENGLISH = re.compile(
    r"^(?:Mr|Mrs|Ms|Miss|Master)\.? ?[A-Z][A-Za-z]+ +[A-Z][A-Za-z]+ ?$", re.M | re.I
)
_TOGETHER = 5_000  # texts of one search
# The kind of finding that a finer kind of trace becomes.
TOLD = {
    "mobile": "phone",
    "landline": "phone",
    "titled_name": "person_name",
    "free_email": "email",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """Something of a person; `number` is that of the text, `what` is masked."""

    kind: str
    number: int
    what: str
    alone: bool = False  # the text is little else


def is_national_id(digits: str) -> bool:
    """Thirteen digits, the last of which checks the rest: (11 - Σ digit × 13…2 mod 11) mod 10."""
    if len(digits) != 13:
        return False
    weighted = sum(int(d) * (13 - i) for i, d in enumerate(digits[:12]))
    return (11 - weighted % 11) % 10 == int(digits[12])


def is_of_a_person(digits: str) -> bool:
    """A national id that is neither a company's number nor that of a book."""
    if not is_national_id(digits) or _COMPANY.fullmatch(digits):
        return False
    return not (digits.startswith(("978", "979")) and _is_ean(digits))


def _is_ean(digits: str) -> bool:
    odd, even = map(int, digits[0:12:2]), map(int, digits[1:12:2])
    return (10 - (sum(odd) + 3 * sum(even)) % 10) % 10 == int(digits[12])


def number_kind(digits: str) -> str:
    """What a number of a cell is by itself; empty for most."""
    return "national_id" if len(digits) == 13 and is_of_a_person(digits) else ""


def plain(text: str) -> str:
    """One line with Arabic digits, common dashes and blanks, and nothing invisible."""
    return text if text.isascii() and "\n" not in text else text.translate(_PLAIN)


def masked(text: str) -> str:
    """Enough to know it again, too little to use it."""
    digits = re.sub(r"[^0-9]", "", text)
    return f"{digits[0]}…{digits[-2:]}" if len(digits) > 4 else f"{text[:3]}…"


def traces(texts: Sequence[str], *, pages: bool = False) -> Iterator[Trace]:
    """Every trace in the texts. `pages`: lines in which figures of several cells stand together."""
    for start in range(0, len(texts), _TOGETHER):
        some = [plain(text) for text in texts[start : start + _TOGETHER]]
        yield from _Search(some, start, pages=pages).all()


class _Search:
    """One search in many texts, which stand a line each."""

    def __init__(self, texts: Sequence[str], start: int, *, pages: bool) -> None:
        self._start, self._pages = start, pages
        self._text = "\n".join(texts)
        self._begins = [0]
        for text in texts:
            self._begins.append(self._begins[-1] + len(text) + 1)

    def all(self) -> Iterator[Trace]:
        yield from self._ids()
        yield from self._phones()
        lower = self._text.lower()
        if "@" in self._text:
            yield from self._some("email", _EMAIL)
        if "เกิด" in self._text or "birth" in lower or "born" in lower or "dob" in lower:
            yield from self._some("birth_date", _BIRTH, self._is_date)
        if "passport" in lower or "เดินทาง" in self._text or "พาสปอร์ต" in self._text:
            yield from self._some("other_id", _PASSPORT)
        for pattern in (_CHILD,):
            yield from self._some("person_name", pattern)
        yield from self._some("titled_name", _ADULT)
        yield from self._some("titled_name", _ENGLISH)

    def _is_date(self, found: str) -> bool:
        return thai.parse_date(found) is not None

    def _some(
        self, kind: str, pattern: re.Pattern[str], holds: Callable[[str], bool] = bool
    ) -> Iterator[Trace]:
        for match in pattern.finditer(self._text):
            if holds(match[0]):
                free = kind == "email" and bool(_FREE_MAIL.match(match[1]))
                yield self._trace("free_email" if free else kind, match, match[0])

    def _trace(self, kind: str, match: re.Match[str], words: str) -> Trace:
        number = bisect_right(self._begins, match.start()) - 1
        whole = self._begins[number + 1] - self._begins[number] - 1
        alone = whole - (match.end() - match.start()) <= 8
        return Trace(kind, number + self._start, masked(words.strip()), alone)

    def _ids(self) -> Iterator[Trace]:
        patterns = (_ID,) if self._pages else (_ID, _ID_ALONE)
        for pattern in patterns:
            for match in pattern.finditer(self._text):
                if is_of_a_person(digits := re.sub(r"[^0-9]", "", match[0])):
                    yield self._trace("national_id", match, digits)
        yield from self._some("other_id", _G_CODE)

    def _phones(self) -> Iterator[Trace]:
        for match in _PHONE.finditer(self._text):
            kind = phone_kind(match[0], spaces=not self._pages)
            if kind:
                yield self._trace(kind, match, match[0])


def phone_kind(written: str, *, spaces: bool = True) -> str:
    """«mobile» or «landline», by digits and by how they are grouped; empty where it is neither."""
    abroad = written.startswith("+66")
    rest = written[3:].replace("(0)", "") if abroad else written
    digits = re.sub(r"[^0-9]", "", rest)
    digits = f"0{digits.removeprefix('0')}" if abroad else digits
    if len(digits) == 10 and digits[1] in "689":
        kind = "mobile"
    elif len(digits) == 9 and digits[1] in "23457":
        kind = "landline"
    else:
        return ""
    groups = [len(group) for group in re.split(r"[^0-9]+", written.strip("()+ ")) if group]
    shape = "".join("A" if one == 10 else str(one) for one in groups)
    if abroad:
        return kind
    lone = re.match(r"0 |0\.", written)  # figures side by side, a decimal
    return kind if shape in _SHAPES and not lone and (spaces or " " not in written) else ""
