"""Letters: recorded → transmitting → sent | rejected | unknown, later bounced | delayed; or held.

A row never holds composed bytes or a token; `message_id` is fixed when it is recorded. Letters of
one bundle may go in one mail: that of the first, to which `bundled_into` of the others points.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from mailproc.model import Letter, Outlook, Person, Question, Request, State
from mailproc.store import asked, claims, schema
from mailproc.store.codec import dump_letter, load_letter
from mailproc.store.desk import Asked, Desk, Link
from mailproc.workflow import manners, pace
from mailproc.workflow.effects import Send
from mailproc.workflow.numbering import numbered
from mailproc.workflow.policy import is_believed, recipient

_O = schema.outbox
STATES = tuple("recorded transmitting sent folded rejected held unknown bounced delayed".split())
NO_APPROVER = "no_approver"  # a seat that nobody holds, who has not approved already
_SOON = max(manners.PATIENCE.values())
# In these states a request may still get its letter of the kind.
_IN_WORK = {
    "receipt": (State.PREPARING,),
    "ask": (State.PREPARING,),
    "dataset": (State.APPROVED, State.DELIVERING),
    "officer_handover": (State.APPROVED, State.DELIVERING),
}


class Written(NamedTuple):
    """A letter's row, and for a decision whose it is and which seat it is for."""

    row: dict[str, Any]
    asked: Asked | None = None
    seat: int = 0


def letters(
    request: Request, effect: Send, desk: Desk, now: datetime, *, event: str = ""
) -> list[Written]:
    """The letters of one effect of the event: one per recipient."""
    if effect.to == "requester":
        name = request.form.requester_name or ""
        person = Person(0, name, effect.to_addr or _address(request, effect), "requester")
        row = _row(request, effect, person, (request.thread,), desk, now)
        believed = is_believed(request)
        row["standing"] = manners.standing(
            effect.kind, event, believed=believed, entered=bool(request.entered_by_id)
        )
        row["bundle"] = _bundle(request, effect, person.address, desk)
        return [Written(row)]
    found = tuple(asked.staff(request, effect, desk, now))
    written = [
        Written(_to_staff(request, effect, one, desk, now), one, seat)
        for seat, one in found
        if effect.only in (0, one.person.id)
    ]
    if not asked.lacks_somebody(effect, found):
        return written
    nobody = Send("officer_needs_person", "officer", reason=NO_APPROVER)
    return [*written, *letters(request, nobody, desk, now, event=event)]


def _to_staff(
    request: Request, effect: Send, one: Asked, desk: Desk, now: datetime
) -> dict[str, Any]:
    root = desk.thread_root(request.id)
    for_name = one.for_person.name if one.for_person else ""
    row = _row(request, effect, one.person, (root,), desk, now, for_name)
    return row | {"bundle": _bundle(request, effect, one.person.address, desk)}


def _address(request: Request, effect: Send) -> str:
    """The file goes where it was approved to go, all else to the sender."""
    return recipient(request) if effect.attach else request.requester_addr


def _bundle(request: Request, effect: Send, address: str, desk: Desk) -> str | None:
    """What is alike in letters that may go as one; None for a request that came alone."""
    if request.together < 2 or effect.kind not in manners.TOGETHER:
        return None
    first_mail = (request.thread, request.received_at.isoformat())
    alike = (effect.reason, request.ground) if effect.kind == "refused" else (effect.reason,)
    return desk.bundle(effect.kind, address.casefold(), *first_mail, *alike)


def _row(
    request: Request,
    effect: Send,
    person: Person,
    thread: tuple[str, ...],
    desk: Desk,
    now: datetime,
    for_name: str = "",
) -> dict[str, Any]:
    letter = Letter(
        kind=effect.kind,
        language=request.language if effect.to == "requester" else desk.language,
        to_name=person.name,
        to_addr=person.address,
        message_id=desk.new_message_id(),
        in_reply_to=thread[-1],
        references=tuple(reference for reference in thread if reference),
        subject=request.subject,
        created_at=now,
        request=request,
        questions=effect.questions,
        last=effect.last,
        reason=effect.reason,
        note=effect.note,
        for_name=for_name,
        to_post=person.post if effect.to == "director" else "",
        needed=effect.needed,
        outlooks=_outlooks(request, effect, desk, now),
    )
    return _recorded(letter, effect.to, desk) | {
        "request_version": request.version,
        "person_id": person.id or None,
        "link_id": secrets.token_hex(16) if effect.kind in asked.WITH_DECIDE_LINK else None,
        "file_id": request.file_id if effect.attach else None,
    }


def _outlooks(request: Request, effect: Send, desk: Desk, now: datetime) -> tuple[Outlook, ...]:
    """Whom the request waits for, where the letter tells it."""
    if not effect.asked and effect.answer_by is None:
        return ()
    return (desk.outlook(request.id, effect.asked, effect.answer_by, now),)


def record(
    connection: sa.Connection,
    letter: Letter,
    audience: str,
    desk: Desk,
    *,
    standing: str | None = None,
    bundle: str | None = None,
    link: Link | None = None,
    person_id: int | None = None,
) -> int:
    """A letter that no decision owes; erased with its request where it speaks of one. Gives its id.

    `standing`: who ordered it, where a person did. `bundle`: alike in letters that go as one.
    `link`: by which its reader may decide.
    """
    row = _recorded(letter, audience, desk)
    if link is not None:
        row |= {"link_id": link.id, "person_id": link.person_id}
        row["request_version"] = link.request_version
    if audience == "requester" and (letter.request is None or not is_believed(letter.request)):
        row["standing"] = manners.STRANGER
    row |= {"standing": standing or row["standing"], "bundle": bundle}
    if person_id is not None:
        row["person_id"] = person_id
    return int(connection.scalars(_O.insert().values(row).returning(_O.c.id)).one())


def _recorded(letter: Letter, audience: str, desk: Desk) -> dict[str, Any]:
    return {
        "request_id": letter.request.id if letter.request else None,
        "kind": letter.kind,
        "audience": audience,
        "to_addr": letter.to_addr,
        "letter": dump_letter(letter),
        "message_id": letter.message_id,
        "state": "recorded",
        "recorded_at": letter.created_at,
        "due_at": letter.created_at,
        "purge_after": letter.created_at + desk.keep,
        "bundle": None,
        "correspondent": letter.to_addr.casefold() if audience == "requester" else None,
        "standing": None,
    }


def without_query(request: Request) -> Request:
    """As letters keep it: the query of what was prepared is half of the text; none tells it."""
    if request.prepared is None:
        return request
    return replace(request, prepared=replace(request.prepared, query=""))


def rewritten(connection: sa.Connection, row: sa.Row[Any], letter: Letter) -> sa.Row[Any]:
    """The row with another letter, which is still to be sent."""
    mine = _O.update().where(_O.c.id == row.id)
    return connection.execute(mine.values(letter=dump_letter(letter)).returning(*_O.c)).one()


def gather(connection: sa.Connection, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Lets letters wait for their siblings that are still being made, or ends the waiting."""
    kinds = {row["bundle"]: row for row in rows if row["bundle"]}
    for bundle, row in kinds.items():
        patience = manners.PATIENCE.get(row["kind"])
        if patience is None:
            continue
        waiting = _O.update().where(_O.c.bundle == bundle, _O.c.state == "recorded")
        waiting = waiting.where(_O.c.owner.is_(None), _O.c.tries == 0)
        if _is_incomplete(connection, row, now):
            waiting = waiting.where(_O.c.due_at == now).values(due_at=now + patience)
        else:
            waiting = waiting.values(due_at=now)
        connection.execute(waiting)


def _is_incomplete(connection: sa.Connection, row: dict[str, Any], now: datetime) -> bool:
    """Whether a request of the same mail may get its letter of this bundle any moment."""
    mine, other = schema.requests.alias(), schema.requests.alias()
    there = sa.exists().where(_O.c.bundle == row["bundle"], _O.c.request_id == other.c.id)
    held = sa.and_(other.c.state == State.APPROVED.value, other.c.due_at > now + _SOON)
    query = (
        sa.select(other.c.id)
        .join(
            mine,
            sa.and_(
                mine.c.requester_addr == other.c.requester_addr,
                mine.c.opened_at == other.c.opened_at,
            ),
        )
        .where(mine.c.id == row["request_id"], sa.not_(held), sa.not_(there))
        .where(other.c.state.in_([state.value for state in _IN_WORK[row["kind"]]]))
    )
    return connection.execute(query.limit(1)).first() is not None


def is_due(connection: sa.Connection, now: datetime, *, stopped: bool = False) -> bool:
    """Whether a letter is due; `stopped`: to those in the office alone."""
    return claims.is_due(connection, _O, now, *_staff(stopped))


def claim(
    connection: sa.Connection,
    now: datetime,
    owner: str,
    limit: int,
    *,
    stopped: bool = False,
    ranked: bool = False,
) -> Sequence[sa.Row[Any]]:
    """Recorded letters, leased, each with all of its bundle; nothing was sent for them yet.

    `ranked`: what is urgent first, for a server that does not take all at once.
    """
    due = (_O.c.state == "recorded", *_staff(stopped))
    first = (_rank(now),) if ranked else ()
    rows = claims.claim(connection, _O, *due, now=now, owner=owner, limit=limit, first=first)
    bundles = {row.bundle for row in rows if row.bundle is not None}
    if not bundles:
        return rows
    rest = (
        _O.update()
        .where(_O.c.bundle.in_(bundles), _O.c.state == "recorded", _O.c.owner.is_(None))
        .where(_O.c.letter.is_not(None))
        .values(due_at=now + claims.LEASE, owner=owner)
        .values(fence=_O.c.fence + 1, tries=_O.c.tries + 1)
        .returning(*_O.c)
    )
    return sorted((*rows, *connection.execute(rest)), key=lambda row: row.id)


def _rank(now: datetime) -> sa.ColumnElement[int]:
    """Urgent kinds, and what has waited too long behind them."""
    patient = sa.case(pace.ranks(), value=_O.c.kind, else_=pace.LAST)
    return sa.case((_O.c.recorded_at <= now - pace.PATIENCE, 0), else_=patient)


def _staff(stopped: bool) -> tuple[sa.ColumnElement[bool], ...]:
    if not stopped:
        return ()
    by_hand = _O.c.standing == manners.HAND
    return (sa.or_(_O.c.audience != "requester", by_hand, _O.c.state == "transmitting"),)


def mark_transmitting(
    connection: sa.Connection, row: sa.Row[Any], now: datetime, **values: Any
) -> bool:
    """To be committed before the first byte goes out. False where the claim was lost."""
    lease = now + claims.LEASE
    return _settle(connection, row, "recorded", state="transmitting", due_at=lease, **values)


def put_back(connection: sa.Connection, row: sa.Row[Any], due_at: datetime, **values: Any) -> bool:
    """It surely was not sent: recorded again, due later, alone or in another bundle."""
    if row.bundle is not None:
        values["bundled_into"] = None
    return _settle(
        connection,
        row,
        "transmitting",
        "recorded",
        state="recorded",
        due_at=due_at,
        owner=None,
        **values,
    )


def wait(connection: sa.Connection, row: sa.Row[Any], due_at: datetime) -> bool:
    """Not now; this was no try."""
    return put_back(connection, row, due_at, tries=row.tries - 1)


def finish(connection: sa.Connection, row: sa.Row[Any], state: str, **values: Any) -> bool:
    """sent, rejected, held or unknown. A late result still settles an `unknown`."""
    return _settle(
        connection,
        row,
        "transmitting",
        "unknown",
        "recorded",
        state=state,
        due_at=None,
        owner=None,
        **values,
    )


def _settle(connection: sa.Connection, row: sa.Row[Any], *states: str, **values: Any) -> bool:
    statement = _settling(states, tuple(sorted(values)))
    parameters = {f"new_{name}": value for name, value in values.items()}
    parameters |= {"row_id": row.id, "row_fence": row.fence}
    return connection.execute(statement, parameters).rowcount == 1


@cache
def _settling(states: tuple[str, ...], names: tuple[str, ...]) -> sa.Update:
    """Built once: two of these per mail are on the path of every mail."""
    held = _O.update().where(
        _O.c.id == sa.bindparam("row_id"),
        _O.c.fence == sa.bindparam("row_fence"),
        sa.or_(*(_O.c.state == state for state in states)),  # IN is written anew for each call
    )
    return held.values({name: sa.bindparam(f"new_{name}") for name in names})


def any_lost(connection: sa.Connection, now: datetime) -> bool:
    return claims.is_due(connection, _O, now, _O.c.state == "transmitting")


def lost(connection: sa.Connection, now: datetime) -> Sequence[sa.Row[Any]]:
    """Letters whose sender vanished while transmitting: now `unknown`, for a person to settle."""
    gone = (
        _O.update()
        .where(_O.c.state == "transmitting", _O.c.due_at <= now)
        .values(state="unknown", due_at=None, owner=None, tried_at=now)
        .returning(*_O.c)
    )
    return list(connection.execute(gone))


def by_message_ids(connection: sa.Connection, message_ids: Sequence[str]) -> dict[str, sa.Row[Any]]:
    """Our letters by their Message-ID."""
    rows = connection.execute(sa.select(_O).where(_O.c.message_id.in_(message_ids)))
    return {row.message_id: row for row in rows}


def bundled_requests(
    connection: sa.Connection, letter_ids: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """The requests of letters that went out in the mail of another letter, by its id."""
    query = sa.select(_O.c.bundled_into, _O.c.request_id).where(
        _O.c.bundled_into.in_(letter_ids), _O.c.request_id.is_not(None)
    )
    found: dict[int, tuple[int, ...]] = {}
    for row in connection.execute(query.order_by(_O.c.id)):
        found[row.bundled_into] = (*found.get(row.bundled_into, ()), row.request_id)
    return found


def asked_together(
    connection: sa.Connection, letter_ids: Sequence[int]
) -> dict[int, dict[int, tuple[Question, ...]]]:
    """What mails about several requests asked of each, with the numbers that they showed.

    By the letter that carried the others, then by request; a mail about one request is left out.
    """
    mail = sa.func.coalesce(_O.c.bundled_into, _O.c.id)
    led = sa.select(_O.c.bundled_into).where(_O.c.bundled_into.in_(letter_ids))
    query = sa.select(mail.label("lead"), _O.c.letter).where(
        sa.or_(_O.c.id.in_(led), _O.c.bundled_into.in_(letter_ids)), _O.c.letter.is_not(None)
    )
    mails: dict[int, list[Request]] = {}
    for row in connection.execute(query.order_by(_O.c.id)):
        if (request := load_letter(row.letter).request) is not None:
            mails.setdefault(row.lead, []).append(request)
    return {
        lead: dict(zip((r.id for r in told), numbered([r.questions for r in told]), strict=True))
        for lead, told in mails.items()
    }


def listed(
    connection: sa.Connection, states: Sequence[str] = (), limit: int = 1000
) -> Sequence[sa.Row[Any]]:
    """Letters in the given states (all when none), newest first."""
    query = sa.select(_O).order_by(_O.c.id.desc()).limit(limit)
    return list(connection.execute(query.where(_O.c.state.in_(states)) if states else query))


def was_told(
    connection: sa.Connection, kind: str, request_id: int | None, since: datetime | None
) -> bool:
    """Whether a letter of the kind was written about the request, or about none, since then."""
    query = sa.select(_O.c.id).where(_O.c.kind == kind, _O.c.request_id == request_id)
    if since is not None:
        query = query.where(_O.c.recorded_at > since)
    return connection.execute(query.limit(1)).first() is not None


def came_back(connection: sa.Connection, row: sa.Row[Any], fate: str) -> None:
    """What a delivery report says of a mail that was sent: bounced, or delayed for now."""
    before = ("sent", "unknown", "delayed") if fate == "bounced" else ("sent", "unknown")
    mail = sa.or_(_O.c.id == row.id, _O.c.bundled_into == row.id)
    update = _O.update().where(mail, _O.c.state.in_(before)).values(state=fate)
    connection.execute(update)


def change(
    connection: sa.Connection,
    letter: int,
    states: Sequence[str],
    state: str,
    **values: object,
) -> str | None:
    """Gives a letter in one of the states, and those that its mail carried too, another state;
    its kind, or None where there is no such letter."""
    changed = (
        sa.update(_O)
        .where(_of_mail(letter), _O.c.state.in_(states), _O.c.letter.is_not(None))
        .values(state=state, tries=0, problem=None, **values)
        .returning(_O.c.id, _O.c.kind)
    )
    return {row.id: row.kind for row in connection.execute(changed)}.get(letter)


def requests_of(connection: sa.Connection, letter: int) -> list[int]:
    """The requests of a letter, and of those that its mail carried too."""
    query = sa.select(_O.c.request_id).where(_of_mail(letter), _O.c.request_id.is_not(None))
    return list(connection.scalars(query.order_by(_O.c.id)))


def _of_mail(letter: int) -> sa.ColumnElement[bool]:
    return sa.or_(_O.c.id == letter, _O.c.bundled_into == letter)
