"""What passes between the page and its rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from mailproc.model import Person
from mailproc.store import people_log
from mailproc.thai import parse_date, to_arabic
from mailproc.web.common import whole


@dataclass(frozen=True, slots=True)
class Turn:
    """One action of a person; `key` is what opened the page."""

    person: Person
    form: Mapping[str, str]
    now: datetime

    def text(self, name: str) -> str:
        """A field of the form, without what stands around it."""
        return self.form.get(name, "").strip()

    def number(self, name: str) -> int:
        """The id that a field holds, or 0."""
        return whole(self.form.get(name, ""))

    def day(self, name: str) -> date | None:
        """A date as the browser's field writes it, or as people do, in any era."""
        said = self.text(name)
        return parse_date(to_arabic(said)) if said else None

    def note(self, connection: Connection, event: str, **facts: str | int | None) -> None:
        """Writes it in the register of people."""
        people_log.note(connection, self.person.id, event, self.person.name, self.now, **facts)


@dataclass(frozen=True, slots=True)
class Done:
    """What an action came to: `error` is a key of [errors], `told` one of [me]."""

    told: str = ""
    error: str = ""
    secret: str = ""  # of a new app
    codes: tuple[str, ...] = ()  # of a new list
    typed: Mapping[str, str] = field(default_factory=dict)


Action = Callable[[Connection, Turn], Done]


def stamp(at: datetime | None) -> str:
    """Marks what a page was made from, so that one loaded twice does nothing twice."""
    return at.isoformat() if at else ""
