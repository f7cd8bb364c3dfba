"""`run.py data gate`: whether files may leave, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from mailproc.cli.output import common, show
from mailproc.cli.words import words
from mailproc.config import load
from mailproc.datasets.catalogue import load_entries
from mailproc.datasets.gate import Allowed, Finding, as_json, look, verdict
from mailproc.datasets.gate.declared import allowed
from mailproc.datasets.gate.finding import CLASSES

_MOST_LINES = 50  # findings of one file, for people


@click.command("gate")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE…",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option(
    "--class",
    "cls",
    type=click.Choice(CLASSES),
    default="open",
    show_default=True,
    help="The class of data that may leave.",
)
@click.option(
    "--allow",
    "ranges",
    multiple=True,
    metavar="SHEET!RANGE",
    help="Cells in which names and contacts are meant to stand.",
)
@common
def gate_files(
    files: tuple[Path, ...], cls: str, ranges: tuple[str, ...], config_file: Path, as_json: bool
) -> None:
    """Looks into XLSX, CSV, PDF and DOCX files. Exit 0: all may leave; 1: some may not."""
    rules = _rules(config_file, cls, ranges)
    passed = [_looked(path, rules, as_json=as_json) for path in files]
    if not all(passed):
        raise click.exceptions.Exit(1)


def _rules(config_file: Path, cls: str, ranges: Sequence[str]) -> Allowed:
    """The catalogue of the office where there are settings, else the shipped one."""
    folder = load(config_file).catalogue_folder if config_file.exists() else None
    try:
        return allowed([one.entry for one in load_entries(folder).values()], cls, ranges)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--allow") from error


def _looked(path: Path, rules: Allowed, *, as_json: bool) -> bool:
    found = look(path.name, path.read_bytes(), rules)
    said = verdict(found)
    show(_thing(path, rules, found), "\n".join(_lines(path, said, found)), as_json=as_json)
    return said == "pass"


def _thing(path: Path, rules: Allowed, found: Sequence[Finding]) -> dict[str, object]:
    return {
        "file": str(path),
        "verdict": verdict(found),
        "class": rules.cls,
        "findings": [as_json(one) for one in found],
    }


def _lines(path: Path, said: str, found: Sequence[Finding]) -> Iterator[str]:
    thai, english = words(f"gate_{said}", file=path)
    yield thai
    yield f"    {english}"
    for one in found[:_MOST_LINES]:
        thai, english = one.said()
        yield f"  - {thai}"
        yield f"    {english}"
    if len(found) > _MOST_LINES:
        yield f"  … {len(found) - _MOST_LINES:,}"
