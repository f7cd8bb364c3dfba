"""One turn: stored mails → sandbox → placing and workflow → store. Each gets its one verdict."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from mailproc.errors import Stale
from mailproc.mail.delivery import is_one_address
from mailproc.mail.sender import trust
from mailproc.model import Form, Known, Letter, Reading, Request, Rules, State
from mailproc.placing import Found, Placing, place
from mailproc.sandbox import Failed
from mailproc.store import messages, outbox, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import policy
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision
from mailproc.workflow.events import Opened

log = structlog.get_logger()
_BATCH = 64
_TOGETHER = 12  # settled in one transaction: many enough to be quick, few enough to let others in
_TRIES = 3  # then the mail is put aside for a person
_STALE_TRIES = 5
_MARKED = frozenset({"opened", "merged", "command", "note"})


class Reads(Protocol):
    """What intake needs of `sandbox.Reader`."""

    def read(self, mails: Sequence[bytes]) -> Iterable[Reading | Failed]: ...


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
class _Read:
    """A stored mail and what it says."""

    row: sa.Row[Any]
    reading: Reading


class Intake:
    """Gives stored mails their verdicts, many in one transaction where nothing is in the way.

    `tried` makes it a lane of its own for mails that failed before, or for all others: a mail that
    takes long or kills its reader then waits among its like.
    """

    def __init__(
        self,
        database: Database,
        reader: Reads,
        habits: Habits,
        rules: Rules,
        owner: str,
        *,
        tried: bool | None = None,
    ) -> None:
        self._database, self._reader, self._habits = database, reader, habits
        self._rules, self._owner, self._tried = rules, owner, tried

    def turn(self, desk: Desk, now: datetime) -> int:
        """Handles up to 64 mails; gives their number."""
        with self._database.read() as connection:
            if not messages.is_due(connection, now, tried=self._tried):
                return 0
        with self._database.write() as connection:
            rows = messages.claim(connection, now, self._owner, _BATCH, tried=self._tried)
        readings = self._reader.read([row.raw or b"" for row in rows])
        mails: list[_Read] = []
        for row, reading in zip(rows, readings, strict=True):
            if isinstance(reading, Reading):
                mails.append(_Read(row, reading))
            if isinstance(reading, Failed) or len(mails) == _TOGETHER:
                self._settle(mails, desk, now)  # they need not wait for the next that fails
                mails = []
            if isinstance(reading, Failed):
                self._failed(row, reading.problem, desk, now)
        self._settle(mails, desk, now)
        return len(rows)

    def _settle(self, mails: list[_Read], desk: Desk, now: datetime) -> None:
        """All in one transaction; one by one where that fails, so that no mail stops another."""
        while mails:
            try:
                with self._database.write() as connection:
                    rest = self._settle_once(connection, mails, desk, now)
            except Exception as error:
                log.warning("batch_failed", error=type(error).__name__, mails=len(mails))
                self._settle_each(mails, desk, now)
                return
            mails = rest

    def _settle_each(self, mails: list[_Read], desk: Desk, now: datetime) -> None:
        for mail in mails:
            try:
                self._settle_one(mail, desk, now)
            except Stale:
                continue  # another process has it
            except Exception as error:
                self._failed(mail.row, type(error).__name__, desk, now)

    def _settle_one(self, mail: _Read, desk: Desk, now: datetime) -> None:
        """Raises Stale where the mail is another's, or its request never stands still."""
        for left in reversed(range(_STALE_TRIES)):
            try:
                with self._database.write() as connection:
                    self._settle_once(connection, [mail], desk, now)
                return
            except Stale:  # the request moved on at this moment: again with what it is now
                if not left:
                    raise

    def _settle_once(
        self, connection: sa.Connection, mails: list[_Read], desk: Desk, now: datetime
    ) -> list[_Read]:
        """Settles mails until one touches a request that was touched already; gives the rest."""
        batch = _Batch(self._habits, self._rules, desk, now)
        batch.look_up(connection, mails)
        rest = list(mails)
        while rest and batch.add(rest[0]):
            rest.pop(0)
        batch.write(connection)
        return rest

    def _failed(self, row: sa.Row[Any], problem: str, desk: Desk, now: datetime) -> None:
        """Another try, or aside for a person with the raw bytes kept."""
        log.warning("mail_failed", mail=row.id, tries=row.tries, problem=problem)
        with contextlib.suppress(Stale), self._database.write() as connection:
            if row.tries < _TRIES:
                messages.try_again(connection, row, now + timedelta(seconds=5), problem)
                return
            quarantined = messages.Settled(row, "quarantined", problem=problem)
            messages.settle(connection, [quarantined], now)
            for officer in desk.people.get("officer", ()):
                letter = Letter(
                    kind="officer_quarantined",
                    language="th",
                    to_name=officer.name,
                    to_addr=officer.address,
                    message_id=desk.new_message_id(),
                    in_reply_to="",
                    references=(),
                    subject="",
                    created_at=now,
                    reason=problem,
                    note=str(row.id),
                )
                outbox.record(connection, letter, "officer", desk)


class _Batch:
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
        self._requests: dict[int, Request] = {}
        self._notes: dict[str, int] = {}

    def look_up(self, connection: sa.Connection, mails: Sequence[_Read]) -> None:
        """One query per question for the whole batch."""
        readings = [mail.reading for mail in mails]
        self._digests = messages.seen_digests(connection, [r.digest for r in readings if r.digest])
        references = [name for r in readings for name in r.references]
        if not references:
            return
        self._letters = outbox.by_message_ids(connection, references)
        ids = {row.request_id for row in self._letters.values() if row.request_id}
        self._requests = requests.get_many(connection, ids)
        since = self._now - timedelta(days=1)
        senders = {r.from_addr for r in readings if r.references}
        for address in senders | {row.to_addr for row in self._letters.values() if row.to_addr}:
            self._notes[address] = sum(
                outbox.count_recent(connection, kind, address, since)
                for kind in ("noted", "how_to_decide", "decided", "too_late")
            )

    def add(self, mail: _Read) -> bool:
        """Takes a mail in; False where its request was touched already in this batch."""
        letter = self._answered_letter(mail.reading)
        if letter is not None and letter.request_id in self._touched:
            return False
        if mail.row.verdict == "too_big":
            self._too_big(mail)
            return True
        found = self._found(mail.reading, letter)
        placing = self._checked(mail.reading, place(mail.reading, found, self._habits.known))
        self._take(mail, placing, letter, found.request)
        return True

    def _checked(self, reading: Reading, placing: Placing) -> Placing:
        """A request from no single plain address can't be answered: a person looks at it."""
        if placing.forms and not is_one_address(reading.from_addr):
            return Placing("unplaced", problem="the sender is not one plain address")
        return placing

    def _answered_letter(self, reading: Reading) -> sa.Row[Any] | None:
        found = (self._letters.get(name) for name in reading.references)
        return next((row for row in found if row is not None), None)

    def _found(self, reading: Reading, letter: sa.Row[Any] | None) -> Found:
        duplicate = bool(reading.digest) and reading.digest in self._digests
        if letter is None:
            return Found(duplicate=duplicate)
        return Found(
            duplicate=duplicate,
            letter_kind=letter.kind,
            audience=letter.audience,
            letter_to=letter.to_addr or "",
            request=self._requests.get(letter.request_id),
            # A robot may answer from another address than the one we write to.
            notes_today=max(
                self._notes.get(reading.from_addr, 0), self._notes.get(letter.to_addr, 0)
            ),
        )

    def _take(
        self, mail: _Read, placing: Placing, letter: sa.Row[Any] | None, request: Request | None
    ) -> None:
        self._digests.add(mail.reading.digest)
        position = len(self._settled)
        marked = self._habits.mark and placing.verdict in _MARKED
        self._settled.append(
            messages.Settled(
                row=mail.row,
                verdict=placing.verdict,
                digest=mail.reading.digest or None,
                message_id=mail.reading.message_id or None,
                request_id=request.id if request else None,
                problem=placing.problem or None,
                mark="seen" if marked else None,
            )
        )
        self._drafts += [(position, self._draft(mail, form)) for form in placing.forms]
        if placing.fate and letter is not None:
            self._fates.append((letter, placing.fate))
        if request is not None and (placing.event or placing.answer):
            self._touched.add(request.id)
        if request is not None and placing.event is not None:
            self._decisions.append(decide(request, placing.event, self._rules, self._now))
        if placing.answer and letter is not None:
            answer = self._answer(placing.answer, mail.reading, letter, request)
            self._answers.append((answer, letter.audience))

    def _draft(self, mail: _Read, form: Form) -> Request:
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

    def _too_big(self, mail: _Read) -> None:
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
            messages.Settled(mail.row, "too_big", reading.digest or None, reading.message_id)
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


def _year(draft: Request, habits: Habits) -> int:
    return policy.number_year(draft.received_at, habits.timezone, fiscal=habits.fiscal)
