"""What was read becomes rounds: which round it is, what it changes, and that nothing is lost.

A round is never changed. A corrected file is a new round of the same source, year and number, and
says which one it corrects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from mailproc.datasets import importer, warehouse
from mailproc.datasets.catalogue import Loaded
from mailproc.datasets.importer import Import
from mailproc.datasets.importing import difference
from mailproc.datasets.importing.difference import Difference
from mailproc.datasets.importing.facts import Outcome, Part
from mailproc.datasets.importing.guess import Guess
from mailproc.datasets.importing.problems import Problem
from mailproc.datasets.importing.values import Known
from mailproc.datasets.warehouse import Stored
from mailproc.model import Calendar, Round

_OTHER_CODES = ("moe_code", "obec_code")


@dataclass(frozen=True, slots=True)
class Said:
    """What the office said of the round; empty where it said nothing."""

    year: int | None = None
    round: int | None = None
    as_of: str = ""  # ISO


@dataclass(frozen=True, slots=True)
class Named:
    """Which round it is, and whether any of it is a guess."""

    year: int
    round: int
    as_of: str
    guessed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One import, ready to be stored."""

    found: Import
    corrects: Stored | None  # the round that it takes the place of
    same: Stored | None  # there already
    is_current: bool  # of `same`: nothing has taken its place
    difference: Difference


# ---------------------------------------------------------------- which round


def name(
    outcome: Outcome, said: Said, calendar: Calendar, today: date
) -> tuple[Named | None, tuple[Problem, ...]]:
    """The round that the office named or the file tells; what it can't be is not guessed."""
    found = outcome.guess
    problems = list(_unclear(outcome, said))
    year = said.year or found.year
    number = said.round or outcome.round or found.round
    as_of = said.as_of or found.as_of
    if year and number and not as_of:
        as_of = calendar.collected_on(year, number)
        problems.append(Problem("as_of_assumed", "warning", values=(("said", as_of),)))
    if as_of and date.fromisoformat(as_of) > today:
        problems.append(Problem("as_of_later", "error", values=(("said", as_of),)))
    if any(problem.level == "error" for problem in problems) or not (year and number):
        return None, tuple(problems)
    guessed = not (said.year and (said.round or outcome.round))
    return Named(year, number, as_of, guessed), tuple(problems)


def _unclear(outcome: Outcome, said: Said) -> Iterator[Problem]:
    """What is missing, and what contradicts."""
    found = outcome.guess
    years = sorted({hint.year for hint in found.hints if hint.year is not None})
    if said.year is None and not years:
        yield Problem("year_unknown", "error")
    elif said.year is None and len(years) > 1:
        yield Problem("year_clash", "error", values=(("said", _listed(years)),))
    elif said.year is not None and years and said.year not in years:
        values = (("said", _listed(years)), ("meant", str(said.year)))
        yield Problem("year_other", "warning", values=values)
    yield from _unclear_round(outcome, said, found)


def _unclear_round(outcome: Outcome, said: Said, found: Guess) -> Iterator[Problem]:
    hints = "; ".join(hint.said for hint in found.hints if len(hint.rounds) < 3)
    if said.round is not None:
        allowed = all(said.round in hint.rounds for hint in found.hints)
        if not allowed and not outcome.round:
            values = (("said", hints), ("meant", str(said.round)))
            yield Problem("round_other", "warning", values=values)
    elif outcome.round:
        return
    elif found.clash:
        yield Problem("round_clash", "error", values=(("said", hints),))
    elif found.round is None:
        yield Problem("round_unknown", "error")


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


# ---------------------------------------------------------------- what it changes


def plans(
    outcome: Outcome, named: Named, url: str, entries: Mapping[str, Loaded]
) -> tuple[Plan, ...]:
    """An import for each source that the file speaks of, compared with what is there."""
    return tuple(_plan(found, url, entries) for found in imports(outcome, named))


def imports(outcome: Outcome, named: Named) -> Iterator[Import]:
    """The rounds of a file, with their digests."""
    for part in outcome.parts:
        one = Round(named.year, named.round, named.as_of, outcome.reported, "")
        found = Import(part.source, one, part.schools, part.cells, part.texts)
        yield importer.digested(found)


def _plan(found: Import, url: str, entries: Mapping[str, Loaded]) -> Plan:
    stored = [one for one in warehouse.stored_rounds(url, found.source_id) if not one.example]
    key = (found.round.academic_year, found.round.round)
    alike = [one for one in stored if (one.round.academic_year, one.round.round) == key]
    same = next((one for one in alike if one.round.digest == found.round.digest), None)
    current = alike[0] if alike else None
    older = [one for one in stored if (one.round.academic_year, one.round.round) < key]
    last = current or next(iter(older or stored), None)
    part = Part(found.source_id, found.schools, found.cells, found.texts)
    return Plan(
        found=found,
        corrects=current if same is None else None,
        same=same,
        is_current=same is not None and same is current,
        difference=difference.compare(part, last, url, means(entries, found.source_id)),
    )


def means(entries: Mapping[str, Loaded], source: str) -> frozenset[str]:
    """The measures of a source that are averages."""
    return frozenset(
        measure.name
        for loaded in entries.values()
        if loaded.entry.source_id == source
        for measure in loaded.entry.measures
        if measure.mean_over or measure.decimals
    )


def titles(entries: Mapping[str, Loaded]) -> dict[str, tuple[str, str]]:
    """Titles of all measures, Thai and English."""
    return {
        measure.name: (measure.title_th, measure.title_en)
        for loaded in entries.values()
        for measure in loaded.entry.measures
    }


def store(plan: Plan, url: str, now: datetime, *, by: str, filename: str, opened: bool) -> bool:
    """Writes the round; False where it is there already. Raises TryAgain."""
    written = importer.load(
        plan.found,
        url,
        now,
        by=by,
        filename=filename,
        status="open" if opened else "closed",
        corrects=plan.corrects.round.digest if plan.corrects else "",
    )
    if opened:
        retire_sample(url, plan.found.source_id)
    return written


def retire_sample(url: str, source: str) -> None:
    """Closes the shipped figures of a source once the office has open ones of its own."""
    stored = warehouse.stored_rounds(url, source)
    own = any(one.status == "open" and one.imported_by != importer.BY_SAMPLE for one in stored)
    for one in stored if own else ():
        if one.imported_by == importer.BY_SAMPLE and one.status == "open":
            warehouse.set_status(url, one.round.digest, "closed")


# ---------------------------------------------------------------- what is known


def known(url: str) -> Known:
    """The codes of all schools that any round names, and their other codes."""
    if not warehouse.stored_rounds(url):
        return Known()
    s, t = warehouse.schools.c, warehouse.texts.c
    others = select(t.value, t.school_code).where(t.name.in_(_OTHER_CODES)).order_by(t.round_id)
    with warehouse.reading(url) as connection:
        codes = frozenset(connection.scalars(select(s.school_code).distinct()))
        return Known(codes, {value: code for value, code in connection.execute(others)})


def find(url: str, said: str) -> tuple[Stored, ...]:
    """The rounds whose digest begins so."""
    if len(said) < 4:
        return ()
    return tuple(one for one in warehouse.stored_rounds(url) if one.round.digest.startswith(said))


def chain(url: str, last: Stored) -> tuple[str, ...]:
    """The digests of the rounds that this one took the place of, the newest first."""
    by_digest = {one.round.digest: one for one in warehouse.stored_rounds(url, last.source_id)}
    found: list[str] = []
    one: Stored | None = last
    while one is not None and one.corrects and one.corrects not in found:
        found.append(one.corrects)
        one = by_digest.get(one.corrects)
    return tuple(found)
