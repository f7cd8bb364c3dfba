"""Who in the office gets a letter, and who is asked for which seat of an approval policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from mailproc.model import Request
from mailproc.store.desk import Asked, Desk
from mailproc.workflow.approval import given
from mailproc.workflow.effects import Seat, Send
from mailproc.workflow.seating import seated

WITH_DECIDE_LINK = frozenset({"approval", "approval_reminder"})


def staff(request: Request, effect: Send, desk: Desk, now: datetime) -> Iterator[tuple[int, Asked]]:
    """Who in the office gets the letter, each once, and for which seat."""
    if effect.to != "director" and not effect.seats:
        yield from ((0, Asked(person)) for person in desk.people.get(effect.to, ()))
        return
    seats = effect.seats or (Seat(0, ("group_director",)),)
    if effect.kind in WITH_DECIDE_LINK:
        yield from _approvers(request, seats, desk, now)
        return
    told: set[int] = set()
    for seat in seats:
        for asked in desk.holders(seat.who, now):
            if asked.person.id not in told:
                told.add(asked.person.id)
                yield seat.at, asked


def _approvers(
    request: Request, seats: Sequence[Seat], desk: Desk, now: datetime
) -> Iterator[tuple[int, Asked]]:
    """Those who can still approve: one seat for each, and none for who has said yes."""
    done = {one.person_id for one in given(request)}
    may = [
        {one.person.id: one for one in desk.holders(seat.who, now) if one.person.id not in done}
        for seat in seats
    ]
    own = [[(id_, one.for_person is None) for id_, one in found.items()] for found in may]
    for seat, found, chosen in zip(seats, may, seated(own), strict=True):
        yield from ((seat.at, found[person_id]) for person_id in chosen)


def lacks_somebody(effect: Send, found: Sequence[tuple[int, Asked]]) -> bool:
    """Whether a seat that is asked now has nobody who could take it."""
    if effect.kind not in WITH_DECIDE_LINK or effect.only:
        return False
    return bool({seat.at for seat in effect.seats} - {at for at, _ in found})
