"""Words that the data keeps in Thai, for English readers: conditions and sources.

The words themselves stand in templates/texts; what is not found there stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

_PLACE = re.compile(r"\\\{([a-z]+)\\\}")
_SPACES = re.compile(r"\s+(?=,)|(?<=,)\s*,|\s{2,}")


def conditions(
    words: Iterable[str], said: Mapping[str, str], letters: Mapping[str, str]
) -> list[str]:
    """Each condition by the first pattern that fits: «ชั้น ป.1» → «grade P.1»."""
    return [_condition(one, said, letters) for one in words]


def _condition(words: str, said: Mapping[str, str], letters: Mapping[str, str]) -> str:
    for pattern, english in said.items():
        if fits := _compiled(pattern).fullmatch(words):
            for name, value in fits.groupdict().items():
                inside = _condition(value, said, letters) if name == "what" else value
                english = english.replace(f"{{{name}}}", _lettered(inside, letters))
            return english
    return words


def _lettered(words: str, letters: Mapping[str, str]) -> str:
    for thai, english in letters.items():
        if words.startswith(thai):
            return english + words.removeprefix(thai)
    return words


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(pattern)))


def phrases(words: str, known: Mapping[str, str]) -> str:
    """The words with each known Thai phrase in English; names stay as they are."""
    for thai, english in known.items():
        words = words.replace(thai, english)
    return " ".join(
        _SPACES.sub(lambda m: " " if m[0].isspace() and len(m[0]) > 1 else "", words).split()
    )
