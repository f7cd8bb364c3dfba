"""Reads the phrases of a filter from left to right. Pure: words in, what they say out.

Nothing is understood halfway: at the first word that means nothing the phrase is given back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mailproc import thai
from mailproc.datasets import standard, wording
from mailproc.datasets.register import PREFIX, Register, School, splits_number
from mailproc.datasets.texts import text
from mailproc.datasets.vocabulary import Vocabulary
from mailproc.thai import GRADES

Bound = tuple[int, int | None]


@dataclass(slots=True)
class Said:
    """What was named of one kind: taken, or left out."""

    taken: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """What the phrases said so far."""

    values: dict[str, Said] = field(default_factory=dict)  # dimension -> codes
    stages: list[tuple[str, ...]] = field(default_factory=list)  # named beside grades or alone
    schools: Said = field(default_factory=Said)
    places: dict[str, Said] = field(default_factory=dict)  # district … -> names
    bands: Said = field(default_factory=Said)  # codes of sizes
    bounds: list[Bound] = field(default_factory=list)
    expanding: Said = field(default_factory=Said)  # «ขยายโอกาส»
    unsure: list[tuple[str, tuple[str, ...], frozenset[str]]] = field(default_factory=list)
    scale: str = ""

    def of(self, dimension: str) -> Said:
        return self.values.setdefault(dimension, Said())


class Words:
    """A phrase and how far it was read, as written and folded side by side."""

    def __init__(self, phrase: str) -> None:
        self.text = thai.to_arabic(thai.mend(phrase)).casefold()
        self.at = 0
        self._ends = [i + 1 for i, c in enumerate(self.text) if thai.fold(c)]
        self._folded = thai.fold(self.text)

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match and match.end() > self.at:
            self.at = match.end()
            return match
        return None

    def folded(self) -> str:
        """The rest of the phrase without spaces and punctuation."""
        return self._folded[self._read_letters() :]

    def skip_letters(self, count: int) -> str:
        """Reads on by so many folded letters; gives the words as written."""
        start, self.at = self.at, self._ends[self._read_letters() + count - 1]
        return self.text[start : self.at]

    def _read_letters(self) -> int:
        return sum(1 for end in self._ends if end <= self.at)


class Phrase:
    """One phrase being read: `read` gives True where all of it was understood."""

    def __init__(
        self, phrase: str, found: Found, register: Register, known: Vocabulary, year: int
    ) -> None:
        self.words, self.found = Words(phrase), found
        self.register, self.known, self.year = register, known, year
        self.stage = ""  # of the grade just read, for «ป.1, 2»
        self.leaving_out = False  # after «ยกเว้น»
        self.left_kind = ""  # what kind is being left out
        self.last_kind = ""
        self.joined = ""  # and | or, since the last thing read

    def read(self) -> bool:
        while not self.words.done:
            if self.words.take(wording.SEPARATOR) or self._join():
                continue
            if self.words.take(wording.EXCEPT):
                if self.leaving_out and not self.left_kind:
                    return False
                self.leaving_out, self.left_kind, self.stage = True, "", ""
            elif self.words.take(wording.ONLY):
                self.leaving_out, self.left_kind = False, ""
            elif not self._thing() and not self._filler():
                return False
        return not (self.leaving_out and not self.left_kind)

    def _join(self) -> bool:
        match = self.words.take(wording.JOINED)
        if match:
            self.joined = "or" if match[0] in ("หรือ", "or") else "and"
        return bool(match)

    def _thing(self) -> bool:
        """Reads one condition, unless it joins the one before in a way that can't be meant."""
        before = self.words.at
        for kind, reader in self._readers():
            if kind != "grade":
                stage, self.stage = self.stage, ""
            if reader():
                return self._fits(kind, before)
            if kind != "grade":
                self.stage = stage
        self.stage = ""
        return False

    def _readers(self) -> tuple[tuple[str, Callable[[], bool]], ...]:
        return (
            ("school", self._school),
            ("school", self._code),
            ("grade", self._grade),
            ("expanding", self._expanding),
            ("band", self._band),
            ("bound", self._bound),
            ("grade", self._stage),
            ("sex", self._sex),
            ("place", self._place),
            ("scale", self._scale),
            ("value", self._value),
            ("year", self._year),
        )

    def _fits(self, kind: str, before: int) -> bool:
        """«ป.1 หรือ หญิง» and «โรงเรียน ก และอำเภอ ข» can't be said by one table: asked back."""
        last, joined = self.last_kind, self.joined
        self.last_kind, self.joined = kind, ""
        if joined == "or" and last and (kind != last or kind == "bound"):
            return False
        return not (joined == "and" and {kind, last} == {"school", "place"})

    def _taking(self, kind: str, said: Said, codes: tuple[str, ...]) -> bool:
        """Notes what was named. Of another kind than what is being left out it is unclear."""
        if self.leaving_out:
            if self.left_kind and self.left_kind != kind:
                return False
            self.left_kind = kind
            said.left_out += codes
        else:
            said.taken += codes
        return True

    # ------------------------------------------------------------ schools and places

    def _school(self) -> bool:
        words = self.words
        start, prefix = words.at, PREFIX.match(words.text[words.at :])
        words.at += prefix.end() if prefix else 0
        key, schools = self.register.names.starting(words.folded())
        if not key:
            words.at = start
            return False
        said = words.skip_letters(len(key)).strip()
        places = () if prefix else self.known.places_called(key)
        if len(schools) == 1 and not places:
            return self._taking("school", self.found.schools, (schools[0].code,))
        offers = (*map(candidate, schools), *places)
        if self.leaving_out:
            offers = tuple(text("understood", "except", what=offer) for offer in offers)
        self.found.unsure.append((said, offers, frozenset(school.code for school in schools)))
        return self._taking("school", self.found.schools, ())

    def _code(self) -> bool:
        match = wording.CODE.match(self.words.text, self.words.at)
        if not match or match[1] not in self.register.by_code:
            return False
        self.words.at = match.end()
        return self._taking("school", self.found.schools, (match[1],))

    def _place(self) -> bool:
        for kind, pattern in wording.PLACES:
            start = self.words.at
            if not self.words.take(pattern):
                continue
            name = self._starting(self.known.places.get(kind, {}))
            if name:
                return self._taking(kind, self.found.places.setdefault(kind, Said()), (name,))
            self.words.at = start
        for kind, names in self.known.places.items():  # without «อำเภอ»
            name = self._starting(names)
            if name:
                return self._taking(kind, self.found.places.setdefault(kind, Said()), (name,))
        return False

    def _starting(self, names: Mapping[str, str]) -> str:
        """The longest known name that follows; reads over it."""
        rest = self.words.folded()
        for key, name in names.items():
            if rest.startswith(key) and not splits_number(rest, len(key)):
                self.words.skip_letters(len(key))
                return name
        return ""

    def _expanding(self) -> bool:
        if not self.register.has_sizes or not self.words.take(wording.EXPANDING):
            return False
        return self._taking("expanding", self.found.expanding, ("yes",))

    # ------------------------------------------------------------ grades and other values

    def _grade(self) -> bool:
        if "grade" not in self.known.dimensions:
            return False
        start = self.words.at
        if self._starts_anew():
            return False
        before = self.words.take(wording.FROM_GRADE)
        match, first_stage, last_stage = self._named_grade()
        if not match:
            self.words.at = start
            return False
        first = wording.grade_of(first_stage, int(match["first"]))
        last = wording.grade_of(last_stage, int(match["last"])) if match["last"] else first
        self.words.at = match.end()
        run = self._run(first, last, before[0] if before else "")
        if not run:
            self.words.at = start
            return False
        self.stage = last_stage
        return self._taking("grade", self.found.of("grade"), run)

    def _starts_anew(self) -> bool:
        """«ยกเว้น ป.1 ชั้น ม.1»: nobody can say whether what is left out goes on."""
        words = self.words
        anew = wording.ANEW.match(words.text, words.at) is not None
        return anew and self.left_kind == "grade" and not self.joined

    def _named_grade(self) -> tuple[re.Match[str] | None, str, str]:
        text_, at = self.words.text, self.words.at
        match = wording.GRADE.match(text_, at)
        if match:
            first = wording.stage_of(match, "a")
            return match, first, wording.stage_of(match, "b") or first
        match = wording.MORE_GRADES.match(text_, at) if self.stage else None
        return match, self.stage, self.stage

    def _run(self, first: str | None, last: str | None, before: str) -> tuple[str, ...]:
        """The grades from first to last; one alone may open upwards or downwards."""
        if not first or not last:
            return ()
        low, high = GRADES.index(first), GRADES.index(last)
        open_end = self.words.take(wording.AND_UP) or self.words.take(wording.AND_DOWN)
        if open_end and low != high:
            return ()
        said = wording.direction(before, open_end[0] if open_end else "", alone=low == high)
        if said is None:
            return ()
        down, up, skip = said
        low, high = (0 if down else low + skip), (len(GRADES) - 1 if up else high - skip)
        return GRADES[low : high + 1]

    def _stage(self) -> bool:
        if "grade" not in self.known.dimensions:
            return False
        for pattern, grades in wording.STAGES:
            if not self.words.take(pattern):
                continue
            if (last := self._until()) is not None:
                if not last or GRADES.index(last) < GRADES.index(grades[0]):
                    return False
                grades = GRADES[GRADES.index(grades[0]) : GRADES.index(last) + 1]
            elif self.words.take(wording.AND_UP):
                grades = GRADES[GRADES.index(grades[0]) :]
            elif self.words.take(wording.AND_DOWN):
                grades = GRADES[: GRADES.index(grades[-1]) + 1]
            if not self.leaving_out:
                self.found.stages.append(grades)
                return True
            return self._taking("grade", self.found.of("grade"), grades)
        return False

    def _until(self) -> str | None:
        """The last grade of «อนุบาลถึง ป.6»; empty where it is none, None where nothing follows."""
        start = self.words.at
        if not self.words.take(wording.UNTIL):
            return None
        match = wording.GRADE.match(self.words.text, self.words.at)
        if match and not match["last"]:
            self.words.at = match.end()
            return wording.grade_of(wording.stage_of(match, "a"), int(match["first"])) or ""
        for pattern, grades in wording.STAGES:
            if self.words.take(pattern):
                return grades[-1]
        self.words.at = start
        return None

    def _sex(self) -> bool:
        if "sex" not in self.known.dimensions:
            return False
        for pattern, sex in wording.SEXES:
            if self.words.take(pattern):
                return self._taking("sex", self.found.of("sex"), (sex,))
        return False

    def _value(self) -> bool:
        """A value of the dataset's own dimensions, by any of its words."""
        rest = self.words.folded()
        for key, (dimension, codes) in self.known.values.items():
            if rest.startswith(key) and not splits_number(rest, len(key)):
                self.words.skip_letters(len(key))
                return self._taking(f"value {dimension}", self.found.of(dimension), codes)
        return False

    # ------------------------------------------------------------ sizes

    def _band(self) -> bool:
        if not self.register.has_sizes:
            return False
        for pattern, code in wording.BANDS:
            if self.words.take(pattern):
                return self._taking("band", self.found.bands, self._bands_from(code))
        return False

    def _bands_from(self, code: str) -> tuple[str, ...]:
        """The size alone, or with all above or below it: «ขนาดกลางขึ้นไป»."""
        up, down = self.words.take(wording.BANDS_UP), self.words.take(wording.AND_DOWN)
        order = [band.code for band in standard.scales()["obec4"].bands]
        if code not in order or not (up or down):
            return (code,)
        at = order.index(code)
        return tuple(order[at:] if up else order[: at + 1])

    def _bound(self) -> bool:
        if not self.register.has_sizes:
            return False
        start = self.words.at
        bound = self._between() or self._one_bound()
        if bound is None:
            return False
        if self.leaving_out:
            self.words.at = start
            return False
        self.found.bounds.append(bound)
        return True

    def _between(self) -> Bound | None:
        match = self.words.take(wording.BETWEEN)
        return (_number(match[1]), _number(match[2])) if match else None

    def _one_bound(self) -> Bound | None:
        for pattern, (low, high) in wording.BOUNDS:
            if match := self.words.take(pattern):
                number = _number(match[1])
                return (0, number + high) if high is not None else (number + (low or 0), None)
        return None

    def _scale(self) -> bool:
        for pattern, scale in wording.SCALES:
            if scale in self.known.scales and self.words.take(pattern):
                known, self.found.scale = self.found.scale, scale
                return known in ("", scale) and not self.leaving_out
        return False

    # ------------------------------------------------------------ what narrows nothing

    def _year(self) -> bool:
        """The year may be said again, but not another one; so may the span of a trend."""
        start = self.words.at
        back = self.words.take(wording.YEARS_BACK) if self.known.years > 1 else None
        if back:
            if int(back[1]) == self.known.years:
                return True
            self.words.at = start
        match = wording.YEAR.match(self.words.text, self.words.at)
        if not match or thai.buddhist_year(int(match[1])) != self.year:
            return False
        self.words.at = match.end()
        return True

    def _filler(self) -> bool:
        if self._starts_anew():
            return False
        rest = self.words.folded()
        for key in self.known.names:
            if rest.startswith(key):
                self.words.skip_letters(len(key))
                return True
        return self.words.take(wording.FILLER) is not None


def candidate(school: School) -> str:
    """A school as it is offered: «บ้านสันโค้ง (57030025)»."""
    return text("understood", "candidate", name=school.name, code=school.code)


def _number(written: str) -> int:
    return int(written.replace(",", ""))
