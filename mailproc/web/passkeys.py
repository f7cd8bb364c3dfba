"""What pages know of passkeys: the offer that a page makes to its script, and what comes back.

Each offer is JSON for `static/passkey.js`, which fills one field of an ordinary form with the
answer. Without the script the page is as if there were none.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from mailproc.deciding import Mandate
from mailproc.deciding.passkeys import (
    ALGORITHMS,
    LIFE,
    KeyLogin,
    Keys,
    encoded,
    log_in_by_key,
    party,
    prove_by_key,
    prove_many_by_key,
)
from mailproc.deciding.proving import Proved
from mailproc.model import Person
from mailproc.store import passkeys, people_log
from mailproc.store.passkeys import Passkey
from mailproc.web.common import Site, origin_of

LOGIN = "login"  # the choice of a login page
FIELD = "passkey"  # of the form that the script fills
_LABEL = 40  # letters


class PasskeyRoom:
    """Passkeys of one site, on its public pages or on those at another address of that name."""

    def __init__(self, site: Site, at: str = "") -> None:
        self._site = site
        url, name = at or site.office.public_url, site.office.name_th
        own = party(url, origin_of(url) if url else "", name)
        self._keys = Keys(own, site.desk().link_key) if own else None

    # ------------------------------------------------------------ deciding

    def to_decide(self, found: Mandate, choices: Iterable[str], now: datetime) -> str:
        """The offer to sign one of the choices; empty where the person has no passkey."""
        known = self._known(found.person)
        if self._keys is None or not known:
            return ""
        keys, until = self._keys, int((now + LIFE).timestamp())
        challenges = {x: encoded(keys.to_decide(found, x, until)) for x in choices}
        return self._offer(known, until=until, challenges=challenges)

    def prove(self, found: Mandate, choice: str, sent: str, now: datetime) -> Proved:
        """Whether what the script put into the form is the person's signature over this choice."""
        if self._keys is None:
            return Proved("key_wrong")
        return prove_by_key(self._site.database, self._keys, found, choice, sent, now)

    def to_decide_many(
        self,
        person: Person,
        place: str,
        choices: Iterable[str],
        seen: Mapping[str, int],
        now: datetime,
    ) -> str:
        """The offer to sign one choice about some of `seen`: the version of the request that each
        link leads to. Empty where the person has no passkey, or nothing can be ticked."""
        known = self._known(person) if seen else ()
        if self._keys is None or not known:
            return ""
        keys, until = self._keys, int((now + LIFE).timestamp())
        challenges = {x: encoded(keys.to_decide_many(person.id, place, x, until)) for x in choices}
        return self._offer(known, until=until, challenges=challenges, seen=dict(seen))

    def prove_many(
        self,
        person: Person,
        place: str,
        choice: str,
        ticked: Sequence[str],
        sent: str,
        now: datetime,
    ) -> tuple[Proved, dict[str, int]]:
        """Whether it is the person's signature over this choice about these links, and which
        version of each request was signed."""
        if self._keys is None:
            return Proved("key_wrong"), {}
        return prove_many_by_key(
            self._site.database, self._keys, person.id, place, choice, ticked, sent, now
        )

    def _known(self, person: Person) -> Sequence[Passkey]:
        if not person.has_code:
            return ()
        with self._site.database.read() as connection:
            return passkeys.listed(connection, person.id)

    # ------------------------------------------------------------ logging in

    def to_log_in(self, people: Iterable[Person], now: datetime) -> str:
        """The offer to log in as whoever of these has a key; empty where nobody has."""
        if self._keys is None:
            return ""
        with self._site.database.read() as connection:
            known = [key for person in people for key in passkeys.listed(connection, person.id)]
        if not known:
            return ""
        until, nonce = int((now + LIFE).timestamp()), secrets.token_hex(16)
        challenge = encoded(self._keys.to_log_in(until, nonce))
        return self._offer(known, until=f"{until}.{nonce}", challenges={LOGIN: challenge})

    def log_in(self, people: Iterable[Person], sent: str, now: datetime) -> KeyLogin | str:
        """Whose signature the script has put into the form, or an error."""
        if self._keys is None:
            return "key_wrong"
        ids = [person.id for person in people]
        return log_in_by_key(self._site.database, self._keys, ids, sent, now)

    # ------------------------------------------------------------ enrolling

    def to_enrol(self, person: Person, known: Sequence[Passkey], place: str) -> str:
        """The offer to make a key; empty where browsers allow none at this address."""
        if self._keys is None or len(known) >= passkeys.MOST:
            return ""
        challenge = encoded(self._keys.to_enrol(person.id, place))
        user = self._keys.user(person.id)
        told = {"user": user, "name": person.name, "algorithms": ALGORITHMS}
        return self._offer(known, challenge=challenge, **told)

    def enrol(
        self,
        connection: Connection,
        person: Person,
        place: str,
        answer: str,
        label: str,
        now: datetime,
    ) -> bool:
        """Keeps the key that was made for this offer. False where it is not right, or known."""
        if self._keys is None:
            return False
        made = self._keys.enrolled(answer, self._keys.to_enrol(person.id, place))
        if made is None:
            return False
        label = " ".join(label.split())[:_LABEL] or "-"
        key = Passkey(made[0], person.id, made[1], made[2], label, now)
        if not passkeys.add(connection, key):
            return False
        people_log.note(connection, person.id, "passkey_added", person.name, now, device=label)
        return True

    def _offer(self, known: Sequence[Passkey], **more: object) -> str:
        assert self._keys is not None
        own = self._keys.party
        told = {"host": own.host, "office": own.name, "keys": [key.id for key in known]}
        return json.dumps(told | more, ensure_ascii=False)


def revoke(connection: Connection, person: Person, key_id: str, now: datetime) -> bool:
    """Ends one of the person's passkeys. False where there is none of this id."""
    known = {key.id: key for key in passkeys.listed(connection, person.id)}
    if key_id not in known or not passkeys.revoke(connection, person.id, now, key_id):
        return False
    label = known[key_id].label
    people_log.note(connection, person.id, "passkey_revoked", person.name, now, device=label)
    return True
