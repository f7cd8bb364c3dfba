"""Pages, and the second way out of an alarm."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from mailproc.mail.login import is_loopback
from mailproc.sections.base import Section


def _is_private(host: str) -> bool:
    """True for an address that no network but one's own leads to; a name may lead anywhere."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    whole = parts.scheme in ("https", "http") and bool(parts.hostname)
    return whole and not (parts.query or parts.fragment or "@" in parts.netloc)


class WebSection(Section):
    public_url: str = ""
    public_listen: str = "127.0.0.1:8025"
    internal_listen: str = "127.0.0.1:8026"
    trusted_proxies: tuple[str, ...] = ()
    ca_file: str = ""  # an authority of the office's own, by which `check` trusts public_url
    plain_http: bool = False  # public_url may be http on a private address; see docs/reach.md
    download_days: Annotated[int, Field(ge=1)] = 14  # how long a link to a file is good
    desk_url: str = ""  # where officers open the internal pages; for links in mails to them

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, url: str) -> str:
        if url and not _is_address(url):
            raise ValueError("must be https://…, http only on loopback, or empty")
        return url.rstrip("/")

    @field_validator("desk_url")
    @classmethod
    def _a_desk(cls, url: str) -> str:
        if url and not _is_address(url):
            raise ValueError("must be http://… or https://…, as officers open it, or empty")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _https_unless_asked(self) -> Self:
        parts = urlsplit(self.public_url)
        host = parts.hostname or ""
        if parts.scheme != "http" or is_loopback(host):
            return self
        if not _is_private(host):
            raise ValueError("public_url must be https://…, http only on loopback, or empty")
        if not self.plain_http:
            raise ValueError(
                "public_url must be https://…; for http inside the office's network read "
                "docs/reach.md, then set plain_http = true"
            )
        return self

    @field_validator("public_listen", "internal_listen")
    @classmethod
    def _host_and_port(cls, text: str) -> str:
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ValueError("write host:port, for example 127.0.0.1:8025")
        return text


class AlarmsSection(Section):
    """The second way out of an alarm; the first is a mail to officers and admins."""

    webhook: str = ""  # it gets a POST with JSON that names no person

    @field_validator("webhook")
    @classmethod
    def _https_or_loopback(cls, url: str) -> str:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (
            parts.scheme == "http" and is_loopback(parts.hostname or "")
        )
        if url and not (safe and parts.hostname):
            raise ValueError("must be https://…, http only on loopback, or empty")
        return url
