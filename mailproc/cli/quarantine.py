"""`run.py quarantine …`: mails that wait for a person, to be placed, read again or left alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from mailproc.cli.mails import reading_of
from mailproc.cli.output import common, config_option, local, show
from mailproc.cli.store import opened
from mailproc.errors import MailprocError
from mailproc.model import Reading
from mailproc.officer import in_turn, placing
from mailproc.store import messages, waiting

_NAMES = (
    "id folder uid internal_date size verdict verdict_at problem message_id kind from_addr placed"
).split()


@click.group()
def quarantine() -> None:
    """Mails that wait for a person: list, show, place, replay."""


@quarantine.command("list")
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=click.Choice(messages.VERDICTS),
    help="Mails with this verdict instead, waiting or not.",
)
@common
def list_mails(verdicts: tuple[str, ...], config_file: Path, as_json: bool) -> None:
    """One line per mail that nobody could place or read, each with the best guess."""
    with opened(config_file) as store:
        with store.database.read() as connection:
            rows = messages.listed(connection, verdicts) if verdicts else waiting.listed(connection)
        for row in rows:
            thing = {name: getattr(row, name) for name in _NAMES}
            show(thing | {"guesses": waiting.guesses(row)}, _line(row), as_json=as_json)


def _line(row: sa.Row[Any]) -> str:
    parts = (
        f"{row.id:6}",
        f"{row.verdict:12}",
        local(row.internal_date),
        row.from_addr or "-",
        row.problem or "",
        *_guessed(row)[:1],
    )
    return "  ".join(part for part in parts if part)


def _guessed(row: sa.Row[Any]) -> list[str]:
    """«2569/00012 80 % (sender, subject)», best first."""
    return [
        f"{guess['request'] or 'new'} {guess['score']:.0%} ({', '.join(guess['because'])})"
        for guess in waiting.guesses(row)
    ]


@quarantine.command("show")
@click.argument("mail", type=int)
@click.option("--text", "as_text", is_flag=True, help="What it says, in place of its raw bytes.")
@config_option
def show_mail(mail: int, as_text: bool, config_file: Path) -> None:
    """The raw bytes of a mail on stdout, or what it says."""
    with opened(config_file) as store:
        with store.database.read() as connection:
            row = messages.get(connection, mail)
        if row is None or row.raw is None:
            raise MailprocError(key="no_mail", mail=mail)
        reading = reading_of(row.raw, store) if as_text else None
    if reading is None:
        sys.stdout.buffer.write(row.raw)
    else:
        click.echo("\n".join((*_said(reading), *(f"guess: {one}" for one in _guessed(row)))))


def _said(reading: Reading) -> tuple[str, ...]:
    files = ", ".join(one.filename for one in reading.attachments)
    return (
        f"from: {reading.from_name} <{reading.from_addr}>",
        f"subject: {reading.subject}",
        *([f"files: {files}"] if files else []),
        "",
        reading.text,
        "",
    )


@quarantine.command()
@click.argument("mail", type=int)
@click.option("--request", "number", default="", help="It answers this request.")
@click.option("--new", "is_new", is_flag=True, help="It is a request of its own.")
@click.option("--not-for-us", "not_for_us", is_flag=True, help="It is neither; it stays as it is.")
@config_option
def place(mail: int, number: str, is_new: bool, not_for_us: bool, config_file: Path) -> None:
    """Says what an unplaced mail is; the daemon then treats it like that."""
    if sum((bool(number), is_new, not_for_us)) != 1:
        raise click.UsageError("Give one of --request NUMBER, --new and --not-for-us.")
    with opened(config_file) as store:
        if number:
            store.request(number)
            store.act(lambda c, here: placing.place(c, mail, number, here), mail=mail)
        elif is_new:
            store.act(lambda c, here: placing.as_new(c, mail, here), mail=mail)
        else:
            store.act(lambda c, _: placing.not_for_us(c, mail), mail=mail)
    click.echo(f"{mail}: {number or ('new' if is_new else 'not for us')}")


@quarantine.command()
@click.argument("mail", type=int)
@config_option
def replay(mail: int, config_file: Path) -> None:
    """Gives a mail another chance with the program as it is now."""
    with opened(config_file) as store:
        database, now = store.database, store.now
        done = in_turn(
            database,
            lambda c, here: placing.replay(c, mail, here),
            store.rules,
            lambda: store.desk,
            now,
        )
    if not done.is_done:
        raise MailprocError(key="not_quarantined", mail=mail)
    click.echo(f"{mail}: will be read again")
