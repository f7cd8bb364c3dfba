"""`run.py quarantine …`: mails that were put aside, and mails that could not be placed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mailproc.cli.output import common, config_option, local, show
from mailproc.cli.store import opened
from mailproc.errors import MailprocError
from mailproc.store import messages


@click.group()
def quarantine() -> None:
    """Mails put aside: list, show, replay."""


@quarantine.command("list")
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=click.Choice(messages.VERDICTS),
    default=("quarantined",),
    show_default=True,
)
@common
def list_mails(verdicts: tuple[str, ...], config_file: Path, as_json: bool) -> None:
    """One line per mail; `--verdict unplaced` shows what was not for us or not clear."""
    names = "id folder uid internal_date size verdict verdict_at problem message_id".split()
    with opened(config_file) as store:
        with store.database.read() as connection:
            rows = messages.listed(connection, verdicts)
        for row in rows:
            line = (
                f"{row.id:6}  {row.verdict:12}  {local(row.internal_date)}  "
                f"{row.size:9} bytes  {row.problem or ''}"
            )
            show({name: getattr(row, name) for name in names}, line, as_json=as_json)


@quarantine.command("show")
@click.argument("mail", type=int)
@config_option
def show_mail(mail: int, config_file: Path) -> None:
    """The raw bytes of a mail, on stdout."""
    with opened(config_file) as store, store.database.read() as connection:
        row = messages.get(connection, mail)
    if row is None or row.raw is None:
        raise MailprocError(key="no_mail", mail=mail)
    sys.stdout.buffer.write(row.raw)


@quarantine.command()
@click.argument("mail", type=int)
@config_option
def replay(mail: int, config_file: Path) -> None:
    """Gives a mail another chance with the program as it is now."""
    with opened(config_file) as store, store.database.write() as connection:
        done = messages.replay(connection, mail, store.now)
    if not done:
        raise MailprocError(key="not_quarantined", mail=mail)
    click.echo(f"{mail}: will be read again")
