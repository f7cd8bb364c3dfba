"""`run.py outbox …`: what was sent, what is held, and what nobody knows."""

from __future__ import annotations

from pathlib import Path

import click

from mailproc.cli.output import common, config_option, local, show
from mailproc.cli.store import opened, warn_if_stopped
from mailproc.errors import MailprocError
from mailproc.officer import Who, sending
from mailproc.store import alarms, correspondence, doubts
from mailproc.store import outbox as stored


@click.group()
def outbox() -> None:
    """Outgoing mail: list, release, resend, resume, settle."""


@outbox.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(stored.STATES))
@common
def list_letters(states: tuple[str, ...], config_file: Path, as_json: bool) -> None:
    """One line per mail, newest first."""
    names = (
        "id kind audience to_addr state recorded_at sent_at due_at tries code problem bundled_into"
    ).split()
    with opened(config_file) as store:
        with store.database.read() as connection:
            rows = stored.listed(connection, states)
        warn_if_stopped(store)
        for row in rows:
            line = (
                f"{row.id:6}  {row.state:12}  {row.kind:20}  {local(row.recorded_at)}  "
                f"{row.to_addr or '(erased)'}  {row.problem or ''}"
            )
            thing = {name: getattr(row, name) for name in names}
            show(thing | {"message_id": row.message_id}, line, as_json=as_json)


@outbox.command()
@click.argument("letter", type=int)
@config_option
def resend(letter: int, config_file: Path) -> None:
    """Sends a mail that was held, or again one that was rejected, came back or may be lost.

    No limit holds it: a person ordered it. Letters that went in the same mail go with it.
    """
    with opened(config_file) as store:
        states = "/".join(sending.AGAIN)
        store.act(lambda c, here: sending.resend(c, letter, here), letter=letter, states=states)
    click.echo(f"{letter}: will be sent again")


@outbox.command()
@config_option
def resume(config_file: Path) -> None:
    """Lets mail to requesters go on after the breaker stopped it."""
    with opened(config_file) as store, store.database.write() as connection:
        if not correspondence.resume(connection, store.now):
            raise MailprocError(key="not_stopped")
    click.echo("sending to requesters goes on")


@outbox.command()
@click.argument("numbers", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Of every request; no doubt is left.")
@config_option
def release(numbers: tuple[str, ...], everything: bool, config_file: Path) -> None:
    """After a restore: what is in doubt about these requests was not sent before, so it goes."""
    if bool(numbers) == everything:
        raise click.UsageError("name requests by their numbers, or say --all")
    with opened(config_file) as store:
        ids = [store.request(number).id for number in numbers]
        with store.database.write() as connection:
            if everything:
                going = doubts.clear_all(connection, store.now)
                alarms.mended(connection, "restored", store.now)
            else:
                going = doubts.clear(connection, ids, store.now)
    click.echo(f"{going} letters go now")


@outbox.command()
@click.argument("letter", type=int)
@click.option("--as", "outcome", required=True, type=click.Choice(["sent", "rejected"]))
@click.option("--by", default="admin", help="Who knows, for the history.")
@config_option
def settle(letter: int, outcome: str, by: str, config_file: Path) -> None:
    """Says what really became of a mail in `unknown`."""
    with opened(config_file) as store:
        store.act(
            lambda c, here: sending.settle(c, letter, outcome, Who(by), here),
            letter=letter,
            states="unknown",
        )
    click.echo(f"{letter}: {outcome}")
