"""Replies by which an approver decides, equal to the page.

The mail of ours that is answered, its address in From and a fresh code decide together. All is
written in the transaction of the mail, by the same way in as on the page; whatever comes of it is
answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from mailproc import deciding, thai
from mailproc.deciding import Given, Mandate
from mailproc.deciding.proving import Proved, prove_by_mail
from mailproc.mail.sender import is_doubted
from mailproc.model import Letter, Person, Reading, Request, Rules, State
from mailproc.parsers import Said
from mailproc.settling.answers import answer
from mailproc.settling.nouns import Habits, Read
from mailproc.store import absences, links, onetime, requests
from mailproc.store.absences import AbsenceRefused
from mailproc.store.desk import Desk, Link

_FREE_TRIES = 3  # without a pause, see workflow.retry
_DONE = {"approve": "approved", "refuse": "refused", "return": "returned", "undo": "undone"}
_COUNTS = ("done", "waits", "narrowed")
_REASONLESS = {"refuse": "reason_missing", "return": "question_missing"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that answers a letter to an approver."""

    mail: Read
    letter: sa.Row[Any]
    said: Said
    quiet: bool = False  # answered often enough today, where it decides nothing
    last: bool = False


class Settled(NamedTuple):
    """What became of it; the letter goes to the approver, by whose link it may be answered."""

    verdict: str = "note"
    problem: str = ""
    letter: Letter | None = None
    link: Link | None = None


class _Told(NamedTuple):
    """A letter to be written; `note` is what its text needs to say besides."""

    kind: str
    reason: str = ""
    note: str = ""


class Decisions:
    """Settles replies in one transaction."""

    def __init__(
        self, connection: sa.Connection, habits: Habits, rules: Rules, desk: Desk, now: datetime
    ) -> None:
        self._connection, self._habits, self._rules = connection, habits, rules
        self._desk, self._now = desk, now

    def settle(self, reply: Reply) -> Settled:
        """What the reply decides. Raises Stale where the request moved at this moment."""
        link = links.get(self._connection, reply.letter.link_id) if reply.letter.link_id else None
        found = deciding.mandate(self._connection, link, self._now)
        if found is None:
            return self._by_another_mail(reply)
        if elsewhere := self._elsewhere(reply, found):
            silent = reply.quiet or not reply.said.speaks
            letter = None if silent else self._letter(reply, found, elsewhere)
            return Settled("note", f"decides nothing: {elsewhere.reason}", letter, found.link)
        told, found = self._decided(reply, found)
        if told.kind == "reply_decided":
            return Settled("command", "", self._letter(reply, found, told), found.link)
        silent = reply.quiet and not reply.said.speaks
        letter = None if silent else self._letter(reply, found, told)
        return Settled("note", f"decides nothing: {told.reason}", letter, found.link)

    def away(self, letter: sa.Row[Any], reading: Reading) -> None:
        """The approver's mailbox says that she is away: who stands in is asked, where so chosen."""
        lasting, person = self._habits.away, letter.person_id
        if lasting is None or person is None or self._is_doubted(reading):
            return
        known = absences.current(self._connection, self._now)
        if any(one.person_id == person and one.since <= self._now for one in known):
            return
        if not [one for one in self._desk.people.get("deputy", ()) if one.id != person]:
            return  # nobody would be left
        try:
            until = self._now + lasting
            absences.begin(
                self._connection, person, None, self._now, until, "out_of_office", self._now
            )
        except AbsenceRefused:
            return

    def _by_another_mail(self, reply: Reply) -> Settled:
        """The letter asked for no decision, or its person holds no role any more."""
        reading, to_addr = reply.mail.reading, reply.letter.to_addr or ""
        problem = "nobody may decide by the mail that it answers"
        if reply.quiet or reading.from_addr.casefold() != to_addr.casefold():
            return Settled(problem=problem)
        number = reply.letter.request_id
        request = requests.get(self._connection, number) if number else None
        waits = request is None or request.state is State.AWAITING_DECISION
        about = (request,) if request else ()
        letter = answer(
            "how_to_decide" if waits else "decided",
            reading,
            about,
            self._desk,
            self._now,
            reason="not_here" if waits else "already",
            last=reply.last,
            to_director=True,
        )
        return Settled(problem=problem, letter=letter)

    # ------------------------------------------------------------ who wrote

    def _elsewhere(self, reply: Reply, found: Mandate) -> _Told | None:
        """Why the writer is not surely the person whom the letter went to."""
        reading = reply.mail.reading
        alone = "several_from" not in reading.flags
        if not alone or reading.from_addr.casefold() != found.person.address.casefold():
            return _Told("reply_elsewhere", "elsewhere", reading.from_addr)
        if self._is_doubted(reading):
            return _Told("reply_elsewhere", "unproved")
        return None

    def _is_doubted(self, reading: Reading) -> bool:
        stamps = reading.authentication_results
        return is_doubted(stamps, self._habits.authserv_id, reading.from_addr)

    # ------------------------------------------------------------ what it decides

    def _decided(self, reply: Reply, found: Mandate) -> tuple[_Told, Mandate]:
        said = reply.said
        undoes = said.choice == "undo"
        if not (found.may_undo if undoes else found.is_open(self._now)):
            return _Told("decided", self._why_not(found, undoes=undoes)), found
        if lacks := self._lacks(said, found):
            return _Told("how_to_decide", lacks), found
        at = min(reply.mail.row.internal_date, self._now)
        proved = prove_by_mail(
            self._connection, found, said.code, self._habits.pepper, at, self._now
        )
        if proved.error:
            return self._unproved(proved), found
        return self._taken(said, found, proved.device)

    def _why_not(self, found: Mandate, *, undoes: bool) -> str:
        """Why there is nothing to be decided any more."""
        return deciding.why_not(found, "undo" if undoes else "approve")

    def _lacks(self, said: Said, found: Mandate) -> str:
        """What is still to be said; a code is used up by nothing that decides nothing."""
        if not said.choice:
            return "unclear"
        if said.choice in _REASONLESS and not said.reason:
            return _REASONLESS[said.choice]
        if not onetime.kept(self._connection, found.person.id).any:
            return "no_codes"
        return "" if said.code else "code_missing"

    def _unproved(self, proved: Proved) -> _Told:
        left = _FREE_TRIES - proved.tries
        if proved.next_at is not None:
            until = thai.date_time(proved.next_at, self._rules.timezone)
            reason = "slow_down" if proved.error in ("code_wrong", "slow_down") else proved.error
            return _Told("how_to_decide", reason, until)
        return _Told("how_to_decide", proved.error, str(left) if left > 0 else "")

    def _taken(self, said: Said, found: Mandate, device: str) -> tuple[_Told, Mandate]:
        given = Given(choice=said.choice, via="reply", device=device, reason=said.reason)
        taken = deciding.take_in(
            self._connection, found.link.id, given, self._rules, self._desk, self._now
        )
        after = taken.mandate or found
        if taken.outcome not in _COUNTS:
            return _Told("decided", taken.outcome), after
        reason = "waits" if taken.outcome == "waits" else _DONE[said.choice]
        return _Told("reply_decided", reason, self._undo_within(after.request, reason)), after

    def _undo_within(self, request: Request, reason: str) -> str:
        """For how many seconds an approval can be taken back; empty where it can't."""
        if reason != "approved" or request.due_at is None or request.due_at <= self._now:
            return ""
        return str(round((request.due_at - self._now).total_seconds()))

    # ------------------------------------------------------------ the answer

    def _letter(self, reply: Reply, found: Mandate, told: _Told) -> Letter:
        """To the person whom we wrote to, whoever answered."""
        letter = answer(
            told.kind,
            reply.mail.reading,
            (found.request,),
            self._desk,
            self._now,
            reason=told.reason,
            last=reply.last and not reply.said.speaks,
            to_director=True,
        )
        person: Person = found.person
        return replace(letter, to_name=person.name, to_addr=person.address, note=told.note)
