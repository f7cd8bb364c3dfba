"""The schools of a round: where they are, how large, and how people name them."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select, true

from mailproc import thai
from mailproc.datasets import warehouse
from mailproc.datasets.plan import Plan
from mailproc.errors import NeedsPerson, TryAgain

MOST_OFFERS = 10
PREFIX = re.compile(r"^\s*(?:โรงเรียน|ร\s*\.?\s*ร\s*\.?(?![ก-๛]))\s*")
PLACES = ("district", "subdistrict", "province", "group")


@dataclass(frozen=True, slots=True)
class School:
    """A school of the round; `pupils` is None where no round tells its size."""

    code: str
    name: str
    district: str = ""
    subdistrict: str = ""
    province: str = ""
    group: str = ""
    pupils: int | None = None
    grades: frozenset[str] = frozenset()  # with at least one pupil

    def place(self, kind: str) -> str:
        """Its district, sub-district, province or school group, or its name or code."""
        return str(getattr(self, kind))


class Register:
    """The schools, to be found by code, by name as people write it, and by place."""

    def __init__(self, schools: Iterable[School]) -> None:
        self.schools = tuple(schools)
        self.by_code = {school.code: school for school in self.schools}
        self._names: _Names | None = None

    @property
    def has_sizes(self) -> bool:
        return any(school.pupils is not None for school in self.schools)

    @property
    def names(self) -> _Names:
        """The index of names, made when it is first asked for."""
        if self._names is None:
            self._names = _Names(self.schools)
        return self._names

    def places(self, kind: str) -> tuple[str, ...]:
        """The districts (or groups …) of the schools, sorted; empty where none is known."""
        return tuple(sorted({place for s in self.schools if (place := s.place(kind))}))

    def levels(self) -> frozenset[str]:
        """The levels that the schools can be put together by."""
        known = {kind for kind in ("district", "group") if self.places(kind)}
        return frozenset({"school", "area", *known})


class _Names:
    """Finds schools by their names."""

    def __init__(self, schools: tuple[School, ...]) -> None:
        self._exact = _index(schools, lambda school: [PREFIX.sub("", school.name)])
        self._loose = _index(schools, _short_names)
        self._keys = sorted(self._exact | self._loose, key=len, reverse=True)

    def starting(self, folded: str) -> tuple[str, tuple[School, ...]]:
        """The longest name that the folded text begins with, and the schools it may mean."""
        for key in self._keys:
            if folded.startswith(key) and not splits_number(folded, len(key)):
                return key, self._exact.get(key) or self._loosely(key)
        return "", ()

    def _loosely(self, key: str) -> tuple[School, ...]:
        """A short name may stand for another school whose «บ้าน» was left out."""
        longer = f"บ้าน{key}"
        found = (*self._loose[key], *self._exact.get(longer, ()), *self._loose.get(longer, ()))
        return tuple(dict.fromkeys(found))

    def near(self, said: str) -> tuple[School, ...]:
        """Schools whose names resemble the words, best first."""
        key = thai.fold(PREFIX.sub("", said))
        bare = key.removeprefix("บ้าน")
        if len(bare) < 2:
            return ()
        inside = [name for name in self._exact if bare in name]
        close = difflib.get_close_matches(key, self._exact, n=5, cutoff=0.7)
        found = [school for name in (*inside, *close) for school in self._exact[name]]
        return tuple(dict.fromkeys(found))[:MOST_OFFERS]


def splits_number(folded: str, at: int) -> bool:
    """Whether a digit stands on both sides of the place: «ป.1» is not the beginning of «ป.12»."""
    return folded[at - 1].isdigit() and folded[at : at + 1].isdigit()


def _index(
    schools: Iterable[School], names: Callable[[School], Iterable[str]]
) -> dict[str, tuple[School, ...]]:
    index: dict[str, tuple[School, ...]] = {}
    for school in schools:
        for key in {thai.fold(name) for name in names(school)} - {""}:
            index[key] = (*index.get(key, ()), school)
    return index


def _short_names(school: School) -> list[str]:
    """The name without what stands in brackets: «บ้านป่าตึง» for «บ้านป่าตึง (วิทยประสาท)»; and
    without «บ้าน», which people leave out before a bracketed name alone."""
    short = re.sub(r"[(（].*?[)）]", " ", PREFIX.sub("", school.name))
    return [short, school.name]


# ---------------------------------------------------------------- reading


def read(connection: Connection, plan: Plan) -> Register:
    """The schools of all rounds of the plan. Raises NeedsPerson where a round is gone."""
    found: dict[str, School] = {}
    for pinned in plan.rounds:  # oldest first: the newest name wins
        found |= _schools(connection, round_id(connection, pinned.digest))
    if plan.places:
        listed = _schools(connection, round_id(connection, plan.places))
        found = {code: _filled(one, listed.get(code)) for code, one in found.items()}
    if plan.sizes:
        found = _sized(connection, found, plan)
    return Register(found[code] for code in sorted(found))


def round_id(connection: Connection, digest: str) -> int:
    """The key of a round. Raises NeedsPerson where the warehouse no longer holds it."""
    c = warehouse.rounds.c
    found = connection.execute(select(c.id).where(c.digest == digest)).scalar()
    if found is None:
        raise NeedsPerson(
            f"The warehouse does not hold the round {digest[:12]}.", "Import it again."
        )
    return int(found)


def known_schools(url: str) -> tuple[School, ...]:
    """The schools of the newest round that lists some, by name; none where no warehouse is."""
    state = warehouse.state(url)
    try:
        return _schools_known(url, state) if state else _schools_of(url)
    except TryAgain:  # a page that offers no names is as good as a page
        return ()


@lru_cache(maxsize=4)
def _schools_known(url: str, state: tuple[int, ...]) -> tuple[School, ...]:
    return _schools_of(url)


def _schools_of(url: str) -> tuple[School, ...]:
    with warehouse.reading(url) as connection:
        listed = _newest(connection, true())
        placed = _newest(connection, warehouse.schools.c.district != "")
    filled = (_filled(one, placed.get(code)) for code, one in listed.items())
    return tuple(sorted(filled, key=lambda school: (school.name, school.code)))


def _newest(connection: Connection, where: ColumnElement[bool]) -> dict[str, School]:
    """The schools of the newest round that lists some of this kind."""
    held = exists().where(warehouse.schools.c.round_id == warehouse.rounds.c.id, where)
    order = (warehouse.rounds.c.as_of.desc(), warehouse.rounds.c.id.desc())
    key = connection.scalar(select(warehouse.rounds.c.id).where(held).order_by(*order).limit(1))
    return {} if key is None else _schools(connection, key)


def _schools(connection: Connection, key: int) -> dict[str, School]:
    c = warehouse.schools.c
    wanted = select(c.school_code, c.name, c.district, c.subdistrict, c.province, c.school_group)
    rows = connection.execute(wanted.where(c.round_id == key))
    return {row[0]: School(*row) for row in rows}


def _filled(school: School, listed: School | None) -> School:
    """What the round's own file does not say comes from the school list."""
    if listed is None:
        return school
    return replace(
        school,
        district=school.district or listed.district,
        subdistrict=school.subdistrict or listed.subdistrict,
        province=school.province or listed.province,
        group=school.group or listed.group,
    )


def _sized(connection: Connection, found: dict[str, School], plan: Plan) -> dict[str, School]:
    c = warehouse.cells.c
    by_grade = (
        select(c.school_code, c.d1, func.sum(c.value))
        .where(c.round_id == round_id(connection, plan.sizes), c.measure == plan.size_of)
        .group_by(c.school_code, c.d1)
    )
    pupils: dict[str, dict[str, int]] = defaultdict(dict)
    for code, grade, number in connection.execute(by_grade):
        pupils[code][grade] = int(number)
    return {code: _with_size(school, pupils.get(code)) for code, school in found.items()}


def _with_size(school: School, pupils: dict[str, int] | None) -> School:
    if pupils is None:
        return school
    taught = frozenset(grade for grade, number in pupils.items() if number > 0)
    return replace(school, pupils=sum(pupils.values()), grades=taught)


def texts(connection: Connection, plan: Plan) -> dict[tuple[str, str], str]:
    """(school, name) -> attribute, of the round itself or else of the school list."""
    c = warehouse.texts.c
    found: dict[tuple[str, str], Any] = {}
    for digest in (plan.places, plan.main.digest):
        if digest:
            wanted = select(c.school_code, c.name, c.value)
            rows = connection.execute(wanted.where(c.round_id == round_id(connection, digest)))
            found |= {(code, name): value for code, name, value in rows if value}
    return found
