"""`run.py people away …`: who is away, who stands in."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import click
import sqlalchemy as sa

from mailproc import thai
from mailproc.cli.output import common, show
from mailproc.cli.store import Opened, opened
from mailproc.cli.words import words
from mailproc.errors import MailprocError
from mailproc.model import Person
from mailproc.store import absences, people, people_log
from mailproc.store.absences import AbsenceRefused, Entered
from mailproc.workflow import calendar


@click.command()
@click.argument("person_id", type=int, required=False)
@click.option("--from", "since", default="", help="First day away; today when it is left out.")
@click.option("--until", default="", help="Last day away; left out: until --back.")
@click.option("--deputy", type=int, help="Who stands in; left out: whoever is a deputy.")
@click.option("--back", is_flag=True, help="The person is back.")
@common
def away(
    person_id: int | None,
    since: str,
    until: str,
    deputy: int | None,
    back: bool,
    config_file: Path,
    as_json: bool,
) -> None:
    """Enters who is away and who stands in; without a person it lists them.

    Dates are days of the office, in the Buddhist or the Christian era: 7/12/2569, 2026-12-07.
    """
    entering = bool(since or until or deputy)
    if (back and entering) or (person_id is None and (back or entering)):
        raise click.UsageError(" · ".join(words("absence_usage")))
    with opened(config_file) as store:
        if person_id is None:
            _list(store, as_json=as_json)
        elif back:
            _end(store, person_id, as_json=as_json)
        else:
            _begin(store, person_id, since, until, deputy, as_json=as_json)


def _begin(
    store: Opened, person_id: int, since: str, until: str, deputy: int | None, *, as_json: bool
) -> None:
    zone = store.config.office.timezone
    today = calendar.local_day(store.now, zone)
    first = _day(since) if since else today
    last = _day(until) if until else None
    if last is not None and last < max(first, today):
        raise AbsenceRefused("dates")
    begins, ends = calendar.span(first, last, zone)
    with store.database.write() as connection:
        if deputy is None and not people.in_role(connection, "deputy", store.now):
            raise AbsenceRefused("no_deputy")
        id_ = absences.begin(connection, person_id, deputy, begins, ends, "command", store.now)
        days = {"since": first.isoformat(), "until": last.isoformat() if last else None}
        people_log.note(
            connection, person_id, "away_set", "command", store.now, deputy=deputy, **days
        )
        found = next(one for one in absences.listed(connection, store.now) if one.id == id_)
        _show(connection, store, found, as_json=as_json)


def _day(text: str) -> date:
    """The one date that the text is. Raises MailprocError."""
    found = thai.dates(text)
    if len(set(found)) != 1:
        raise MailprocError(key="bad_date", text=text)
    return found[0]


def _end(store: Opened, person_id: int, *, as_json: bool) -> None:
    with store.database.write() as connection:
        if not absences.end(connection, person_id, store.now):
            raise MailprocError(key="absence_none", id=person_id)
        people_log.note(connection, person_id, "away_ended", "command", store.now)
        name = _name(connection, person_id)
    lines = words("away_back", id=person_id, name=name)
    show({"person_id": person_id, "name": name, "back": True}, "\n".join(lines), as_json=as_json)


def _list(store: Opened, *, as_json: bool) -> None:
    with store.database.read() as connection:
        for entered in absences.listed(connection, store.now):
            _show(connection, store, entered, as_json=as_json)


def _show(connection: sa.Connection, store: Opened, entered: Entered, *, as_json: bool) -> None:
    absence = entered.absence
    names = {
        "name": _name(connection, absence.person_id),
        "deputy": ", ".join(one.name for one in _deputies(connection, store, entered)),
    }
    days = [_days(entered, store.config.office.timezone, language) for language in ("th", "en")]
    lines = [
        words("away_set", id=absence.person_id, days=said, **names)[at]
        for at, said in enumerate(days)
    ]
    thing = {"id": entered.id, **asdict(absence), **names, "source": entered.source}
    show(thing, "\n".join(lines), as_json=as_json)


def _deputies(connection: sa.Connection, store: Opened, entered: Entered) -> tuple[Person, ...]:
    if entered.absence.deputy_id is None:
        return people.in_role(connection, "deputy", store.now)
    found = people.ever(connection, entered.absence.deputy_id)
    return (found,) if found else ()


def _name(connection: sa.Connection, person_id: int) -> str:
    found = people.ever(connection, person_id)
    return found.name if found else str(person_id)


def _days(entered: Entered, timezone: str, language: str) -> str:
    first = calendar.local_day(entered.absence.since, timezone)
    until = entered.absence.until
    if until is None:
        return f"{thai.long_date(first, language)} –"
    last = calendar.local_day(until - timedelta(microseconds=1), timezone)
    said = thai.long_date(first, language)
    return said if last == first else f"{said} – {thai.long_date(last, language)}"
