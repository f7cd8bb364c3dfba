"""Which field a label names as it stands in a mail: numbered, bold, or in two halves."""

from __future__ import annotations

import re

from mailproc.parsers import sense, telling, values
from mailproc.parsers.labels import LONGEST_LABEL, by_beginning, lookup

_MARKUP = re.compile(  # «_» within a word is part of it: «research_6@»
    r"[*`#]{1,3}|(?<![0-9A-Za-z])_{1,3}|_{1,3}(?![0-9A-Za-z])|\s{0,9}\*+$"
)
BRACKET = re.compile(r"\s{0,9}[(\[（][^()\[\]]{0,200}[)\]）]\s{0,9}$")
SECTION = re.compile(
    r"^\s{0,9}(?:ส่วนที่|ตอนที่|หมวดที่|หมวด|section|part)\s{0,3}[0-9๐-๙a-ci]{1,2}(?![^\s:.)])", re.I
)
_HALVES = re.compile(r"\s{0,9}[/,&|]\s{0,9}|\s{1,9}(?:และ|and)\s{1,9}|(?<=[ก-๙])และ(?=[ก-๙])")
_NUMBERED = re.compile(r"\s{0,9}(?:ที่|no\.?|#)?\s?[0-9๐-๙]{1,2}$", re.I)


def label(words: str) -> str | None:
    """The field that a label names."""
    if len(words) > 2 * LONGEST_LABEL:
        return None
    words = values.unbulleted(unmarked(words))
    if len(words) > 2 * LONGEST_LABEL or not words or SECTION.match(words):
        return None
    name = lookup(words) or (lookup(BRACKET.sub("", words)) if words[-1] in ")]）" else None)
    return name or _of_halves(words) or _numberless(words) or by_beginning(words)


def sensed(words: str, value: str) -> str | None:
    """The field of words that surely stand as a label for `value`, though no list holds them."""
    words = values.unbulleted(unmarked(words[: 2 * LONGEST_LABEL]))
    if not words or SECTION.match(words) or composite(words):
        return None
    name = sense.field_of(BRACKET.sub("", words)) or sense.field_of(words)
    return name if name and sense.fits(name, value) else None


def told(words: str, value: str) -> str | None:
    """The field that a value of one kind can only belong to, behind words that stand as a label."""
    words = values.unbulleted(unmarked(words[: 2 * LONGEST_LABEL]))
    if not words or SECTION.match(words):
        return None
    return telling.field_of(BRACKET.sub("", words) or words, value)


def composite(words: str) -> tuple[str, ...]:
    """The fields of a label for two things, «ชื่อ-สกุล/ตำแหน่ง»; empty where it is no such label."""
    words = values.unbulleted(unmarked(words[: 2 * LONGEST_LABEL]))
    halves = _HALVES.split(words)
    if not 2 <= len(halves) <= 3:
        return ()
    names = [lookup(half) for half in halves]
    distinct = tuple(name for name in names if name)
    return distinct if len(set(distinct)) == len(halves) else ()


def unmarked(words: str) -> str:
    """The words without the marks of bold and headings."""
    if "*" in words or "_" in words or "#" in words or "`" in words:
        words = _MARKUP.sub("", words)
    return words.strip()


def _numberless(words: str) -> str | None:
    """The field of «ชุดข้อมูลที่ 2»; a number behind a round or year is its value."""
    short = _NUMBERED.sub("", words)
    name = lookup(short) if short != words else None
    return name if name not in ("round", "academic_years") else None


def _of_halves(words: str) -> str | None:
    """The one field of a label in two languages or spellings: «ชื่อ-สกุล / Full name»."""
    halves = _HALVES.split(words)
    names = {lookup(half) for half in halves if half} if 2 <= len(halves) <= 3 else set()
    return names.pop() if len(names) == 1 else None
