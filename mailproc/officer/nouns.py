"""Who acts, where, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailproc.model import Request, Rules
from mailproc.store.desk import Desk
from mailproc.store.happened import Happened


@dataclass(frozen=True, slots=True)
class Who:
    """The officer; without an id where only a name was told, as on the command line."""

    name: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Here:
    """What an act needs of the office; frozen for one transaction."""

    rules: Rules
    desk: Desk
    now: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act; `outcome` is a key of [officer_told] in the texts.

    `done`: it counts. `meanwhile`: the request is another than the officer saw, `since` tells what
    happened, and nothing was changed. `no_place`: it can't be done to the request as it is. `gone`:
    there is no such request or mail. All others say what is wrong with what was typed.
    """

    outcome: str
    request: Request | None = None
    since: tuple[Happened, ...] = ()
    field: str = ""  # of what was typed

    @property
    def is_done(self) -> bool:
        return self.outcome == "done"
