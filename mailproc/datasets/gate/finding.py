"""What the gate found, where, and what was allowed beforehand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailproc.datasets.gate.places import Area

CLASSES = ("open", "internal", "personal", "special")
_FILE = Path(__file__).parents[3] / "templates" / "texts" / "gate.toml"
_MOST_WORDS = 80  # characters of what was found, in a sentence
_MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of thing in one place; `what` never repeats a personal figure in full.

    `cls` is the class of what was found, «open» for what never may leave; `count` counts the
    places that were drawn together.
    """

    kind: str
    sheet: str = ""  # name of the sheet, «page 3», or the part of the file
    at: str = ""  # A1, A1:B9, line 12
    what: str = ""
    cls: str = "open"
    count: int = 1

    @property
    def blocks(self) -> bool:
        """False for what a person should know, but which harms nobody."""
        return self.kind not in NOTES

    def said(self) -> tuple[str, str]:
        """The sentence in Thai and in English."""
        entry = _texts()[self.kind]
        where = [_place(language, self) for language in ("th", "en")]
        what = f" : {self.what}" if self.what else ""
        thai, english = (entry[language] + what for language in ("th", "en"))
        return f"{where[0]}{thai}", f"{where[1]}{english}"


# Excel keeps the name of a printer in every workbook that was once printed.
NOTES = frozenset({"encoding_note", "printer"})


@dataclass(frozen=True, slots=True)
class Exempt:
    """Cells in which some kinds are expected: a declared contact column, a line of provenance."""

    sheet: str
    area: Area
    kinds: frozenset[str]

    def covers(self, found: Finding) -> bool:
        if found.kind not in self.kinds or found.sheet != self.sheet:
            return False
        area = Area.parse(found.at)
        return area is not None and self.area.holds(area)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may leave: a class of data, and declared exceptions by exact range."""

    cls: str = "open"
    exempt: tuple[Exempt, ...] = ()
    # (heading folded, class) of catalogue columns; a heading above the class is a finding
    headings: tuple[tuple[str, str], ...] = ()
    titles: tuple[tuple[str, str], ...] = ()  # the same of whole datasets
    # headings of each dataset with contact columns, and which of these they are
    contacts: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()

    def permits(self, found: Finding) -> bool:
        """Whether its class was approved, or its cells are declared."""
        rank = CLASSES.index
        if found.cls != "open" and rank(found.cls) <= rank(self.cls):
            return True
        return any(one.covers(found) for one in self.exempt)


def kept(found: Iterable[Finding], allowed: Allowed) -> tuple[Finding, ...]:
    """What remains once the allowed is taken off; equal kinds of a sheet drawn together."""
    return tuple(_together([one for one in found if not allowed.permits(one)]))


def _together(found: Sequence[Finding]) -> Iterator[Finding]:
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for one in dict.fromkeys(found):
        groups.setdefault((one.kind, one.sheet, one.cls), []).append(one)
    for alike in groups.values():
        places = list(dict.fromkeys(one.at for one in alike if one.at))
        at = ", ".join(places[:_MOST_PLACES]) + (" …" if len(places) > _MOST_PLACES else "")
        count = sum(one.count for one in alike)
        yield replace(alike[0], at=at, count=count, what=alike[0].what[:_MOST_WORDS])


def as_json(found: Finding) -> dict[str, Any]:
    """The finding as `data gate --json` prints it."""
    thai, english = found.said()
    return {
        "kind": found.kind,
        "sheet": found.sheet,
        "cell": found.at,
        "count": found.count,
        "class": found.cls,
        "blocks": found.blocks,
        "th": thai,
        "en": english,
    }


def _place(language: str, found: Finding) -> str:
    words = _texts()["place"]
    parts = []
    if found.sheet:
        parts.append(words[f"sheet_{language}"].format(sheet=found.sheet))
    if found.at:
        parts.append(words[f"at_{language}"].format(at=found.at))
    if found.count > 1:
        parts.append(words[f"count_{language}"].format(count=found.count))
    return " ".join(parts) + " – " if parts else ""


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text("utf-8"))
