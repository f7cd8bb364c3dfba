"""A sheet's columns judged by their headings and values: which of them are about persons.

Cells are told one by one, only those that can matter: texts, dates, long numbers. A column is what
stands below a heading until the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mailproc import thai
from mailproc.datasets.gate import headings
from mailproc.datasets.gate.finding import CLASSES, Allowed, Finding
from mailproc.datasets.gate.persons import TOLD, Trace, phone_kind, plain
from mailproc.datasets.gate.places import cell, column_letters

_MOST_TITLES = 4  # rows in which a title may stand
_MOST = 3_000  # cells of a column that are looked at
_ISO = re.compile(r"(?:[0-9]{4})-[0-9]{2}-[0-9]{2}")
_DATE = re.compile(r"[0-9]{1,4}\s?[-/.]\s?[0-9]{1,2}\s?[-/.]\s?[0-9]{1,4}(?: [0-9:]{4,8})?")
_LETTERS = re.compile(r"[A-Za-zก-ฮะ-ูเ-๎]{2,}(?:[ .-]{1,2}[A-Za-zก-ฮะ-ูเ-๎]+){0,4}")
_NO_NAMES = re.compile(
    r"^(?:รวม|ชาย|หญิง|ทั้งหมด|มี|ไม่มี|ไม่ระบุ|บิดา|มารดา|บ้าน|โรงเรียน|อนุบาล|วัด|ชุมชน|ไทย|อำเภอ|ตำบล|"
    r"นักเรียน|ครู|ผู้|ชื่อ|นามสกุล|คำนำหน้า|อาชีพ|เลข|รหัส|จำนวน|ระดับ|ID|DIM|ORG|text|string)"
)
_LISTED = 3  # kinds of headings below each other, which make a list of headings
# Days of schools and papers, which are not births.
_OTHER_DAYS = re.compile(
    r"ก่อตั้ง|จัดตั้ง|ประกาศ|อนุมัติ|อนุญาต|รายงาน|ข้อมูล|สำรวจ|ปรับปรุง|ส่ง|รับ|ครบกำหนด|เริ่ม|สิ้นสุด|ประชุม|อบรม|ตรวจ|"
    r"created|updated|deleted|report|issued|as.?of|start|end|founded|established|approved"
)
_BLOOD = re.compile(r"(?:A|B|O|AB)(?:[+-]|ve)?", re.I)
_KINDS_OF_PERSONS = {"national_id", "other_id", "birth_date", "person_name"}
_CLS = {"special": "special", "account": "internal"}


@dataclass(slots=True)
class _Column:
    """What was told of one column; `values` are row and text."""

    values: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Columns:
    """Collects the cells of one sheet, then judges."""

    sheet: str
    columns: dict[int, _Column] = field(default_factory=dict)
    heads: list[tuple[int, int, str, str]] = field(default_factory=list)  # row, column, kind, text
    traces: dict[str, list[tuple[int, int, Trace]]] = field(default_factory=dict)
    filled: Mapping[int, int] = field(default_factory=dict)

    def tell(self, row: int, column: int, text: str) -> None:
        """A text, an ISO date or a long number."""
        one = self.columns.get(column)
        if one is None:
            one = self.columns[column] = _Column()
        if len(one.values) < _MOST:
            one.values.append((row, text))

    def head(self, row: int, column: int, kind: str, text: str) -> None:
        self.heads.append((row, column, kind, text))

    def trace(self, row: int, column: int, found: Trace) -> None:
        self.traces.setdefault(found.kind, []).append((row, column, found))

    # ------------------------------------------------------------ judging

    def findings(
        self, allowed: Allowed, filled: Mapping[int, int] | None = None
    ) -> Iterator[Finding]:
        """`filled` counts the cells of each column, where not all of them were told."""
        self.filled = filled or {at: len(told.values) for at, told in self.columns.items()}
        headed = dict(self._headed())
        yield from self._of_traces(headed)
        persons = bool(_KINDS_OF_PERSONS & {kind for kind, _ in headed.values()})
        special = [at for at, (kind, _) in headed.items() if kind == "special"]
        for at, (kind, cells) in headed.items():
            if kind == "special" and not persons and len(special) < 2:
                continue
            if kind == "address" and not persons:
                continue
            yield self._finding(kind, at[1], cells)
        yield from self._of_dates(headed, persons=persons)
        yield from self._of_passports()
        yield from self._of_telephones(headed)
        yield from self._above(allowed)

    def _finding(self, kind: str, column: int, cells: Sequence[tuple[int, str]]) -> Finding:
        letters = column_letters(column)
        rows = [row for row, _ in cells]
        at = (
            f"{letters}{min(rows)}:{letters}{max(rows)}" if len(rows) > 1 else f"{letters}{rows[0]}"
        )
        return Finding(kind, self.sheet, at, cls=_CLS.get(kind, "personal"), count=len(cells))

    def _headed(self) -> Iterator[tuple[tuple[int, int], tuple[str, list[tuple[int, str]]]]]:
        """Each heading with the cells under it that are what it says."""
        rows: dict[int, list[int]] = {}
        kinds: dict[int, set[str]] = {}
        for row, column, kind, _ in self.heads:
            rows.setdefault(column, []).append(row)
            kinds.setdefault(column, set()).add(kind)
        for row, column, kind, text in self.heads:
            if len(kinds[column]) >= _LISTED:
                continue  # a dictionary of columns
            ends = min((one for one in rows[column] if one > row), default=1 << 30)
            told = self.columns.get(column, _Column()).values
            below = [(at, words) for at, words in told if row < at < ends]
            fits = [(at, words) for at, words in below if _FITS[kind](plain(words).strip())]
            least = 2 if kind == "person_name" and not _SAYS_NAME.search(text) else 1
            enough = len(fits) >= least and len(fits) * 2 >= len(below)
            if enough and _is_varied(kind, fits):
                yield (row, column), (kind, fits)

    def _of_traces(self, headed: Mapping[tuple[int, int], object]) -> Iterator[Finding]:
        for kind, found in self.traces.items():
            for row, column, trace in self._that_count(kind, found):
                told = TOLD.get(kind, kind)
                yield Finding(told, self.sheet, cell(row, column), trace.what, "personal")

    def _that_count(
        self, kind: str, found: list[tuple[int, int, Trace]]
    ) -> Sequence[tuple[int, int, Trace]]:
        """One line of contact of an office is no list of persons, nor is one signature."""
        if kind in ("landline", "email"):
            bare = [one for one in found if one[2].alone]
            return found if bare or len(found) > 3 else ()
        if kind == "titled_name":
            many: dict[int, list[tuple[int, int, Trace]]] = {}
            for one in found:
                many.setdefault(one[1], []).append(one)
            return [one for alike in many.values() if len(alike) > 2 for one in alike]
        return found

    def _of_dates(
        self, headed: Mapping[tuple[int, int], object], *, persons: bool
    ) -> Iterator[Finding]:
        """Days without a telling heading: beside persons, or many far apart under no heading."""
        taken = {column for _, column in headed}
        for column, told in self.columns.items():
            if column in taken:
                continue
            days = [(row, day) for row, text in told.values if (day := day_of(text))]
            several = {day for _, day in days}
            if len(several) < 5 or (max(several) - min(several)).days < 300:
                continue
            first = days[0][0]
            over = [text for row, text in told.values if row < first]
            if any(_OTHER_DAYS.search(text.casefold()) for text in over[-3:]):
                continue
            if persons or not over or (len(several) * 10 >= len(days) * 9 > 80 and not over[-1:]):
                yield self._finding("birth_date", column, [(row, "") for row, _ in days])

    def _of_passports(self) -> Iterator[Finding]:
        for column, told in self.columns.items():
            found = [(row, text) for row, text in told.values if _PASSPORT.fullmatch(text.strip())]
            if len(found) >= 3 and len(found) * 2 >= len(told.values):
                yield self._finding("other_id", column, found)

    def _of_telephones(self, headed: Mapping[tuple[int, int], object]) -> Iterator[Finding]:
        """Mobile numbers that lost their zero, under any heading."""
        taken = {column for _, column in headed}
        for column, told in self.columns.items():
            found = [(row, text) for row, text in told.values if _LOST_ZERO.fullmatch(text)]
            if (
                column not in taken
                and len(found) >= 5
                and len(found) * 10 >= 9 * self._bulk(column)
            ):
                yield self._finding("phone", column, found)

    def _bulk(self, column: int) -> int:
        """How many values there are below a heading or two."""
        return max(self.filled.get(column, 0) - 2, 1)

    def _above(self, allowed: Allowed) -> Iterator[Finding]:
        """Headings and titles that the catalogue knows as of a higher class."""
        classes = dict(allowed.headings)
        for column, told in self.columns.items():
            filled = self.filled.get(column, 0)
            for row, text in told.values[:20]:
                cls = headings.above(text, classes, CLASSES, allowed.cls)
                if not (cls and filled > 1) and row <= _MOST_TITLES:
                    cls = headings.titled_above(text, allowed.titles, CLASSES, allowed.cls)
                if cls:
                    yield Finding("class", self.sheet, cell(row, column), text, cls)


_PASSPORT = re.compile(r"[A-Z]{2}[0-9]{7}")
_SAYS_NAME = re.compile(r"ชื่อ|สกุล|name", re.I)
_LOST_ZERO = re.compile(r"[689][0-9]{8}")


def day_of(text: str) -> date | None:
    """The day of a text that is nothing but a date, in any era."""
    words = plain(text).strip()
    if len(words) > 30 or not (_DATE.fullmatch(words) or _has_month(words)):
        return None
    return thai.parse_date(words[:24])


def _has_month(words: str) -> bool:
    return words[:1].isdigit() and len(words.split()) == 3 and not words.isascii()


def _is_varied(kind: str, cells: Sequence[tuple[int, str]]) -> bool:
    """Names and numbers of persons differ; few words again and again are a dimension."""
    if kind in ("special", "birth_date"):
        return len(cells) >= (4 if kind == "special" else 1)
    several = len({words for _, words in cells})
    return several * 3 >= len(cells) or several > 50


def _is_name(words: str) -> bool:
    return bool(_LETTERS.fullmatch(words)) and len(words) <= 60 and not _NO_NAMES.match(words)


def _is_number(words: str) -> bool:
    return sum(c.isdigit() for c in words) >= 5 and len(words) <= 30


def _is_phone(words: str) -> bool:
    digits = re.sub(r"[^0-9]", "", words)
    return bool(phone_kind(words)) or (8 <= len(digits) <= 22 and len(words) <= 40)


def _is_attribute(words: str) -> bool:
    """One person's religion, blood group, weight: a word or a small number."""
    if _BLOOD.fullmatch(words):
        return True
    return bool(_LETTERS.fullmatch(words)) and not _NO_NAMES.match(words)


_FITS: dict[str, Callable[[str], bool]] = {
    "national_id": _is_number,
    "other_id": _is_number,
    "account": _is_number,
    "birth_date": lambda words: day_of(words) is not None,
    "phone": _is_phone,
    "email": lambda words: "@" in words,
    "person_name": _is_name,
    "address": lambda words: any(c.isdigit() for c in words),
    "special": _is_attribute,
}
