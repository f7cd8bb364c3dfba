"""Tokens as Microsoft gives them, from a server of our own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailproc import logins
from mailproc.errors import LinkLost, LoginEnded, LoginRests, MailprocError
from mailproc.logins import Chosen, microsoft
from mailproc.logins import chosen as choosing
from tests.logins.conftest import Clock
from tests.logins.identity import SECRET, Identity


def _log_in(chosen: Chosen, clock: Clock) -> list[tuple[str, str]]:
    """A person enters the code; gives what she was told."""
    told: list[tuple[str, str]] = []
    grant = choosing.grant(chosen)
    assert isinstance(grant, microsoft.Device)
    given = grant.log_in(lambda url, code: told.append((url, code)))
    choosing.token(chosen).logged_in(given, clock())
    return told


def test_a_person_logs_in_once_by_a_code_and_tokens_follow(
    microsoft: Chosen, identity: Identity, clock: Clock
) -> None:
    assert _log_in(microsoft, clock) == [("https://login.example.org/device", "ABCD-EFGH")]
    account = logins.account(microsoft, "imap", clock)
    first = account.credentials()
    assert first.bearer
    assert first.username == "data@example.org"
    clock.wind(44)
    assert account.credentials() == first
    clock.wind(2)  # 14 s before the end of the 60
    second = account.credentials()
    assert second.password != first.password
    assert identity.asked.count("refresh_token") == 1


def test_whoever_never_logged_in_is_told_the_command(microsoft: Chosen, clock: Clock) -> None:
    with pytest.raises(LoginEnded, match="logged in"):
        logins.account(microsoft, "imap", clock).credentials()


def test_a_revoked_login_is_asked_for_once_in_fifteen_minutes(
    microsoft: Chosen, identity: Identity, clock: Clock
) -> None:
    _log_in(microsoft, clock)
    identity.refresh_good.clear()
    clock.wind(60)
    with pytest.raises(LoginEnded):
        logins.account(microsoft, "imap", clock).credentials()
    asked = len(identity.asked)
    for _ in range(80):  # and for each a new process
        clock.wind(11)
        with pytest.raises(LoginRests) as caught:
            logins.account(microsoft, "smtp", clock).credentials()
        assert caught.value.lasting
    assert len(identity.asked) == asked
    clock.wind(30)
    with pytest.raises(LoginEnded):
        logins.account(microsoft, "smtp", clock).credentials()
    assert len(identity.asked) == asked + 1


def test_a_new_login_counts_at_once(microsoft: Chosen, identity: Identity, clock: Clock) -> None:
    _log_in(microsoft, clock)
    identity.refresh_good.clear()
    clock.wind(60)
    account = logins.account(microsoft, "imap", clock)
    with pytest.raises(LoginEnded):
        account.credentials()
    _log_in(microsoft, clock)
    assert account.credentials().bearer


def test_an_application_gets_tokens_without_a_person(
    microsoft: Chosen, identity: Identity, clock: Clock
) -> None:
    chosen = replace(microsoft, flow="client_credentials")
    with pytest.raises(MailprocError) as caught:
        logins.account(chosen, "imap", clock)
    assert caught.value.key == "client_secret_missing"
    chosen.client_secret_file.parent.mkdir(exist_ok=True)
    chosen.client_secret_file.write_text(f"{SECRET}\n")
    assert logins.account(chosen, "imap", clock).credentials().bearer
    assert identity.asked == ["client_credentials"]


def test_a_secret_that_ended_needs_a_person(
    microsoft: Chosen, identity: Identity, clock: Clock
) -> None:
    chosen = replace(microsoft, flow="client_credentials")
    chosen.client_secret_file.parent.mkdir(exist_ok=True)
    chosen.client_secret_file.write_text("an-old-one")
    with pytest.raises(LoginEnded, match="invalid_client") as caught:
        logins.account(chosen, "imap", clock).credentials()
    assert "an-old-one" not in f"{caught.value!r} {caught.value}"


def test_a_person_who_says_no_is_told_so(
    microsoft: Chosen, identity: Identity, clock: Clock
) -> None:
    identity.consented = False
    with pytest.raises(LoginEnded, match="access_denied"):
        _log_in(microsoft, clock)


@pytest.mark.parametrize("answer", [(503, {}), (400, {"error": "temporarily_unavailable"})])
def test_trouble_of_the_identity_server_counts_as_a_lost_link(
    microsoft: Chosen,
    identity: Identity,
    clock: Clock,
    answer: tuple[int, dict[str, str]],
) -> None:
    _log_in(microsoft, clock)
    clock.wind(60)
    identity.fail = [answer]
    account = logins.account(microsoft, "imap", clock)
    with pytest.raises(LinkLost):
        account.credentials()
    assert account.credentials().bearer, "nothing was counted against the login"


def test_a_server_that_is_not_there_counts_as_a_lost_link(
    microsoft: Chosen, identity: Identity, clock: Clock
) -> None:
    _log_in(microsoft, clock)
    clock.wind(60)
    gone = replace(microsoft, authority="https://127.0.0.1:1")
    with pytest.raises(LinkLost):
        logins.account(gone, "imap", clock).credentials()


def test_a_server_with_another_certificate_gets_nothing(
    microsoft: Chosen, identity: Identity, clock: Clock
) -> None:
    _log_in(microsoft, clock)
    clock.wind(60)
    asked = len(identity.asked)
    with pytest.raises(LinkLost):
        logins.account(replace(microsoft, ca_file=""), "imap", clock).credentials()
    assert len(identity.asked) == asked


def test_no_secret_shows_in_a_repr(microsoft: Chosen, clock: Clock) -> None:
    _log_in(microsoft, clock)
    given = logins.account(microsoft, "imap", clock).credentials()
    of = choosing.grant(replace(microsoft, flow="device"))
    client = replace(microsoft, flow="client_credentials")
    client.client_secret_file.write_text(SECRET)
    shown = f"{given!r} {of!r} {choosing.grant(client)!r} {microsoft!r}"
    for secret in (given.password, "refresh-", SECRET, "pepper"):
        assert secret not in shown
