"""The words that one dataset and one register of schools add to those that everybody uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from mailproc import thai
from mailproc.datasets import wording
from mailproc.datasets.entry import Entry
from mailproc.datasets.register import Register
from mailproc.datasets.shape import Dimension
from mailproc.datasets.texts import text

_T = TypeVar("_T")
_SPOKEN = ("grade", "sex")  # read by patterns of their own
_PLACES = ("district", "subdistrict", "group")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Folded words, the longest first."""

    dimensions: frozenset[str]  # that requesters may narrow by
    values: Mapping[str, tuple[str, tuple[str, ...]]]  # words -> dimension and codes
    places: Mapping[str, Mapping[str, str]]  # kind -> words -> name
    names: tuple[str, ...]  # of the dataset
    scales: frozenset[str]
    years: int

    def places_called(self, key: str) -> tuple[str, ...]:
        """The places of exactly this name, as they are offered."""
        return tuple(
            place_words(kind, names[key]) for kind, names in self.places.items() if key in names
        )


def place_words(kind: str, name: str) -> str:
    """«อำเภอแม่จัน», whether or not the register writes «อำเภอ» before the name."""
    return text("understood", kind, name=wording.bare_place(kind, name))


def vocabulary(entry: Entry, register: Register) -> Vocabulary:
    """The words of a dataset over the schools of a round."""
    asked = [dimension for dimension in entry.dimensions if dimension.filter]
    values = {
        thai.fold(words): (dimension.name, codes)
        for dimension in asked
        if dimension.name not in _SPOKEN
        for words, codes in _words(dimension)
    }
    places = {kind: _longest_first(_by_words(kind, register)) for kind in _PLACES}
    names = {thai.fold(n) for n in (entry.title_th, entry.title_en, *entry.names)}
    return Vocabulary(
        dimensions=frozenset(dimension.name for dimension in asked),
        values=_longest_first(values),
        places={kind: names for kind, names in places.items() if names},
        names=tuple(sorted(names, key=len, reverse=True)),
        scales=frozenset(entry.scales) if len(entry.scales) > 1 else frozenset(),
        years=entry.years.most,
    )


def _words(dimension: Dimension) -> Iterator[tuple[str, tuple[str, ...]]]:
    for value in dimension.values:
        for words in (value.th, value.en, *dimension.words.get(value.code, ())):
            yield words, (value.code,)
    for group in dimension.groups:
        for words in (group.th, group.en, *dimension.words.get(group.code, ())):
            yield words, group.values


def _by_words(kind: str, register: Register) -> dict[str, str]:
    return {thai.fold(wording.bare_place(kind, name)): name for name in register.places(kind)}


def _longest_first(words: Mapping[str, _T]) -> dict[str, _T]:
    return {key: words[key] for key in sorted(words, key=len, reverse=True) if key}
