"""Replies by which an approver decides, equal to the page.

The mail of ours that is answered, its address in From and a fresh code decide together. All is
written in the transaction of the mail, by the same way in as on the page; whatever comes of it is
answered. Words that decide nothing are a message, and go to the officer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from mailproc import deciding, parsers, thai
from mailproc.deciding import Mandate
from mailproc.deciding.proving import Proved, prove_by_mail
from mailproc.model import Letter, Reading, Request, Rules, State
from mailproc.parsers import Said
from mailproc.settling.answers import answer, to_person
from mailproc.settling.nouns import Habits, Read, Told
from mailproc.settling.wanted import Wanted, wanted
from mailproc.settling.writers import is_forged, not_the_reader
from mailproc.store import absences, links, onetime, requests
from mailproc.store.absences import AbsenceRefused
from mailproc.store.desk import Desk, Link
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide

_FREE_TRIES = 3  # without a pause, see workflow.retry
DONE = {
    "approve": "approved",
    "refuse": "refused",
    "return": "returned",
    "undo": "undone",
    "revoke": "revoked",
}
COUNTS = ("done", "waits", "narrowed")
_NOTE_LENGTH = 2_000  # characters of a message to the officer


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that answers a letter to an approver."""

    mail: Read
    letter: sa.Row[Any]
    said: Said
    quiet: bool = False  # answered often enough today, where it decides nothing
    last: bool = False


class Settled(NamedTuple):
    """What became of it; the letter goes to the approver, by whose link it may be answered, or to
    the person of this id."""

    verdict: str = "note"
    problem: str = ""
    letter: Letter | None = None
    link: Link | None = None
    person: int | None = None


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
        if reply.said.asks:
            return self._passed_on(reply, found)
        told, found = self._decided(reply, found)
        if told.kind == "reply_decided":
            return Settled("command", "", self._letter(reply, found, told), found.link)
        silent = reply.quiet and not reply.said.speaks
        letter = None if silent else self._letter(reply, found, told)
        return Settled("note", f"decides nothing: {told.reason}", letter, found.link)

    def away(self, letter: sa.Row[Any], reading: Reading) -> None:
        """The approver's mailbox says that she is away: who stands in is asked, where so chosen."""
        lasting, person = self._habits.away, letter.person_id
        if lasting is None or person is None or is_forged(reading, self._habits):
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

    def _passed_on(self, reply: Reply, found: Mandate) -> Settled:
        """A message, a question maybe: the officer gets it with the request."""
        words = reply.mail.reading.text[:_NOTE_LENGTH].strip()
        if parsers.thanks(words):
            return Settled("note", "thanks, and nothing else")
        by, address = found.person.name, found.person.address
        event = e.Noted(by=by, note=words, quiet=True, approver=address)
        decision = decide(found.request, event, self._rules, self._now)
        requests.apply(self._connection, [decision], self._desk, self._now)
        waits = "open" if found.is_open(self._now) else "settled"
        told = Told("approver_noted", waits, words)
        letter = None if reply.quiet else self._letter(reply, found, told)
        return Settled("note", "a message to the officer", letter, found.link)

    # ------------------------------------------------------------ who wrote

    def _elsewhere(self, reply: Reply, found: Mandate) -> Told | None:
        """Why the writer is not surely the person whom the letter went to."""
        reading = reply.mail.reading
        why = not_the_reader(reading, found.person.address, self._habits)
        note = reading.from_addr if why == "elsewhere" else ""
        return Told("reply_elsewhere", why, note) if why else None

    # ------------------------------------------------------------ what it decides

    def _decided(self, reply: Reply, found: Mandate) -> tuple[Told, Mandate]:
        said = reply.said
        if said.choice in ("undo", "revoke") and found.is_open(self._now):
            return Told("how_to_decide", "nothing_yet"), found
        if not found.may(said.choice, self._now):
            why = deciding.why_not(found, said.choice if said.choice in DONE else "approve")
            hint = "revoke" if why == "late" and found.may_revoke else ""
            return Told("decided", why, hint), found
        wants = wanted(said, found.request, self._habits, self._rules, self._now)
        if lacks := self._lacks(wants, said, found):
            note = "\n".join(wants.unclear)
            return Told("how_to_decide", lacks, note, wants.conditions), found
        at = min(reply.mail.row.internal_date, self._now)
        proved = prove_by_mail(
            self._connection, found, said.code, self._habits.pepper, at, self._now
        )
        if proved.error:
            return unproved(proved, self._desk), found
        return self._taken(wants, found, proved.device)

    def _lacks(self, wants: Wanted, said: Said, found: Mandate) -> str:
        """What is still to be said; a code is used up by nothing that decides nothing."""
        if wants.lacks:
            return wants.lacks
        if not onetime.kept(self._connection, found.person.id).any:
            return "no_codes"
        return "" if said.code else "code_missing"

    def _taken(self, wants: Wanted, found: Mandate, device: str) -> tuple[Told, Mandate]:
        assert wants.given is not None
        given = replace(wants.given, device=device)
        taken = deciding.take_in(
            self._connection, found.link.id, given, self._rules, self._desk, self._now
        )
        after = taken.mandate or found
        if taken.outcome not in COUNTS:
            return Told("decided", taken.outcome), after
        reason = taken.outcome if taken.outcome != "done" else DONE[given.choice]
        within = undo_within(after.request, reason, self._now)
        return Told("reply_decided", reason, within, given.conditions), after

    # ------------------------------------------------------------ the answer

    def _letter(self, reply: Reply, found: Mandate, told: Told) -> Letter:
        last = reply.last and not reply.said.speaks
        reading, about = reply.mail.reading, (found.request,)
        return to_person(told, found.person, reading, about, self._desk, self._now, last=last)


def unproved(proved: Proved, desk: Desk) -> Told:
    """Why the code does not count, and when the next try does."""
    left = _FREE_TRIES - proved.tries
    if proved.next_at is not None:
        until = thai.date_time(proved.next_at, desk.timezone, desk.language)
        reason = "slow_down" if proved.error in ("code_wrong", "slow_down") else proved.error
        return Told("how_to_decide", reason, until)
    return Told("how_to_decide", proved.error, str(left) if left > 0 else "")


def undo_within(request: Request, reason: str, now: datetime) -> str:
    """For how many seconds an approval can be taken back; empty where it can't."""
    if reason != "approved" or request.due_at is None or request.due_at <= now:
        return ""
    return str(round((request.due_at - now).total_seconds()))
