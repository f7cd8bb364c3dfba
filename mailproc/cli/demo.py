"""`run.py demo`: the whole loop on loopback."""

from __future__ import annotations

import json
import sys

import click

from mailproc.cli.logs import set_up_logs
from mailproc.cli.stopping import Stopping
from mailproc.cli.words import words
from mailproc.config import ROOT
from mailproc.demo.actors import Actors
from mailproc.demo.stage import Demo, Ready
from mailproc.errors import MailprocError
from mailproc.thai import columns

_LABEL = 60  # columns of the labels on the screen
_SHOWN = 5  # codes of the printed list


@click.command()
@click.option("--auto", is_flag=True, help="Plays requester and director too, then ends.")
@click.option("--by-mail", is_flag=True, help="No pages: the director decides by a reply.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line when ready, for test clients.")
def demo(auto: bool, by_mail: bool, as_json: bool) -> None:
    """The whole loop on this machine, with a mail server of its own."""
    set_up_logs("warning")
    stopping = Stopping()
    stage = Demo(ROOT / "state" / "demo", by_mail=by_mail)
    try:
        stage.start()
        _say_ready(stage.ready, as_json=as_json)
        if auto:
            sys.exit(_play(stage.ready, as_json=as_json))
        stopping.wait()
    finally:
        stage.stop()


def _say_ready(ready: Ready, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(ready.as_json(), ensure_ascii=False))
        return
    lines = (
        "",
        _row("demo_inbox", ready.inbox_url),
        *words("demo_steps" if ready.public_url else "demo_steps_by_mail"),
        "",
        _row("demo_code", ready.director_code),
        _row("demo_codes", " ".join(ready.director_codes[:_SHOWN])),
        _row("demo_desk", f"{ready.internal_url}/desk", ready.officer_code),
        _row("demo_client", "IMAP {}:{}".format(*ready.imap), "SMTP {}:{}".format(*ready.smtp)),
        _row("demo_requester", *ready.accounts["requester"]),
        _row("demo_office", *ready.accounts["office"]),
        "",
        _both("demo_end"),
        "",
    )
    for line in lines:
        click.echo(f"  {line}" if line else "")


def _both(key: str) -> str:
    return " · ".join(words(key))


def _row(key: str, *values: str) -> str:
    """A label and what it stands for, which begins in one column."""
    label = _both(key)
    return label + " " * max(1, _LABEL - columns(label)) + "   ".join(values)


def _play(ready: Ready, *, as_json: bool) -> int:
    """Prints each step with its time; 0 when the workbook is saved, 1 with the step that failed."""
    try:
        for step in Actors(ready).play():
            if as_json:
                line = {"step": step.name, "seconds": round(step.at, 3), "detail": step.detail}
                click.echo(json.dumps(line, ensure_ascii=False))
            else:
                said = _both(f"step_{step.name}")
                click.echo(f"  {step.at:6.2f} s  {said}  {step.detail}")
    except MailprocError as error:
        click.echo(error.problem, err=True)
        return 1
    except OSError as error:
        for text in words("demo_failed", problem=error):
            click.echo(text, err=True)
        return 1
    return 0
