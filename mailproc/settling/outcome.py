"""What becomes of one mail, before it is written: the requests it moves, opens and tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from mailproc.model import Form, Reading, Request
from mailproc.parsers import refuses
from mailproc.placing import Placing
from mailproc.settling.facts import About
from mailproc.workflow.events import (
    Answered,
    Cancelled,
    Confirmed,
    Event,
    Noted,
    RecipientProved,
    Resend,
)

Events = list[tuple[Request, Event]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that becomes of one mail."""

    placing: Placing
    events: Events
    forms: tuple[Form, ...] = ()  # that open requests
    told: tuple[tuple[Request, str], ...] = ()  # asked for before: the letter that says so

    @property
    def about(self) -> tuple[Request, ...]:
        """Those that it moves, then those of which the requester is told."""
        return (*(r for r, _ in self.events), *(r for r, _ in self.told))


def joined(about: About, placings: Sequence[Placing]) -> Outcome:
    """Of several requests each gets its event; a mere note is told once.

    What answers one of them says nothing to the others, so it leaves them as they are.
    """
    targets = about.requests or placings[0].about
    moving = [p for p in placings if p.event and not isinstance(p.event, Noted)]
    moving = [p for p in moving if not getattr(p.event, "confused", False)] or moving
    first = (moving or placings)[0]
    events = [
        (request, placing.event)
        for request, placing in zip(targets, placings, strict=False)
        if placing.event is not None and (placing in moving or placing is first)
    ]
    kept = [p for p in moving if p.event is not None]
    return Outcome(first, _told_once(events), tuple(form for p in kept for form in p.forms))


def _told_once(events: Events) -> Events:
    """What an answer to several left over is what none of them took, and what one of them still
    holds though it was refused; one of them tells it."""
    notes = [event.note.split("\n") for _, event in events if isinstance(event, Answered)]
    if len(notes) < 2:
        return events
    said = dict.fromkeys(clause for note in notes for clause in note)
    over = "\n".join(
        clause for clause in said if refuses(clause) or all(clause in note for note in notes)
    )
    told: Events = []
    for request, event in events:
        told.append((request, replace(event, note=over) if isinstance(event, Answered) else event))
        over = "" if isinstance(event, Answered) else over
    return told


def is_proof(reading: Reading, letter: sa.Row[Any], events: Events) -> bool:
    """Whether the writer holds the mailbox that our letter went to, and did more than remark."""
    same = reading.from_addr.casefold() == (letter.to_addr or "").casefold()
    return same and any(not isinstance(event, Noted) for _, event in events)


def moves(request: Request, event: Event) -> bool:
    """Whether a mail brought something: robots that answer robots never do."""
    if isinstance(event, Answered):
        return event.form != request.form
    return isinstance(event, Confirmed | RecipientProved | Cancelled | Resend)
