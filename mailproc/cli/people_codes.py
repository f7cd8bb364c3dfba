"""`run.py people totp|codes`: codes that are good once, by which an approver decides by mail."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click
import segno
from sqlalchemy import Connection

from mailproc.cli.output import common, show
from mailproc.cli.store import Opened, opened
from mailproc.cli.words import words
from mailproc.errors import MailprocError
from mailproc.model import Person
from mailproc.office import make_office
from mailproc.store import onetime, people, people_log
from mailproc.texts import environment, load_texts

_ROW = 5  # codes on one line of a terminal
T = TypeVar("T")


@click.command()
@click.argument("person_id", type=int)
@common
def totp(person_id: int, config_file: Path, as_json: bool) -> None:
    """Makes a secret for a person's authenticator app; the one before ends."""
    with opened(config_file) as store:
        person, secret = _made(store, person_id, "app_enrolled", onetime.new_app)
        uri = onetime.uri(secret, person.address, store.config.office.name_th)
    thing = {"id": person_id, "name": person.name, "secret": secret, "uri": uri}
    lines = (
        f"{person_id}: {person.name}",
        "",
        _square(uri),
        uri,
        "",
        secret,
        "",
        *words("totp_use"),
    )
    show(thing, "\n".join(lines), as_json=as_json)


@click.command()
@click.argument("person_id", type=int)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Writes a page to be printed (HTML); the codes are not shown then.",
)
@common
def codes(person_id: int, out: Path | None, config_file: Path, as_json: bool) -> None:
    """Makes a list of 50 codes for a person; the list before ends."""
    if out is not None and out.exists():
        raise MailprocError(key="file_there", file=out)
    with opened(config_file) as store:
        person, made = _made(store, person_id, "list_printed", onetime.new_list)
        if out is not None:
            _write(out, _page(store, person, made))
    thing: dict[str, object] = {"id": person_id, "name": person.name}
    thing |= {"codes": list(made)} if out is None else {"file": str(out)}
    listed = _columns(made) if out is None else [str(out)]
    lines = (f"{person_id}: {person.name}", "", *listed, "", *words("codes_use"))
    show(thing, "\n".join(lines), as_json=as_json)


def _made(store: Opened, person_id: int, event: str, make: Callable[..., T]) -> tuple[Person, T]:
    """The person, and what was made for her; noted in the register. Raises MailprocError."""
    with store.database.write() as connection:
        person = _approver(connection, store, person_id)
        made = make(connection, person_id, store.config.secret("pepper"), store.now)
        people_log.note(connection, person_id, event, "command", store.now)
    return person, made


def _approver(connection: Connection, store: Opened, person_id: int) -> Person:
    person = people.get(connection, person_id, store.now)
    if person is None:
        raise MailprocError(key="no_person", id=person_id)
    return person


def _square(text: str) -> str:
    """A QR code that a telephone reads from a terminal."""
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out=drawn, compact=True)
    return drawn.getvalue()


def _columns(made: Sequence[str]) -> list[str]:
    numbered = [f"{number:2}. {code[:3]} {code[3:]}" for number, code in enumerate(made, 1)]
    return ["    " + "    ".join(numbered[at : at + _ROW]) for at in range(0, len(numbered), _ROW)]


def _page(store: Opened, person: Person, made: Sequence[str]) -> str:
    """The list to be printed, folded and kept in a purse."""
    config, folders = store.config, store.config.template_folders
    with store.database.read() as connection:
        office = make_office(config, people.in_role(connection, "officer", store.now))
    env = environment(folders, "print", load_texts(folders, "th"), office, html=True)
    numbered = [(number, f"{code[:3]} {code[3:]}") for number, code in enumerate(made, 1)]
    return env.get_template("codes.html.j2").render(person=person, codes=numbered, at=store.now)


def _write(file: Path, text: str) -> None:
    """Readable by its owner alone."""
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
