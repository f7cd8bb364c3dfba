"""The store for commands that look at it or change it while the daemon may be running."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from mailproc.cli.output import local
from mailproc.cli.words import words
from mailproc.clock import utc_now
from mailproc.config import Config, load
from mailproc.errors import MailprocError
from mailproc.model import Request, Rules
from mailproc.office import DeskSource, make_rules, open_database, read_catalogue
from mailproc.store import correspondence, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow.decide import decide
from mailproc.workflow.effects import Decision
from mailproc.workflow.events import Event


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

    def happen(self, number: str, event: Event) -> Decision:
        """Lets an event happen to a request, by the same rules as the daemon."""
        decision = decide(self.request(number), event, self.rules, self.now)
        if decision.ignored:
            state = decision.before.state.value
            raise MailprocError(key="not_in_this_state", number=number, state=state)
        with self.database.write() as connection:
            requests.apply(connection, [decision], self.desk, self.now)
        return decision


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
