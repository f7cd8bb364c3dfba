"""Where a mail server is, and what its IMAP and SMTP sides need of a login."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Tls = Literal["ssl", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one login shows to the server; the secret never shows in a repr.

    By itself it is a `Login` that never changes and remembers nothing.
    """

    username: str
    password: str = field(repr=False)  # or the access token
    bearer: bool = False  # the secret is an access token, for XOAUTH2
    good_until: datetime | None = None  # log in anew before then

    def credentials(self) -> Credentials:
        return self

    def refused(self, used: Credentials) -> Credentials | None:
        return None

    def accepted(self) -> None:
        """Nothing to remember."""


class Login(Protocol):
    """Who logs in, asked anew for each connection, and told how it went."""

    @property
    def username(self) -> str: ...

    def credentials(self) -> Credentials:
        """For one try. Raises AuthFailed where none may be made now, LinkLost where the identity
        server can't be reached. May wait for the network."""

    def refused(self, used: Credentials) -> Credentials | None:
        """The server said no. Gives others where another try at once has sense."""

    def accepted(self) -> None:
        """The server let us in."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `tls` is none on loopback only; certificates are always verified."""

    host: str
    port: int
    tls: Tls
    ca_file: str = ""  # an office's own authority; empty: the system's

    def context(self) -> ssl.SSLContext | None:
        """The TLS settings, or None where there is no TLS."""
        if self.tls == "none":
            return None
        return ssl.create_default_context(cafile=self.ca_file or None)


def is_loopback(host: str) -> bool:
    """True where nothing leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
