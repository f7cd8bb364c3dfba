"""What a decision owes. The store turns each into a row, in the transaction of the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailproc.model import Question, Request

Audience = Literal["requester", "director", "officer"]


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in an approval policy, and who may take it: roles or addresses."""

    at: int
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Send:
    """One mail to each person of the audience, or to those who hold one of `seats`."""

    kind: str  # the template
    to: Audience
    questions: tuple[Question, ...] = ()
    reason: str = ""
    note: str = ""
    last: bool = False  # see `Letter.last`
    attach: bool = False  # the request's file
    to_addr: str = ""  # another address than that of the audience
    seats: tuple[Seat, ...] = ()
    only: int = 0  # of those, the one person of this id; 0: all
    needed: int = 1  # so many seats have to approve in all
    asked: tuple[Seat, ...] = ()  # of which the letter tells who takes them now
    answer_by: datetime | None = None  # and until when an answer can be expected


@dataclass(frozen=True, slots=True)
class StartJob:
    """A dataset to prepare or to build."""

    kind: Literal["prepare", "build"]
    after: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class VoidLinks:
    """No link of the purpose to this request is good any more."""

    purpose: Literal["decide", "download"] = "decide"


Effect = Send | StartJob | VoidLinks


@dataclass(frozen=True, slots=True)
class Decision:
    """The request after an event, what is written down about it, and what is owed.

    `facts` enter the history as they are, so they hold no personal data; `told` does not.
    """

    before: Request
    after: Request
    event: str
    by: str
    facts: dict[str, str | int]
    told: dict[str, str]
    effects: tuple[Effect, ...]

    @property
    def ignored(self) -> bool:
        """True where the event has no place in the state; it is recorded all the same."""
        return bool(self.facts.get("ignored"))
