"""`run.py links …`: make mailed links void."""

from __future__ import annotations

from pathlib import Path

import click

from mailproc.cli.output import config_option
from mailproc.cli.store import Opened, opened
from mailproc.model import Request, State
from mailproc.officer.turns import happen
from mailproc.store import requests
from mailproc.workflow import events as e
from mailproc.workflow.states import allowed


@click.group()
def links() -> None:
    """Mailed links: revoke."""


@links.command()
@click.argument("number")
@config_option
def revoke(number: str, config_file: Path) -> None:
    """Makes every link of the request void that decides, or that its file is fetched by.

    Where it waits for a decision a reminder with a new link goes out. A file that was sent is
    given out no more, neither by link nor by mail.
    """
    with opened(config_file) as store:
        request = store.request(number)
        with store.database.write() as connection:
            count = requests.void_links(connection, request.id, store.now)
            count += requests.void_links(connection, request.id, store.now, "download")
        if request.state is State.AWAITING_DECISION:
            _happen(store, request, e.ReminderDue(by="admin", ordered=True))
        elif _is_given_out(request):
            _happen(store, request, e.AccessRevoked(by="admin"))
    click.echo(f"{number}: {count} links revoked")


def _is_given_out(request: Request) -> bool:
    there = request.file_id is not None and request.revoked_at is None
    return there and bool(allowed(request.state, e.AccessRevoked()))


def _happen(store: Opened, request: Request, event: e.Event) -> None:
    store.act(lambda c, here: happen(c, request.id, event, here), number=request.number)
