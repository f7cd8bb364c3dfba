"""`run.py people …`: who decides, who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from mailproc.cli.output import common, config_option, show
from mailproc.cli.people_codes import codes, totp
from mailproc.cli.people_devices import people_devices
from mailproc.cli.standing import standing
from mailproc.cli.store import opened
from mailproc.cli.words import words
from mailproc.errors import MailprocError
from mailproc.mail.delivery import is_one_address
from mailproc.model import APPROVERS, Person
from mailproc.store import people as stored


@click.group()
def people() -> None:
    """People: list, add, reset, remove; totp, codes."""


people.add_command(totp)
people.add_command(codes)
people.add_command(standing)
people.add_command(people_devices)


@people.command("list")
@common
def list_people(config_file: Path, as_json: bool) -> None:
    """Everybody who holds a role now."""
    with opened(config_file) as store, store.database.read() as connection:
        for person in stored.listed(connection, store.now):
            code = "has a code" if person.has_code else "no code yet"
            line = f"{person.id:4}  {person.role:15}  {person.name}  {person.address}  {code}"
            show(asdict(person), line, as_json=as_json)


@people.command()
@click.argument("address")
@click.option("--name", required=True, help="As mails and pages shall say it.")
@click.option("--role", required=True, type=click.Choice(stored.ROLES))
@click.option("--position", default="")
@click.option("--phone", default="")
@common
def add(
    address: str, name: str, role: str, position: str, phone: str, config_file: Path, as_json: bool
) -> None:
    """Adds a person; for one who decides it prints a slip for setting the approval code."""
    if not is_one_address(address):
        raise MailprocError(key="bad_address", address=address)
    person = Person(0, name, address, role, phone, position)
    with opened(config_file) as store, store.database.write() as connection:
        _refuse_twice(stored.in_role(connection, role, store.now), address)
        person_id = stored.add(connection, person, store.now)
        decides = role in APPROVERS
        slip = stored.new_slip(connection, person_id, store.now) if decides else ""
    _show_slip(person_id, name, slip, as_json=as_json)


def _refuse_twice(there: Sequence[Person], address: str) -> None:
    """The same person twice in a role would get every mail twice."""
    for person in there:
        if person.address.casefold() == address.casefold():
            raise MailprocError(key="person_there", id=person.id, address=address)


@people.command()
@click.argument("person_id", type=int)
@common
def reset(person_id: int, config_file: Path, as_json: bool) -> None:
    """Ends a person's code and prints a new slip."""
    with opened(config_file) as store, store.database.write() as connection:
        person = stored.get(connection, person_id, store.now)
        if person is None:
            raise MailprocError(key="no_person", id=person_id)
        slip = stored.new_slip(connection, person_id, store.now)
    _show_slip(person_id, person.name, slip, as_json=as_json)


@people.command()
@click.argument("person_id", type=int)
@config_option
def remove(person_id: int, config_file: Path) -> None:
    """Ends a person's roles; what the person decided stays in the history."""
    with opened(config_file) as store, store.database.write() as connection:
        if not stored.end_role(connection, person_id, store.now):
            raise MailprocError(key="no_role", id=person_id)
    click.echo(f"{person_id}: removed")


def _show_slip(person_id: int, name: str, slip: str, *, as_json: bool) -> None:
    lines = [f"{person_id}: {name}"]
    if slip:
        title = " · ".join(words("slip"))
        lines += ["", f"    {title}:   {slip}", "", *words("slip_use", days=stored.SLIP_LIFE.days)]
    show({"id": person_id, "name": name, "slip": slip}, "\n".join(lines), as_json=as_json)
