"""Letters that answer a mail directly, without a decision on a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mailproc.model import Letter, Outlook, Person, Reading, Request, Rules
from mailproc.settling.nouns import Told
from mailproc.store.desk import Desk
from mailproc.workflow import approval, dates

# These tell of a request, so they go to its requester whoever wrote.
_OF_REQUEST = frozenset({"status", "linked", "which", "confirm"})


def answer(
    kind: str,
    reading: Reading,
    about: Sequence[Request],
    desk: Desk,
    now: datetime,
    *,
    reason: str = "",
    last: bool = False,
    to_director: bool = False,
    outlooks: tuple[Outlook, ...] = (),
) -> Letter:
    """The answer to the mail, about some requests or about none."""
    first = about[0] if about else None
    name, address = reading.from_name, reading.from_addr
    if first is not None and kind in _OF_REQUEST:
        name, address = first.form.requester_name or name, first.requester_addr or address
    language = first.language if first is not None else reading.language
    return Letter(
        kind=kind,
        language=desk.language if to_director else language,
        to_name=name,
        to_addr=address,
        message_id=desk.new_message_id(),
        in_reply_to=reading.message_id,
        references=tuple(name for name in (*reading.references, reading.message_id) if name),
        subject=reading.subject,
        created_at=now,
        request=first,
        questions=first.questions if first is not None and kind == "confirm" else (),
        reason=reason,
        last=last,
        others=tuple(about[1:]),
        outlooks=outlooks,
    )


def to_person(
    told: Told,
    person: Person,
    reading: Reading,
    about: Sequence[Request],
    desk: Desk,
    now: datetime,
    *,
    last: bool = False,
) -> Letter:
    """What an approver is told, at the address that we wrote to, whoever answered."""
    letter = answer(
        told.kind, reading, about, desk, now, reason=told.reason, last=last, to_director=True
    )
    return replace(
        letter,
        to_name=person.name,
        to_addr=person.address,
        to_post=person.post,
        note=told.note,
        conditions=told.conditions,
    )


def outlooks(
    about: Sequence[Request], rules: Rules, desk: Desk, now: datetime
) -> tuple[Outlook, ...]:
    """Whom each of the requests waits for, and until when an answer can be expected."""
    return tuple(
        desk.outlook(one.id, approval.asked_now(one, rules), dates.answer_by(one, rules, now), now)
        for one in about
    )
