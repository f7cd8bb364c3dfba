"""`run.py person …`: what is held about one person who asked for data, shown or erased on request.

Personal Data Protection Act B.E. 2562, sections 30 and 33.
"""

from __future__ import annotations

import hmac
import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mailproc.cli.output import common, config_option, local, show
from mailproc.cli.store import Opened, opened
from mailproc.cli.words import words
from mailproc.errors import MailprocError
from mailproc.model import Request
from mailproc.officer import Who, passing
from mailproc.store import holdings, people_log
from mailproc.store.holdings import Holdings
from mailproc.store.people_log import Entry

_ERASED = "requester_erased"


@click.group()
def person() -> None:
    """One person who asked for data: show, erase. WHO is an address, a name or a telephone."""


@person.command("show")
@click.argument("who")
@click.option("--by", default="admin", help="Who looks, for the register.")
@common
def show_person(who: str, by: str, config_file: Path, as_json: bool) -> None:
    """Everything that is held about WHO; exit 1 where nothing is."""
    with opened(config_file) as store:
        with store.database.read() as connection:
            held = holdings.find(connection, who)
            erased = _erased(people_log.listed(connection, 0, 100_000), _mark(store, who))
        with store.database.write() as connection:
            mark = _mark(store, who)
            people_log.note(connection, 0, "requester_shown", by, store.now, who=mark)
    for thing, line in _lines(held):
        show(thing, line, as_json=as_json)
    for entry in erased:
        thing = {"what": "erased", "at": entry.at, **entry.facts}
        show(thing, _both("person_erased_on", at=local(entry.at)), as_json=as_json)
    if held.is_empty:
        click.echo(_both("person_nothing"), err=True)
        sys.exit(1)


def _lines(held: Holdings) -> list[tuple[dict[str, Any], str]]:
    """One thing with its line each."""
    found = [(_thing("request", request), _of_request(request)) for request in held.requests]
    found += [
        ({"what": "named_in", "number": r.number}, f"named in  {r.number}") for r in held.named_in
    ]
    for kind, rows in held.rows.items():
        found += [({"what": kind} | row, _of_row(kind, row)) for row in rows]
    return found


def _thing(what: str, request: Request) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asdict(request), default=_text))
    return {"what": what} | plain


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _of_request(request: Request) -> str:
    form = request.form
    known = (
        form.requester_name,
        form.position,
        form.organisation,
        form.phone,
        form.email,
        request.requester_addr,
        form.purpose,
    )
    said = " · ".join(text for text in known if text)
    return f"request  {request.number}  {request.state.value}  {local(request.received_at)}  {said}"


def _of_row(kind: str, row: dict[str, Any]) -> str:
    cells = (local(v) if isinstance(v, datetime) else str(v) for v in row.values() if v is not None)
    return f"{kind}  " + "  ".join(cells)


@person.command("erase")
@click.argument("who")
@click.option("--reason", required=True, help="Why, for the register: who asked, and when.")
@click.option("--by", default="admin", help="Who erases, for the register.")
@click.option("--force", is_flag=True, help="Cancel requests that have not ended first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
def erase_person(who: str, reason: str, by: str, force: bool, yes: bool, config_file: Path) -> None:
    """Erases all that is held about WHO; counts and the chain of the history stay."""
    with opened(config_file) as store:
        held = _held(store, who)
        if held.open and not force:
            numbers = ", ".join(request.number for request in held.open)
            raise MailprocError(key="person_open", numbers=numbers)
        if not yes:
            click.confirm(_both("person_sure", count=len(held.requests)), abort=True)
        for request in held.open:
            _cancel(store, request, by)
        done = _forget(store, who, by, reason)
    click.echo(_both("person_erased", **done))
    if held.rows["people"]:
        click.echo(_both("person_of_office"))
    if held.named_in:
        numbers = ", ".join(request.number for request in held.named_in)
        click.echo(_both("person_named_in", numbers=numbers))


def _cancel(store: Opened, request: Request, by: str) -> None:
    store.act(
        lambda connection, here: passing.cancel(connection, request.id, Who(by), here),
        number=request.number,
    )


def _held(store: Opened, who: str) -> Holdings:
    with store.database.read() as connection:
        held = holdings.find(connection, who)
    if held.is_empty:
        raise MailprocError(key="person_nothing")
    return held


def _forget(store: Opened, who: str, by: str, reason: str) -> dict[str, int]:
    """Erased and written down at once; the register knows a keyed digest of the address alone."""
    with store.database.write() as connection:
        done = holdings.forget(connection, who, store.now)
        facts: dict[str, str | int] = {"who": _mark(store, who), "reason": reason, **done}
        people_log.note(connection, 0, _ERASED, by, store.now, **facts)
    return done


def _mark(store: Opened, who: str) -> str:
    key = store.config.secret("pepper")
    return hmac.digest(key, f"person|{who.strip().casefold()}".encode(), "sha256").hex()[:32]


def _erased(entries: list[Entry], mark: str) -> list[Entry]:
    return [one for one in entries if one.event == _ERASED and one.facts.get("who") == mark]


def _both(key: str, **values: object) -> str:
    return "\n".join(words(key, **values))
