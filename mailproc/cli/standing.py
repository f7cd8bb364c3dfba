"""`run.py people standing …`: what is approved ahead, by whom and until when."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from mailproc.cli.output import common, config_option, local, show
from mailproc.cli.store import Opened, opened
from mailproc.cli.words import words
from mailproc.deciding import ahead
from mailproc.deciding.proving import Proof, digits, prove_person
from mailproc.errors import MailprocError
from mailproc.model import Person, Standing
from mailproc.store import people, people_log
from mailproc.store import standing as stored
from mailproc.texts import load_texts
from mailproc.workflow.standing import CLAIMED, ROSTER, is_in_force

_PLACE = "standing"  # where the code is asked for: wrong tries count for each place alone


@click.group()
def standing() -> None:
    """Standing approvals: list, add, end."""


@standing.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that have ended too.")
@common
def list_standing(everything: bool, config_file: Path, as_json: bool) -> None:
    """What is approved ahead now."""
    with opened(config_file) as store, store.database.read() as connection:
        for one in stored.listed(connection):
            if everything or is_in_force(one, store.now):
                show(asdict(one), _line(one, store.now), as_json=as_json)


def _line(one: Standing, now: datetime) -> str:
    ended = "" if is_in_force(one, now) else "ended"
    parts = (one.dataset_id, one.requester_class, one.level, f"until {local(one.until)}", one.by)
    return f"{one.id:4}  " + "  ".join(part for part in (*parts, ended) if part)


@standing.command()
@click.argument("person_id", type=int)
@click.option("--dataset", "dataset_id", required=True)
@click.option("--for", "requester_class", required=True, type=click.Choice((ROSTER, *CLAIMED)))
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Its last day.")
@click.option("--level", default="", help="No finer than this: area, district, group, school.")
@common
def add(
    person_id: int,
    dataset_id: str,
    requester_class: str,
    until: datetime,
    level: str,
    config_file: Path,
    as_json: bool,
) -> None:
    """Approves a dataset ahead, as PERSON_ID, who types the approval code."""
    wanted = ahead.Wanted(dataset_id, requester_class, until.date(), level)
    with opened(config_file) as store:
        with store.database.read() as connection:
            person = people.get(connection, person_id, store.now)
        if person is None:
            raise MailprocError(key="no_person", id=person_id)
        rules = store.rules
        if found := tuple(ahead.faults(wanted, person_id, rules, store.desk, store.now)):
            raise MailprocError(key="standing_refused", why=_why(store, found))
        _prove(store, person)
        with store.database.write() as connection:
            kept = ahead.grant(connection, wanted, person_id, rules, store.now, via="command")
            people_log.note(
                connection,
                person_id,
                "ahead_set",
                "command",
                store.now,
                dataset=dataset_id,
                until=wanted.until.isoformat(),
                standing=kept,
            )
        with store.database.read() as connection:
            for one in (given for given in stored.listed(connection) if given.id == kept):
                show(asdict(one), _line(one, store.now), as_json=as_json)


def _why(store: Opened, found: tuple[str, ...]) -> str:
    texts = load_texts(store.config.template_folders, store.config.office.language)
    return "; ".join(texts.get("standing_faults", key) for key in found)


def _prove(store: Opened, person: Person) -> None:
    asked = " / ".join(words("standing_code", name=person.name))
    proof = Proof(code=digits(click.prompt(asked, hide_input=True, err=True)))
    pepper = store.config.secret("pepper")
    proved = prove_person(store.database, person, _PLACE, proof, pepper, store.now)
    if proved.error:
        raise MailprocError(key="standing_proof", why=proved.error)


@standing.command()
@click.argument("standing_id", type=int)
@config_option
def end(standing_id: int, config_file: Path) -> None:
    """Ends one at once, also for what it let through and is not sent yet."""
    with opened(config_file) as store, store.database.write() as connection:
        one = stored.get(connection, standing_id)
        if one is None or not stored.end(connection, standing_id, store.now):
            raise MailprocError(key="standing_none", id=standing_id)
        dataset, giver = one.dataset_id, one.person_id
        people_log.note(connection, giver, "ahead_ended", "command", store.now, dataset=dataset)
    click.echo(f"{standing_id}: ended")
