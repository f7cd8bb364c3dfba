"""The verdicts of one transaction, gathered before they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailproc.mail.delivery import is_one_address
from mailproc.model import Form, Letter, Reading, Request, Rules, Waiting
from mailproc.placing import Found, Placing, again, place
from mailproc.settling import drafts
from mailproc.settling.answers import answer, outlooks
from mailproc.settling.decisions import Decisions, Reply
from mailproc.settling.facts import About, Facts
from mailproc.settling.lists import Lists
from mailproc.settling.nouns import Habits, Read
from mailproc.settling.outcome import Events, Outcome, is_proof, joined, moves
from mailproc.settling.shown import as_json, as_shown
from mailproc.store import addresses, messages, outbox, requests, waiting
from mailproc.store.codec import load_letter
from mailproc.store.desk import Desk
from mailproc.workflow import policy
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision
from mailproc.workflow.events import (
    Confirmed,
    Opened,
)

_MARKED = frozenset({"opened", "merged", "command", "note", "linked"})


class Batch:
    """Mails are added while none touches what another has touched; then all is written."""

    def __init__(self, habits: Habits, rules: Rules, desk: Desk, now: datetime) -> None:
        self._habits, self._rules, self._desk, self._now = habits, rules, desk, now
        self._facts = Facts(habits, rules.same, now)
        self._settled: list[messages.Settled] = []
        self._decisions: list[Decision] = []
        self._drafts: list[tuple[int, Request]] = []  # (position in _settled, draft)
        self._entered: dict[int, Reading] = {}  # by position in _settled: sent for somebody else
        self._answers: list[tuple[Letter, str]] = []  # with their audience
        self._fates: list[tuple[sa.Row[Any], str]] = []  # letters that came back
        self._waiting: list[Waiting] = []
        self._replies: list[tuple[int, Reply]] = []  # of approvers, by position in _settled
        self._away: list[tuple[sa.Row[Any], Reading]] = []  # approvers, by our letter to each
        self._touched: set[int] = set()
        self._opened: set[str] = set()  # fingerprints of the drafts
        self._newly_proved: set[str] = set()

    def look_up(self, connection: sa.Connection, mails: Sequence[Read]) -> None:
        """One query per question for the whole batch."""
        self._facts.look_up(connection, mails)

    def add(self, mail: Read) -> bool:
        """Takes a mail in; False where a request of its was touched already in this batch."""
        about = self._facts.about(mail)
        if any(request.id in self._touched for request in about.requests):
            return False
        if mail.row.verdict == "too_big":
            self._too_big(mail)
            return True
        outcome = self._outcome(mail.reading, about)
        if outcome is None or any(r.id in self._touched for r in outcome.about):
            return False
        self._take(mail, outcome, about)
        return True

    # ------------------------------------------------------------ what becomes of a mail

    def _outcome(self, reading: Reading, about: About) -> Outcome | None:
        """None where the same is being opened in this batch."""
        known = self._habits.known
        placings = [self._checked(reading, place(reading, found, known)) for found in about.founds]
        if placings[0].forms and placings[0].event is None:
            return self._opening(reading, placings[0], about.founds[0])
        moving = joined(about, placings)
        return replace(moving, forms=self._unasked(reading, about, moving.forms))

    def _checked(self, reading: Reading, placing: Placing) -> Placing:
        """A request from no single plain address can't be answered: a person looks at it."""
        plain = "several_from" not in reading.flags and is_one_address(reading.from_addr)
        if placing.forms and not plain:
            problem = "the sender is not one plain address"
            return Placing("unplaced", problem=problem, waits=True)
        return placing if plain or placing.event else replace(placing, answer="")

    def _opening(self, reading: Reading, placing: Placing, found: Found) -> Outcome | None:
        """Each form opens a request unless the same was asked for before."""
        new: list[Form] = []
        links: list[tuple[Request, Placing]] = []
        for form in placing.forms:
            fingerprint = drafts.fingerprint(
                reading, form, self._habits, self._desk, self._facts.proved
            )
            if fingerprint and fingerprint in self._opened:
                return None
            first = self._facts.same(fingerprint)
            link = again(reading, form, first, found, self._habits.known) if first else None
            if first is None or link is None:
                new.append(form)
            else:
                links.append((first, link))
        events = [(first, link.event) for first, link in links if link.event is not None]
        told = tuple((first, link.answer) for first, link in links if link.answer)
        verdict = placing if new else links[0][1]
        return Outcome(verdict, events, tuple(new), told)

    def _unasked(self, reading: Reading, about: About, forms: Sequence[Form]) -> tuple[Form, ...]:
        """Those of the forms that this sender has not asked for already."""
        asked = {
            policy.fingerprint(request.requester_addr, request.form)
            for found in about.founds
            for request in (*found.own, *about.requests)
        }
        asked |= self._opened
        prints = {policy.fingerprint(reading.from_addr, form): form for form in forms}
        return tuple(form for mark, form in prints.items() if mark not in asked)

    # ------------------------------------------------------------ taking it in

    def _take(self, mail: Read, outcome: Outcome, about: About) -> None:
        reading, events = mail.reading, list(outcome.events)
        self._facts.digests.add(reading.digest)
        self._facts.hears(reading, about)
        if outcome.placing.waits:
            self._waiting.append(as_shown(mail, outcome.placing))
        position = len(self._settled)
        self._settled.append(self._verdict(mail, outcome, about))
        self._open_later(mail, position, outcome.forms)
        if outcome.placing.fate and about.letter is not None:
            self._fates.append((about.letter, outcome.placing.fate))
        if about.letter is not None and is_proof(reading, about.letter, events):
            self._newly_proved.add(reading.from_addr)
        events += self._confirmed_too(reading, events)
        self._touched.update(request.id for request, _ in (*events, *outcome.told))
        self._decide_later(mail, position, outcome.placing, about)
        self._decisions += [
            decide(request, event, self._rules, self._now) for request, event in events
        ]
        self._answer(reading, outcome, about)

    def _open_later(self, mail: Read, position: int, forms: Sequence[Form]) -> None:
        proved = self._facts.proved | self._newly_proved
        self._facts.opens(mail.reading.from_addr, len(forms))
        for form in forms:
            made = drafts.draft(mail, form, len(forms), self._habits, self._desk, proved)
            self._drafts.append((position, made))
            if made.entered_by:
                self._entered[position] = mail.reading
            self._opened.add(policy.fingerprint(made.requester_addr, form))

    def _decide_later(self, mail: Read, position: int, placing: Placing, about: About) -> None:
        """What an approver says is taken up when all is written: a code is used up there."""
        if about.letter is None:
            return
        if placing.away:
            self._away.append((about.letter, mail.reading))
        if placing.said is not None:
            quiet = not placing.answer
            reply = Reply(mail, about.letter, placing.said, quiet, placing.last)
            self._replies.append((position, reply))
            self._touched.update(request.id for request in about.requests)

    def _confirmed_too(self, reading: Reading, events: Events) -> Events:
        """All that this sender waits to confirm: one reply is enough."""
        if not any(isinstance(event, Confirmed) for _, event in events):
            return []
        done = self._touched | {request.id for request, _ in events}
        sender = reading.from_addr.casefold()
        return [
            (request, Confirmed(by="requester", form=request.form))
            for request in self._facts.unconfirmed
            if request.id not in done and request.requester_addr.casefold() == sender
        ]

    def _verdict(self, mail: Read, outcome: Outcome, about: About) -> messages.Settled:
        placing, events = outcome.placing, outcome.events
        touched = outcome.about or about.requests or placing.about
        tied = placing.verdict not in ("unplaced", "opened")
        marked = self._habits.mark and placing.verdict in _MARKED
        return messages.Settled(
            row=mail.row,
            verdict=placing.verdict,
            digest=mail.reading.digest or None,
            message_id=mail.reading.message_id or None,
            request_id=touched[0].id if touched and tied else None,
            problem=placing.problem or None,
            mark="seen" if marked else None,
            kind=mail.reading.kind,
            from_addr=mail.reading.from_addr.casefold() or None,
            human=bool(outcome.forms)
            or (about.is_person and placing.verdict in _MARKED)
            or any(moves(*one) for one in events),
            words=(about.words or None) if placing.verdict in _MARKED else None,
            guess=as_json(placing.guesses) if placing.waits else None,
        )

    def _answer(self, reading: Reading, outcome: Outcome, about: About) -> None:
        """The letter that the mail gets, or those that tell of what was asked for before."""
        placing = outcome.placing
        for kind in dict.fromkeys(kind for _, kind in outcome.told):
            known = [request for request, told in outcome.told if told == kind]
            self._answers.append((answer(kind, reading, known, self._desk, self._now), "requester"))
        if placing.answer and not outcome.told and placing.said is None:
            audience = about.letter.audience if about.letter is not None else "requester"
            known = list(about.requests or placing.about)
            letter = answer(
                placing.answer,
                reading,
                known,
                self._desk,
                self._now,
                reason=placing.reason,
                last=placing.last,
                to_director=audience == "director",
                outlooks=outlooks(known, self._rules, self._desk, self._now),
            )
            self._answers.append((letter, audience))

    def _too_big(self, mail: Read) -> None:
        """Only the header was fetched; the sender is told once where the mail is surely for us."""
        reading = mail.reading
        seen = bool(reading.digest) and reading.digest in self._facts.digests
        ours = reading.kind == "request" or (
            self._habits.dedicated and reading.kind in ("other", "unreadable")
        )
        if ours and not seen and is_one_address(reading.from_addr):
            letter = answer("too_big", reading, (), self._desk, self._now)
            self._answers.append((letter, "requester"))
        self._facts.digests.add(reading.digest)
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

    # ------------------------------------------------------------ writing

    def write(self, connection: sa.Connection) -> None:
        """All of it in the caller's transaction."""
        self._open(connection)
        addresses.confirm(connection, self._newly_proved, self._now)
        requests.apply(connection, self._decisions, self._desk, self._now)
        for letter, audience in self._answers:
            outbox.record(connection, letter, audience, self._desk)
        for row, fate in self._fates:
            outbox.came_back(connection, row, fate)
        self._decide(connection)
        messages.settle(connection, self._settled, self._now)
        if self._waiting:
            waiting.tell(connection, self._desk, self._now, self._waiting)

    def _decide(self, connection: sa.Connection) -> None:
        """What approvers decide by their replies, in the order of their mails."""
        if not self._replies and not self._away:
            return
        decisions = Decisions(connection, self._habits, self._rules, self._desk, self._now)
        for letter, reading in self._away:
            decisions.away(letter, reading)
        lists = Lists(connection, self._habits, self._rules, self._desk, self._now)
        for position, reply in self._replies:
            listed = load_letter(reply.letter.letter).listed if reply.letter.letter else ()
            became = lists.settle(reply, listed) if listed else decisions.settle(reply)
            settled = replace(self._settled[position], verdict=became.verdict)
            self._settled[position] = replace(settled, problem=became.problem or None)
            if became.letter is not None:
                link, to = became.link, became.person
                outbox.record(
                    connection, became.letter, "director", self._desk, link=link, person_id=to
                )

    def _open(self, connection: sa.Connection) -> None:
        """Numbers the drafts and decides on them."""
        if not self._drafts:
            return
        made = drafts.numbered(connection, [one for _, one in self._drafts], self._habits)
        for (position, _), request in zip(self._drafts, made, strict=True):
            opened = Opened(by=request.entered_by or "requester")
            self._decisions.append(decide(request, opened, self._rules, self._now))
            if (reading := self._entered.get(position)) is not None:
                told = (self._decisions[-1].after,)
                letter = answer("entered", reading, told, self._desk, self._now)
                self._answers.append((letter, "officer"))
            settled = self._settled[position]
            if settled.request_id is None:
                self._settled[position] = replace(settled, request_id=request.id)
