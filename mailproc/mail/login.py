"""Where a mail server is and how to log in: one credentials object for IMAP and SMTP."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from typing import Literal

Tls = Literal["ssl", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in; the password never shows in a repr."""

    username: str
    password: str = field(repr=False)


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
