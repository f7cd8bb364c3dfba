"""A decision that an approver signed on paper, entered by an officer with a picture of the page.

It counts like any other: over the very content that was shown, for one seat of the policy, with the
usual hold. Who decided and who entered it are kept apart, and the approver is told at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc.deciding import Given, Mandate, mandate, narrowing, take_in
from mailproc.model import Conditions, Letter, Person, Request
from mailproc.officer import files
from mailproc.officer.nouns import Done, Here, Who
from mailproc.parsers import narrowing_words
from mailproc.store import happened, links, outbox, papers, requests
from mailproc.thai import parse_date

CHOICES = {
    "approve": "approved",
    "conditions": "approved",
    "refuse": "refused",
    "return": "returned",
}
_MOST = 2000  # letters of a reason
_NOTHING = Conditions()
_FIELDS = {"until_past": "until", "not_coarser": "level"}


@dataclass(frozen=True, slots=True)
class Signed:
    """What the paper says."""

    link_id: str  # of the approver who signed; one of `may_have_signed`
    choice: str  # one of CHOICES
    reason: str = ""  # the requester reads it
    ground: str = ""  # of a refusal, a key of [grounds]
    without: str = ""  # of conditions: columns that go, by number or title
    level: str = ""  # coarser than was shown
    until: str = ""  # the last day of use, as written


def may_have_signed(connection: sa.Connection, request: Request, now: datetime) -> list[Mandate]:
    """Those who are asked for a decision on the request as it is."""
    asked = links.of_request(connection, request.id, now)
    found = (mandate(connection, link, now) for link in asked)
    return [one for one in found if one is not None and one.is_open(now)]


def enter(
    connection: sa.Connection,
    request_id: int,
    signed: Signed,
    filename: str,
    picture: bytes,
    who: Who,
    here: Here,
    *,
    seen: int = 0,
) -> Done:
    """Takes the decision; the picture is kept with the request as its evidence."""
    request = requests.get(connection, request_id)
    if request is None:
        return Done("gone")
    if seen and request.version != seen:
        return Done("meanwhile", request, happened.since(connection, request_id, seen))
    if wrong := _wrong(signed, picture):
        return Done(wrong[0], request, field=wrong[1])
    asked = may_have_signed(connection, request, here.now)
    found = next((one for one in asked if one.link.id == signed.link_id), None)
    if found is None:
        return Done("signer_missing", request, field="signer")
    if found.person.id == who.id:
        return Done("signer_self", request, field="signer")
    try:
        narrowed = _narrowed(signed, found.request, here)
    except _Unfit as unfit:
        return Done(unfit.key, request, field=unfit.field)
    return _taken(connection, found, signed, narrowed, filename, picture, who, here)


def _taken(
    connection: sa.Connection,
    found: Mandate,
    signed: Signed,
    narrowed: Conditions,
    filename: str,
    picture: bytes,
    who: Who,
    here: Here,
) -> Done:
    name, media_type = files.plain_name(filename, "decision"), files.picture_type(picture)
    with connection.begin_nested() as kept:
        paper = papers.add(
            connection,
            found.request.id,
            "decision",
            name,
            media_type,
            picture,
            who.id,
            here.desk,
            here.now,
        )
        given = _given(signed, narrowed, who, paper.id)
        taken = take_in(connection, found.link.id, given, here.rules, here.desk, here.now)
        if taken.outcome not in ("done", "waits", "narrowed"):
            kept.rollback()
            return Done(f"paper_{taken.outcome}", found.request)
    after = taken.mandate.request if taken.mandate else found.request
    _tell(connection, found, after, CHOICES[signed.choice], who, here)
    return Done("done", after)


class _Unfit(Exception):
    def __init__(self, key: str, field: str) -> None:
        self.key, self.field = key, field


def _narrowed(signed: Signed, request: Request, here: Here) -> Conditions:
    """The conditions that the paper sets. Raises _Unfit with a key of [officer_told]."""
    if signed.choice != "conditions":
        return _NOTHING
    day = parse_date(signed.until) if signed.until else None
    if signed.until and day is None:
        raise _Unfit("day_wrong", "until")
    columns = request.prepared.columns if request.prepared else ()
    without = narrowing_words.named(signed.without, columns) if signed.without else ()
    if signed.without and not without:
        raise _Unfit("without_unclear", "without")
    found = Conditions(without, signed.level, day.isoformat() if day else "")
    if found == _NOTHING:
        raise _Unfit("conditions_missing", "without")
    for key in narrowing.faults(request, found, here.rules, here.now):
        raise _Unfit(key, _FIELDS.get(key, "without"))
    return found


def _given(signed: Signed, narrowed: Conditions, who: Who, paper_id: int) -> Given:
    return Given(
        choice="approve" if signed.choice == "conditions" else signed.choice,
        conditions=narrowed,
        via="paper",
        reason=signed.reason.strip()[:_MOST],
        ground=signed.ground if signed.choice == "refuse" else "",
        entered_by=who.id,
        enterer=who.name,
        paper_id=paper_id,
    )


def _wrong(signed: Signed, picture: bytes) -> tuple[str, str] | None:
    """A key of [officer_told] and the field; None where all is there."""
    if signed.choice not in CHOICES:
        return "choice_missing", "choice"
    if signed.choice in ("refuse", "return") and not signed.reason.strip():
        return "reason_missing", "reason"
    if not picture:
        return "picture_missing", "picture"
    if len(picture) > files.MOST_BYTES:
        return "file_too_large", "picture"
    return None if files.picture_type(picture) else ("picture_kind", "picture")


def _tell(
    connection: sa.Connection, found: Mandate, after: Request, verdict: str, who: Who, here: Here
) -> None:
    """The approver learns what was entered in her name, in time to object."""
    letter = _letter(found.person, found.for_person, after, verdict, who, here)
    outbox.record(connection, letter, "director", here.desk, person_id=found.person.id)


def _letter(
    person: Person, stands_for: Person | None, after: Request, verdict: str, who: Who, here: Here
) -> Letter:
    root = here.desk.thread_root(after.id)
    return Letter(
        kind="paper_decision",
        language=here.desk.language,
        to_name=person.name,
        to_addr=person.address,
        message_id=here.desk.new_message_id(),
        in_reply_to=root,
        references=(root,),
        subject=after.subject,
        created_at=here.now,
        request=outbox.without_query(after),
        reason=verdict,
        note=who.name,
        for_name=stands_for.name if stands_for else "",
    )
