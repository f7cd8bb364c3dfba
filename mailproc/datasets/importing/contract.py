"""The shape of a contract: which columns a kind of file has, and what must agree in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Literal

from pydantic import ConfigDict, Field

from mailproc import thai
from mailproc.datasets.shape import Checked, Identifier, Text

PLACES = ("district", "subdistrict", "province", "school_group")
Kind = Literal["school_code", "text", "phone", "email", "date", "number", "choice", "other_code"]
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class FieldSpec(Checked):
    """A column that says something of a row: code, name, place, or any text."""

    name: Identifier
    headers: tuple[Text, ...] = Field(min_length=1)  # {dimension} stands for each of its values
    type: Kind = "text"
    required: bool = False
    dimension: str = ""  # of type choice: its words are the values that may stand there
    at: str = ""  # its place in the ministry's layout, by which columns of one name are told apart


class Figures(Checked):
    """Columns of figures: one for each value of the dimensions in the header."""

    measure: Identifier
    dimensions: tuple[Identifier, ...] = Field(default=(), max_length=2)
    headers: tuple[Text, ...] = Field(min_length=1)
    units: tuple[Text, ...] = ()
    most: int = 100_000  # a larger figure is a mistake; in whole units
    decimals: int = Field(default=0, ge=0, le=4)
    required: bool = True


class Sums(Checked):
    """Columns that state what others add up to; a dimension not in the header is summed over."""

    measure: Identifier
    headers: tuple[Text, ...] = Field(min_length=1)


class WordSet(Checked):
    """Several values under one name, such as all grades of primary school."""

    words: tuple[str, ...]
    values: tuple[Text, ...]


class Words(Checked):
    """How files write the values of a dimension."""

    values: dict[str, tuple[Text, ...]]
    sets: tuple[WordSet, ...] = ()
    dropped: tuple[Text, ...] = ()  # counted in the totals of the file, not kept
    none: tuple[str, ...] = ()  # words that say «none of these»


class Counted(Checked):
    """Of a list of persons: what is counted, by which columns."""

    source: Identifier
    measure: Identifier
    by: tuple[Identifier, ...] = Field(min_length=1, max_length=2)  # names of fields
    distinct: str = ""  # count the different values of this field in place of persons
    asked: bool = False  # only where the office wants it


class Contract(Checked):
    """One kind of file."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    id: Identifier
    source: Identifier  # whose rounds it makes
    title_th: Text
    title_en: Text
    reported_th: Text  # where the figures come from, in words
    rows: Literal["school", "person"] = "school"
    round: int = Field(default=0, ge=0, le=3)  # of sources that come once a year
    fields: tuple[FieldSpec, ...] = Field(min_length=1)
    figures: tuple[Figures, ...] = ()
    sums: tuple[Sums, ...] = ()
    ignored: tuple[Text, ...] = ()  # headers that are known and not needed
    needs_one_of: tuple[Identifier, ...] = ()  # besides the required ones
    dimensions: dict[str, Words] = Field(default_factory=dict)
    counted: tuple[Counted, ...] = ()
    derived: bool = False  # made from a catalogue file

    @property
    def is_personal(self) -> bool:
        return self.rows == "person"

    def field(self, name: str) -> FieldSpec | None:
        return next((one for one in self.fields if one.name == name), None)


Cell = tuple[str, str, str]  # measure, d1, d2


@dataclass(frozen=True, slots=True)
class Target:
    """What a column is: a field, a figure, a stated sum, or nothing that is needed."""

    kind: Literal["field", "figure", "sum", "ignored"]
    name: str  # of the field or measure
    cells: tuple[Cell, ...] = ()
    dropped: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.name}:{'+'.join('/'.join(cell) for cell in self.cells)}"


class Index:
    """Every header that a contract knows, folded, and what it means."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.targets: dict[str, Target] = {}
        for header in contract.ignored:
            for words, _ in _expanded(header, contract.dimensions, whole=True):
                self._put(words, Target("ignored", header))
        for one in contract.sums:
            self._put_sums(one)
        for figures in contract.figures:
            self._put_figures(figures)
        for spec in contract.fields:
            for header in spec.headers:
                for words, chosen in _expanded(header, contract.dimensions, whole=False):
                    name = spec.name + "".join(f"_{codes[0]}" for codes in chosen.values())
                    self._put(words, Target("field", name))

    def _put(self, key: str, target: Target) -> None:
        if key:
            self.targets[key] = target

    def _put_figures(self, figures: Figures) -> None:
        for header in figures.headers:
            for words, chosen in _expanded(header, self.contract.dimensions, whole=False):
                dropped = any(
                    codes[0] in self.contract.dimensions[name].dropped
                    for name, codes in chosen.items()
                )
                d1, d2 = [*(chosen[name][0] for name in figures.dimensions), "", ""][:2]
                cell = (figures.measure, d1, d2)
                self._put(words, Target("figure", figures.measure, (cell,), dropped))

    def _put_sums(self, one: Sums) -> None:
        figures = next(f for f in self.contract.figures if f.measure == one.measure)
        for header in one.headers:
            for words, chosen in _expanded(header, self.contract.dimensions, whole=True):
                parts = [
                    chosen.get(name) or tuple(self.contract.dimensions[name].values)
                    for name in figures.dimensions
                ]
                padded = [*parts, ("",), ("",)][:2]
                cells = tuple((one.measure, d1, d2) for d1, d2 in product(*padded))
                self._put(words, Target("sum", one.measure, cells))

    @cached_property
    def expected(self) -> dict[str, Target]:
        """The figures that a whole file has, by key, without those that are dropped."""
        needed = {figures.measure for figures in self.contract.figures if figures.required}
        return {
            target.key: target
            for target in self.targets.values()
            if target.kind == "figure" and target.name in needed and not target.dropped
        }


def _expanded(
    header: str, dimensions: Mapping[str, Words], *, whole: bool
) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    """Each spelling of a header, folded, with the values meant; `whole`: sets of values too.

    The pieces are folded one by one: it is the same, and there are thousands of spellings.
    """
    pieces = _PLACEHOLDER.split(header)  # words, name, words, name, words …
    names = pieces[1::2]
    words = [thai.fold(piece) for piece in pieces[0::2]]
    choices = [list(_spellings(dimensions[name], whole=whole)) for name in names]
    for picked in product(*choices):
        said = words[0] + "".join(
            spelling + after for (spelling, _), after in zip(picked, words[1:], strict=True)
        )
        yield said, {name: codes for name, (_, codes) in zip(names, picked, strict=True)}


def _spellings(words: Words, *, whole: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    if whole:
        for one in words.sets:
            yield from (
                (spelling, one.values) for spelling in dict.fromkeys(map(thai.fold, one.words))
            )
    for code, spellings in words.values.items():
        yield from ((spelling, (code,)) for spelling in _folded(spellings))


def _folded(spellings: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(map(thai.fold, spellings))
