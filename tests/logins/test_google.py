"""Tokens as Google gives them, from a server of our own."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from mailproc import logins
from mailproc.errors import LoginEnded, MailprocError
from mailproc.logins import Chosen
from mailproc.logins import chosen as choosing
from mailproc.logins import google as room
from mailproc.logins.loopback import Returning
from tests.logins.conftest import Clock
from tests.logins.identity import SECRET, Identity


@pytest.fixture
def internal(google: Chosen, identity: Identity, tmp_path: Path) -> Chosen:
    identity.rotates = False
    return replace(google, key_file=identity.internal_client(tmp_path))


def _came_back(identity: Identity, consent: room.Consent, **instead: str) -> str:
    """A browser that consents; the server keeps the challenge."""
    asked = parse_qs(urlsplit(consent.url).query)
    identity.challenge = asked["code_challenge"][0]
    assert asked["code_challenge_method"] == ["S256"]
    came = {"state": asked["state"][0], "code": identity.code} | instead
    return f"{consent.redirect}/?{urlencode(came)}"


def _log_in(chosen: Chosen, identity: Identity, clock: Clock, **instead: str) -> None:
    grant = choosing.grant(chosen)
    assert isinstance(grant, room.InternalClient)
    given = grant.log_in(8080, lambda consent: _came_back(identity, consent, **instead))
    choosing.token(chosen).logged_in(given, clock())


def test_a_service_account_signs_for_the_mailbox(
    google: Chosen, identity: Identity, clock: Clock
) -> None:
    account = logins.account(google, "imap", clock)
    first = account.credentials()
    assert identity.good_until(first.password) is not None
    clock.wind(46)
    assert account.credentials().password != first.password


def test_a_mailbox_without_delegation_needs_a_person(google: Chosen, clock: Clock) -> None:
    other = replace(google, username="stranger@example.org")
    with pytest.raises(LoginEnded, match="unauthorized_client"):
        logins.account(other, "imap", clock).credentials()


def test_a_key_of_somebody_else_signs_in_vain(google: Chosen, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "other").mkdir()
    with Identity(tmp_path / "other", clock) as other:
        theirs = other.service_account(tmp_path / "other").read_text()
        mine = google.key_file.read_text()
        ours_url = mine.split('"token_uri": "')[1].split('"')[0]
        stolen = theirs.replace(f"{other.url}/google/token", ours_url)
        google.key_file.write_text(stolen)
        with pytest.raises(LoginEnded, match="invalid_grant"):
            logins.account(google, "imap", clock).credentials()


def test_a_browser_brings_a_code_that_only_we_can_use(
    internal: Chosen, identity: Identity, clock: Clock
) -> None:
    _log_in(internal, identity, clock)
    account = logins.account(internal, "imap", clock)
    first = account.credentials()
    for _ in range(3):  # Google gives the refresh token once, and it stays good
        clock.wind(60)
        assert account.credentials().password != first.password
    assert identity.asked == ["authorization_code", *["refresh_token"] * 3]


@pytest.mark.parametrize(
    ("instead", "problem"),
    [
        ({"state": "of another login"}, "does not belong"),
        ({"error": "access_denied"}, "access_denied"),
        ({"code": "guessed"}, "invalid_grant"),
    ],
)
def test_what_comes_back_otherwise_is_no_login(
    internal: Chosen, identity: Identity, clock: Clock, instead: dict[str, str], problem: str
) -> None:
    with pytest.raises(LoginEnded, match=problem):
        _log_in(internal, identity, clock, **instead)
    assert not internal.token_file.exists()


def test_the_browser_is_heard_on_loopback_and_an_icon_is_not_it() -> None:
    with Returning("done") as returning:
        base = f"http://127.0.0.1:{returning.port}"
        came: list[str] = []
        thread = threading.Thread(target=lambda: came.append(returning.wait(10)))
        thread.start()
        assert requests.get(f"{base}/favicon.ico", timeout=5).status_code == 404
        assert requests.get(f"{base}/?state=a&code=b", timeout=5).text == "done"
        thread.join(5)
    assert came == ["/?state=a&code=b"]


def test_a_browser_that_never_comes_ends_the_wait() -> None:
    with Returning("done") as returning, pytest.raises(MailprocError) as caught:
        returning.wait(0.05)
    assert caught.value.key == "login_no_browser"


@pytest.mark.parametrize("text", ["{}", "[]", "no json", '{"installed": {"client_id": "a"}}'])
def test_a_file_of_another_kind_is_named(google: Chosen, text: str, clock: Clock) -> None:
    google.key_file.write_text(text)
    with pytest.raises(MailprocError) as caught:
        logins.account(google, "imap", clock)
    assert caught.value.key == "google_key_odd"


def test_no_key_shows_in_a_repr(google: Chosen, internal: Chosen, clock: Clock) -> None:
    shown = f"{choosing.grant(google)!r} {choosing.grant(internal)!r}"
    assert "PRIVATE KEY" not in shown
    assert SECRET not in shown
