"""Replies by which an approver decides several requests of one list, after one code.

Each number is bound to the link that the list showed under it, and by that to its very content.
Each gets its own outcome; all of them are told in one answer, which has the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from mailproc import deciding, parsers
from mailproc.deciding import Mandate
from mailproc.deciding.proving import prove_person_by_mail
from mailproc.model import Letter, Person, Rules
from mailproc.parsers import Many, Said
from mailproc.settling.answers import to_person
from mailproc.settling.decisions import COUNTS, DONE, Reply, Settled, unproved
from mailproc.settling.nouns import Habits, Told
from mailproc.settling.wanted import wanted
from mailproc.settling.writers import not_the_reader
from mailproc.store import links, onetime, outbox, people
from mailproc.store.desk import Desk

_NOTE_LENGTH = 2_000  # characters of a message to the officer
Outcome = tuple[int, str]  # number in the list, key of [list_outcomes]


class _Line(NamedTuple):
    """A number, what it stands for, and what is said of it; `lacks` where that is not enough."""

    number: int
    found: Mandate | None
    given: deciding.Given | None
    lacks: str = ""


class Lists:
    """Settles such replies in one transaction."""

    def __init__(
        self, connection: sa.Connection, habits: Habits, rules: Rules, desk: Desk, now: datetime
    ) -> None:
        self._connection, self._habits, self._rules = connection, habits, rules
        self._desk, self._now = desk, now

    def settle(self, reply: Reply, listed: Sequence[str]) -> Settled:
        """What the reply decides of the links that were listed, in their order."""
        reading, row = reply.mail.reading, reply.letter
        person = people.get(self._connection, row.person_id or 0, self._now)
        if person is None:
            return Settled(problem="nobody may decide by the mail that it answers")
        many = parsers.decisions(reading.text, len(listed), (reading.from_name, person.name))
        if why := not_the_reader(reading, person.address, self._habits):
            note = reading.from_addr if why == "elsewhere" else ""
            told = Told("reply_elsewhere", why, note)
            letter = self._letter(reply, person, told) if many.speaks else None
            return Settled("note", f"decides nothing: {why}", letter, person=person.id)
        if many.asks:
            return self._passed_on(reply, person)
        told, outcomes = self._decided(many, reply, listed, person)
        counted = any(key in _COUNTED for _, key in outcomes)
        if reply.quiet and not many.speaks:
            return Settled("note", "decides nothing")
        letter = replace(
            self._letter(reply, person, told), listed=tuple(listed), outcomes=tuple(outcomes)
        )
        problem = "" if counted else f"decides nothing: {told.reason}"
        return Settled("command" if counted else "note", problem, letter, person=person.id)

    # ------------------------------------------------------------ what it decides

    def _decided(
        self, many: Many, reply: Reply, listed: Sequence[str], person: Person
    ) -> tuple[Told, list[Outcome]]:
        if not many.lines:
            return Told("list_decided", "unclear", "\n".join(many.unclear)), []
        lines = [self._line(number, said, listed, person) for number, said in many.lines]
        if not any(line.given for line in lines):
            return Told("list_decided", "lacking"), [(line.number, line.lacks) for line in lines]
        if lacks := self._no_code(many, person):
            return Told("list_decided", lacks), []
        at = min(reply.mail.row.internal_date, self._now)
        place = f"list {person.id}"
        proved = prove_person_by_mail(
            self._connection, person, place, many.code, self._habits.pepper, at, self._now
        )
        if proved.error:
            why = unproved(proved, self._desk)
            return Told("list_decided", why.reason, why.note), []
        return Told("list_decided", "done"), [self._taken(line, proved.device) for line in lines]

    def _no_code(self, many: Many, person: Person) -> str:
        if not onetime.kept(self._connection, person.id).any:
            return "no_codes"
        return "" if many.code else "code_missing"

    def _line(self, number: int, said: Said, listed: Sequence[str], person: Person) -> _Line:
        """What is said of one number. What a list does not show enough of is not decided by it."""
        link = links.get(self._connection, listed[number - 1]) if number <= len(listed) else None
        found = deciding.mandate(self._connection, link, self._now)
        if number < 1 or found is None or found.person.id != person.id:
            return _Line(number, None, None, "no_number" if link is None else "gone")
        if not found.may(said.choice, self._now):
            kind = said.choice if said.choice in DONE else "approve"
            return _Line(number, found, None, deciding.why_not(found, kind))
        if said.choice == "conditions":
            return _Line(number, found, None, "own_mail")
        if said.choice == "approve" and self._is_alone(found):
            return _Line(number, found, None, "alone")
        wants = wanted(said, found.request, self._habits, self._rules, self._now)
        return _Line(number, found, wants.given, wants.lacks)

    def _is_alone(self, found: Mandate) -> bool:
        return not self._rules.batch_sensitive and deciding.is_sensitive(found.request)

    def _taken(self, line: _Line, device: str) -> Outcome:
        if line.given is None or line.found is None:
            return line.number, line.lacks
        given = replace(line.given, device=device)
        taken = deciding.take_in(
            self._connection, line.found.link.id, given, self._rules, self._desk, self._now
        )
        done = taken.outcome == "done" and taken.outcome in COUNTS
        return line.number, DONE[given.choice] if done else taken.outcome

    # ------------------------------------------------------------ the answer

    def _passed_on(self, reply: Reply, person: Person) -> Settled:
        """A message about none of them alone: the officers get it."""
        words = reply.mail.reading.text[:_NOTE_LENGTH].strip()
        if parsers.thanks(words):
            return Settled("note", "thanks, and nothing else")
        note = f"{words}\n\n{person.name} {person.address}"
        for officer in self._desk.people.get("officer", ()):
            letter = self._letter(reply, officer, Told("officer_note", "from_approver", note))
            letter = replace(letter, in_reply_to="", references=(), subject="")
            outbox.record(self._connection, letter, "officer", self._desk)
        told = Told("approver_noted", "settled", words)
        letter_ = None if reply.quiet else self._letter(reply, person, told)
        return Settled("note", "a message to the officer", letter_, person=person.id)

    def _letter(self, reply: Reply, person: Person, told: Told) -> Letter:
        return to_person(told, person, reply.mail.reading, (), self._desk, self._now)


_COUNTED = frozenset({*DONE.values(), "waits", "narrowed"})
