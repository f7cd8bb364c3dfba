"""A clock that tests wind, and an identity server that goes by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailproc.logins import Chosen
from tests.logins.identity import CLIENT, OFFICE, TENANT, Identity


class Clock:
    """The time now; `wind` lets it pass."""

    def __init__(self) -> None:
        # Near the real time: msal compares a device code's end with the machine's own clock.
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def wind(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identity(tmp_path: Path, clock: Clock) -> Iterator[Identity]:
    with Identity(tmp_path, clock) as server:
        yield server


@pytest.fixture
def microsoft(identity: Identity, tmp_path: Path) -> Chosen:
    """An account by device code."""
    return Chosen(
        name="mailbox",
        username=OFFICE,
        auth="microsoft",
        secrets=tmp_path / "secret",
        password_file=tmp_path / "secret" / "password",
        key=b"pepper",
        tenant=TENANT,
        client_id=CLIENT,
        authority=identity.url,
        ca_file=str(identity.ca_file),
    )


@pytest.fixture
def google(identity: Identity, microsoft: Chosen, tmp_path: Path) -> Chosen:
    """An account by a service account."""
    from dataclasses import replace

    return replace(microsoft, auth="google", key_file=identity.service_account(tmp_path))
