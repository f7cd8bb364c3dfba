"""`run.py links …`: make mailed links void."""

from __future__ import annotations

from pathlib import Path

import click

from mailproc.cli.output import config_option
from mailproc.cli.store import opened
from mailproc.store import requests


@click.group()
def links() -> None:
    """Mailed links: revoke."""


@links.command()
@click.argument("number")
@config_option
def revoke(number: str, config_file: Path) -> None:
    """Makes every link to decide on the request void; the next reminder carries a new one."""
    with opened(config_file) as store:
        request = store.request(number)
        with store.database.write() as connection:
            count = requests.void_links(connection, request.id, store.now)
    click.echo(f"{number}: {count} links revoked")
