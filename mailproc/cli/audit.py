"""`run.py audit verify`: proves that no row of the history was changed or is missing."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from mailproc.cli.output import common, show
from mailproc.cli.store import opened
from mailproc.store import audit as stored


@click.group()
def audit() -> None:
    """The history: verify."""


@audit.command()
@common
def verify(config_file: Path, as_json: bool) -> None:
    """Recomputes every chain and seal; exit 1 where something is wrong."""
    with opened(config_file) as store, store.database.read() as connection:
        found = stored.verify(connection)
    line = f"{found.requests} requests, {found.rows} rows, {found.seals} seals: "
    line += "all there and unchanged" if not found.faults else f"{len(found.faults)} faults"
    if found.erased:
        line += f"; {found.erased} rows without their erased personal part"
    for day, rows in found.erased_on:
        line += f"\n  erased on {day}: {rows} rows"
    show(asdict(found), line, as_json=as_json)
    for fault in found.faults:
        click.echo(fault, err=True)
    sys.exit(1 if found.faults else 0)
