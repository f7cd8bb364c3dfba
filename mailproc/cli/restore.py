"""`run.py restore FILE`: a backup on an empty machine."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from mailproc.cli.output import config_option, json_option, local, show
from mailproc.cli.words import words
from mailproc.clock import utc_now
from mailproc.errors import MailprocError
from mailproc.machine import restore as restoring


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key-file", type=click.Path(path_type=Path), help="Holds the secret key; else ask.")
@click.option("--offline", is_flag=True, help="Ask nothing of the mailbox.")
@config_option
@json_option
def restore(
    file: Path, key_file: Path | None, offline: bool, config_file: Path, as_json: bool
) -> None:
    """Puts the office of a backup here; refuses where there is one. Nothing is sent twice."""
    report = restoring.restore(
        file, _secret(key_file), config_file, utc_now(), look=not offline, say=_say
    )
    if as_json:
        show(asdict(report), "", as_json=True)
        return
    for line in _told(report):
        click.echo(line)


def _say(step: str) -> None:
    click.echo(" · ".join(words(step)), err=True)


def _secret(key_file: Path | None) -> str:
    """From a file, whose lines of comment are left out, or typed."""
    if key_file is not None:
        try:
            lines = key_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", "") or "it is no text"
            raise MailprocError(key="file_refused", file=key_file, problem=problem) from None
        return "".join(line for line in lines if not line.startswith("#"))
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return str(click.prompt(" · ".join(words("restore_key")), hide_input=True))


def _told(report: restoring.Report) -> list[str]:
    at = local(report.backup_at)
    lines = [*words("restore_done", at=at, requests=report.requests, sent=report.sent)]
    if not report.looked:
        lines += words("restore_not_looked")
    elif not report.complete:
        lines += words("restore_not_complete")
    if report.waiting:
        lines += words("restore_waiting", count=report.waiting)
    for key in ("kept", "environment", "left_out"):
        if found := getattr(report, key):
            lines += words(f"restore_{key}", names=", ".join(found))
    return [*lines, *words("restore_next", at=at)]
