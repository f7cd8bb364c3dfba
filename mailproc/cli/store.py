"""The store for commands that look at it or change it while the daemon may be running."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from mailproc.cli.output import local
from mailproc.cli.words import words
from mailproc.clock import utc_now
from mailproc.config import Config, load
from mailproc.errors import MailprocError
from mailproc.model import Request, Rules
from mailproc.office import DeskSource, make_rules, open_database, read_catalogue
from mailproc.officer import Done, Here, in_turn
from mailproc.store import correspondence, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk

# Words of the command line for what became of an act.
_KEYS = {
    "no_place": "not_in_this_state",
    "unchanged": "nothing_read",
    "mail_gone": "no_mail",
    "mail_settled": "not_unplaced",
    "gone": "no_request",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store, and the time at which the command runs."""

    config: Config
    database: Database
    now: datetime

    @property
    def desk(self) -> Desk:
        return DeskSource(self.config, self.database, utc_now)()

    @property
    def rules(self) -> Rules:
        return make_rules(self.config, read_catalogue(self.config, self.now))

    def request(self, number: str) -> Request:
        """The request of that number. Raises MailprocError where there is none."""
        with self.database.read() as connection:
            found = requests.find(connection, number)
        if found is None:
            raise MailprocError(key="no_request", number=number)
        return found

    def act(self, act: Callable[[Connection, Here], Done], **about: object) -> Done:
        """What became of an officer's act. Raises MailprocError where it does not count; `about`
        tells the words of it what it was about."""
        done = in_turn(self.database, act, self.rules, lambda: self.desk, self.now)
        if not done.is_done:
            state = done.request.state.value if done.request else ""
            raise MailprocError(key=_KEYS.get(done.outcome, done.outcome), state=state, **about)
        return done


def warn_if_stopped(store: Opened) -> None:
    """Says on stderr that nothing is sent to requesters, where that is so."""
    with store.database.read() as connection:
        since = correspondence.stopped_at(connection)
    if since is not None:
        for line in words("sending_stopped", since=local(since)):
            click.echo(line, err=True)


@contextlib.contextmanager
def opened(config_file: Path) -> Iterator[Opened]:
    """The store of the settings file, closed afterwards."""
    config = load(config_file)
    database = open_database(config)
    try:
        yield Opened(config, database, utc_now())
    finally:
        database.close()
