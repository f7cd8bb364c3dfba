"""A query that needs nothing beside the warehouse: what to read, and how the table looks.

It is stored as canonical JSON, so that another process at another time makes the same table.
"""

from __future__ import annotations

import json
from functools import lru_cache

from pydantic import Field

from mailproc.datasets import standard
from mailproc.datasets.shape import (
    Checked,
    DictionaryLine,
    Dimension,
    Measure,
    Scale,
    TableSpec,
)
from mailproc.digest import canonical


class PinnedRound(Checked):
    """A round by its digest, which no later import changes."""

    digest: str
    academic_year: int
    round: int
    as_of: str


class Plan(Checked):
    """`schools` is None where all are meant; `where` names only dimensions that were narrowed."""

    dataset_id: str
    source: str
    rounds: tuple[PinnedRound, ...]  # oldest first; the last one is the round asked for
    places: str = ""  # digest of the school list that fills districts and groups in
    sizes: str = ""  # digest of the round whose pupils give the size of a school
    size_of: str = "pupils"  # the measure
    level: str
    schools: tuple[str, ...] | None = None
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    scale: str = "obec4"
    policy: str = "none"
    threshold: int = 0
    masks: tuple[str, ...] = ()  # digests of the masks in force
    without: tuple[str, ...] = ()  # columns that are left out, by their names
    example: bool = False
    table: TableSpec
    dimensions: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] = ()
    columns: tuple[DictionaryLine, ...] = ()

    @property
    def query(self) -> str:
        """Canonical JSON, enough to run it again."""
        told = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return canonical(told | {"schools": self.schools})

    @classmethod
    def parse(cls, query: str) -> Plan:
        """The plan of a stored query."""
        return _parsed(query)

    @property
    def main(self) -> PinnedRound:
        return self.rounds[-1]

    def dimension(self, name: str) -> Dimension | None:
        """The dimension of this name, or the one whose groups are called so."""
        return next((d for d in self.dimensions if name in (d.name, d.grouped)), None)

    def measure(self, name: str) -> Measure:
        return next(m for m in self.measures if m.name == name)

    def line(self, name: str) -> DictionaryLine | None:
        own = next((line for line in self.columns if line.name == name), None)
        return own or standard.columns().get(name)

    def size_scale(self, name: str = "asked") -> Scale:
        return standard.scales()[self.scale if name == "asked" else name]

    def asked(self, dimension: Dimension) -> tuple[str, ...]:
        """The values that were asked for, in order."""
        wanted = self.where.get(dimension.name)
        return tuple(c for c in dimension.codes if wanted is None or c in wanted)


@lru_cache(maxsize=64)
def _parsed(query: str) -> Plan:
    return Plan.model_validate(json.loads(query))
