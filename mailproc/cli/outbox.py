"""`run.py outbox …`: what was sent, and what nobody knows."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa

from mailproc.cli.output import common, config_option, local, show
from mailproc.cli.store import Opened, opened
from mailproc.errors import MailprocError
from mailproc.model import State
from mailproc.store import outbox as stored
from mailproc.store import requests, schema
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide


@click.group()
def outbox() -> None:
    """Outgoing mail: list, resend, settle."""


@outbox.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(stored.STATES))
@common
def list_letters(states: tuple[str, ...], config_file: Path, as_json: bool) -> None:
    """One line per mail, newest first."""
    names = "id kind audience to_addr state recorded_at sent_at due_at tries code problem".split()
    with opened(config_file) as store:
        with store.database.read() as connection:
            rows = stored.listed(connection, states)
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
    """Sends a mail again that was rejected, came back, or may not have arrived."""
    with opened(config_file) as store:
        again = _change(store, letter, ("rejected", "unknown", "bounced"), "recorded", store.now)
    click.echo(f"{letter}: will be sent again ({again})")


@outbox.command()
@click.argument("letter", type=int)
@click.option("--as", "outcome", required=True, type=click.Choice(["sent", "rejected"]))
@click.option("--by", default="admin", help="Who knows, for the history.")
@config_option
def settle(letter: int, outcome: str, by: str, config_file: Path) -> None:
    """Says what really became of a mail in `unknown`."""
    with opened(config_file) as store:
        kind = _change(store, letter, ("unknown",), outcome, None)
        if kind == "dataset" and outcome == "sent":
            _delivered(store, letter, by)
    click.echo(f"{letter}: {outcome}")


def _change(store: Opened, letter: int, states: tuple[str, ...], state: str, due_at: object) -> str:
    table = schema.outbox
    changed = (
        sa.update(table)
        .where(table.c.id == letter, table.c.state.in_(states), table.c.letter.is_not(None))
        .values(state=state, due_at=due_at, tries=0, problem=None)
        .returning(table.c.kind)
    )
    with store.database.write() as connection:
        kind = connection.scalar(changed)
    if kind is None:
        raise MailprocError(key="letter_not", letter=letter, states="/".join(states))
    return str(kind)


def _delivered(store: Opened, letter: int, by: str) -> None:
    """The request of a dataset mail that did arrive is delivered."""
    table = schema.outbox
    with store.database.write() as connection:
        query = sa.select(table.c.request_id).where(table.c.id == letter)
        request = requests.get(connection, connection.scalar(query) or 0)
        if request is not None and request.state is State.NEEDS_PERSON:
            decision = decide(request, e.AllSent(by=by), store.rules, store.now)
            requests.apply(connection, [decision], store.desk, store.now)
