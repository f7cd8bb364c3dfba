"""What every command shares: the settings, one line per thing, one way to fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mailproc.cli.words import words
from mailproc.errors import ConfigError, MailprocError

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    default=Path("mailproc.toml"),
    show_default=True,
    help="The settings file.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON line per thing.")


def show(thing: dict[str, Any], line: str, *, as_json: bool) -> None:
    """Prints one thing, as a JSON line or as a line for people."""
    click.echo(json.dumps(thing, ensure_ascii=False, default=_text) if as_json else line)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def fail(error: MailprocError) -> int:
    """Says what happened and what to do, on stderr; gives the exit code."""
    lines: Iterable[str] = (error.problem, error.remedy)
    if error.key:
        lines = words(error.key, **error.values)
    elif isinstance(error, ConfigError):
        lines = error.faults
    for line in lines:
        if line:
            click.echo(line, err=True)
    return 1


def local(when: datetime | None) -> str:
    """A time as an admin reads it in a list."""
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S") if when else "-"


def with_options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several click options as one decorator."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


common = with_options(config_option, json_option)
