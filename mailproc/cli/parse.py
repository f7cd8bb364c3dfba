"""`run.py parse`: a dry run of the reader; nothing is stored, no settings are needed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click

from mailproc.datasets.catalogue import shipped_names
from mailproc.model import Known, Reading
from mailproc.parsers import to_json
from mailproc.sandbox import Failed, Reader

_BATCH = 64


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON lines (the only form there is).")
def parse(paths: tuple[Path, ...], as_json: bool) -> None:
    """Reads mails (files, or all files below folders except *.json) and prints what they say."""
    reader = Reader(Known(datasets=shipped_names()), workers=2)
    count = 0
    try:
        files = _files(paths)
        while batch := list(islice(files, _BATCH)):
            contents = [_content(file) for file in batch]
            for file, reading in zip(batch, reader.read(contents), strict=True):
                click.echo(json.dumps({"file": str(file)} | _as_json(reading), ensure_ascii=False))
            count += len(batch)
            if sys.stderr.isatty():
                click.echo(f"\r{count} mails", err=True, nl=False)
    finally:
        reader.stop()
    if sys.stderr.isatty():
        click.echo("", err=True)


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = (file for file in sorted(path.rglob("*")) if file.is_file())
            yield from (file for file in inside if file.suffix != ".json")
        else:
            yield path


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        click.echo(f"{file}: {error.strerror}", err=True)
        return b""


def _as_json(reading: Reading | Failed) -> dict[str, object]:
    """A mail that could not be read is «unreadable», with the reason in `problems`."""
    if isinstance(reading, Failed):
        return to_json(Reading(kind="unreadable", problems=(reading.problem,)))
    return to_json(reading)
