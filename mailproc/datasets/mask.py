"""Which figures of a round may not be shown: decided once, kept beside the round, read ever after.

The mask is stored with the places as they were when it was made. Districts that change later are
judged by it like any other choice of schools, so that old and new tables cannot be subtracted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from sqlalchemy import Column, Connection, Integer, String, Table, insert, inspect, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from mailproc.datasets import register, warehouse
from mailproc.datasets.plan import PinnedRound, Plan
from mailproc.datasets.privacy.decide import decide
from mailproc.datasets.privacy.rule import Rule
from mailproc.datasets.register import Register
from mailproc.datasets.shape import Measure
from mailproc.errors import NeedsPerson, TryAgain

Key = tuple[str, str, str]  # measure, d1, d2: the finest cell of a school
_PLACES = ("group", "district")  # the sums of schools that are published, the narrower first

masks = Table(
    "masks",
    warehouse.metadata,
    Column("round_digest", String(64), primary_key=True, comment="SHA-256 of the round"),
    Column("measure", String(64), primary_key=True),
    Column("threshold", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the content"),
    Column("content", String, nullable=False, comment="axes, their sets, and the hidden cells"),
)


class Mask(Protocol):
    """Decided once for a dataset and round, so that no two tables can be subtracted."""

    def hides(self, schools: Sequence[str], keys: Sequence[Key], at: int = -1) -> bool:
        """Whether the sum of these cells over these schools is hidden, in a round of the plan."""
        ...


@dataclass(frozen=True)
class Masks:
    """By round of a plan and by measure. An average is hidden like what it is taken over."""

    rounds: tuple[Mapping[str, Rule], ...]
    measures: Mapping[str, Measure]

    def hides(self, schools: Sequence[str], keys: Sequence[Key], at: int = -1) -> bool:
        known = self.rounds[at]
        counted = [self._counted(key) for key in keys]
        names = {key[0] for key in counted}
        return any(
            _hides(known[name], schools, [key for key in counted if key[0] == name])
            for name in sorted(names)
        )

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(rule.digest for one in self.rounds for _, rule in sorted(one.items()))

    def _counted(self, key: Key) -> Key:
        measure = self.measures[key[0]]
        if not measure.mean_over:
            return key
        weight = self.measures[measure.mean_over]
        codes = dict(zip(measure.dimensions, key[1:], strict=False))
        d1, d2 = (*(codes[name] for name in weight.dimensions), "", "")[:2]
        return weight.name, d1, d2


def _hides(rule: Rule, schools: Sequence[str], keys: Sequence[Key]) -> bool:
    first, second = {key[1] for key in keys}, {key[2] for key in keys}
    if len(set(keys)) == len(first) * len(second):
        return rule.hides(schools, first, second)
    return any(rule.hides(schools, [d1], [d2]) for _, d1, d2 in keys)


def load(plan: Plan, warehouse_url: str) -> Masks | None:
    """The masks in force, made where there is none yet; None where the policy shows everything.

    Raises NeedsPerson where a round is gone or its mask is not the one that the plan was made with,
    TryAgain where the mask cannot be kept.
    """
    if plan.policy == "none":
        return None
    found = Masks(_rounds(plan, warehouse_url), {m.name: m for m in plan.measures})
    if plan.masks and plan.masks != found.digests:
        raise NeedsPerson(
            f"{plan.dataset_id}: the small figures of this round are hidden in another way now.",
            "Prepare the request again.",
        )
    return found


def pinned(plan: Plan, warehouse_url: str) -> Plan:
    """The plan with the digests of its masks, so that it is never run with others."""
    found = load(plan, warehouse_url)
    return plan.model_copy(update={"masks": found.digests}) if found else plan


def _rounds(plan: Plan, warehouse_url: str) -> tuple[dict[str, Rule], ...]:
    return tuple(
        {
            measure.name: _rule(plan, one, measure, warehouse_url)
            for measure in plan.measures
            if not measure.mean_over
        }
        for one in plan.rounds
    )


# ---------------------------------------------------------------- kept in the warehouse


def _rule(plan: Plan, one: PinnedRound, measure: Measure, url: str) -> Rule:
    stored = _stored(url, one.digest, measure.name, plan.threshold)
    if stored is None:
        made = _made(plan, one, measure, url)
        _store(url, one.digest, measure.name, plan.threshold, made)
        stored = _stored(url, one.digest, measure.name, plan.threshold)
    if stored is None:
        raise TryAgain("The mask of small figures could not be kept in the warehouse.")
    return _parsed(stored)


@lru_cache(maxsize=32)
def _parsed(content: str) -> Rule:
    return Rule.parse(content)


def _stored(url: str, digest: str, measure: str, threshold: int) -> str | None:
    c = masks.c
    wanted = select(c.content).where(
        c.round_digest == digest, c.measure == measure, c.threshold == threshold
    )
    with warehouse.reading(url) as connection:
        if not inspect(connection).has_table(masks.name):
            return None
        found = connection.execute(wanted).scalar()
        return None if found is None else str(found)


def _store(url: str, digest: str, measure: str, threshold: int, made: Rule) -> None:
    """Keeps it, unless another process was first: then that one counts."""
    row = {"round_digest": digest, "measure": measure, "threshold": threshold}
    try:
        with warehouse.engine(url).begin() as connection:
            masks.create(connection, checkfirst=True)
            connection.execute(insert(masks), row | {"digest": made.digest, "content": made.text})
    except IntegrityError:
        return
    except DatabaseError as error:
        raise TryAgain(f"The warehouse could not be written: {error}") from error


# ---------------------------------------------------------------- made


def _made(plan: Plan, one: PinnedRound, measure: Measure, url: str) -> Rule:
    alone = plan.model_copy(update={"rounds": (one,)})
    with warehouse.reading(url) as connection:
        schools = register.read(connection, alone)
        figures = _figures(connection, one, measure)
    codes, sets = [sorted({s.code for s in schools.schools} | {key[0] for key in figures})], []
    sets.append(_places(schools))
    for at in range(2):
        dimension = plan.dimension(measure.dimensions[at]) if at < len(measure.dimensions) else None
        said = {key[at + 1] for key in figures}
        codes.append(sorted({*(dimension.codes if dimension else ("",)), *said}))
        groups = tuple(group.values for group in dimension.groups) if dimension else ()
        sets.append({"group": groups} if groups else {})
    names = tuple(tuple(found) for found in codes)
    return Rule.of(*decide(names, tuple(sets), figures, plan.threshold))


def _places(schools: Register) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The schools of each place by kind; those of no place together."""
    return {
        kind: tuple(
            tuple(s.code for s in schools.schools if s.place(kind) == place)
            for place in (*schools.places(kind), "")
        )
        for kind in _PLACES
        if schools.places(kind)
    }


def _figures(connection: Connection, one: PinnedRound, measure: Measure) -> dict[Key, int]:
    c = warehouse.cells.c
    wanted = select(c.school_code, c.d1, c.d2, c.value).where(
        c.round_id == register.round_id(connection, one.digest), c.measure == measure.name
    )
    found = connection.execute(wanted)
    return {(code, d1, d2): int(value) for code, d1, d2, value in found}
