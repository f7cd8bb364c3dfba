"""The verdicts of one transaction: what stored mails mean, gathered before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.mail.delivery import is_one_address
from mailproc.mail.sender import trust
from mailproc.model import Form, Known, Letter, Reading, Request, Rules, State
from mailproc.placing import Found, Placing, place
from mailproc.store import messages, outbox, requests
from mailproc.store.desk import Desk
from mailproc.workflow import policy
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision
from mailproc.workflow.events import Answered, Cancelled, Confirmed, Event, Noted, Opened

_MARKED = frozenset({"opened", "merged", "command", "note"})


@dataclass(frozen=True, slots=True)
class Habits:
    """What the office chose for its incoming mail."""

    known: Known
    timezone: str
    fiscal: bool
    promise: timedelta
    holidays: frozenset[date]
    authserv_id: str
    mark: bool
    dedicated: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A stored mail and what it says."""

    row: sa.Row[Any]
    reading: Reading


class Batch:
    """The verdicts of one transaction, gathered before they are written."""

    def __init__(self, habits: Habits, rules: Rules, desk: Desk, now: datetime) -> None:
        self._habits, self._rules, self._desk, self._now = habits, rules, desk, now
        self._settled: list[messages.Settled] = []
        self._decisions: list[Decision] = []
        self._drafts: list[tuple[int, Request]] = []  # (position in _settled, draft)
        self._answers: list[tuple[Letter, str]] = []  # with their audience
        self._fates: list[tuple[sa.Row[Any], str]] = []  # letters that came back
        self._touched: set[int] = set()
        self._digests: set[str] = set()
        self._letters: dict[str, sa.Row[Any]] = {}
        self._bundled: dict[int, tuple[int, ...]] = {}  # letter → requests it also spoke of
        self._requests: dict[int, Request] = {}
        self._notes: dict[str, int] = {}

    def look_up(self, connection: sa.Connection, mails: Sequence[Read]) -> None:
        """One query per question for the whole batch."""
        readings = [mail.reading for mail in mails]
        self._digests = messages.seen_digests(connection, [r.digest for r in readings if r.digest])
        references = [name for r in readings for name in r.references]
        if not references:
            return
        self._letters = outbox.by_message_ids(connection, references)
        ids = [row.id for row in self._letters.values()]
        self._bundled = outbox.bundled_requests(connection, ids)
        about = {row.request_id for row in self._letters.values() if row.request_id}
        about.update(id_ for ids in self._bundled.values() for id_ in ids)
        self._requests = requests.get_many(connection, about)
        since = self._now - timedelta(days=1)
        senders = {r.from_addr for r in readings if r.references}
        for address in senders | {row.to_addr for row in self._letters.values() if row.to_addr}:
            self._notes[address] = sum(
                outbox.count_recent(connection, kind, address, since)
                for kind in ("noted", "how_to_decide", "decided", "too_late")
            )

    def add(self, mail: Read) -> bool:
        """Takes a mail in; False where a request of its was touched already in this batch."""
        letter = self._answered_letter(mail.reading)
        about = self._about(letter)
        if any(request.id in self._touched for request in about):
            return False
        if mail.row.verdict == "too_big":
            self._too_big(mail)
            return True
        placings = [
            self._checked(mail.reading, place(mail.reading, found, self._habits.known))
            for found in self._found(mail.reading, letter, about)
        ]
        self._take(mail, placings, letter, about)
        return True

    def _checked(self, reading: Reading, placing: Placing) -> Placing:
        """A request from no single plain address can't be answered: a person looks at it."""
        if placing.forms and not is_one_address(reading.from_addr):
            return Placing("unplaced", problem="the sender is not one plain address")
        return placing

    def _answered_letter(self, reading: Reading) -> sa.Row[Any] | None:
        found = (self._letters.get(name) for name in reading.references)
        return next((row for row in found if row is not None), None)

    def _about(self, letter: sa.Row[Any] | None) -> list[Request]:
        """The requests that a letter of ours spoke of: one, or all that went in one mail."""
        if letter is None:
            return []
        ids = (letter.request_id, *self._bundled.get(letter.id, ()))
        found = (self._requests.get(id_) for id_ in dict.fromkeys(ids))
        return [request for request in found if request is not None]

    def _found(
        self, reading: Reading, letter: sa.Row[Any] | None, about: Sequence[Request]
    ) -> list[Found]:
        """What is known, for each request that the mail may be about."""
        known = Found(duplicate=bool(reading.digest) and reading.digest in self._digests)
        if letter is None:
            return [known]
        known = replace(
            known,
            letter_kind=letter.kind,
            audience=letter.audience,
            letter_to=letter.to_addr or "",
            # A robot may answer from another address than the one we write to.
            notes_today=max(
                self._notes.get(reading.from_addr, 0), self._notes.get(letter.to_addr, 0)
            ),
        )
        return [replace(known, request=request) for request in about] or [known]

    def _take(
        self,
        mail: Read,
        placings: Sequence[Placing],
        letter: sa.Row[Any] | None,
        about: Sequence[Request],
    ) -> None:
        """Of several requests each gets its event; a mere note is told once."""
        self._digests.add(mail.reading.digest)
        moving = [p for p in placings if p.event and not isinstance(p.event, Noted)]
        first = (moving or placings)[0]
        position = len(self._settled)
        events = [
            (request, placing.event)
            for request, placing in zip(about, placings, strict=False)
            if placing.event is not None and (placing in moving or placing is first)
        ]
        self._settled.append(self._verdict(mail, first, events, about))
        self._drafts += [(position, self._draft(mail, form)) for form in first.forms]
        if first.fate and letter is not None:
            self._fates.append((letter, first.fate))
        self._touched.update(request.id for request, _ in events)
        self._decisions += [
            decide(request, event, self._rules, self._now) for request, event in events
        ]
        if first.answer and letter is not None:
            request = about[0] if about else None
            answer = self._answer(first.answer, mail.reading, letter, request)
            self._answers.append((answer, letter.audience))

    def _verdict(
        self,
        mail: Read,
        placing: Placing,
        events: Sequence[tuple[Request, Event]],
        about: Sequence[Request],
    ) -> messages.Settled:
        touched = [request for request, _ in events] or list(about)
        marked = self._habits.mark and placing.verdict in _MARKED
        return messages.Settled(
            row=mail.row,
            verdict=placing.verdict,
            digest=mail.reading.digest or None,
            message_id=mail.reading.message_id or None,
            request_id=touched[0].id if touched else None,
            problem=placing.problem or None,
            mark="seen" if marked else None,
            kind=mail.reading.kind,
            from_addr=mail.reading.from_addr.casefold() or None,
            human=bool(placing.forms) or any(_moves(*one) for one in events),
        )

    def _draft(self, mail: Read, form: Form) -> Request:
        reading, received = mail.reading, mail.row.internal_date
        habits = self._habits
        return Request(
            id=0,
            number="",
            version=0,
            state=State.NEW,
            language=reading.language,
            requester_addr=reading.from_addr,
            trust=trust(reading.authentication_results, habits.authserv_id),
            form=form,
            received_at=received,
            promised_at=policy.promised_at(
                received, habits.promise, habits.timezone, habits.holidays
            ),
            subject=reading.subject,
            thread=reading.message_id,
        )

    def _answer(
        self, kind: str, reading: Reading, letter: sa.Row[Any] | None, request: Request | None
    ) -> Letter:
        return Letter(
            kind=kind,
            # What answers one of our letters goes to the director, and she is written to in Thai.
            language="th" if letter is not None else reading.language,
            to_name=reading.from_name,
            to_addr=reading.from_addr,
            message_id=self._desk.new_message_id(),
            in_reply_to=reading.message_id,
            references=tuple(name for name in (*reading.references, reading.message_id) if name),
            subject=reading.subject,
            created_at=self._now,
            request=request,
        )

    def _too_big(self, mail: Read) -> None:
        """Only the header was fetched; the sender is told once where the mail is surely for us."""
        reading = mail.reading
        seen = bool(reading.digest) and reading.digest in self._digests
        ours = reading.kind == "request" or (
            self._habits.dedicated and reading.kind in ("other", "unreadable")
        )
        if ours and not seen and is_one_address(reading.from_addr):
            self._answers.append((self._answer("too_big", reading, None, None), "requester"))
        self._digests.add(reading.digest)
        self._settled.append(
            messages.Settled(
                mail.row,
                "too_big",
                reading.digest or None,
                reading.message_id,
                kind=reading.kind,
                from_addr=reading.from_addr.casefold() or None,
            )
        )

    def write(self, connection: sa.Connection) -> None:
        """All of it in the caller's transaction."""
        self._open(connection)
        requests.apply(connection, self._decisions, self._desk, self._now)
        for letter, audience in self._answers:
            outbox.record(connection, letter, audience, self._desk)
        for row, fate in self._fates:
            outbox.came_back(connection, row, fate)
        messages.settle(connection, self._settled, self._now)

    def _open(self, connection: sa.Connection) -> None:
        """Numbers the drafts and decides on them."""
        if not self._drafts:
            return
        ids = iter(requests.take_numbers(connection, "requests", len(self._drafts)))
        numbers = self._numbers(connection)
        for position, draft in self._drafts:
            numbered = replace(
                draft, id=next(ids), number=next(numbers[_year(draft, self._habits)])
            )
            self._decisions.append(decide(numbered, Opened(by="requester"), self._rules, self._now))
            settled = self._settled[position]
            if settled.request_id is None:
                self._settled[position] = replace(settled, request_id=numbered.id)

    def _numbers(self, connection: sa.Connection) -> dict[int, Any]:
        """Request numbers per Buddhist year."""
        years = [_year(draft, self._habits) for _, draft in self._drafts]
        taken = {}
        for year in set(years):
            sequence = requests.take_numbers(connection, f"number:{year}", years.count(year))
            taken[year] = iter([f"{year}/{value:05d}" for value in sequence])
        return taken


def _moves(request: Request, event: Event) -> bool:
    """Whether a mail brought something: robots that answer robots never do."""
    if isinstance(event, Answered):
        return event.form != request.form
    return isinstance(event, Confirmed | Cancelled)


def _year(draft: Request, habits: Habits) -> int:
    return policy.number_year(draft.received_at, habits.timezone, fiscal=habits.fiscal)
