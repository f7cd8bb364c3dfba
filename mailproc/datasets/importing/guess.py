"""Academic year, round and date of the figures, guessed from the name of a file and its first rows.

A term is no round: term 1 is round 1, term 2 is round 2 or 3. Two guesses that differ are a
question for a person; nothing is picked among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from mailproc import thai

_YEAR = "(2[45][0-9]{2})"
_OF_AREA = re.compile(rf"(?<![0-9])[0-9]{{8}}[-_ ](?:{_YEAR}|([5-9][0-9]))[-_ ]([1-3])(?![0-9])")
_YEAR_ROUND = re.compile(rf"(?<![0-9]){_YEAR}[-_ /.]([1-3])(?![0-9])")
_ROUND_YEAR = re.compile(rf"(?<![0-9])([1-3])[-_ /.]{_YEAR}(?![0-9])")
_YEAR_ALONE = re.compile(rf"(?<![0-9]){_YEAR}(?![0-9])")
_SAID_YEAR = re.compile(rf"(?:ปีการศึกษา|ปี\s?กศ\.?)\s*(?:พ\.?ศ\.?\s*)?{_YEAR}(?![0-9])")
_SAID_ROUND = re.compile(r"(?:รอบ|ครั้ง|รอบที่|ครั้งที่|round)\s*(?:ที่)?\s*[-_:]?\s*([1-3])(?![0-9])", re.I)
_SAID_TERM = re.compile(
    rf"(?:ภาคเรียน|ภาคการศึกษา|เทอม|term)\s*(?:ที่)?\s*[-_:]?\s*([12])(?![0-9])(?:\s*/\s*{_YEAR})?",
    re.I,
)
_AS_OF = re.compile(r"(?:ณ\s*วันที่|ข้อมูล\s*ณ|ณ\s*วัน|รอบ\s*(?=[0-9๐-๙]{1,2}\s*[ก-ฮ]))(.{4,40})")
_REPORTED = re.compile(
    r"วันและเวลา(?:ที่สร้าง|ออก|พิมพ์)รายงาน\s*:?\s*([0-9๐-๙]{4}-[0-9๐-๙]{2}-[0-9๐-๙]{2})"
)
_YEAR_BEHIND = re.compile(rf"ปีการศึกษา\s*([12])\s*/\s*{_YEAR}(?![0-9])")
_NO_ROUND = frozenset({1, 2, 3})
# January and February: what was collected in November, or early for the end of the year.
_ROUNDS_OF_MONTH = {1: (2, 3), 2: (2, 3), 3: (3,), 4: (3,)} | {m: (1,) for m in range(5, 10)}
_ROUNDS_OF_MONTH |= {m: (2,) for m in (10, 11, 12)}


@dataclass(frozen=True, slots=True)
class Hint:
    """What one place says; `rounds` are those that it allows."""

    where: str  # name | content
    said: str
    year: int | None = None
    rounds: frozenset[int] = _NO_ROUND
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """What all hints together say."""

    year: int | None = None
    round: int | None = None
    as_of: str = ""
    years: tuple[int, ...] = ()  # more than one: they contradict each other
    clash: bool = False  # the rounds contradict each other
    hints: tuple[Hint, ...] = ()
    reported: str = ""  # when the report was made: no date of the figures


def guess(filename: str, lines: Iterable[str]) -> Guess:
    """What name and first lines say. The lines of a list of persons are those above its headers."""
    texts = [thai.to_arabic(thai.mend(line))[:500] for line in lines]
    hints = tuple(
        dict.fromkeys((*_of_name(filename), *(hint for text in texts for hint in _of_text(text))))
    )
    years = tuple(sorted({hint.year for hint in hints if hint.year is not None}))
    rounds = _NO_ROUND
    for hint in hints:
        rounds &= hint.rounds
    days = {hint.as_of for hint in hints if hint.as_of}
    reported = next((m[1] for text in texts if (m := _REPORTED.search(text))), "")
    return Guess(
        year=years[0] if len(years) == 1 else None,
        round=next(iter(rounds)) if len(rounds) == 1 else None,
        as_of=next(iter(days)) if len(days) == 1 else "",
        years=years if len(years) > 1 else (),
        clash=not rounds,
        hints=hints,
        reported=reported,
    )


def _of_name(filename: str) -> Iterator[Hint]:
    name = thai.to_arabic(thai.mend(filename)).rsplit("/", 1)[-1]
    stem = name.rsplit(".", 1)[0]
    if found := _OF_AREA.search(stem):
        year = int(found[1]) if found[1] else 2500 + int(found[2])
        yield Hint("name", name, year, frozenset({int(found[3])}))
        return
    if found := _YEAR_ROUND.search(stem):
        yield Hint("name", name, int(found[1]), frozenset({int(found[2])}))
    elif found := _ROUND_YEAR.search(stem):
        yield Hint("name", name, int(found[2]), _of_term(int(found[1])))
    elif found := _YEAR_ALONE.search(stem):
        yield Hint("name", name, int(found[1]))
    for hint in _said(stem):
        yield Hint("name", name, hint.year, hint.rounds, hint.as_of)


def _of_text(text: str) -> Iterator[Hint]:
    if _REPORTED.search(text):
        return
    yield from _said(text)


def _said(text: str) -> Iterator[Hint]:
    """What is said in words."""
    if found := _SAID_YEAR.search(text):
        yield Hint("content", found[0], int(found[1]))
    if found := _YEAR_BEHIND.search(text):
        yield Hint("content", found[0], int(found[2]), _of_term(int(found[1])))
    if found := _SAID_TERM.search(text):
        year = int(found[2]) if found[2] else None
        yield Hint("content", found[0], year, _of_term(int(found[1])))
    if found := _SAID_ROUND.search(text):
        yield Hint("content", found[0], None, frozenset({int(found[1])}))
    if found := _AS_OF.search(text):
        days = thai.dates(found[1])
        if len(days) == 1:
            yield _of_day(found[0].strip(), days[0])


def _of_term(term: int) -> frozenset[int]:
    return frozenset({1} if term == 1 else {2, 3})


def _of_day(said: str, day: date) -> Hint:
    """The school year of a day: it begins in May, and its last round falls in the next spring."""
    year = day.year + 543 - (day.month < 5)
    return Hint("content", said, year, frozenset(_ROUNDS_OF_MONTH[day.month]), day.isoformat())


def lines_above(head: Sequence[tuple[int, list[str]]], first: int) -> list[str]:
    """The rows of the head before the first so many, as lines of text."""
    return [" ".join(cell for cell in row if cell.strip()) for _, row in head[:first]]
