"""What the store needs of the office to write a decision down: people, keys, addresses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailproc.model import Absence, AskedNow, Outlook, Person, Request
from mailproc.workflow import standin
from mailproc.workflow.effects import Seat

# Whom letters of an audience go to, by role.
_AUDIENCES = {
    "director": "group_director",
    "officer": "officer",
    "admin": "admin",
    "deputy": "deputy",
    "area_director": "area_director",
    "area_deputy": "area_deputy",
}
CODE_DIGITS = 8  # of the code that opens files


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked for a seat, and whom that person stands in for."""

    person: Person
    for_person: Person | None = None


def by_audience(everybody: Sequence[Person]) -> dict[str, tuple[Person, ...]]:
    """Those who hold a role now, as `Desk.people` has them."""
    return {
        to: tuple(person for person in everybody if person.role == role)
        for to, role in _AUDIENCES.items()
    }


@dataclass(frozen=True, slots=True)
class Desk:
    """Frozen per transaction; `people` holds those whose role is valid now."""

    link_key: bytes
    domain: str  # right side of our Message-IDs
    people: dict[str, tuple[Person, ...]]  # by audience: director, officer, deputy, admin
    absences: tuple[Absence, ...] = ()
    link_life: timedelta = timedelta(days=60)
    download_life: timedelta = timedelta(days=14)  # of a link to a file
    timezone: str = "Asia/Bangkok"
    language: str = "th"  # of letters to the office's own people
    keep: timedelta = timedelta(days=3650)  # how long personal data stays

    def token(self, link_id: str, purpose: str, version: int) -> str:
        """The secret of a link, 256 bits, base64url; recomputed, never stored (docs/adr/0006)."""
        text = f"{link_id}|{purpose}|{version}".encode()
        return _base64(hmac.digest(self.link_key, text, "sha256"))

    def holders(self, who: Sequence[str], now: datetime) -> tuple[Asked, ...]:
        """Those who take a seat of these roles or addresses now, each once."""
        found: dict[int, Asked] = {}
        for person in self._named(who):
            for acting in standin.acting(person.id, self._deputies, self._named_absences, now):
                stand_in = self._person(acting) or person
                own = stand_in.id == person.id
                if own or stand_in.id not in found:
                    found[stand_in.id] = Asked(stand_in, None if own else person)
        return tuple(found.values())

    def may_take(self, who: Sequence[str], person_id: int, now: datetime) -> bool:
        """Whether the person may take a seat of these now: by own right, away or not, or for
        somebody who is away."""
        own = any(person.id == person_id for person in self._named(who))
        return own or any(asked.person.id == person_id for asked in self.holders(who, now))

    def _named(self, who: Sequence[str]) -> Iterator[Person]:
        for name in who:
            if "@" in name:
                wanted = name.casefold()
                yield from (p for p in self._everybody if p.address.casefold() == wanted)
            else:
                yield from self.people.get("director" if name == "group_director" else name, ())

    def outlook(
        self, request_id: int, seats: Sequence[Seat], answer_by: datetime | None, now: datetime
    ) -> Outlook:
        """Whom a request waits for now, as its requester is told it."""
        asked = {one.person.id: one for seat in seats for one in self.holders(seat.who, now)}
        return Outlook(request_id, tuple(self._told(x, now) for x in asked.values()), answer_by)

    def _told(self, asked: Asked, now: datetime) -> AskedNow:
        person, away = asked.person, asked.for_person
        if away is None:
            return AskedNow(person.name, person.position, person.role)
        back_at = standin.back_at(away.id, self.absences, now)
        mine = (person.name, person.position, person.role)
        return AskedNow(*mine, away.name, away.position, away.role, back_at)

    @property
    def _everybody(self) -> tuple[Person, ...]:
        everybody = {p.id: p for people in self.people.values() for p in people}
        return tuple(everybody.values())

    @property
    def _named_absences(self) -> tuple[Absence, ...]:
        """Who holds no role any more stands in for nobody: then it is those of the role."""
        there = {person.id for person in self._everybody}
        return tuple(
            one if one.deputy_id in there else replace(one, deputy_id=None) for one in self.absences
        )

    @property
    def _deputies(self) -> tuple[int, ...]:
        return tuple(person.id for person in self.people.get("deputy", ()))

    def _person(self, person_id: int) -> Person | None:
        return next((p for p in self._everybody if p.id == person_id), None)

    def status_link(self, request_id: int) -> str:
        """The id of the one status link of a request."""
        return self._derived(f"status|{request_id}")

    def download_code(self, request: Request) -> str:
        """Eight digits that open the files of all requests of one mail; recomputed, never stored.

        Digits alone: typing them needs no change of the keyboard's language.
        """
        mail = (request.requester_addr.casefold(), request.thread, request.received_at.isoformat())
        text = "|".join(("code", *mail)).encode()
        number = int.from_bytes(hmac.digest(self.link_key, text, "sha256"), "big")
        return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"

    def thread_root(self, request_id: int) -> str:
        """A Message-ID that all mails to the office about a request refer to."""
        return f"<{self._derived(f'thread|{request_id}')}.mailproc@{self.domain}>"

    def bundle(self, *same: str) -> str:
        """A name for letters that are alike in all of this; it tells nothing of it."""
        return self._derived("bundle|" + "|".join(same))

    def new_message_id(self) -> str:
        """Unguessable, so that naming it in a reply proves who got our mail."""
        return f"<{secrets.token_hex(16)}.mailproc@{self.domain}>"

    def _derived(self, text: str) -> str:
        return hmac.digest(self.link_key, text.encode(), "sha256").hex()[:32]


def token_digest(token: str) -> str:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it was found by its token."""

    id: str
    purpose: str
    request_id: int
    request_version: int
    content_hash: str
    person_id: int | None
    created_at: datetime
    expires_at: datetime
    voided_at: datetime | None
    file_id: int | None = None
    seat: int = 0
    for_person_id: int | None = None
