"""Whose time passed: the steps of a request as time per stage, by the clock and in office hours.

Nothing is kept of it. Holidays are an argument, so one that is announced late moves the figures of
what is past as well (docs/adr/0022).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise

from mailproc.model import Rules, State
from mailproc.workflow import calendar
from mailproc.workflow.states import ENDS


class Stage(StrEnum):
    """Who has to do something now. The promise runs for the first three."""

    SYSTEM = "system"
    OFFICER = "officer"
    DIRECTOR = "director"
    REQUESTER = "requester"  # is asked: nothing is done before the answer
    ROUND = "round"  # of figures that are not collected yet


_OF_STATE = {
    State.NEW: Stage.SYSTEM,
    State.PREPARING: Stage.SYSTEM,
    State.APPROVED: Stage.SYSTEM,  # the hold, which the office chose
    State.DELIVERING: Stage.SYSTEM,
    State.CHECKING: Stage.OFFICER,
    State.NEEDS_PERSON: Stage.OFFICER,
    State.AWAITING_DECISION: Stage.DIRECTOR,
    State.UNCONFIRMED: Stage.REQUESTER,
    State.INCOMPLETE: Stage.REQUESTER,
    State.RETURNED: Stage.REQUESTER,
    State.WAITING: Stage.ROUND,
}
OURS = (Stage.SYSTEM, Stage.OFFICER)
COUNTED = (*OURS, Stage.DIRECTOR)  # the others pause the promise, as `workflow.pause` does
_NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Step:
    """From this moment on the request was in that state. `event` is empty where it was ignored."""

    at: datetime
    state: State
    event: str = ""
    by_rule: str = ""  # what let it through without anybody being asked, as the history has it


@dataclass(frozen=True, slots=True)
class Spent:
    """Time that passed: in office hours of working days, and by the clock on the wall."""

    working: timedelta = _NONE
    clock: timedelta = _NONE

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.working + other.working, self.clock + other.clock)


@dataclass(frozen=True, slots=True)
class Clock:
    """What a request took so far. `stage` is whose turn it is, None where it is at its end."""

    spent: Mapping[Stage, Spent]
    stage: Stage | None
    since: datetime  # of the stage, or of the end

    def of(self, *stages: Stage) -> Spent:
        return sum((self.spent.get(stage, Spent()) for stage in stages), Spent())

    @property
    def ours(self) -> Spent:
        """What the system and the officer took."""
        return self.of(*OURS)

    @property
    def counted(self) -> Spent:
        """What the office took in all: for this the promise of minutes is given."""
        return self.of(*COUNTED)


def stage_of(state: State) -> Stage | None:
    """Whose turn it is in that state; None at an end."""
    return _OF_STATE.get(state)


def read(received: datetime, steps: Sequence[Step], rules: Rules, upto: datetime) -> Clock:
    """The clock at the moment `upto`; `steps` in their order, as the history has them.

    What lies between the arrival of the mail and the first step is the system's.
    """
    spent: dict[Stage, Spent] = {}
    moments = _ascending([Step(received, State.NEW), *(one for one in steps if one.at <= upto)])
    for start, end, state in _spans(moments, upto):
        stage = stage_of(state)
        if stage is not None and end > start:
            worked = calendar.passed(start, end, rules.timezone, rules.holidays)
            spent[stage] = spent.get(stage, Spent()) + Spent(worked, end - start)
    last = moments[-1].state
    return Clock(spent, stage_of(last), _since(moments))


def _ascending(moments: Sequence[Step]) -> list[Step]:
    """The moments, none before the one ahead of it although a clock may have been put back."""
    latest = accumulate((one.at for one in moments), max)
    return [replace(one, at=at) for at, one in zip(latest, moments, strict=True)]


def _spans(moments: Sequence[Step], upto: datetime) -> Iterator[tuple[datetime, datetime, State]]:
    for one, following in pairwise([*moments, Step(upto, State.NEW)]):
        yield one.at, following.at, one.state


def _since(moments: Sequence[Step]) -> datetime:
    """When the stage of the last moment began: steps within a stage begin no new one."""
    stage, since = stage_of(moments[-1].state), moments[-1].at
    for one in reversed(moments):
        if stage_of(one.state) != stage:
            break
        since = one.at
    return since


def ended(steps: Iterable[Step]) -> Step | None:
    """The step by which the request came to the end that it is at; None where it is open.

    What happens to it there, as a download, is no end of its own.
    """
    found: Step | None = None
    for step in steps:
        if step.state not in ENDS:
            found = None
        elif found is None or found.state != step.state:
            found = step
    return found
