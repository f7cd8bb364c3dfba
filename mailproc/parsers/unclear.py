"""The words behind a label that were not understood, as fields instead of sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SAID = re.compile(r"([a-z_]{1,40}) not understood: (.{1,200})", re.S)


def unclear(problems: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(field, words) of each problem that `form` notes; the first for a field counts."""
    found: dict[str, str] = {}
    for problem in problems:
        if said := _SAID.fullmatch(problem):
            found.setdefault(said[1], said[2].strip())
    return tuple(found.items())
