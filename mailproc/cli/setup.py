"""`run.py init`: writes the settings to fill in."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mailproc.cli import setup_text
from mailproc.cli.output import config_option
from mailproc.cli.words import words
from mailproc.config import ROOT
from mailproc.errors import MailprocError
from mailproc.logins import keep, providers
from mailproc.logins.providers import PROVIDERS, Kind
from mailproc.mail.delivery import is_one_address


@click.command()
@click.option("--address", default="", help="The office's mailbox.")
@click.option("--provider", type=click.Choice(list(PROVIDERS)), help="Its mail service.")
@config_option
def init(config_file: Path, address: str, provider: Kind | None) -> None:
    """Writes a commented mailproc.toml for the office's mail service, and takes its password."""
    if config_file.exists():
        raise MailprocError(key="init_exists", file=config_file)
    asks = sys.stdin.isatty()
    if not address and asks:
        address = click.prompt(words("init_address")[0], default="", show_default=False)
    if address and not is_one_address(address):
        raise MailprocError(key="init_odd_address", address=address)
    kind = _kind(address, provider, asks=asks)
    text = (ROOT / "templates" / "mailproc.toml").read_text(encoding="utf-8")
    if kind is not None:
        text = setup_text.filled(text, address, PROVIDERS[kind])
    config_file.write_text(text, encoding="utf-8")
    secret = config_file.resolve().parent / "state" / "secret"
    secret.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = secret / "password"
    if asks and not password.exists() and (kind is None or _by_password(kind)):
        _ask_password(password)
    for line in words("init_next", file=config_file, password=password):
        click.echo(line)
    if kind is not None:
        _tell_steps(kind, address)


def _kind(address: str, provider: Kind | None, *, asks: bool) -> Kind | None:
    """The mail service of the address; a person is asked where it does not tell."""
    if not address or provider is not None:
        return provider if address else None
    found = providers.choices(address)
    if len(found) == 1 or not asks:
        return found[0] if len(found) == 1 else None
    for number, kind in enumerate(found, 1):
        click.echo(f"  {number} {setup_text.name(kind)}")
    chosen = click.prompt(
        words("init_provider")[0], type=click.IntRange(0, len(found)), default=0, show_default=False
    )
    return found[chosen - 1] if chosen else None


def _by_password(kind: Kind) -> bool:
    return PROVIDERS[kind].auth in ("password", "app_password")


def _tell_steps(kind: Kind, address: str) -> None:
    click.echo(f"\n{setup_text.name(kind)}")
    for text in setup_text.steps(kind, address):
        click.echo(f"\n{text}")


def _ask_password(file: Path) -> None:
    """Kept in a file that only we can read; an empty answer leaves it for later."""
    question = words("init_password")[0]
    typed = click.prompt(question, hide_input=True, default="", show_default=False)
    if typed:
        keep.write(file, typed)
