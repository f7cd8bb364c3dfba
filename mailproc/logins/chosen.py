"""From an office's settings to a login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from mailproc.clock import utc_now
from mailproc.errors import MailprocError
from mailproc.logins import google, microsoft
from mailproc.logins.account import Account, Secret
from mailproc.logins.password import Password
from mailproc.logins.token import Grant, Token
from mailproc.logins.tries import Tries

Auth = Literal["password", "app_password", "microsoft", "google"]
Flow = Literal["device", "client_credentials"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """How one account logs in; `name` is mailbox or smtp, `secrets` the folder of secret files."""

    name: str
    username: str
    auth: Auth
    secrets: Path
    password_file: Path
    key: bytes = field(repr=False)
    flow: Flow = "device"
    tenant: str = ""
    client_id: str = ""
    authority: str = microsoft.AUTHORITY
    ca_file: str = ""
    key_file: Path = Path()
    guard: str = ""  # whose refusals count together; empty: `name`

    @property
    def token_file(self) -> Path:
        return self.secrets / f"{self.name}-token.json"

    @property
    def own_password_file(self) -> Path:
        """Where a password for this account alone is kept."""
        return self.secrets / ("password" if self.name == "mailbox" else f"{self.name}-password")

    @property
    def client_secret_file(self) -> Path:
        return self.secrets / f"{self.name}-client-secret"


def account(chosen: Chosen, protocol: str, clock: Callable[[], datetime] = utc_now) -> Account:
    """The guarded login for one protocol. Raises MailprocError where a secret file is missing."""
    tries = tries_of(chosen)
    found = secret(chosen)
    _ = found.mark  # reads what it needs: better now than at each connection
    return Account(chosen.username, protocol, found, tries, clock)


def tries_of(chosen: Chosen) -> Tries:
    """What was refused of an account."""
    return Tries(chosen.secrets / "logins.json", chosen.guard or chosen.name, chosen.key)


def secret(chosen: Chosen) -> Secret:
    """Where its credentials come from. Raises MailprocError."""
    if chosen.auth in ("password", "app_password"):
        spaced = chosen.auth == "app_password"
        return Password(chosen.username, chosen.password_file, spaced=spaced)
    return token(chosen)


def token(chosen: Chosen) -> Token:
    """The token of an account that has one. Raises MailprocError."""
    return Token(chosen.username, chosen.token_file, grant(chosen))


def grant(chosen: Chosen) -> Grant:
    """How its tokens are got. Raises MailprocError."""
    if chosen.auth == "google":
        return google.read_key(chosen.key_file, chosen.username, chosen.ca_file)
    if chosen.flow == "device":
        return microsoft.Device(_application(chosen))
    return microsoft.Client(_application(chosen, _client_secret(chosen)))


def _application(chosen: Chosen, secret_text: str = "") -> microsoft.Application:
    return microsoft.Application(
        chosen.tenant, chosen.client_id, chosen.authority, chosen.ca_file, secret_text
    )


def _client_secret(chosen: Chosen) -> str:
    try:
        return chosen.client_secret_file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise MailprocError(key="client_secret_missing", file=chosen.client_secret_file) from None
