"""What an approver decides on several requests by one mail: «1 อนุญาต», «2-4 อนุญาต», one code.

The numbers are those of the list that is answered. Of what is not surely understood nothing is
decided at all: a line that nobody can read may be about any of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailproc.parsers.decision_words import ANY_WORD, Found, Said, lines_of, word

_ONE = r"(?:(?:ข้อ|ลำดับ|เรื่อง|รายการ|คำขอ|เลข|no\.?|item)?\s?(?:ที่)?\s?[0-9]{1,2}(?![0-9/]))"
_TO = r"\s?(?:-|–|ถึง|\bto\b)\s?"
_MORE = r"\s?(?:,|และ|กับ|&|\band\b|\s)\s?"
_SOME = rf"{_ONE}(?:{_TO}{_ONE})?(?:{_MORE}{_ONE}(?:{_TO}{_ONE})?)*"
_ALL = r"(?:ทั้งหมด|ทุก(?:เรื่อง|ข้อ|คำขอ|รายการ|ลำดับ)|all(?: of them)?|everything)"
_REST = r"(?:(?:เรื่อง|ข้อ|คำขอ)?ที่เหลือ(?:ทั้งหมด)?|นอกนั้น|the rest|others)"
_HEAD = re.compile(
    rf"(?:(?P<some>{_SOME})|(?P<all>{_ALL})|(?P<rest>{_REST}))\s?[.):：–-]?\s{{0,3}}(?P<said>.*)",
    re.I,
)
_BEHIND = re.compile(
    rf"\s?[:：]?\s?(?:(?P<some>{_SOME})|(?P<all>{_ALL})|(?P<rest>{_REST}))[\s.]*(?P<said>$|[,;(:：]?\s?(?=รหัส|code|[0-9]{{3}}).*)",
    re.I,
)
_HEADED = rf"(?=(?:{_SOME}|{_ALL}|{_REST})\s?[.):：–-]?\s{{0,3}}(?:{ANY_WORD}))"
_PARTS = re.compile(  # «1 อนุญาต, 2 ไม่อนุญาต …» and not «1, 2 อนุญาต» or «1 และ 2 อนุญาต»
    rf"(?<![0-9])\s*[;,/]\s*{_HEADED}|"
    rf"(?<!และ)(?<!กับ)(?<!ถึง)(?<!ข้อ)(?<!ที่)(?<!and)(?<!to)(?<![0-9,&–-])\s+{_HEADED}",
    re.I,
)
_PAIR = re.compile(rf"([0-9]{{1,2}})(?:{_TO}(?:\D{{0,10}}?)([0-9]{{1,2}}))?", re.I)
_LONGEST = 1_000  # characters of a line
_TAKEN_BEHIND = ("approve", "undo", "revoke")  # behind a refusal stands the number of its ground


@dataclass(frozen=True, slots=True)
class Many:
    """What the writer decides; empty `lines` where nothing is surely understood."""

    lines: tuple[tuple[int, Said], ...] = ()  # (number in the list, what is said of it)
    code: str = ""
    speaks: bool = False
    unclear: tuple[str, ...] = ()  # what was not understood, in the writer's words
    asks: bool = False  # words to the office, and none of a decision


@dataclass(frozen=True, slots=True)
class _Part:
    """Numbers, what is said of them, and the words of it."""

    numbers: tuple[int, ...]
    found: Found
    words: str
    rest: bool = False


def read(text: str, count: int, names: Sequence[str] = ()) -> Many:
    """The decisions in the writer's own text on a list of so many."""
    around = Found(names)
    parts: list[_Part] = []
    odd: list[str] = []
    for line in lines_of(text):
        if len(line) > _LONGEST:
            odd.append(line[:_LONGEST])
            continue
        if around.takes_code(line):
            continue
        heads = [_head(part, count, names) for part in _PARTS.split(line)]
        if all(heads):
            parts += [one for one in heads if one is not None]
        elif not around.is_harmless(line):
            _goes_on(line, parts, odd)
    return _many(around.codes, parts, odd, count)


def _goes_on(line: str, parts: list[_Part], odd: list[str]) -> None:
    """More of a reason; else nobody knows what it means, as of «2 ขอคุยก่อน»."""
    if not parts or not parts[-1].found.reasons or word(line) or _HEAD.fullmatch(line):
        odd.append(line)
    else:
        parts[-1].found.take(line)


def _head(line: str, count: int, names: Sequence[str]) -> _Part | None:
    """The part that the line begins; «อนุญาต» alone is meant for a list of one."""
    found = _HEAD.fullmatch(line)
    if found is not None and word(found["said"]) is not None:
        return _part(found, found["said"], count, names)
    said = word(line)
    if said is None:
        return None
    choice, rest = said
    if choice in _TAKEN_BEHIND and (behind := _BEHIND.fullmatch(rest)):
        return _part(behind, line[: len(line) - len(rest)] + " " + behind["said"], count, names)
    if count != 1:
        return None
    alone = Found(names)
    alone.take(line)
    return _Part((1,), alone, line)


def _part(found: re.Match[str], said: str, count: int, names: Sequence[str]) -> _Part:
    spoken = Found(names)
    spoken.take(said.strip())
    numbers = tuple(range(1, count + 1)) if found["all"] else _numbers(found["some"] or "")
    return _Part(numbers, spoken, found.string, rest=bool(found["rest"]))


def _numbers(said: str) -> tuple[int, ...]:
    numbers: dict[int, None] = {}
    for first, last in _PAIR.findall(said):
        numbers |= dict.fromkeys(range(int(first), int(last or first) + 1))
    return tuple(numbers)


def _many(around: frozenset[str], parts: Sequence[_Part], odd: list[str], count: int) -> Many:
    heard = [(part, part.found.said()) for part in parts]
    odd += [part.words for part, said in heard if not said.choice]
    codes = set(around.union(*(part.found.codes for part in parts)))
    named = [number for part in parts if not part.rest for number in part.numbers]
    odd += [str(number) for number in dict.fromkeys(named) if named.count(number) > 1]
    if sum(part.rest for part in parts) > 1 or len(codes) > 1:
        odd += [part.words for part in parts if part.rest] or sorted(codes)
    code = codes.pop() if len(codes) == 1 else ""
    speaks = bool(parts or code)
    if odd or not parts:
        return Many((), code, speaks, tuple(dict.fromkeys(odd)), asks=bool(odd) and not speaks)
    left = tuple(number for number in range(1, count + 1) if number not in named)
    lines = [
        (number, replace(said, code=""))
        for part, said in heard
        for number in (left if part.rest else part.numbers)
    ]
    return Many(tuple(sorted(lines, key=lambda line: line[0])), code, speaks)
