"""`run.py links …`: make mailed links void."""

from __future__ import annotations

from pathlib import Path

import click

from mailproc.cli.output import config_option
from mailproc.cli.store import opened
from mailproc.model import State
from mailproc.store import requests
from mailproc.workflow import events as e


@click.group()
def links() -> None:
    """Mailed links: revoke."""


@links.command()
@click.argument("number")
@config_option
def revoke(number: str, config_file: Path) -> None:
    """Makes every link to decide on the request void; a reminder with a new one goes out."""
    with opened(config_file) as store:
        request = store.request(number)
        with store.database.write() as connection:
            count = requests.void_links(connection, request.id, store.now)
        if request.state is State.AWAITING_DECISION:
            store.happen(number, e.ReminderDue(by="admin"))
    click.echo(f"{number}: {count} links revoked")
