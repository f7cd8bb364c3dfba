"""The settings that `run.py init` writes, with what is known of the office's mail service."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from mailproc.config import ROOT
from mailproc.logins.providers import Kind, Place, Provider


def filled(text: str, address: str, provider: Provider) -> str:
    """The template with address, servers and way of login filled in; the rest as it was."""
    domain = address.rpartition("@")[2]
    head, mailbox, rest = _parted(text, "[mailbox]")
    mailbox, between, smtp = _parted(mailbox + rest, "[smtp]")
    head = _set(head, "address", address)
    mailbox = _set_place(mailbox, provider.imap, domain)
    mailbox = _set(mailbox, "auth", provider.auth)
    if provider.authserv_id:
        mailbox = _set(mailbox, "authserv_id", provider.authserv_id)
    mailbox = _with_oauth(mailbox, provider)
    return head + mailbox + between + _set_place(smtp, provider.smtp, domain)


def _parted(text: str, section: str) -> tuple[str, str, str]:
    """What is before the section's heading, the heading, and what follows."""
    before, heading, after = text.partition(f"\n{section}")
    return before, heading, after


def _set_place(text: str, place: Place, domain: str) -> str:
    if place.host:
        text = _set(text, "host", place.host.format(domain=domain))
    text = re.sub(r"(?m)^port = \d+", f"port = {place.port}", text, count=1)
    return _set(text, "tls", place.tls)


def _set(text: str, key: str, value: str) -> str:
    """The first setting of that name, its comment kept; values here hold no quotes."""
    return re.sub(rf'(?m)^{key} = "[^"]*"', lambda _: f'{key} = "{value}"', text, count=1)


def _with_oauth(text: str, provider: Provider) -> str:
    """A section for tokens, before the next one."""
    lines = {
        "microsoft": (
            'flow = "device"                   # device, client_credentials · docs/providers.md',
            f'tenant = "{provider.tenant}"',
            'client_id = "«Application (client) ID»"',
        ),
        "google": ('key_file = "state/secret/google.json"',),
    }.get(provider.auth)
    if lines is None:
        return text
    before, mark, after = text.partition("\n[roster]")
    return before + "\n".join(("\n[mailbox.oauth]", *lines, "")) + mark + after


@cache
def _texts() -> dict[str, dict[str, str]]:
    with (ROOT / "templates" / "texts" / "providers.toml").open("rb") as file:
        return tomllib.load(file)


def name(kind: Kind) -> str:
    """As a person chooses it."""
    return " · ".join((_texts()[kind]["name_th"], _texts()[kind]["name_en"]))


def steps(kind: Kind, address: str) -> tuple[str, str]:
    """What to do at the provider, in Thai and in English."""
    domain = address.rpartition("@")[2]
    told = (_texts()[kind][f"steps_{language}"].strip() for language in ("th", "en"))
    th, en = (text.format(address=address, domain=domain) for text in told)
    return th, en
