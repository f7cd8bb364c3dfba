"""Which letters of one mail share a booklet: decided when they are due, bound as a job.

A booklet holds only what was approved and built; each of its requests keeps its own number,
decision and file. Until it is bound its letters wait; where it can't be bound they go with their
own files, so nothing depends on it. See docs/adr/0014.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.digest import canonical
from mailproc.model import LeftOut, Request, State
from mailproc.store import jobs, lookups
from mailproc.store.codec import load_letter

PATIENCE = timedelta(minutes=15)  # for requests of the same mail that are still undecided
_LOOK_AGAIN = timedelta(seconds=10)
_BINDING = timedelta(seconds=2)
_KINDS = ("dataset", "officer_handover")
_PAGES = ("pdf", "paper")
_UNDER_WAY = (
    State.PREPARING,
    State.CHECKING,
    State.AWAITING_DECISION,
    State.APPROVED,
    State.DELIVERING,
)
Row = sa.Row[Any]


@dataclass(slots=True)
class Bound:
    """What became of a mail: the booklet of each letter that has one, or until when it waits."""

    books: dict[int, int] = field(default_factory=dict)  # letter → file
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Covers:
    """What a booklet holds, and what it says that it does not hold."""

    files: tuple[tuple[int, int], ...]  # request, and its own file
    left_out: tuple[LeftOut, ...]

    def dump(self) -> str:
        """Equal for equal booklets."""
        left_out = [[one.number, one.title, one.why] for one in self.left_out]
        return canonical({"files": [list(pair) for pair in self.files], "left_out": left_out})

    @staticmethod
    def load(text: str) -> Covers:
        found = json.loads(text)
        return Covers(
            tuple((request, file) for request, file in found["files"]),
            tuple(LeftOut(*one) for one in found["left_out"]),
        )


def bind(connection: sa.Connection, mail: Sequence[Row], now: datetime) -> Bound:
    """Looks for the booklet of a mail's letters; orders it where there is none yet."""
    pages = [(row, request) for row in mail if (request := _on_pages(row)) is not None]
    if not pages:
        return Bound()
    mine = {request.id for _, request in pages}
    others = [one for one in lookups.of_same_mail(connection, pages[0][1]) if one.id not in mine]
    if _are_awaited(others, pages[0][0], now):
        return Bound(until=now + _LOOK_AGAIN)
    if len(pages) < 2:
        return Bound()
    return _booklet(connection, pages, others, now)


def _on_pages(row: Row) -> Request | None:
    """The request of a letter whose file may go into a booklet."""
    if row.kind not in _KINDS or row.file_id is None or row.bundle is None or not row.letter:
        return None
    try:
        request = load_letter(row.letter).request
    except ValueError:  # composing it says what is wrong
        return None
    pages = request is not None and request.prepared is not None
    return request if pages and _is_for_pages(request) else None


def _is_for_pages(request: Request | None) -> bool:
    if request is None or request.item.format not in _PAGES:
        return False
    prepared = request.prepared  # a ready-made file leaves as it is
    return prepared is None or (prepared.format == "pdf" and prepared.file is None)


def _are_awaited(others: Sequence[Request], first: Row, now: datetime) -> bool:
    """Whether a sibling may still come into the booklet in time."""
    if first.tries > 1 or now - first.recorded_at >= PATIENCE:
        return False
    return any(one.state in _UNDER_WAY and _is_for_pages(one) for one in others)


def _booklet(
    connection: sa.Connection,
    pages: Sequence[tuple[Row, Request]],
    others: Sequence[Request],
    now: datetime,
) -> Bound:
    files = tuple((request.id, row.file_id) for row, request in pages)
    covers = Covers(files, tuple(_left_out(others))).dump()
    found = jobs.booklet(connection, covers)
    if found is not None:
        return Bound({row.id: found for row, _ in pages})
    state = jobs.booklet_job(connection, covers)
    if state is None:
        jobs.order_booklet(connection, pages[0][1], covers, now)
    return Bound(until=now + _BINDING) if state != "done" else Bound()


def _left_out(others: Sequence[Request]) -> list[LeftOut]:
    left = []
    for one in others:
        title = one.prepared.title_th if one.prepared else one.item.dataset
        if one.state is State.REFUSED:
            left.append(LeftOut(one.number, title, "refused"))
        elif one.state not in (State.CANCELLED, State.EXPIRED, State.DELIVERED):
            left.append(LeftOut(one.number, title, "later"))
    return left
