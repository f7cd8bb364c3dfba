"""How mail comes in and goes out, and whose it may be."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from mailproc.logins.chosen import Auth, Flow
from mailproc.mail.login import Server, Tls, is_loopback
from mailproc.sections.base import Port, Section

MEMBER = re.compile(r"(?:[^\s@]+@)?\.?[^\s@.]+(?:\.[^\s@.]+)+")


class OAuthSection(Section):
    """What tokens are got with, where `auth` is microsoft or google; see docs/providers.md."""

    flow: Flow = "device"  # microsoft: device | client_credentials
    tenant: str = "organizations"  # microsoft: the directory's id
    client_id: str = ""  # microsoft: the application's id
    key_file: str = ""  # google: the JSON file of a service account or an Internal client
    authority: str = "https://login.microsoftonline.com"
    ca_file: str = ""  # an authority of the office's own, between us and the identity server

    @field_validator("authority")
    @classmethod
    def _https(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.query or "@" in parts.netloc:
            raise ValueError("must be https://…")
        return url.rstrip("/")


class ServerSection(Section):
    host: str
    port: Port
    tls: Tls = "ssl"
    username: str = ""
    ca_file: str = ""
    auth: Auth | Literal[""] = ""
    oauth: OAuthSection = OAuthSection()

    @model_validator(mode="after")
    def _auth_iswhole(self) -> Self:
        if self.auth == "microsoft" and not self.oauth.client_id:
            raise ValueError('auth = "microsoft" needs oauth.client_id; see docs/providers.md')
        if self.auth == "google" and not self.oauth.key_file:
            raise ValueError('auth = "google" needs oauth.key_file; see docs/providers.md')
        return self

    @model_validator(mode="after")
    def _tls_or_loopback(self) -> Self:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError('tls = "none" is for loopback only; use "ssl" or "starttls"')
        return self

    def server(self) -> Server:
        return Server(self.host, self.port, self.tls, self.ca_file)


class MailboxSection(ServerSection):
    """The IMAP side."""

    port: Port = 993
    auth: Auth = "password"
    folder: str = "INBOX"
    mode: Literal["shared", "dedicated"] = "shared"
    mark: Literal["seen", "none"] = "seen"
    poll_seconds: Annotated[int, Field(ge=1)] = 60
    max_bytes: Annotated[int, Field(ge=10_000)] = 25_000_000
    authserv_id: str = ""
    plus_addressing: bool = False  # the server delivers name+detail@ to name@
    sent_copies: Literal["auto", "always", "never"] = "auto"  # auto: unless the service does it
    sent_folder: str = ""  # where they go; empty: as the server marks or usually names it
    sent_max_bytes: Annotated[int, Field(ge=0)] = 5_000_000  # larger mails leave no copy


class RosterSection(Section):
    """Who belongs to the office's area: schools and staff, by address or by whole domain."""

    members: tuple[str, ...] = ()  # a@example.org, example.org, .example.org (all below it)
    file: str = ""  # more of them, one a line

    @field_validator("members")
    @classmethod
    def _addresses_or_domains(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        for member in members:
            if not MEMBER.fullmatch(member):
                raise ValueError(f"{member!r} is neither an address nor a domain")
        return members


class SmtpSection(ServerSection):
    """The SMTP side; the login is the mailbox's unless `auth` or `username` says another."""

    port: Port = 465
    sender: str = ""
    max_bytes: Annotated[int, Field(ge=110_000)] = 10_000_000  # of a mail; larger files are linked


class SendingSection(Section):
    """How much mail we send before a person has to look; docs/adr/0011 says why so much."""

    per_correspondent: Annotated[int, Field(ge=1)] = 3  # in 24 h without a human mail between
    per_day: Annotated[int, Field(ge=1)] = 100  # in 24 h in all
    breaker_ratio: Annotated[int, Field(ge=2)] = 5  # our mails per human mail in an hour …
    breaker_mails: Annotated[int, Field(ge=1)] = 50  # … and more than so many
    strangers_per_hour: Annotated[int, Field(ge=0)] = 30  # to addresses that nobody has proved
    per_minute: Annotated[int, Field(ge=0)] | None = None  # 0: no limit; None: the provider's
    in_24_hours: Annotated[int, Field(ge=0)] | None = None  # the same; to all together
