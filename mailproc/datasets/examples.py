"""Made-up figures for a contract whose real ones the office has not imported yet.

They are there to try a dataset with `data generate`; nobody is ever offered them.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import product

from mailproc.datasets.entry import Entry
from mailproc.datasets.importer import CellRow, Import, SchoolRow, digested
from mailproc.datasets.shape import Measure
from mailproc.datasets.texts import text
from mailproc.model import Round

_SCHOOLS = 12
_PLACES = 3  # districts, and as many groups
_STEPS = (0, 0, 3, 7, 12, 18)  # what a count may be, so that tables have zeros and small cells too


def rounds(entry: Entry, academic_year: int, round_number: int) -> tuple[Import, ...]:
    """A round, and the earlier years that a table over several years needs; oldest first."""
    years = range(academic_year - entry.years.most + 1, academic_year + 1)
    return tuple(_made(entry, year, round_number) for year in years)


def _made(entry: Entry, academic_year: int, round_number: int) -> Import:
    schools = tuple(map(_school, range(1, _SCHOOLS + 1)))
    return digested(
        Import(
            source_id=entry.source_id,
            round=Round(
                academic_year=academic_year,
                round=round_number,
                as_of=f"{academic_year - 543}-06-10",
                source=text("examples", "source"),
                digest="",
            ),
            schools=schools,
            cells=tuple(_cells(entry, academic_year, schools)),
            example=True,
        )
    )


def _school(number: int) -> SchoolRow:
    place = str((number - 1) % _PLACES + 1)
    return SchoolRow(
        school_code=f"9999{number:04d}",
        name=text("examples", "school", number=number),
        district=text("examples", "place", number=place),
        school_group=text("examples", "place", number=place),
    )


def _cells(entry: Entry, year: int, schools: tuple[SchoolRow, ...]) -> Iterator[CellRow]:
    for school, measure in product(schools, entry.measures):
        codes = [d.codes for n in measure.dimensions if (d := entry.dimension(n)) is not None]
        padded = [*codes, *[("",)] * (2 - len(codes))]
        for d1, d2 in product(*padded):
            yield school.school_code, measure.name, d1, d2, _value(measure, school, d1, d2, year)


def _value(measure: Measure, school: SchoolRow, d1: str, d2: str, year: int) -> int:
    """A number that looks like one and is the same each time."""
    told = f"{measure.name} {school.school_code} {d1} {d2}".encode()
    drawn = int.from_bytes(sha256(told).digest()[:4], "big")
    if measure.mean_over:  # an average of marks
        return (35 + drawn % 40) * int(10**measure.decimals)
    if not measure.dimensions:
        return 5 + drawn % 60
    return _STEPS[drawn % len(_STEPS)] + (year % 3 if drawn % 5 == 0 else 0)
