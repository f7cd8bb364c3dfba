"""Who acts for somebody who is away (ผู้รักษาราชการแทน)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailproc.model import Absence


def is_away(person_id: int, absences: Sequence[Absence], now: datetime) -> bool:
    """Whether the person is away at this moment."""
    return _absence(person_id, absences, now) is not None


def acting(
    person_id: int, deputies: Sequence[int], absences: Sequence[Absence], now: datetime
) -> tuple[int, ...]:
    """Who acts for the person: the person, the end of the chain of stand-ins, or, where none is
    named, those of `deputies` who are there. Where nobody is left it is the person again."""
    seen: list[int] = []
    at = person_id
    while (absence := _absence(at, absences, now)) is not None:
        seen.append(at)
        if absence.deputy_id is None:
            there = tuple(x for x in deputies if x not in seen and not is_away(x, absences, now))
            return there or (person_id,)
        if absence.deputy_id in seen:
            return (person_id,)
        at = absence.deputy_id
    return (at,)


def is_circle(person_id: int, deputy_id: int, absences: Sequence[Absence]) -> bool:
    """Whether this stand-in leads back to the person, whenever the absences are."""
    known: dict[int, set[int]] = {}
    for absence in absences:
        if absence.deputy_id is not None:
            known.setdefault(absence.person_id, set()).add(absence.deputy_id)
    reached, rest = set(), {deputy_id}
    while rest:
        reached |= rest
        rest = {y for x in rest for y in known.get(x, ())} - reached
    return person_id in reached


def may_act(
    person_id: int,
    for_person: int,
    deputies: Sequence[int],
    absences: Sequence[Absence],
    now: datetime,
) -> bool:
    """Whether the person stands somewhere in the chain of those who stand in."""
    reached, at = [for_person], for_person
    while (absence := _absence(at, absences, now)) is not None:
        if absence.deputy_id is None:
            return person_id in deputies
        if absence.deputy_id in reached:
            break
        at = absence.deputy_id
        reached.append(at)
    return person_id in reached[1:]


def back_at(person_id: int, absences: Sequence[Absence], now: datetime) -> datetime | None:
    """When somebody who is away is there again; None where nobody said it."""
    absence = _absence(person_id, absences, now)
    return absence.until if absence else None


def overlap(first: Absence, second: Absence) -> bool:
    """Whether there is a moment at which both hold."""
    ends = [one.until for one in (first, second) if one.until is not None]
    begins = max(first.since, second.since)
    return all(begins < end for end in ends)


def _absence(person_id: int, absences: Sequence[Absence], now: datetime) -> Absence | None:
    """The newest absence that holds now."""
    held = [
        absence
        for absence in absences
        if absence.person_id == person_id
        and absence.since <= now
        and (absence.until is None or now < absence.until)
    ]
    return held[-1] if held else None
