"""`run.py init`: writes the settings to fill in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from mailproc.cli.output import config_option
from mailproc.cli.words import words
from mailproc.config import ROOT
from mailproc.errors import MailprocError


@click.command()
@config_option
def init(config_file: Path) -> None:
    """Writes a commented mailproc.toml, and takes the mailbox password."""
    if config_file.exists():
        raise MailprocError(key="init_exists", file=config_file)
    text = (ROOT / "templates" / "mailproc.toml").read_text(encoding="utf-8")
    config_file.write_text(text, encoding="utf-8")
    secret = config_file.resolve().parent / "state" / "secret"
    secret.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = secret / "password"
    if not password.exists() and sys.stdin.isatty():
        _ask_password(password)
    for line in words("init_next", file=config_file, password=password):
        click.echo(line)


def _ask_password(file: Path) -> None:
    """Kept in a file that only we can read; an empty answer leaves it for later."""
    question = words("init_password")[0]
    typed = click.prompt(question, hide_input=True, default="", show_default=False)
    if typed:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(typed)
