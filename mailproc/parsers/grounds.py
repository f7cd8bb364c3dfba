"""Which ground of the office's list a refusal names: by its number, its section or its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailproc import thai

_SECTION = re.compile(
    r"(?:มาตรา|ม\.|section|sec\.|s\.)\s?(?P<section>[0-9]{1,3})(?:\s?(?:วรรค\S*\s?)?\(?\s?(?P<part>[0-9]{1,2})\s?\)?)?",
    re.I,
)
_SHORT = 6  # letters: fewer could be a part of anything


def ground(number: str, reason: str, grounds: Sequence[tuple[str, str]]) -> str:
    """The key of the ground; empty where none is named, or more than one might be meant.

    `grounds`: (key, words) in the order of the list that the writer has read.
    """
    if number:
        at = int(number)
        return grounds[at - 1][0] if 0 < at <= len(grounds) else ""
    named = {_section(found) for found in _SECTION.finditer(thai.to_arabic(reason))}
    alike = [key for key, words in grounds if _sections(words) & named]
    return alike[0] if len(alike) == 1 else _by_words(reason, grounds)


def _by_words(reason: str, grounds: Sequence[tuple[str, str]]) -> str:
    """The ground whose very words begin the reason."""
    said = thai.fold(reason)
    alike = [
        key for key, words in grounds if len(words) >= _SHORT and said.startswith(thai.fold(words))
    ]
    return alike[0] if len(alike) == 1 else ""


def _sections(words: str) -> set[tuple[str, str]]:
    return {_section(found) for found in _SECTION.finditer(words)}


def _section(found: re.Match[str]) -> tuple[str, str]:
    return found["section"], found["part"] or ""
