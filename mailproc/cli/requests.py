"""`run.py requests …`: look at requests and settle what needs a person."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from mailproc.cli.mails import known_of, save
from mailproc.cli.output import common, config_option, local, show
from mailproc.cli.store import Opened, opened, warn_if_stopped
from mailproc.errors import MailprocError
from mailproc.model import Request, State
from mailproc.officer import Done, Who, correcting, passing
from mailproc.promise import words as promised
from mailproc.promise.stages import COUNTED, OURS, Clock, Spent, Stage
from mailproc.store import decisions, jobs, messages, opens, schema, stage_times
from mailproc.store import erase as forgetting
from mailproc.store import requests as stored
from mailproc.store.codec import dump_request
from mailproc.texts import load_texts
from mailproc.web.looks import told

_LONG = ("columns", "sample", "query")  # of what was prepared: for programs, by --json
_STATES = [state.value for state in State if state is not State.NEW]


@click.group()
def requests() -> None:
    """Requests: list, show, file, fill, remark, cancel, settle, erase."""


@requests.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES))
@common
def list_requests(states: tuple[str, ...], config_file: Path, as_json: bool) -> None:
    """One line per request, newest first."""
    with opened(config_file) as store:
        with store.database.read() as connection:
            found = stored.listed(connection, [State(name) for name in states])
        warn_if_stopped(store)
        for request in found:
            show(_summary(request), _line(request), as_json=as_json)


def _summary(request: Request) -> dict[str, Any]:
    return {
        "number": request.number,
        "state": request.state.value,
        "version": request.version,
        "received_at": request.received_at,
        "promised_at": request.promised_at,
        "due_at": request.due_at,
        "requester": request.requester_addr,
        "dataset": request.item.dataset_id or request.item.dataset,
        "reason": request.reason,
        "decided_by": request.decided_by,
        "decided_at": request.decided_at,
    }


def _line(request: Request) -> str:
    words = (
        request.number,
        f"{request.state.value:18}",
        local(request.received_at),
        request.item.dataset_id or request.item.dataset or "-",
        request.requester_addr or request.form.requester_name or "",
        request.reason,
    )
    return "  ".join(word for word in words if word)


@requests.command("show")
@click.argument("number")
@click.option(
    "--mail",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Saves the requester's mails and their files into this folder instead.",
)
@common
def show_request(number: str, folder: Path | None, config_file: Path, as_json: bool) -> None:
    """One request with its history, its mails, who opened its links, and whose time passed."""
    if folder is not None:
        _save_mails(number, folder, config_file)
        return
    with opened(config_file) as store:
        request = store.request(number)
        whole = json.loads(dump_request(request)) | {
            "history": _rows(store, schema.history, request, "version at event facts"),
            "letters": _rows(store, schema.outbox, request, "id kind to_addr state sent_at code"),
            "files": _rows(store, schema.files, request, "filename sha256 built_at"),
            "decisions": _decisions(store, request),
        }
        whole |= _opens(store, request) | _stages(store, request)
    if as_json:
        show(whole, "", as_json=True)
    else:
        whole.get("prepared", {}).update(dict.fromkeys(_LONG, "…"))
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2, default=str))


def _save_mails(number: str, folder: Path, config_file: Path) -> None:
    with opened(config_file) as store:
        request = store.request(number)
        with store.database.read() as connection:
            mails = messages.of_request(connection, request.id)
    if not mails:
        raise MailprocError(key="no_mails_of", number=number)
    for mail_id, raw in mails:
        for path in save(raw, str(mail_id), folder):
            click.echo(str(path))


@requests.command("file")
@click.argument("number")
@click.option("--out", "folder", required=True, type=click.Path(path_type=Path, file_okay=False))
@config_option
def save_file(number: str, folder: Path, config_file: Path) -> None:
    """Saves the file that was built and approved, to be handed over by a person."""
    with opened(config_file) as store:
        request = store.request(number)
        with store.database.read() as connection:
            built = jobs.file(connection, request.file_id) if request.file_id else None
    if built is None:
        raise MailprocError(key="no_file_of", number=number)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(built.filename).name
    path.write_bytes(built.content)
    click.echo(str(path))


@requests.command()
@click.argument("number")
@click.argument("lines", nargs=-1, required=True)
@click.option("--by", default="officer", help="Who fills in, for the history.")
@config_option
def fill(number: str, lines: tuple[str, ...], by: str, config_file: Path) -> None:
    """Fills in for the requester: lines such as "Purpose: research", as a reply would hold."""
    with opened(config_file) as store:
        request, known = store.request(number), known_of(store)
        _say(
            number,
            store.act(
                lambda c, here: correcting.fill(c, request.id, lines, known, Who(by), here),
                number=number,
            ),
        )


def _say(number: str, done: Done) -> None:
    assert done.request is not None
    click.echo(f"{number}: {done.request.state.value}")


def _rows(store: Opened, table: sa.Table, request: Request, names: str) -> list[dict[str, Any]]:
    columns = [table.c[name] for name in names.split()]
    query = sa.select(*columns).where(table.c.request_id == request.id).order_by(table.c.id)
    with store.database.read() as connection:
        return [dict(row._mapping) for row in connection.execute(query)]


def _decisions(store: Opened, request: Request) -> list[dict[str, Any]]:
    with store.database.read() as connection:
        return decisions.of_request(connection, request.id)


def _opens(store: Opened, request: Request) -> dict[str, Any]:
    """Every look at a link of the request, and for those at decision links the same in words."""
    with store.database.read() as connection:
        found = opens.of_request(connection, request.id)
    decide = [look for look in found if look.purpose == "decide"]
    texts = load_texts(store.config.template_folders, store.config.office.language)
    words = told(decide, texts, store.config.office.timezone)
    return {"opened": [asdict(look) for look in found], "opened_in_words": words}


def _stages(store: Opened, request: Request) -> dict[str, Any]:
    """The clock of the promise, in seconds and in words."""
    with store.database.read() as connection:
        clock = stage_times.of_request(connection, request.id, store.rules, store.now)
    if clock is None:
        return {}
    texts = load_texts(store.config.template_folders, store.config.office.language)
    told = [promised.line(row, texts) for row in promised.rows(clock, texts)]
    return {"stages": _clock(clock), "stages_in_words": told}


def _clock(clock: Clock) -> dict[str, Any]:
    groups: dict[str, tuple[Stage, ...]] = {stage.value: (stage,) for stage in Stage}
    groups |= {"ours": OURS, "counted": COUNTED}
    spent = {name: _seconds(clock.of(*of)) for name, of in groups.items()}
    return {"now": clock.stage, "since": clock.since, "spent": spent}


def _seconds(spent: Spent) -> dict[str, int]:
    """Whole seconds, of office hours and by the clock."""
    working, by_clock = spent.working.total_seconds(), spent.clock.total_seconds()
    return {"working": round(working), "clock": round(by_clock)}


@requests.command()
@click.argument("number")
@click.argument("text")
@click.option("--by", default="officer", help="Whose remark it is, for the history.")
@config_option
def remark(number: str, text: str, by: str, config_file: Path) -> None:
    """Adds the officer's remark for whoever decides; an empty TEXT takes it back."""
    with opened(config_file) as store:
        request = store.request(number)
        _say(
            number,
            store.act(
                lambda c, here: passing.remark(c, request.id, text, Who(by), here), number=number
            ),
        )


@requests.command()
@click.argument("number")
@click.option("--by", default="admin", help="Who cancels, for the history.")
@config_option
def cancel(number: str, by: str, config_file: Path) -> None:
    """Cancels a request for its requester, who is told."""
    with opened(config_file) as store:
        request = store.request(number)
        done = store.act(
            lambda c, here: passing.cancel(c, request.id, Who(by), here), number=number
        )
        _say(number, done)


@requests.command()
@click.argument("number")
@click.option("--to", "target", required=True, type=click.Choice(_STATES))
@click.option("--note", default="", help="For a refusal: the reason, which the requester reads.")
@click.option("--by", default="admin", help="Who settles, for the history.")
@config_option
def settle(number: str, target: str, note: str, by: str, config_file: Path) -> None:
    """Says how a request that needs a person goes on."""
    if target == State.REFUSED.value and not note:
        raise click.UsageError("A refusal needs --note: the reason, which the requester reads.")
    with opened(config_file) as store:
        request, to = store.request(number), State(target)
        done = store.act(
            lambda c, here: passing.settle(c, request.id, to, Who(by), here, note=note),
            number=number,
        )
        _say(number, done)


@requests.command()
@click.argument("number")
@click.option("--yes", is_flag=True, help="Erases without asking.")
@config_option
def erase(number: str, yes: bool, config_file: Path) -> None:
    """Erases the personal data of a closed request; its history still verifies."""
    with opened(config_file) as store:
        request = store.request(number)
        if request.state not in (State.DELIVERED, State.REFUSED, State.EXPIRED, State.CANCELLED):
            raise MailprocError(key="still_open", number=number)
        if not yes:
            click.confirm(f"Erase the personal data of {number} for ever?", abort=True)
        with store.database.write() as connection:
            forgetting.erase(connection, request.id, store.now)
    click.echo(f"{number}: erased")
