"""Which rounds a query needs besides the one asked for: earlier years, places and sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from mailproc.datasets import register, warehouse
from mailproc.datasets.plan import PinnedRound, Plan
from mailproc.datasets.register import Register
from mailproc.datasets.shape import TableSpec
from mailproc.datasets.warehouse import Stored
from mailproc.model import Round

SCHOOL_LIST, STUDENTS = "school_list", "students"  # sources that serve the others
_NO_TABLE = TableSpec(levels=("school",), columns=())


def pinned(one: Round) -> PinnedRound:
    return PinnedRound(
        digest=one.digest, academic_year=one.academic_year, round=one.round, as_of=one.as_of
    )


def offered(stored: Sequence[Stored], *, examples: bool) -> tuple[Round, ...]:
    """The open rounds of a source; made-up ones only where they are tried."""
    return tuple(
        one.round for one in stored if one.status == "open" and (examples or not one.example)
    )


def spanned(last: Round, loaded: Sequence[Round], most: int) -> tuple[Round, ...]:
    """The same round of up to so many years in a row of the list, oldest first, up to `last`."""
    same = [r for r in loaded if r.round == last.round and r.academic_year <= last.academic_year]
    newest = sorted(same, key=lambda r: r.academic_year, reverse=True)[:most]
    return tuple(reversed(newest))


def helpers(source: str, last: Round, stored: Mapping[str, Sequence[Stored]]) -> tuple[str, str]:
    """Digests of the school list and of the round that tells sizes; empty where there is none."""
    listed = next((r.round.digest for r in stored.get(SCHOOL_LIST, ()) if r.status == "open"), "")
    if source == STUDENTS:
        return listed, last.digest
    open_ones = [r for r in stored.get(STUDENTS, ()) if r.status == "open" and not r.example]
    fitting = [r for r in open_ones if r.round.academic_year <= last.academic_year] or open_ones
    return listed, fitting[0].round.digest if fitting else ""


def register_of(
    source: str, last: Round, stored: Mapping[str, Sequence[Stored]], url: str
) -> Register:
    """The schools of one round."""
    places, sizes = helpers(source, last, stored)
    plan = Plan(
        dataset_id=source,
        source=source,
        rounds=(pinned(last),),
        places=places,
        sizes=sizes,
        level="school",
        table=_NO_TABLE,
    )
    return register_for(plan, url)


def register_for(plan: Plan, url: str) -> Register:
    """The schools of a plan; rounds never change, so they are read once."""
    digests = tuple(one.digest for one in plan.rounds)
    return _register(url, digests, plan.places, plan.sizes, warehouse.state(url))


@lru_cache(maxsize=32)
def _register(
    url: str, digests: tuple[str, ...], places: str, sizes: str, _state: tuple[int, ...] | None
) -> Register:
    found = tuple(PinnedRound(digest=d, academic_year=0, round=0, as_of="") for d in digests)
    plan = Plan(
        dataset_id="",
        source="",
        rounds=found,
        places=places,
        sizes=sizes,
        level="school",
        table=_NO_TABLE,
    )
    with warehouse.reading(url) as connection:
        return register.read(connection, plan)
