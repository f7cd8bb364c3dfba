"""Understands the words of a filter. Pure: takes words and schools, gives criteria or questions.

Never guesses: what is not clear becomes a question, with what there is to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailproc.datasets import standard, wording
from mailproc.datasets.entry import Entry
from mailproc.datasets.phrases import Bound, Found, Phrase, Said, candidate
from mailproc.datasets.register import MOST_OFFERS, Register, School
from mailproc.datasets.shape import Dimension, Scale
from mailproc.datasets.texts import text
from mailproc.datasets.vocabulary import Vocabulary, place_words, vocabulary
from mailproc.model import Dataset, Question
from mailproc.thai import mend, to_arabic

_PHRASES = re.compile(r"[;\n•]+")
_EXPANSION = frozenset(("ม.1", "ม.2", "ม.3"))  # what an opportunity-expansion school adds


@dataclass(frozen=True, slots=True)
class Criteria:
    """What was understood; `schools` is None where every school is meant, `where` names only
    dimensions that were narrowed."""

    schools: tuple[str, ...] | None
    where: dict[str, tuple[str, ...]]
    words: tuple[str, ...]
    scale: str = ""


def understand(
    filters: Sequence[str], register: Register, entry: Entry, dataset: Dataset, academic_year: int
) -> Criteria | tuple[Question, ...]:
    """The criteria meant by the words, or one question for each phrase that is not clear."""
    found, known = Found(), vocabulary(entry, register)
    phrases = [part.strip() for words in filters for part in _PHRASES.split(words)]
    questions = [
        _unclear(phrase, register, known, dataset)
        for phrase in phrases
        if not Phrase(phrase, found, register, known, academic_year).read()
    ]
    named = {*found.schools.taken, *found.schools.left_out}
    questions += [
        Question("filters", "unclear", said, offers[:MOST_OFFERS])
        for said, offers, codes in found.unsure
        if not codes & named
    ]
    if questions:
        return tuple(questions)
    criteria = _criteria(found, register, entry)
    if criteria is None:
        return (Question("filters", "unclear", ", ".join(filters), hints=hints(dataset, known)),)
    return criteria


def hints(dataset: Dataset, known: Vocabulary) -> tuple[str, ...]:
    """What can be asked for: the file's own examples, and the places that are known."""
    of_places = (
        text("hints", kind, name=place_words(kind, next(iter(names.values()))))
        for kind, names in known.places.items()
    )
    return (*dataset.filters_th, *of_places)


def _unclear(phrase: str, register: Register, known: Vocabulary, dataset: Dataset) -> Question:
    if known.years == 1 and wording.SPAN.search(to_arabic(mend(phrase)).lower()):
        return Question("filters", "one_year", phrase)
    near = tuple(map(candidate, register.names.near(phrase)))
    return Question("filters", "unclear", phrase, near, () if near else hints(dataset, known))


# ---------------------------------------------------------------- from words to criteria


def _criteria(found: Found, register: Register, entry: Entry) -> Criteria | None:
    """None where no school or no value is left, or a school that was named is left out."""
    where: dict[str, tuple[str, ...]] = {}
    for dimension in entry.dimensions:
        codes = _codes(dimension, found)
        if not codes:
            return None
        if codes != dimension.codes:
            where[dimension.name] = codes
    scale = _scale(found.scale, entry)
    ranges = _ranges(found, scale)
    schools = _schools(found, register, ranges)
    if schools == () or (schools is not None and not set(found.schools.taken) <= set(schools)):
        return None
    words = _said(found, register, entry, where, ranges)
    return Criteria(schools, where, tuple(words), found.scale)


def _codes(dimension: Dimension, found: Found) -> tuple[str, ...]:
    """A stage named beside grades of its own («ประถมศึกษา ป.6») only says where they belong."""
    said = found.values.get(dimension.name, Said())
    chosen = set(said.taken)
    if dimension.name == "grade":
        for stage in found.stages:
            if not chosen.intersection(stage) or set(stage) <= chosen:
                chosen.update(stage)
    base = chosen or set(dimension.codes)
    return tuple(c for c in dimension.codes if c in base and c not in said.left_out)


def _scale(chosen: str, entry: Entry) -> Scale:
    """The scale that «ขนาดเล็ก» is meant by: one with that name in it."""
    scales = standard.scales()
    name = chosen or (entry.scales[0] if entry.scales else "")
    scale = scales.get(name, scales["obec4"])
    return scale if any(band.code == "s" for band in scale.bands) else scales["obec4"]


def _schools(
    found: Found, register: Register, ranges: list[Bound] | None
) -> tuple[str, ...] | None:
    wanted = [
        school.code
        for school in register.schools
        if _is_named(school, found)
        and _is_there(school, found)
        and _is_expanding(school, found)
        and (ranges is None or _within(school.pupils, ranges))
    ]
    return None if len(wanted) == len(register.schools) else tuple(wanted)


def _is_named(school: School, found: Found) -> bool:
    said = found.schools
    return (not said.taken or school.code in said.taken) and school.code not in said.left_out


def _is_there(school: School, found: Found) -> bool:
    return all(
        (not said.taken or school.place(kind) in said.taken)
        and school.place(kind) not in said.left_out
        for kind, said in found.places.items()
    )


def _is_expanding(school: School, found: Found) -> bool:
    is_one = bool(school.grades & _EXPANSION)
    return (not found.expanding.taken or is_one) and not (found.expanding.left_out and is_one)


# ---------------------------------------------------------------- sizes


def _ranges(found: Found, scale: Scale) -> list[Bound] | None:
    """Named sizes widen («เล็กและกลาง»), numbers narrow («เกิน 20 แต่ไม่เกิน 60»); None: any."""
    bands = _bands(scale)
    taken = [bands[code] for code in found.bands.taken]
    if found.bands.left_out:
        taken = taken or list(bands.values())
        taken = [band for band in taken if band not in {bands[c] for c in found.bands.left_out}]
        if not taken:
            return []
    if not taken and not found.bounds:
        return None
    low = max((low for low, _ in found.bounds), default=0)
    highs = [high for _, high in found.bounds if high is not None]
    high = min(highs) if highs else None
    return [
        (max(low, band_low), min((h for h in (high, band_high) if h is not None), default=None))
        for band_low, band_high in _joined(taken) or [(0, None)]
    ]


def _bands(scale: Scale) -> dict[str, Bound]:
    """The numbers of each size; no pupils count as small."""
    lows = [0, *((band.last or 0) + 1 for band in scale.bands[:-1])]
    return {b.code: (low, b.last) for low, b in zip(lows, scale.bands, strict=True)}


def _joined(bands: Iterable[Bound]) -> list[Bound]:
    """Bands that follow each other as one."""
    joined: list[Bound] = []
    for low, high in sorted(set(bands), key=lambda band: band[0]):
        if joined and joined[-1][1] == low - 1:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined


def _within(pupils: int | None, ranges: list[Bound]) -> bool:
    if pupils is None:
        return False
    return any(low <= pupils and (high is None or pupils <= high) for low, high in ranges)


# ---------------------------------------------------------------- in words


def _said(
    found: Found,
    register: Register,
    entry: Entry,
    where: dict[str, tuple[str, ...]],
    ranges: list[Bound] | None,
) -> Iterator[str]:
    """The criteria in words, for the receipt, the director and the provenance sheet."""
    yield from _schools_said(found, register)
    for low, high in ranges or ():
        if (low, high) != (0, None):
            yield _range_said(low, high)
    for dimension in entry.dimensions:
        if dimension.name in where:
            yield from _values_said(dimension, where[dimension.name])
    if found.scale:
        yield standard.scales()[found.scale].title_th


def _schools_said(found: Found, register: Register) -> Iterator[str]:
    for kind, said in found.places.items():
        for names, is_out in ((said.taken, False), (said.left_out, True)):
            for name in dict.fromkeys(names):
                words = place_words(kind, name)
                yield text("understood", "except", what=words) if is_out else words
    for codes, is_out in ((found.schools.taken, False), (found.schools.left_out, True)):
        for code in dict.fromkeys(codes):
            words = text("understood", "school", name=register.by_code[code].name, code=code)
            yield text("understood", "except", what=words) if is_out else words
    if found.expanding.taken:
        yield text("understood", "expanding")
    if found.expanding.left_out:
        yield text("understood", "not_expanding")


def _range_said(low: int, high: int | None) -> str:
    if high is None:
        return text("understood", "at_least", low=low)
    return text("understood", "between" if low > 0 else "at_most", low=low, high=high)


def _values_said(dimension: Dimension, codes: tuple[str, ...]) -> Iterator[str]:
    if dimension.name == "sex" and len(codes) == 1:
        yield text("understood", codes[0])
    elif dimension.name == "grade":
        yield from _grades_said(dimension.codes, codes)
    else:
        values = ", ".join(_titles(dimension, codes))
        yield text("understood", "value", title=dimension.title_th, values=values)


def _titles(dimension: Dimension, codes: tuple[str, ...]) -> Iterator[str]:
    """Of whole groups where they make up the values, else of each value."""
    whole = [group for group in dimension.groups if set(group.values) <= set(codes)]
    if len(codes) == sum(len(group.values) for group in whole):
        yield from (group.th for group in whole)
    else:
        yield from (value.th for value in dimension.values if value.code in codes)


def _grades_said(every: tuple[str, ...], grades: tuple[str, ...]) -> Iterator[str]:
    runs: list[list[str]] = []
    for grade in grades:
        follows = runs and every.index(grade) == every.index(runs[-1][-1]) + 1
        runs[-1].append(grade) if follows else runs.append([grade])
    for run in runs:
        key = "grades" if len(run) > 1 else "grade"
        yield text("understood", key, first=run[0], last=run[-1])
