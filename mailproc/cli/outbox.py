"""`run.py outbox …`: what was sent, what is held, and what nobody knows."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa

from mailproc.cli.output import common, config_option, local, show
from mailproc.cli.store import Opened, opened, warn_if_stopped
from mailproc.errors import MailprocError
from mailproc.model import State
from mailproc.store import correspondence, requests, schema
from mailproc.store import outbox as stored
from mailproc.workflow import events as e
from mailproc.workflow import manners
from mailproc.workflow.decide import decide


@click.group()
def outbox() -> None:
    """Outgoing mail: list, resend, resume, settle."""


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
    states = ("held", "rejected", "unknown", "bounced")
    with opened(config_file) as store:
        again = _change(store, letter, states, "recorded", store.now, standing=manners.HAND)
    click.echo(f"{letter}: will be sent again ({again})")


@outbox.command()
@config_option
def resume(config_file: Path) -> None:
    """Lets mail to requesters go on after the breaker stopped it."""
    with opened(config_file) as store, store.database.write() as connection:
        if not correspondence.resume(connection, store.now):
            raise MailprocError(key="not_stopped")
    click.echo("sending to requesters goes on")


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
            for request_id in _requests_of(store, letter):
                _delivered(store, request_id, by)
    click.echo(f"{letter}: {outcome}")


def _change(
    store: Opened,
    letter: int,
    states: tuple[str, ...],
    state: str,
    due_at: object,
    **values: object,
) -> str:
    """The letter, and those that its mail carried too."""
    table = schema.outbox
    mail = sa.or_(table.c.id == letter, table.c.bundled_into == letter)
    changed = (
        sa.update(table)
        .where(mail, table.c.state.in_(states), table.c.letter.is_not(None))
        .values(state=state, due_at=due_at, tries=0, problem=None, **values)
        .returning(table.c.id, table.c.kind)
    )
    with store.database.write() as connection:
        kind = {row.id: row.kind for row in connection.execute(changed)}.get(letter)
    if kind is None:
        raise MailprocError(key="letter_not", letter=letter, states="/".join(states))
    return str(kind)


def _requests_of(store: Opened, letter: int) -> list[int]:
    table = schema.outbox
    mail = sa.or_(table.c.id == letter, table.c.bundled_into == letter)
    query = sa.select(table.c.request_id).where(mail, table.c.request_id.is_not(None))
    with store.database.read() as connection:
        return list(connection.scalars(query.order_by(table.c.id)))


def _delivered(store: Opened, request_id: int, by: str) -> None:
    """The request of a dataset mail that did arrive is delivered."""
    with store.database.write() as connection:
        request = requests.get(connection, request_id)
        if request is not None and request.state is State.NEEDS_PERSON:
            decision = decide(request, e.AllSent(by=by), store.rules, store.now)
            requests.apply(connection, [decision], store.desk, store.now)
