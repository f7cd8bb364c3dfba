"""An hour with tokens of 60 seconds, on servers that cut whoever stays too long: nothing fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mailproc import logins
from mailproc.collect import Limits
from mailproc.errors import AuthFailed
from mailproc.logins import Chosen
from mailproc.mail.delivery import Delivery
from mailproc.mail.login import Server
from mailproc.mail.mailbox import Mailbox
from mailproc.store.database import Database
from mailproc.watch import Watcher
from tests.logins.conftest import Clock
from tests.logins.identity import OFFICE, Identity
from tests.logins.servers import OAuthImap, OAuthSmtp

_STEP = 20  # seconds from one look at the mailbox to the next


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'mailproc.sqlite'}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
async def smtp(identity: Identity, clock: Clock) -> AsyncIterator[tuple[OAuthSmtp, Server]]:
    handler = OAuthSmtp(identity.good_until, clock)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(handler.protocol, "127.0.0.1", 0)
    yield handler, Server("127.0.0.1", server.sockets[0].getsockname()[1], "none")
    server.close()


def _watched(
    imap: OAuthImap, chosen: Chosen, database: Database, clock: Clock, *, until: Callable[[], bool]
) -> list[str]:
    """The real watcher until then; gives the names of what it logged."""

    def connect() -> Mailbox:
        account = logins.account(chosen, "imap", clock)
        return Mailbox(Server("127.0.0.1", imap.port, "none"), account, "INBOX")

    limits = Limits(datetime(2026, 1, 1, tzinfo=UTC), 1_000_000)
    with capture_logs() as logs:
        watcher = Watcher(connect, database, limits, 0.001, lambda: None, clock)
        watcher.start()
        while not until() and watcher.alive:
            watcher.join(0.02)
        watcher.stop()
        watcher.join(10)
    return [str(entry["event"]) for entry in logs]


def test_the_mailbox_is_read_for_an_hour_without_a_failed_cycle(
    google: Chosen, identity: Identity, clock: Clock, database: Database
) -> None:
    end = clock.now.timestamp() + 3600
    with OAuthImap(identity.good_until, clock, lambda: clock.wind(_STEP)) as imap:
        told = _watched(imap, google, database, clock, until=lambda: clock.now.timestamp() >= end)
    assert told == []
    assert (imap.cut, imap.refused) == (0, 0)
    assert imap.looks >= 3600 / _STEP
    assert imap.logins >= 60


def test_a_session_that_is_cut_early_goes_on_with_a_new_token(
    google: Chosen,
    identity: Identity,
    clock: Clock,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The token is withdrawn on the server, where we still think it good."""
    monkeypatch.setattr("mailproc.watch.retry.reconnect_pause", lambda failures: 0.0)
    identity.seconds = 36_000
    looks: list[int] = []

    def wind() -> None:
        clock.wind(20)
        looks.append(1)
        if len(looks) == 3:
            identity.withdraw()

    def judge(token: str) -> datetime | None:
        return identity.good_until(token)

    with OAuthImap(judge, clock, wind) as imap:
        told = _watched(imap, google, database, clock, until=lambda: len(looks) >= 6)
        assert told == []  # this server looks at the token at the login alone
        server = Server("127.0.0.1", imap.port, "none")
        Mailbox(server, logins.account(google, "imap", clock), "INBOX").close()
    assert imap.refused == 1, "the old token"
    assert imap.logins == 2
    assert "refused" in google.secrets.joinpath("logins.json").read_text()


async def test_mails_go_out_for_an_hour_without_a_refusal(
    google: Chosen, clock: Clock, smtp: tuple[OAuthSmtp, Server]
) -> None:
    handler, server = smtp
    account = logins.account(google, "smtp", clock)
    delivery = Delivery(server, account, OFFICE, clock=clock)
    for _ in range(3600 // _STEP):
        assert await delivery.open() is None
        result = await delivery.send("somebody@example.org", b"Subject: x\r\n\r\nx\r\n")
        assert result.outcome == "sent"
        clock.wind(_STEP)
    await delivery.close()
    assert (handler.cut, handler.refused) == (0, 0)
    assert len(handler.taken) == 3600 / _STEP


async def test_sending_takes_a_new_token_where_the_old_one_is_refused(
    google: Chosen, identity: Identity, clock: Clock, smtp: tuple[OAuthSmtp, Server]
) -> None:
    handler, server = smtp
    identity.seconds = 36_000
    account = logins.account(google, "smtp", clock)
    account.credentials()
    identity.withdraw()
    clock.wind(60)
    delivery = Delivery(server, account, OFFICE, clock=clock)
    assert await delivery.open() is None
    await delivery.close()
    assert (handler.refused, handler.logins) == (1, 1)


async def test_a_mailbox_that_may_not_send_is_tried_three_times(
    google: Chosen, identity: Identity, clock: Clock
) -> None:
    """SMTP AUTH is off for many mailboxes; no token helps, and reading goes on."""
    handler = OAuthSmtp(lambda token: None, clock)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(handler.protocol, "127.0.0.1", 0)
    server = Server("127.0.0.1", listening.sockets[0].getsockname()[1], "none")
    with OAuthImap(identity.good_until, clock, lambda: None) as imap:
        for _ in range(40):
            clock.wind(20)
            reading = Server("127.0.0.1", imap.port, "none")
            Mailbox(reading, logins.account(google, "imap", clock), "INBOX").close()
            delivery = Delivery(server, logins.account(google, "smtp", clock), OFFICE, clock=clock)
            with pytest.raises(AuthFailed):
                await delivery.open()
    listening.close()
    assert handler.refused <= 6, "three tries; each may end with a fresh token"
    assert imap.logins == 40
