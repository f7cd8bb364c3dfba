"""Understands the words of a filter. Pure: takes words and schools, gives criteria or questions.

Nothing is understood halfway: a phrase with one unknown word in it becomes a question.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from mailproc import thai
from mailproc.datasets import wording
from mailproc.datasets.texts import text
from mailproc.model import Question
from mailproc.thai import GRADES

MOST_OFFERS = 10
_PREFIX = re.compile(r"^\s*(?:โรงเรียน|ร\s*\.?\s*ร\s*\.?(?![ก-๛]))\s*")
_PHRASES = re.compile(r"[;\n•]+")


@dataclass(frozen=True, slots=True)
class School:
    """A school of the round, with all its pupils."""

    code: str
    name: str
    pupils: int


@dataclass(frozen=True, slots=True)
class Criteria:
    """What was understood; `schools` is None where every school is meant."""

    schools: tuple[str, ...] | None
    grades: tuple[str, ...]
    sexes: tuple[str, ...]
    words: tuple[str, ...]


class Register:
    """The schools of a round, to be found by code or by name as people write it."""

    def __init__(self, schools: Iterable[School]) -> None:
        self.schools = tuple(schools)
        self.by_code = {school.code: school for school in self.schools}
        self._exact = _index(self.schools, lambda school: [_PREFIX.sub("", school.name)])
        self._loose = _index(self.schools, _short_names)
        self._keys = sorted(self._exact | self._loose, key=len, reverse=True)

    def starting(self, folded: str) -> tuple[str, tuple[School, ...]]:
        """The longest name that the folded text begins with, and the schools it may mean."""
        for key in self._keys:
            if folded.startswith(key) and not _splits_number(folded, len(key)):
                return key, self._exact.get(key) or self._loosely(key)
        return "", ()

    def _loosely(self, key: str) -> tuple[School, ...]:
        """A short name may stand for another school whose «บ้าน» was left out."""
        longer = f"บ้าน{key}"
        found = (*self._loose[key], *self._exact.get(longer, ()), *self._loose.get(longer, ()))
        return tuple(dict.fromkeys(found))

    def near(self, said: str) -> tuple[School, ...]:
        """Schools whose names resemble the words, best first."""
        key = thai.fold(_PREFIX.sub("", said))
        bare = key.removeprefix("บ้าน")
        if len(bare) < 2:
            return ()
        names = self._exact
        inside = [name for name in names if bare in name]
        close = difflib.get_close_matches(key, names, n=5, cutoff=0.7)
        found = [school for name in (*inside, *close) for school in names[name]]
        return tuple(dict.fromkeys(found))[:MOST_OFFERS]


@dataclass(slots=True)
class _Found:
    """What the phrases said so far."""

    grades: set[str] = field(default_factory=set)
    stages: list[tuple[str, ...]] = field(default_factory=list)
    sexes: set[str] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)
    unsure: list[tuple[str, tuple[School, ...]]] = field(default_factory=list)
    bands: list[tuple[int, int | None]] = field(default_factory=list)
    bounds: list[tuple[int, int | None]] = field(default_factory=list)
    stage: str = ""  # of the grade just read, for «ป.1, 2»


def understand(
    filters: Sequence[str], register: Register, academic_year: int, possible: tuple[str, ...]
) -> Criteria | tuple[Question, ...]:
    """The criteria meant by the words, or one question for each phrase that is not clear."""
    found, questions = _Found(), []
    for phrase in (part.strip() for words in filters for part in _PHRASES.split(words)):
        if not _read(phrase, found, register, academic_year):
            near = tuple(map(_candidate, register.near(phrase)))
            hints = () if near else possible
            questions.append(Question("filters", "unclear", phrase, near, hints))
    questions += [
        Question("filters", "unclear", said, tuple(map(_candidate, schools)))
        for said, schools in found.unsure
        if not any(school.code in found.codes for school in schools)
    ]
    if questions:
        return tuple(questions)
    criteria = _criteria(found, register)
    if criteria.schools == ():
        return (Question("filters", "unclear", ", ".join(filters), hints=possible),)
    return criteria


# ---------------------------------------------------------------- reading one phrase


def _read(phrase: str, found: _Found, register: Register, academic_year: int) -> bool:
    """Reads the phrase from left to right; False at the first words that mean nothing."""
    words = _Words(phrase)
    found.stage = found.stage if words.text[:1].isdigit() else ""
    while not words.done:
        if words.skip(wording.SEPARATOR) or words.skip(wording.JOINED):
            continue
        if _school(words, found, register) or _code(words, found, register):
            found.stage = ""
        elif not _grade(words, found):
            found.stage = ""
            if not _other(words, found, academic_year):
                return False
    return True


def _other(words: _Words, found: _Found, academic_year: int) -> bool:
    return (
        _size(words, found)
        or _stage(words, found)
        or _sex(words, found)
        or _year(words, academic_year)
        or words.skip(wording.FILLER)
    )


class _Words:
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

    def skip(self, pattern: re.Pattern[str]) -> bool:
        return self.take(pattern) is not None

    def folded(self) -> str:
        """The rest of the phrase without spaces and punctuation."""
        return self._folded[self._read_letters() :]

    def skip_letters(self, count: int) -> str:
        """Reads on by so many folded letters; gives the words as written."""
        start, self.at = self.at, self._ends[self._read_letters() + count - 1]
        return self.text[start : self.at]

    def _read_letters(self) -> int:
        return sum(1 for end in self._ends if end <= self.at)


def _school(words: _Words, found: _Found, register: Register) -> bool:
    prefix = _PREFIX.match(words.text[words.at :])
    start = words.at
    words.at += prefix.end() if prefix else 0
    key, schools = register.starting(words.folded())
    if not key:
        words.at = start
        return False
    said = words.skip_letters(len(key))
    found.stage = ""
    if len(schools) == 1:
        found.codes.append(schools[0].code)
    else:
        found.unsure.append((said.strip(), schools))
    return True


def _code(words: _Words, found: _Found, register: Register) -> bool:
    match = wording.CODE.match(words.text, words.at)
    if not match or match[1] not in register.by_code:
        return False
    words.at = match.end()
    found.codes.append(match[1])
    return True


def _grade(words: _Words, found: _Found) -> bool:
    match = wording.GRADE.match(words.text, words.at)
    if match:
        first_stage = wording.stage_of(match, "a")
        last_stage = wording.stage_of(match, "b") or first_stage
    else:
        match = wording.MORE_GRADES.match(words.text, words.at) if found.stage else None
        first_stage = last_stage = found.stage
    if not match:
        return False
    first = wording.grade_of(first_stage, int(match["first"]))
    last = wording.grade_of(last_stage, int(match["last"])) if match["last"] else first
    if not first or not last or GRADES.index(first) > GRADES.index(last):
        return False
    found.grades.update(GRADES[GRADES.index(first) : GRADES.index(last) + 1])
    found.stage = last_stage
    words.at = match.end()
    return True


def _stage(words: _Words, found: _Found) -> bool:
    for pattern, grades in wording.STAGES:
        if words.skip(pattern):
            found.stages.append(grades)
            return True
    return False


def _sex(words: _Words, found: _Found) -> bool:
    for pattern, sex in wording.SEXES:
        if words.skip(pattern):
            found.sexes.add(sex)
            return True
    return False


def _size(words: _Words, found: _Found) -> bool:
    for pattern, band in wording.BANDS:
        if words.skip(pattern):
            found.bands.append(band)
            return True
    if between := words.take(wording.BETWEEN):
        found.bounds.append((_number(between[1]), _number(between[2])))
        return True
    for pattern, (low, high) in wording.BOUNDS:
        if match := words.take(pattern):
            number = _number(match[1])
            bound = (0, number + high) if high is not None else (number + (low or 0), None)
            found.bounds.append(bound)
            return True
    return False


def _year(words: _Words, academic_year: int) -> bool:
    """The year may be said again, but not another one."""
    match = wording.YEAR.match(words.text, words.at)
    if not match or thai.buddhist_year(int(match[1])) != academic_year:
        return False
    words.at = match.end()
    return True


# ---------------------------------------------------------------- from words to criteria


def _criteria(found: _Found, register: Register) -> Criteria:
    grades = _chosen_grades(found)
    sexes = tuple(sex for sex in ("m", "f") if sex in found.sexes) or ("m", "f")
    ranges = _ranges(found)
    codes = None
    if found.codes or ranges != [(0, None)]:
        codes = tuple(
            school.code
            for school in register.schools
            if (not found.codes or school.code in found.codes) and _within(school.pupils, ranges)
        )
    return Criteria(codes, grades, sexes, tuple(_said(found, register, grades, sexes, ranges)))


def _chosen_grades(found: _Found) -> tuple[str, ...]:
    """A stage named beside grades of its own («ประถมศึกษา ป.6») only says where they belong."""
    chosen = set(found.grades)
    for stage in found.stages:
        if not found.grades.intersection(stage):
            chosen.update(stage)
    return tuple(grade for grade in GRADES if grade in chosen) or GRADES


def _ranges(found: _Found) -> list[tuple[int, int | None]]:
    """Named sizes widen («เล็กและกลาง»), numbers narrow («เกิน 20 แต่ไม่เกิน 60»)."""
    low = max((low for low, _ in found.bounds), default=0)
    highs = [high for _, high in found.bounds if high is not None]
    high = min(highs) if highs else None
    return [
        (max(low, band_low), min((h for h in (high, band_high) if h is not None), default=None))
        for band_low, band_high in _joined(found.bands) or [(0, None)]
    ]


def _joined(bands: Iterable[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    """Bands that follow each other as one."""
    joined: list[tuple[int, int | None]] = []
    for low, high in sorted(set(bands), key=lambda band: band[0]):
        if joined and joined[-1][1] == low - 1:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined


def _within(pupils: int, ranges: list[tuple[int, int | None]]) -> bool:
    return any(low <= pupils and (high is None or pupils <= high) for low, high in ranges)


def _said(
    found: _Found,
    register: Register,
    grades: tuple[str, ...],
    sexes: tuple[str, ...],
    ranges: list[tuple[int, int | None]],
) -> Iterable[str]:
    """The criteria in words, for the receipt, the director and the provenance sheet."""
    for code in dict.fromkeys(found.codes):
        yield text("understood", "school", name=register.by_code[code].name, code=code)
    yield from (_range_said(low, high) for low, high in ranges if (low, high) != (0, None))
    if grades != GRADES:
        yield from _grades_said(grades)
    if len(sexes) == 1:
        yield text("understood", sexes[0])


def _range_said(low: int, high: int | None) -> str:
    if high is None:
        return text("understood", "at_least", low=low)
    return text("understood", "between" if low > 0 else "at_most", low=low, high=high)


def _grades_said(grades: tuple[str, ...]) -> Iterable[str]:
    runs: list[list[str]] = []
    for grade in grades:
        follows = runs and GRADES.index(grade) == GRADES.index(runs[-1][-1]) + 1
        runs[-1].append(grade) if follows else runs.append([grade])
    for run in runs:
        key = "grades" if len(run) > 1 else "grade"
        yield text("understood", key, first=run[0], last=run[-1])


# ---------------------------------------------------------------- names


def _index(
    schools: Iterable[School], names: Callable[[School], Iterable[str]]
) -> dict[str, tuple[School, ...]]:
    index: dict[str, tuple[School, ...]] = {}
    for school in schools:
        for key in {thai.fold(name) for name in names(school)} - {""}:
            index[key] = (*index.get(key, ()), school)
    return index


def _short_names(school: School) -> list[str]:
    """The name without what stands in brackets: «บ้านป่าตึง» for «บ้านป่าตึง (วิทยประสาท)»."""
    short = re.sub(r"[(（].*?[)）]", " ", _PREFIX.sub("", school.name))
    return [short, school.name]


def _splits_number(folded: str, at: int) -> bool:
    return folded[at - 1].isdigit() and folded[at : at + 1].isdigit()


def _candidate(school: School) -> str:
    return text("understood", "candidate", name=school.name, code=school.code)


def _number(written: str) -> int:
    return int(written.replace(",", ""))
