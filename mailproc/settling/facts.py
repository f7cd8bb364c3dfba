"""What the store knows of a batch of mails: one query per question for all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc import parsers, thai
from mailproc.mail.sender import trust
from mailproc.model import Question, Reading, Request, State, Trust
from mailproc.placing import SPOKEN_LIMIT, Found, one_each
from mailproc.placing.commands import chosen, is_narrowed
from mailproc.settling import drafts
from mailproc.settling.nouns import Habits, Read
from mailproc.store import addresses, lookups, messages, outbox, requests
from mailproc.store.codec import load_letter
from mailproc.workflow import policy

# Answers that change nothing; robots that answer robots are stopped by their number.
ANSWERS = (
    "noted how_to_decide decided too_late status which form explain linked passed_on encrypted "
    "unreadable too_many personal reply_elsewhere approver_noted list_decided"
).split()
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_WEEK, _LATELY = timedelta(days=7), timedelta(days=30)
_NUMBER = re.compile(r"(?<![0-9])2[0-9]{3}/[0-9]{5}(?![0-9])")
_STEERING = frozenset({"cancel", "status", "resend", "nudge"})
_SPOKEN = frozenset({"request", "command", "reply", "other"})
_LOOSE = frozenset(
    {"request", "command", "reply", "other", "encrypted", "unreadable", "list", "bounce"}
)


@dataclass(frozen=True, slots=True)
class About:
    """The letter of ours that a mail answers, and what is known for each request."""

    letter: sa.Row[Any] | None
    founds: tuple[Found, ...]
    words: str = ""  # digest of what it asks

    @property
    def is_person(self) -> bool:
        """Whether it asks something anew, or answers our «which request?»."""
        return any(found.spoke or found.asked for found in self.founds)

    @property
    def requests(self) -> tuple[Request, ...]:
        return tuple(found.request for found in self.founds if found.request is not None)


class Facts:
    """Looked up once for a batch."""

    def __init__(self, habits: Habits, same: timedelta, now: datetime) -> None:
        self._habits, self._same_within, self._now = habits, same, now
        self.proved: set[str] = set()  # addresses that answered us within a year
        self.digests: set[str] = set()
        self.unconfirmed: list[Request] = []  # of the senders at hand
        self._letters: dict[str, sa.Row[Any]] = {}
        self._bundled: dict[int, tuple[int, ...]] = {}  # letter → requests it also spoke of
        self._asked: dict[int, dict[int, tuple[Question, ...]]] = {}  # by letter, then request
        self._offered: dict[int, tuple[int, ...]] = {}  # letter «which request?» → requests
        self._requests: dict[int, Request] = {}
        self._numbered: dict[str, Request] = {}
        self._own: dict[str, tuple[Request, ...]] = {}
        self._same: dict[str, Request] = {}
        self._notes: dict[str, tuple[datetime, ...]] = {}
        self._heard: dict[str, lookups.Heard] = {}
        self._forms: dict[str, int] = {}
        self._confirms: dict[str, int] = {}
        self._opened: dict[str, int] = {}
        self._resends: dict[int, int] = {}

    # ------------------------------------------------------------ asking

    def look_up(self, connection: sa.Connection, mails: Sequence[Read]) -> None:
        readings = [mail.reading for mail in mails]
        self.digests = messages.seen_digests(connection, [r.digest for r in readings if r.digest])
        self.proved |= addresses.confirmed(
            connection, [x for r in readings for x in _addresses(r)], self._now
        )
        self._same = lookups.same(
            connection,
            [x for r in readings for x in self._prints(r)],
            self._now - self._same_within,
        )
        senders = [r.from_addr for r in readings if r.form is not None or r.clear_sign]
        self._opened = lookups.opened_since(connection, senders, self._now - _HOUR)
        self._look_up_letters(connection, [name for r in readings for name in r.references])
        self._look_up_loose(connection, mails)
        self._look_up_answers(connection, readings)

    def _look_up_letters(self, connection: sa.Connection, references: list[str]) -> None:
        if not references:
            return
        self._letters = outbox.by_message_ids(connection, references)
        rows = self._letters.values()
        self._bundled = outbox.bundled_requests(connection, [row.id for row in rows])
        if self._bundled:
            self._asked = outbox.asked_together(connection, list(self._bundled))
        self._offered = {r.id: _offered(r) for r in rows if r.kind == "which" and r.letter}
        about = {row.request_id for row in rows if row.request_id}
        for more in (*self._bundled.values(), *self._offered.values()):
            about.update(more)
        self._requests = requests.get_many(connection, about)
        waiting = (r for r in self._requests.values() if r.state is State.UNCONFIRMED)
        self.unconfirmed = requests.unconfirmed(connection, {r.requester_addr for r in waiting})

    def _look_up_loose(self, connection: sa.Connection, mails: Sequence[Read]) -> None:
        """For mails that answer no letter: whose requests they may be about."""
        placed = {mail.row.placed for mail in mails if mail.row.placed}
        loose = [m.reading for m in mails if self._is_loose(m.reading)]
        senders = {r.from_addr for r in loose if r.from_addr}
        answering = {r.requester_addr for r in self._requests.values()}
        self._own = lookups.of_senders(connection, senders | answering, self._now - _LATELY)
        named = {number for r in loose for number in _numbers(r)}
        named |= {number for mail in mails for number in _commanded(mail.reading)}
        self._numbered = lookups.by_numbers(connection, named | placed)
        if self._habits.dedicated:
            since = self._now - _WEEK
            self._forms = lookups.letters_since(connection, ["form"], senders, since)

    def _look_up_answers(self, connection: sa.Connection, readings: Sequence[Reading]) -> None:
        since = self._now - _DAY
        rows = self._letters.values()
        both = {r.from_addr for r in readings if r.references or r.command}
        both |= {r.from_addr for r in readings if self._opened.get(r.from_addr.casefold(), 0)}
        both |= {row.to_addr for row in rows if row.to_addr} | {r for r in self._same_senders()}
        self._notes = lookups.answers_since(connection, ANSWERS, both, since)
        asking = {r.from_addr for r in readings if parsers.asks(r)}
        self._heard = lookups.heard_since(connection, asking | set(self._notes), since)
        unproved = {r.requester_addr for r in self._same.values() if r.state is State.UNCONFIRMED}
        self._confirms = lookups.letters_since(connection, ["confirm"], unproved, since)
        own = (r.id for all_ in self._own.values() for r in all_)
        wanted = any(r.command == "resend" for r in readings) or self._offered
        delivered = {*self._requests, *own} if wanted else ()
        self._resends = lookups.resends_since(connection, delivered, since)

    def _prints(self, reading: Reading) -> tuple[str, ...]:
        """What the requests that the mail may open are known by."""
        if reading.form is None:
            return ()
        forms = one_each(reading.form, self._habits.known.spanning)
        prints = [policy.fingerprint(reading.from_addr, form) for form in forms]
        if reading.form.channel:  # it may be somebody else's
            address = drafts.requester_address(reading.form)
            prints += [policy.fingerprint(address, form) for form in forms]
        return tuple(prints)

    def _same_senders(self) -> set[str]:
        return {request.requester_addr for request in self._same.values()}

    def _is_loose(self, reading: Reading) -> bool:
        if reading.kind not in _LOOSE or self._letter(reading) is not None:
            return False
        return reading.kind not in ("request", "list", "bounce") or bool(_numbers(reading))

    # ------------------------------------------------------------ telling

    def about(self, mail: Read) -> About:
        """What is known of a mail."""
        reading, words = mail.reading, parsers.words_of(mail.reading)
        known = Found(
            duplicate=bool(reading.digest) and reading.digest in self.digests,
            dedicated=self._habits.dedicated,
            verified=self.is_verified(reading),
            own=self._own.get(reading.from_addr.casefold(), ()),
            mentioned=tuple(self._numbered[n] for n in _numbers(reading) if n in self._numbered),
            forms_lately=self._forms.get(reading.from_addr, 0),
            notes_today=self._noted(reading.from_addr),
            spoke=self._spoke(reading, words),
            opened_lately=self._opened.get(reading.from_addr.casefold(), 0),
            confirms_today=self._confirms.get(reading.from_addr, 0),
        )
        if mail.row.placed:
            return replace(self._by_person(mail, known), words=words)
        letter = self._letter(reading)
        if letter is None:
            return About(None, self._of_sender(reading, known), words)
        return About(letter, self._of_letter(letter, reading, known), words)

    def opens(self, address: str, count: int) -> None:
        """So many requests more, of this batch."""
        name = address.casefold()
        self._opened[name] = self._opened.get(name, 0) + count

    def hears(self, reading: Reading, about: About) -> None:
        """The words of a mail of this batch."""
        name = reading.from_addr.casefold()
        heard = self._heard.get(name, lookups.Heard())
        self._heard[name] = heard.and_(self._now, about.words, about.is_person)

    def _noted(self, address: str) -> int:
        """How many answers that changed nothing went there since a person was heard."""
        heard = self._heard.get(address.casefold(), lookups.Heard()).last
        return sum(heard is None or at >= heard for at in self._notes.get(address, ()))

    def _spoke(self, reading: Reading, words: str) -> bool:
        """Whether the mail asks something in words that its sender did not send today."""
        if reading.kind not in _SPOKEN:
            return False
        heard = self._heard.get(reading.from_addr.casefold())
        said = heard.words if heard else frozenset()
        return bool(words) and words not in said and len(said) < SPOKEN_LIMIT

    def same(self, fingerprint: str) -> Request | None:
        """The request for the same data that this sender has already."""
        return self._same.get(fingerprint)

    def is_verified(self, reading: Reading) -> bool:
        stamps = reading.authentication_results
        return trust(stamps, self._habits.authserv_id, reading.from_addr) is Trust.VERIFIED

    def _by_person(self, mail: Read, known: Found) -> About:
        request = self._numbered.get(mail.row.placed)
        placed = "reply" if request is not None else "new"
        return About(None, (replace(known, placed=placed, request=request),))

    def _of_sender(self, reading: Reading, known: Found) -> tuple[Found, ...]:
        """For a command the requests that it names, where they are the sender's own."""
        if reading.command not in _STEERING or not known.verified or not _numbers(reading):
            return (known,)
        sender, said = reading.from_addr.casefold(), _commanded(reading)  # the quote says the rest
        own = [r for r in known.mentioned if r.requester_addr.casefold() == sender]
        named = [request for request in own if request.number in said] if said else own
        which = replace(known, narrowed=True)  # a number that is none of his
        return tuple(self._with(known, request) for request in named) or (which,)

    def _of_letter(self, letter: sa.Row[Any], reading: Reading, known: Found) -> tuple[Found, ...]:
        """For each request that the letter spoke of: one, or all that went in one mail."""
        known = replace(
            known,
            letter_kind=letter.kind,
            audience=letter.audience,
            letter_to=letter.to_addr or "",
            letter_name=_decider(letter),
            # A robot may answer from another address than the one we write to.
            notes_today=max(known.notes_today, self._noted(letter.to_addr or "")),
        )
        if letter.id in self._offered:
            return self._of_choice(letter, reading, known)
        ids = dict.fromkeys((letter.request_id, *self._bundled.get(letter.id, ())))
        asked = self._asked.get(letter.id, {})
        about = [self._requests[id_] for id_ in ids if id_ in self._requests]
        steers = reading.command in _STEERING and letter.audience == "requester"
        if steers and (named := self._named(reading, letter, about)) is not None:
            which = replace(known, own=tuple(about), verified=True, narrowed=True)
            return tuple(self._with(known, request) for request in named) or (which,)
        return tuple(
            replace(self._with(known, request), numbered=_as_shown(request, asked))
            for request in about
        ) or (known,)

    def _named(
        self, reading: Reading, letter: sa.Row[Any], about: Sequence[Request]
    ) -> tuple[Request, ...] | None:
        """The requests of the same person that a command names by their numbers; None where it
        means all that the letter spoke of."""
        numbers = _commanded(reading)
        if not numbers:
            narrowed = len(about) > 1 and is_narrowed(reading, self._habits.known)
            return () if narrowed else None
        owner = (letter.to_addr or "").casefold()
        had = (self._numbered.get(number) for number in numbers)
        return tuple(r for r in had if r is not None and r.requester_addr.casefold() == owner)

    def _of_choice(self, letter: sa.Row[Any], reading: Reading, known: Found) -> tuple[Found, ...]:
        """The reply to «which request?»: it holds a secret of ours, so the sender is known."""
        offered = tuple(
            self._requests[id_] for id_ in self._offered[letter.id] if id_ in self._requests
        )
        picked = chosen(reading.text, offered)
        if picked:
            known = replace(known, asked=load_letter(letter.letter).reason)
            return tuple(self._with(known, request) for request in picked)
        return (replace(known, own=offered, verified=True),)

    def _with(self, known: Found, request: Request) -> Found:
        return replace(known, request=request, resends_today=self._resends.get(request.id, 0))

    def _letter(self, reading: Reading) -> sa.Row[Any] | None:
        found = (self._letters.get(name) for name in reading.references)
        return next((row for row in found if row is not None), None)


def _addresses(reading: Reading) -> tuple[str, ...]:
    """Those that matter where the mail opens a request."""
    stated = reading.form.email if reading.form else None
    return (reading.from_addr, stated) if stated else (reading.from_addr,)


def _numbers(reading: Reading) -> tuple[str, ...]:
    """Request numbers that the mail names; they prove nothing."""
    text = f"{reading.subject}\n{reading.text[:4000]}\n{reading.quoted[:4000]}"
    return tuple(dict.fromkeys(_NUMBER.findall(text)))[:5]


def _commanded(reading: Reading) -> tuple[str, ...]:
    """The numbers that a command names; the subject of a reply and the quote are ours."""
    if not reading.command:
        return ()
    return tuple(dict.fromkeys(_NUMBER.findall(thai.to_arabic(reading.text[:4000]))))[:20]


def _offered(letter: sa.Row[Any]) -> tuple[int, ...]:
    """The requests that a letter listed by number."""
    stored = load_letter(letter.letter)
    listed = (stored.request, *stored.others)
    return tuple(request.id for request in listed if request is not None)


def _as_shown(request: Request, asked: dict[int, tuple[Question, ...]]) -> tuple[Question, ...]:
    """The request's questions with their numbers, while they are those of the mail."""
    questions = asked.get(request.id, ())
    same = tuple(replace(question, first=0) for question in questions) == request.questions
    return questions if same else ()


def _decider(letter: sa.Row[Any]) -> str:
    """By which name a letter to somebody who decides speaks to her; she signs with it."""
    to_director = letter.audience == "director" and letter.letter
    return load_letter(letter.letter).to_name if to_director else ""
