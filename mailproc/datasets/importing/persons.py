"""A list of persons → counts by school. Rows are counted as they pass; nothing of them is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mailproc import thai
from mailproc.datasets.importer import CellRow, SchoolRow
from mailproc.datasets.importing import values
from mailproc.datasets.importing.contract import Counted, Words
from mailproc.datasets.importing.facts import Part
from mailproc.datasets.importing.matching import Match
from mailproc.datasets.importing.problems import Notes
from mailproc.datasets.importing.values import Known, tidy

_OLDER = ("อ3ขวบ", "อนุบาล3ขวบ")  # then อ.1 and อ.2 are a year later than they are called
_SHIFT = {"อ.1": "อ.2", "อ.2": "อ.3"}
_GRADE_BEFORE = re.compile(r"^(?:[ปมอ]\.?\s?)?[0-9]{1,2}\s?/\s?(?=[0-9])")
_NUMBERED = re.compile(r"^[0-9]{1,3}[\s.:-]*(?=[ก-๙])")


class Persons:
    """Takes the rows of one sheet; `finish` gives the counts."""

    def __init__(
        self, match: Match, notes: Notes, known: Known, asked: frozenset[str] = frozenset()
    ) -> None:
        self._contract, self._notes, self._known = match.contract, notes, known
        self._columns = {c.target.name: c for c in match.columns if c.target.kind == "field"}
        self._counted = [c for c in match.contract.counted if self._is_wanted(c, asked)]
        self._codes: dict[tuple[str, str], str] = {}  # (dimension, words as written) → code
        self._words = {name: _by_words(words) for name, words in match.contract.dimensions.items()}
        self._schools: dict[str, str] = {}  # code → name
        self._read: dict[str, str | None] = {}  # code as written → code
        self._counts: list[Counter[tuple[str, ...]]] = [Counter() for _ in self._counted]
        self._different: list[set[tuple[str, ...]]] = [set() for _ in self._counted]
        self._seen: dict[int, tuple[int, int]] = {}  # hash of school and pupil → row, the rest
        self._older = False
        self.rows = 0
        self.area_name = ""
        self.footer: list[str] = []  # rows below a list of persons are never repeated

    def _is_wanted(self, counted: Counted, asked: frozenset[str]) -> bool:
        needed = (*counted.by, *([counted.distinct] if counted.distinct else []))
        has_all = all(name in self._columns for name in needed)
        if counted.asked and counted.source in asked and not has_all:
            self._notes.error("count_not_there", said=counted.source)
        return has_all and (not counted.asked or counted.source in asked)

    # ------------------------------------------------------------ rows

    def take(self, number: int, row: Sequence[str]) -> None:
        """One row: a person, or a repeated header."""
        said = {
            name: row[column.at] if column.at < len(row) else ""
            for name, column in self._columns.items()
        }
        if not any(map(tidy, said.values())):
            return
        if thai.fold(said["school_code"]) == thai.fold(self._columns["school_code"].header):
            self._notes.warn("header_again", number)
            return
        if _is_note(said):
            self._notes.warn("note_row", number)
            return
        self.rows += 1
        code = self._school(number, said)
        keys = {name: self._choice(number, name, said[name]) for name in self._choices}
        if code is None:
            return
        self._look_twice(number, code, said.get("pupil", ""), keys)
        for at, counted in enumerate(self._counted):
            self._count(at, counted, number, code, keys, said)

    @property
    def _choices(self) -> list[str]:
        return list(dict.fromkeys(name for counted in self._counted for name in counted.by))

    def _school(self, number: int, said: Mapping[str, str]) -> str | None:
        raw = said["school_code"]
        if raw not in self._read:
            read = values.school_code(raw, self._known)
            self._read[raw] = read.value if isinstance(read.value, str) else None
            if read.key:
                note = self._notes.error if read.wrong else self._notes.warn
                note(read.key, number, self._label("school_code"), meant=read.value or "")
        code = self._read[raw]
        if code is None:
            if not tidy(raw):
                self._notes.error("code_missing", number, self._label("school_code"))
            return None
        name = self._schools.get(code)
        if not name:
            read = values.plain(said["school_name"])
            if read.wrong:
                self._notes.error(read.key, number, self._label("school_name"))
            self._schools[code] = str(read.value or "")
        return code

    def _label(self, name: str) -> str:
        return self._columns[name].label

    def _choice(self, number: int, name: str, said: str) -> str | None:
        """The code of a value; None where it says «none of these», or is unknown: an error."""
        known = self._codes.get((name, said))
        if known is not None:
            return known or None
        spec = self._contract.field(name)
        assert spec is not None, name
        words = self._contract.dimensions[spec.dimension]
        folded = thai.fold(_NUMBERED.sub("", thai.to_arabic(tidy(said))))
        if name == "grade" and folded in _OLDER:
            self._older = True
            code = "อ.3ขวบ"
        else:
            code = self._words[spec.dimension].get(folded, "?")
        nothing = tidy(said) == "-" or tidy(said) == ""
        if code == "?" and words.none and (nothing or folded in map(thai.fold, words.none)):
            code = ""
        if code == "?":
            self._notes.error("unknown_value", number, self._label(name))
            return None
        if len(self._codes) < 10_000:
            self._codes[name, said] = code
        return code or None

    def _look_twice(
        self, number: int, code: str, pupil: str, keys: Mapping[str, str | None]
    ) -> None:
        """The same number twice in a school; kept as hashes, in this process alone."""
        if values.is_nothing(tidy(pupil)):
            return
        alike = hash(tuple(keys.values()))
        first, before = self._seen.setdefault(hash((code, tidy(pupil))), (number, alike))
        if first == number:
            return
        if before == alike:
            self._notes.error("pupil_twice", number, self._label("pupil"), first=first)
        else:  # numbers are given by schools, and two schools may have become one
            self._notes.warn("pupil_number_twice", number, self._label("pupil"), first=first)

    def _count(
        self,
        at: int,
        counted: Counted,
        number: int,
        code: str,
        keys: Mapping[str, str | None],
        said: Mapping[str, str],
    ) -> None:
        by = [keys[name] for name in counted.by]
        if any(key is None for key in by):
            return
        key = (code, *(str(one) for one in by))
        if not counted.distinct:
            self._counts[at][key] += 1
            return
        value = _room(said[counted.distinct])
        if not value:
            self._notes.warn("room_missing", number, self._label(counted.distinct))
        elif (*key, value) not in self._different[at]:
            self._different[at].add((*key, value))
            self._counts[at][key] += 1

    # ------------------------------------------------------------ the end

    def finish(self) -> tuple[Part, ...]:
        """The counts by source, zeros included, in the order of their codes."""
        if not self.rows:
            self._notes.error("no_rows")
        if self._older:
            self._judge_older()
        for code, name in sorted(self._schools.items()):
            if not name:
                self._notes.error("name_missing_of", said=code)
        sources = dict.fromkeys(counted.source for counted in self._counted)
        schools = tuple(SchoolRow(code, name) for code, name in sorted(self._schools.items()))
        return tuple(Part(source, schools, tuple(self._cells(source))) for source in sources)

    def _judge_older(self) -> None:
        """Both ways of naming in one file say nothing certain."""
        if any("อ.3" in key for counts in self._counts for key in counts):
            self._notes.error("grades_mixed")
        else:
            self._notes.warn("older_grades")

    def _cells(self, source: str) -> Iterable[CellRow]:
        for counted, counts in zip(self._counted, self._counts, strict=True):
            if counted.source != source:
                continue
            found: Counter[tuple[str, ...]] = Counter()
            for key, value in counts.items():
                found[self._kept(key)] += value
            yield from self._filled(counted, found)

    def _kept(self, key: tuple[str, ...]) -> tuple[str, ...]:
        """Older files say อ.3 ขวบ, อ.1, อ.2 for what is อ.1, อ.2, อ.3 today."""
        if not self._older:
            return key
        moved = _SHIFT | {"อ.3ขวบ": "อ.1"}
        return tuple(moved.get(part, part) for part in key)

    def _filled(self, counted: Counted, found: Mapping[tuple[str, ...], int]) -> Iterable[CellRow]:
        """A cell for each school and value; vocational years are told of and not kept."""
        specs = [self._contract.field(name) for name in counted.by]
        sets = [self._contract.dimensions[spec.dimension] for spec in specs if spec]
        dropped = {code for words in sets for code in words.dropped}
        gone = sum(value for key, value in found.items() if dropped & set(key))
        if gone and not counted.distinct:
            self._notes.warn("not_kept", said=gone)
        codes = [[code for code in words.values if code not in dropped] for words in sets]
        padded = [*codes, [""]][:2]
        for school in sorted(self._schools):
            for d1 in padded[0]:
                for d2 in padded[1]:
                    key = tuple(part for part in (school, d1, d2) if part)
                    yield school, counted.measure, d1, d2, found.get(key, 0)


def _by_words(words: Words) -> dict[str, str]:
    return {
        thai.fold(spelling): code
        for code, spellings in words.values.items()
        for spelling in (code, *spellings)
    }


def _is_note(said: Mapping[str, str]) -> bool:
    """Words in one cell alone, without a code: a title, a sum, a signature."""
    filled = [text for text in map(tidy, said.values()) if text]
    return len(filled) == 1 and not re.fullmatch(r"[0-9๐-๙'.\s-]{6,}", filled[0])


def _room(said: str) -> str:
    """«1» for 1, 01, 1.0, ห้อง 1 and ป.6/1."""
    raw = thai.to_arabic(tidy(said)).removesuffix(".0")
    raw = thai.fold(_GRADE_BEFORE.sub("", raw)).removeprefix("ห้อง")
    return "" if values.is_nothing(tidy(said)) else raw.lstrip("0")
