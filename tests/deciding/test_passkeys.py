"""A signature proves a person for one choice about one content, once, from our own page alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fido2.utils import websafe_encode

from mailproc.deciding.mandate import Mandate
from mailproc.deciding.passkeys import LIFE, Keys, Party, party, prove_by_key
from mailproc.deciding.proving import Proved
from mailproc.model import State
from mailproc.store import passkeys, people
from mailproc.store.database import Database
from mailproc.store.desk import Link
from mailproc.store.passkeys import Passkey
from tests.authenticator import Authenticator
from tests.factories import NOW, a_person, a_request

KEYS = Keys(Party("data.example.org", "https://data.example.org", "สำนักงาน"), b"s" * 32)
UNTIL = int((NOW + LIFE).timestamp())
RIGHT, WRONG = Proved(device="passkey"), Proved("key_wrong")
NONE_LEFT = Proved("key_none")  # of a person without any key


def a_mandate(person_id: int = 1, **changes: object) -> Mandate:
    request = replace(a_request(), **changes)  # type: ignore[arg-type]
    link = Link(
        "link",
        "decide",
        request.id,
        request.version,
        request.content_hash,
        person_id,
        NOW,
        NOW + timedelta(days=1),
        None,
    )
    return Mandate(link, request, a_person(id=person_id))


class Owner:
    """A person whose phone has a key."""

    def __init__(self, database: Database) -> None:
        self.database, self.phone = database, Authenticator()
        with database.write() as connection:
            self.id = people.add(connection, a_person(), NOW)
        self.mandate = a_mandate(self.id)
        self.keep(self.phone)

    def keep(self, phone: Authenticator) -> Passkey:
        challenge = KEYS.to_enrol(self.id, "place")
        made = KEYS.enrolled(phone.create(challenge), challenge)
        assert made is not None
        name, public, counter = made
        key = Passkey(name, self.id, public, counter, "โทรศัพท์", NOW)
        with self.database.write() as connection:
            assert passkeys.add(connection, key)
        return key

    def signs(self, choice: str = "approve", until: int = UNTIL) -> str:
        return f"{until} {self.phone.sign(KEYS.to_decide(self.mandate, choice, until))}"

    def prove(self, sent: str, choice: str = "approve", found: Mandate | None = None) -> Proved:
        return prove_by_key(self.database, KEYS, found or self.mandate, choice, sent, NOW)


@pytest.fixture
def owner(sqlite_database: Database) -> Owner:
    return Owner(sqlite_database)


def test_the_signature_of_one_s_own_key_proves_a_person(owner: Owner) -> None:
    assert owner.prove(owner.signs()) == RIGHT
    with owner.database.read() as connection:
        (key,) = passkeys.listed(connection, owner.id)
    assert key.used_at == NOW


def test_a_signature_is_for_one_choice_about_one_content(owner: Owner) -> None:
    sent = owner.signs("approve")
    assert owner.prove(sent, "refuse") == WRONG
    request, link = owner.mandate.request, owner.mandate.link
    for other in (
        replace(owner.mandate, link=replace(link, id="another")),
        replace(owner.mandate, request=replace(request, content_hash="e" * 64)),
        replace(owner.mandate, request=replace(request, version=request.version + 1)),
        replace(owner.mandate, request=replace(request, state=State.APPROVED)),
    ):
        assert owner.prove(sent, found=other) == WRONG
    assert owner.prove(sent, found=a_mandate(owner.id + 1)) == NONE_LEFT


def test_what_a_signature_decided_it_cannot_decide_again(owner: Owner) -> None:
    """Each decision moves the request on, so the same signature is over what no longer is."""
    sent = owner.signs()
    assert owner.prove(sent) == RIGHT
    after = replace(owner.mandate.request, version=owner.mandate.request.version + 1)
    assert owner.prove(sent, found=replace(owner.mandate, request=after)) == WRONG


@pytest.mark.parametrize(
    "bend",
    [
        lambda phone: setattr(phone, "origin", "https://evil.example.org"),
        lambda phone: setattr(phone, "origin", "https://data.example.org:8443"),
        lambda phone: setattr(phone, "origin", "http://data.example.org"),
        lambda phone: setattr(phone, "host", "example.org"),
        lambda phone: setattr(phone, "verified", False),
    ],
)
def test_another_page_or_an_unverified_person_proves_nothing(
    owner: Owner, bend: Callable[[Authenticator], None]
) -> None:
    bend(owner.phone)
    assert owner.prove(owner.signs()) == WRONG


def test_a_page_that_lay_open_too_long_is_shown_anew(owner: Owner) -> None:
    gone = int((NOW - timedelta(seconds=1)).timestamp())
    assert owner.prove(owner.signs(until=gone)) == Proved("form_old")
    # Nobody but our page says how long a challenge is good.
    far = int((NOW + 2 * LIFE).timestamp())
    assert owner.prove(owner.signs(until=far)) == Proved("form_old")


def test_the_key_of_a_stranger_and_a_revoked_one_prove_nothing(owner: Owner) -> None:
    mine = owner.signs()
    owner.phone = Authenticator()
    assert owner.prove(owner.signs()) == WRONG
    with owner.database.write() as connection:
        assert passkeys.revoke(connection, owner.id, NOW) == 1
    assert owner.prove(mine) == NONE_LEFT


def test_a_counter_that_does_not_move_on_is_a_copy(owner: Owner) -> None:
    owner.phone = Authenticator(counter=5)
    owner.keep(owner.phone)
    owner.phone.counter = 6
    assert owner.prove(owner.signs()) == RIGHT
    assert owner.prove(owner.signs("refuse"), "refuse") == WRONG
    owner.phone.counter = 4
    assert owner.prove(owner.signs()) == WRONG
    owner.phone.counter = 7
    assert owner.prove(owner.signs()) == RIGHT


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        f"{UNTIL} ",
        f"{UNTIL} x",
        f"{UNTIL} []",
        f"{UNTIL} {{}}",
        f'{UNTIL} {{"id":"AA","rawId":"AA","response":{{}}}}',
        f'{UNTIL} {{"id":"AA","rawId":"AB","response":{{}}}}',
        f'{UNTIL} {{"rawId":1,"type":"public-key","response":7}}',
        f"{UNTIL} " + "[" * 8000,
        f'{UNTIL} {{"id":"AA","rawId":"AA","type":"public-key","response":{{"clientDataJSON":"e30",'
        '"authenticatorData":"AA","signature":"AA"}}',
        "9" * 9000,
        "๑๒๓ x",
    ],
)
def test_rubbish_proves_nothing(owner: Owner, sent: str) -> None:
    assert owner.prove(sent) == WRONG


def test_a_signature_made_for_enrolling_decides_nothing(owner: Owner) -> None:
    challenge = KEYS.to_decide(owner.mandate, "approve", UNTIL)
    sent = f"{UNTIL} {owner.phone.sign(challenge, 'webauthn.create')}"
    assert owner.prove(sent) == WRONG


def test_a_key_is_enrolled_by_the_challenge_of_its_page_alone() -> None:
    challenge = KEYS.to_enrol(1, "place")
    assert KEYS.enrolled(Authenticator().create(challenge), challenge) is not None
    for other in (KEYS.to_enrol(2, "place"), KEYS.to_enrol(1, "elsewhere"), b"0" * 32):
        assert KEYS.enrolled(Authenticator().create(other), challenge) is None
    unverified = Authenticator(verified=False)
    assert KEYS.enrolled(unverified.create(challenge), challenge) is None
    strange = Authenticator(origin="https://evil.example.org")
    assert KEYS.enrolled(strange.create(challenge), challenge) is None
    assert KEYS.enrolled(Authenticator().sign(challenge), challenge) is None
    assert KEYS.enrolled("{}", challenge) is None
    told = json.loads(Authenticator().create(challenge))
    told["response"]["attestationObject"] = websafe_encode(b"\x81" * 4000)  # arrays of arrays
    assert KEYS.enrolled(json.dumps(told), challenge) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://data.example.org", "data.example.org"),
        ("https://data.example.org:8443/sub", "data.example.org"),
        ("http://localhost:8025", "localhost"),
        ("http://127.0.0.1:8025", ""),
        ("http://192.168.1.20", ""),
        ("https://192.168.1.20", ""),
        ("http://data.example.org", ""),
        ("", ""),
    ],
)
def test_passkeys_need_https_and_a_name(url: str, host: str) -> None:
    found = party(url, url, "x")
    assert (found.host if found else "") == host
