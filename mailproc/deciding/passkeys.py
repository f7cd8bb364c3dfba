"""Passkeys: a signature of the person's own device proves the person (Web Authentication Level 2).

Nothing is kept between page and answer: the challenge is made again from the secret key, and from
all that it is bound to. It is good once, since a decision moves the version of its request on, and
a key is kept once.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from mailproc.deciding.mandate import Mandate
from mailproc.deciding.proving import Proved
from mailproc.digest import canonical
from mailproc.store import passkeys
from mailproc.store.database import Database
from mailproc.store.passkeys import Passkey

LIFE = timedelta(hours=1)  # of a challenge: so long a page may lie open before it is answered
MOST = 8192  # letters of an answer
ALGORITHMS = (-7, -8, -257)  # ES256, EdDSA, RS256: what phones and computers make
_REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Party:
    """Whose keys they are: the host of `public_url`, and the origin that pages must have."""

    host: str
    origin: str
    name: str


def party(public_url: str, origin: str, name: str) -> Party | None:
    """None where browsers allow no passkeys: without https, and for an address in numbers.

    `localhost` is as good as https (Secure Contexts, 3.1).
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if parts.scheme != "https" and host != "localhost":
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Party(host, origin, name) if host else None
    return None


class Keys:
    """Challenges and answers of one party; `secret` makes the challenges."""

    def __init__(self, own: Party, secret: bytes) -> None:
        self.party = own
        self._secret = hmac.digest(secret, b"passkey", "sha256")
        entity = PublicKeyCredentialRpEntity(name=own.name, id=own.host)
        self._server = Fido2Server(entity, verify_origin=lambda origin: origin == own.origin)

    # ------------------------------------------------------------ challenges

    def to_decide(self, found: Mandate, choice: str, until: int) -> bytes:
        """For one choice about the request as it is now; `until` in seconds since 1970."""
        request = found.request
        content = (request.version, request.content_hash, request.state.value)
        return self._challenge("decide", found.person.id, found.link.id, choice, *content, until)

    def to_decide_many(self, person_id: int, place: str, choice: str, until: int) -> bytes:
        """For one choice about several requests, which the browser adds by `over`."""
        return self._challenge("many", person_id, place, choice, until)

    def to_enrol(self, person_id: int, place: str) -> bytes:
        """For a new key; `place` is the secret of the page that only the code opens."""
        return self._challenge("enrol", person_id, place)

    def to_log_in(self, until: int, nonce: str) -> bytes:
        """For a login of whoever holds one of the keys; the nonce makes each page's its own."""
        return self._challenge("login", nonce, until)

    def user(self, person_id: int) -> str:
        """What authenticators know a person by; it tells nothing of the person."""
        return websafe_encode(self._challenge("user", person_id)[:16])

    def _challenge(self, *bound: str | int) -> bytes:
        return hmac.digest(self._secret, canonical(list(bound)).encode(), "sha256")

    # ------------------------------------------------------------ answers

    def enrolled(self, answer: str, challenge: bytes) -> tuple[str, bytes, int] | None:
        """Id, public key and counter of a new key; None where the answer is not right."""
        try:
            made = self._server.register_complete(_state(challenge), _answer(answer))
        except Exception:  # whatever an answer does to its reader, it proves nothing
            return None
        data = made.credential_data
        if data is None or data.public_key.get(3) not in ALGORITHMS:
            return None
        return websafe_encode(data.credential_id), cbor.encode(data.public_key), made.counter

    def signed(
        self, answer: str, challenge: bytes, known: Sequence[Passkey]
    ) -> tuple[Passkey, int] | None:
        """Which of the keys signed the challenge, and its counter; None where none did."""
        credentials = [_credential(key) for key in known]
        try:
            told = _answer(answer)
            found = self._server.authenticate_complete(_state(challenge), credentials, told)
            data = AuthenticatorData(websafe_decode(told["response"]["authenticatorData"]))
        except Exception:  # whatever an answer does to its reader, it proves nothing
            return None
        key = next(x for x in known if x.id == websafe_encode(found.credential_id))
        if (data.counter or key.signatures) and data.counter <= key.signatures:
            return None  # a copy of the key signs somewhere else (WebAuthn, 7.2, step 21)
        return key, data.counter


def encoded(challenge: bytes) -> str:
    """A challenge as scripts are given it: base64url."""
    return str(websafe_encode(challenge))


def over(challenge: bytes, seen: Sequence[tuple[str, int]]) -> bytes:
    """The challenge over exactly these (id of a link, version of its request), in this order.

    A link is about one content, and `static/passkey.js` makes the same of what is ticked.
    """
    told = ",".join(f"{link_id}:{version}" for link_id, version in seen)
    return hashlib.sha256(f"{encoded(challenge)} {told}".encode()).digest()


def prove_by_key(
    database: Database, keys: Keys, found: Mandate, choice: str, sent: str, now: datetime
) -> Proved:
    """Checks a signature over this choice. Wrong ones are not counted: nobody guesses them, and
    whoever sends rubbish must not lock the person out."""
    until, _, answer = sent.partition(" ")
    if error := _page_fault(until, answer, now):
        return Proved(error)
    challenge = keys.to_decide(found, choice, int(until))
    return _proved(database, keys, found.person.id, challenge, answer, now)


def prove_many_by_key(
    database: Database,
    keys: Keys,
    person_id: int,
    place: str,
    choice: str,
    ticked: Sequence[str],
    sent: str,
    now: datetime,
) -> tuple[Proved, dict[str, int]]:
    """Checks a signature over a choice about these links. With it come the versions of their
    requests that were signed: who compares them with what is now is deceived by no repetition."""
    until, _, rest = sent.partition(" ")
    told, _, answer = rest.partition(" ")
    versions = [int(x) for x in told.split(",") if x.isascii() and x.isdigit() and len(x) < 9]
    if error := _page_fault(until, answer, now):
        return Proved(error), {}
    if len(versions) != len(ticked):
        return Proved("key_wrong"), {}
    seen = list(zip(ticked, versions, strict=True))
    challenge = over(keys.to_decide_many(person_id, place, choice, int(until)), seen)
    return _proved(database, keys, person_id, challenge, answer, now), dict(seen)


def _page_fault(until: str, answer: str, now: datetime) -> str:
    """What is wrong with an answer before it is looked at, as an error key."""
    if not (until.isascii() and until.isdigit() and len(until) < 12) or len(answer) > MOST:
        return "key_wrong"
    in_time = now.timestamp() <= int(until) <= (now + LIFE).timestamp()
    return "" if in_time else "form_old"


def _proved(
    database: Database, keys: Keys, person_id: int, challenge: bytes, answer: str, now: datetime
) -> Proved:
    with database.write() as connection:
        known = passkeys.listed(connection, person_id)
        if not known:  # the last was taken away while the page lay open
            return Proved("key_none")
        signed = keys.signed(answer, challenge, known)
        if signed is None or not passkeys.used(connection, *signed, now):
            return Proved("key_wrong")
    return Proved(device="passkey")


@dataclass(frozen=True, slots=True)
class KeyLogin:
    """Who logs in by a signature; `once` names the challenge, which is good for one login."""

    person_id: int
    once: str


def log_in_by_key(
    database: Database, keys: Keys, people: Sequence[int], sent: str, now: datetime
) -> KeyLogin | str:
    """Whose key signed the challenge of a login page, or an error as `Proved` has it."""
    page, _, answer = sent.partition(" ")
    until, _, nonce = page.partition(".")
    if error := _page_fault(until, answer, now):
        return error
    challenge = keys.to_log_in(int(until), nonce)
    with database.write() as connection:
        known = [key for person in people for key in passkeys.listed(connection, person)]
        signed = keys.signed(answer, challenge, known)
        if signed is None or not passkeys.used(connection, *signed, now):
            return "key_wrong"
    return KeyLogin(signed[0].person_id, challenge.hex()[:32])


def _state(challenge: bytes) -> dict[str, Any]:
    return {"challenge": websafe_encode(challenge), "user_verification": _REQUIRED}


def _answer(text: str) -> dict[str, Any]:
    """Raises ValueError."""
    if len(text) > MOST:
        raise ValueError("too long")
    told = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError("no object")
    return told


def _credential(key: Passkey) -> AttestedCredentialData:
    public = CoseKey.parse(cast(Mapping[int, Any], cbor.decode(key.public_key)))
    return AttestedCredentialData.create(Aaguid.NONE, websafe_decode(key.id), public)
