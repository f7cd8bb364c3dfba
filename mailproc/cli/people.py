"""`run.py people …`: who decides, who is told."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from mailproc import enrolment
from mailproc.cli.output import common, config_option, local, show
from mailproc.cli.people_away import away
from mailproc.cli.people_codes import codes, totp
from mailproc.cli.people_devices import people_devices
from mailproc.cli.standing import standing
from mailproc.cli.store import opened
from mailproc.cli.words import words
from mailproc.enrolment import Enrolled
from mailproc.errors import MailprocError
from mailproc.mail.delivery import is_one_address
from mailproc.model import Person
from mailproc.store import people as stored
from mailproc.store import people_log


@click.group()
def people() -> None:
    """People: list, add, reset, remove, succeed, log, away; totp, codes, devices."""


people.add_command(away)
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
@click.option("--slip", is_flag=True, help="A code for one who does not decide: for the office.")
@common
def add(
    address: str,
    name: str,
    role: str,
    position: str,
    phone: str,
    slip: bool,
    config_file: Path,
    as_json: bool,
) -> None:
    """Adds a person; for one who decides it prints a slip for setting the approval code."""
    if not is_one_address(address):
        raise MailprocError(key="bad_address", address=address)
    person = Person(0, name, address, role, phone, position)
    with opened(config_file) as store, store.database.write() as connection:
        enrolled = enrolment.enrol(
            connection, person, "command", store.now, with_slip=True if slip else None
        )
    show_slip(enrolled, as_json=as_json)


@people.command()
@click.argument("person_id", type=int)
@common
def reset(person_id: int, config_file: Path, as_json: bool) -> None:
    """Ends a person's code and all that stands for it, and prints a new slip.

    The person and the group's director get a mail about it.
    """
    with opened(config_file) as store, store.database.write() as connection:
        enrolled = enrolment.reset(connection, person_id, "command", store.now)
    show_slip(enrolled, as_json=as_json)


@people.command()
@click.argument("person_id", type=int)
@config_option
def remove(person_id: int, config_file: Path) -> None:
    """Ends a person's roles; what the person decided stays in the history."""
    with opened(config_file) as store, store.database.write() as connection:
        if not enrolment.leave(connection, person_id, "command", store.now):
            raise MailprocError(key="no_role", id=person_id)
    click.echo(f"{person_id}: removed")


def show_slip(enrolled: Enrolled, *, as_json: bool) -> None:
    """Prints the slip once; it is kept nowhere."""
    lines = [f"{enrolled.id}: {enrolled.name}"]
    if enrolled.slip:
        title = " · ".join(words("slip"))
        days = stored.SLIP_LIFE.days
        lines += ["", f"    {title}:   {enrolled.slip}", "", *words("slip_use", days=days)]
    show(asdict(enrolled), "\n".join(lines), as_json=as_json)


@people.command("log")
@click.argument("person_id", type=int, required=False)
@common
def show_log(person_id: int | None, config_file: Path, as_json: bool) -> None:
    """What happened to codes, devices, roles and absences, newest first; of one person with ID."""
    with opened(config_file) as store, store.database.read() as connection:
        for entry in people_log.listed(connection, person_id):
            about = stored.ever(connection, entry.person_id)
            name = about.name if about else ""
            facts = " ".join(f"{key}={value}" for key, value in entry.facts.items())
            line = f"{local(entry.at)}  {entry.person_id:4}  {name}  {entry.event}  {facts}"
            thing = asdict(entry) | {"name": name}
            show(thing, f"{line.rstrip()}  ({entry.by})", as_json=as_json)


@people.command()
@click.argument("old", type=int)
@click.argument("new", type=int)
@common
def succeed(old: int, new: int, config_file: Path, as_json: bool) -> None:
    """NEW heads the group in place of OLD from now on.

    The old one's links and codes are void, the new one is asked for all that waits, and both get a
    mail. Whoever is new to the office is added first: people add … --role deputy.
    """
    with opened(config_file) as store:
        enrolled = enrolment.succeed(
            store.database, old, new, "command", store.rules, lambda: store.desk, store.now
        )
    show_slip(enrolled, as_json=as_json)
