"""Who is asked for which seat of a policy: nobody for two, and every seat somebody where it can."""

from __future__ import annotations

from collections.abc import Sequence

Holder = tuple[int, bool]  # a person's id, and whether the seat is the person's own


def seated(holders: Sequence[Sequence[Holder]]) -> tuple[tuple[int, ...], ...]:
    """By seat: the people who are asked for it, in the order given.

    A person's own seat comes before one that is taken for somebody else. A seat without anybody
    left is empty: two seats are for two pairs of eyes.
    """
    found: dict[int, int] = {}
    for own_alone in (True, False):
        for at in range(len(holders)):
            if at not in found.values():
                _seat(at, holders, own_alone, found, set())
    for wanted in (True, False):
        for at, people in enumerate(holders):
            for person, own in people:
                if own is wanted:
                    found.setdefault(person, at)
    return tuple(
        tuple(dict.fromkeys(person for person, _ in people if found[person] == at))
        for at, people in enumerate(holders)
    )


def _seat(
    at: int,
    holders: Sequence[Sequence[Holder]],
    own_alone: bool,
    found: dict[int, int],
    tried: set[int],
) -> bool:
    """Gives the seat somebody, moving others where that helps (an augmenting path)."""
    for person, own in sorted(holders[at], key=lambda one: one[0] in found):
        if person in tried or (own_alone and not own):
            continue
        tried.add(person)
        if person not in found or _seat(found[person], holders, own_alone, found, tried):
            found[person] = at
            return True
    return False
