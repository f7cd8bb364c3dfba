"""`run.py report month`: the monthly table against the promise."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from mailproc import months
from mailproc.cli.output import common, show
from mailproc.cli.store import Opened, opened
from mailproc.errors import MailprocError
from mailproc.office import make_office
from mailproc.promise import month as months_of
from mailproc.promise.month import Month
from mailproc.store import people
from mailproc.texts import load_texts


@click.group()
def report() -> None:
    """Reports: month."""


@report.command("month")
@click.argument("which", default="", metavar="[YYYY-MM]")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder for the workbook; by default the one you are in.",
)
@common
def month(which: str, folder: Path, config_file: Path, as_json: bool) -> None:
    """The table of a month, 2026-10 or 2569-10, as a workbook; of last month where none is named.

    With --json the figures alone, times in seconds.
    """
    with opened(config_file) as store:
        chosen = _month(which, store)
        rules = store.rules
        promise = timedelta(minutes=store.config.office.promise_minutes)
        with store.database.read() as connection:
            found = months.read(connection, chosen, rules, promise, store.now)
            officers = people.in_role(connection, "officer", store.now)
        if as_json:
            show(months.as_json(found, chosen), "", as_json=True)
            return
        office = make_office(store.config, officers)
        texts = load_texts(store.config.template_folders, store.config.office.language)
        content = months.workbook(found, chosen, texts, office, rules.catalogue, store.now)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / months.filename(chosen)
    path.write_bytes(content)
    click.echo(str(path))


def _month(said: str, store: Opened) -> Month:
    if not said:
        return months_of.of(store.now, store.config.office.timezone).before
    found = months_of.parse(said)
    if found is None:
        raise MailprocError(key="no_month", said=said)
    return found
