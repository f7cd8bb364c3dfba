"""What is known of the mail services that offices use; docs/providers.md has the sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailproc.logins.chosen import Auth
from mailproc.mail.login import Tls
from mailproc.workflow.pace import Pace

Kind = Literal["gmail", "workspace", "microsoft365", "outlook", "cpanel", "zimbra", "government"]


@dataclass(frozen=True, slots=True)
class Place:
    """A server; `host` may hold {domain}, or be empty where the office has to say it."""

    host: str
    port: int
    tls: Tls


@dataclass(frozen=True, slots=True)
class Provider:
    """How an account of a service is reached; `authserv_id` as it stamps what arrives."""

    kind: Kind
    imap: Place
    smtp: Place
    auth: Auth
    authserv_id: str = ""
    tenant: str = ""


_GOOGLE = (Place("imap.gmail.com", 993, "ssl"), Place("smtp.gmail.com", 465, "ssl"))
_OUTLOOK = Place("outlook.office365.com", 993, "ssl")
_ALL = (
    Provider("gmail", *_GOOGLE, "app_password", "mx.google.com"),
    Provider("workspace", *_GOOGLE, "google", "mx.google.com"),
    Provider(
        "microsoft365",
        _OUTLOOK,
        Place("smtp.office365.com", 587, "starttls"),
        "microsoft",
        "microsoft365",
        "organizations",
    ),
    Provider(
        "outlook",
        _OUTLOOK,
        Place("smtp-mail.outlook.com", 587, "starttls"),
        "microsoft",
        "microsoft365",
        "consumers",
    ),
    Provider(
        "cpanel",
        Place("mail.{domain}", 993, "ssl"),
        Place("mail.{domain}", 465, "ssl"),
        "password",
    ),
    Provider(
        "zimbra",
        Place("mail.{domain}", 993, "ssl"),
        Place("mail.{domain}", 587, "starttls"),
        "password",
    ),
    Provider("government", Place("", 993, "ssl"), Place("", 465, "ssl"), "password"),
)
PROVIDERS: dict[Kind, Provider] = {one.kind: one for one in _ALL}
_BY_DOMAIN: dict[str, Kind] = {
    "gmail.com": "gmail",
    "googlemail.com": "gmail",
    "outlook.com": "outlook",
    "outlook.co.th": "outlook",
    "hotmail.com": "outlook",
    "hotmail.co.th": "outlook",
    "live.com": "outlook",
    "msn.com": "outlook",
}
_DOMAIN_OF_OFFICE: tuple[Kind, ...] = (
    "workspace",
    "microsoft365",
    "government",
    "zimbra",
    "cpanel",
)
# Exchange Online takes 30 messages a minute and 10,000 recipients a day by SMTP AUTH; Google 500
# recipients a day of a free account, 2,000 of a paid one, and names no rate by the minute.
_PACE_BY_HOST = {
    "smtp.office365.com": Pace(30, 10_000),
    "smtp-mail.outlook.com": Pace(30),
    "smtp.gmail.com": Pace(0, 2_000),
}
_FILING_HOSTS = frozenset({"smtp.gmail.com", "smtp.office365.com", "smtp-mail.outlook.com"})
_FREE_GOOGLE = Pace(0, 500)


def guess(address: str) -> Kind | None:
    """By the domain of an address; None where only the office knows, as for go.th and ac.th."""
    return _BY_DOMAIN.get(_domain(address))


def choices(address: str) -> tuple[Kind, ...]:
    """What an address may be, the likeliest first."""
    found = guess(address)
    return (found,) if found else _DOMAIN_OF_OFFICE


def pace(smtp_host: str, username: str) -> Pace:
    """How much mail the service takes; no limit where none is known."""
    if smtp_host.casefold() == "smtp.gmail.com" and guess(username) == "gmail":
        return _FREE_GOOGLE
    return _PACE_BY_HOST.get(smtp_host.casefold(), Pace())


def files_sent(smtp_host: str) -> bool:
    """Whether the service itself puts what is sent through it into the folder of sent mail."""
    return smtp_host.casefold() in _FILING_HOSTS


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
