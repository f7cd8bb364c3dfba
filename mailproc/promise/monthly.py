"""The figures of a month: what came, what became of it, how long it took, who decided.

All is counted as things stood at one moment: the end of the month, or now while it runs. So every
request stands in one place, and what was open before, came and was reopened equals what ended and
what is open after. Nobody's name or address is in it.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import NamedTuple

from mailproc.model import Rules, State
from mailproc.promise import stages
from mailproc.promise.stages import COUNTED, OURS, Clock, Stage, Step

# The service time that the manual gives: ๕-๑๐ นาที.
MANUAL = (timedelta(minutes=5), timedelta(minutes=10))
# Where a longest wait lies, for the chart; the last one is everything above.
BANDS = tuple(timedelta(minutes=m) for m in (5, 10, 30, 60, 240, 480))
UNKNOWN = ""  # the key of what nobody stated
_ASKING = frozenset(
    "Opened Answered Confirmed Unanswerable OfficerAsked OfficerCorrected DataPrepared "
    "PersonSettled RoundOpened Returned".split()
)
_ASKED = (State.INCOMPLETE, State.RETURNED)
_FAILED = frozenset({"BounceReceived", "DeliveryFailed"})
_SENDING = (State.DELIVERING, State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Case:
    """A request without its person."""

    received: datetime
    steps: tuple[Step, ...]
    channel: str
    sensitivity: str
    dataset: str
    requester_type: str
    ground: str = ""  # of a refusal


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of a person. `role` is empty where it is not known any more."""

    role: str
    via: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Flow:
    """How many requests; what is left of `open` and the ends is right of it too."""

    carried: int = 0  # open when the month began
    reopened: int = 0  # had ended before it, and had to be taken up again
    received: int = 0
    delivered: int = 0
    refused: int = 0
    expired: int = 0
    cancelled: int = 0
    open: int = 0

    @property
    def came(self) -> int:
        return self.carried + self.reopened + self.received

    @property
    def ended(self) -> int:
        return self.delivered + self.refused + self.expired + self.cancelled

    def __add__(self, other: Flow) -> Flow:
        names = (one.name for one in fields(self))
        return Flow(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class Span:
    """Half took no longer than `median`, nine of ten no longer than `ninety`; None: none did."""

    median: timedelta | None = None
    ninety: timedelta | None = None


class Within(NamedTuple):
    """So many took no longer than the limit."""

    limit: timedelta
    ours: int  # in the time of system and officer
    counted: int  # with that of the decision
    wall: int  # from the arrival to the delivery, by the clock


@dataclass(frozen=True, slots=True)
class Times:
    """Of the requests that were delivered, in office hours unless it says otherwise."""

    count: int
    of: dict[str, Span]  # by stage, and «ours», «counted»
    wall: Span  # from the arrival to the delivery, by the clock
    within: tuple[Within, ...]
    bands: tuple[int, ...]  # how many in each of BANDS and above, counted


@dataclass(frozen=True, slots=True)
class Line:
    """One channel, class, dataset or type of requester."""

    key: str
    flow: Flow
    counted: Span
    within: int  # of the delivered ones, as many as the last limit holds


@dataclass(frozen=True, slots=True)
class Report:
    since: datetime
    upto: datetime
    limits: tuple[timedelta, ...]
    flow: Flow
    times: Times
    by: dict[str, tuple[Line, ...]]  # channel | sensitivity | dataset | requester_type
    grounds: tuple[tuple[str, int], ...]
    asked: tuple[int, int]  # requests that were asked back, and how often in all
    undelivered: int  # requests of which a mail with data did not arrive
    decided: tuple[tuple[str, str, dict[str, int]], ...]  # role, way, count by verdict
    ahead: int  # approved by a yes given before
    unasked: int  # for which the catalogue asks nobody


@dataclass(frozen=True, slots=True)
class _Counted:
    """A case as it stood at the end."""

    case: Case
    flow: Flow
    clock: Clock | None = field(default=None)  # of what was delivered


def count(
    cases: Iterable[Case],
    decided: Sequence[Decided],
    span: tuple[datetime, datetime],
    rules: Rules,
    limits: Sequence[timedelta] = MANUAL,
) -> Report:
    """The report of `span`; its second moment is not after now."""
    since, upto = span
    asked = tuple(limits)
    known = [one for case in cases if (one := _counted(case, since, upto, rules)) is not None]
    clocks = [one.clock for one in known if one.clock is not None]
    months = [[s for s in one.case.steps if since <= s.at < upto] for one in known]
    asks = [sum(map(_is_ask, steps)) for steps in months]
    return Report(
        since=since,
        upto=upto,
        limits=asked,
        flow=_sum(known),
        times=_times(clocks, asked),
        by={name: _lines(known, key, asked) for name, key in _KEYS.items()},
        grounds=_grounds(known),
        asked=(sum(1 for times in asks if times), sum(asks)),
        undelivered=sum(1 for one in known if _failed(one.case.steps, since, upto)),
        decided=_decided(decided),
        ahead=_by_rule(months, "standing"),
        unasked=_by_rule(months, "open dataset"),
    )


_KEYS: dict[str, Callable[[Case], str]] = {
    "channel": lambda case: case.channel,
    "sensitivity": lambda case: case.sensitivity,
    "dataset": lambda case: case.dataset,
    "requester_type": lambda case: case.requester_type,
}


# ---------------------------------------------------------------- one request


def _counted(case: Case, since: datetime, upto: datetime, rules: Rules) -> _Counted | None:
    """The case, where the month has to do with it."""
    if case.received >= upto:
        return None
    before = _end(case.steps, since)
    after = _end(case.steps, upto)
    if before is not None and after is not None and after.at < since:
        return None  # it had ended, and stayed so
    old = "carried" if before is None else "reopened"
    came = "received" if case.received >= since else old
    became = "open" if after is None else after.state.value
    clock = None
    if after is not None and after.state is State.DELIVERED:
        clock = stages.read(case.received, case.steps, rules, after.at)
    return _Counted(case, Flow(**{came: 1, became: 1}), clock)


def _end(steps: Sequence[Step], at: datetime) -> Step | None:
    return stages.ended(step for step in steps if step.at < at)


def _is_ask(step: Step) -> bool:
    return step.state in _ASKED and step.event in _ASKING


def _failed(steps: Sequence[Step], since: datetime, upto: datetime) -> bool:
    """Whether a mail with the data did not arrive; of questions the request tells otherwise."""
    before = State.NEW
    for step in steps:
        if step.event in _FAILED and before in _SENDING and since <= step.at < upto:
            return True
        before = step.state
    return False


def _by_rule(months: Iterable[Sequence[Step]], start: str) -> int:
    """So many requests were let through by it."""
    return sum(1 for steps in months if any(step.by_rule.startswith(start) for step in steps))


# ---------------------------------------------------------------- many


def _sum(known: Iterable[_Counted]) -> Flow:
    return sum((one.flow for one in known), Flow())


def _lines(
    known: Sequence[_Counted], key: Callable[[Case], str], limits: tuple[timedelta, ...]
) -> tuple[Line, ...]:
    """The most asked first; what nobody stated last."""
    groups: dict[str, list[_Counted]] = {}
    for one in known:
        groups.setdefault(key(one.case), []).append(one)
    lines = [_line(name, group, limits) for name, group in groups.items()]
    return tuple(sorted(lines, key=lambda one: (one.key == UNKNOWN, -one.flow.came, one.key)))


def _line(key: str, group: Sequence[_Counted], limits: tuple[timedelta, ...]) -> Line:
    took = [one.clock.counted.working for one in group if one.clock is not None]
    return Line(key, _sum(group), _span(took), _within(took, limits[-1]))


def _times(clocks: Sequence[Clock], limits: tuple[timedelta, ...]) -> Times:
    groups: dict[str, tuple[Stage, ...]] = {stage.value: (stage,) for stage in Stage}
    groups |= {"ours": OURS, "counted": COUNTED}
    took = {name: [one.of(*of).working for one in clocks] for name, of in groups.items()}
    wall = [one.of(*Stage).clock for one in clocks]
    return Times(
        count=len(clocks),
        of={name: _span(spans) for name, spans in took.items()},
        wall=_span(wall),
        within=tuple(
            Within(limit, *(_within(one, limit) for one in (took["ours"], took["counted"], wall)))
            for limit in limits
        ),
        bands=_bands(took["counted"]),
    )


def _span(took: Sequence[timedelta]) -> Span:
    """The nearest rank for nine of ten: a time that really was."""
    if not took:
        return Span()
    ordered = sorted(took)
    ninety = ordered[-(-9 * len(ordered) // 10) - 1]
    middle = statistics.median(one.total_seconds() for one in ordered)
    return Span(timedelta(seconds=middle), ninety)


def _within(took: Iterable[timedelta], limit: timedelta) -> int:
    return sum(1 for one in took if one <= limit)


def _bands(took: Iterable[timedelta]) -> tuple[int, ...]:
    found = Counter(sum(1 for band in BANDS if one > band) for one in took)
    return tuple(found[at] for at in range(len(BANDS) + 1))


def _grounds(known: Iterable[_Counted]) -> tuple[tuple[str, int], ...]:
    found = Counter(one.case.ground for one in known if one.flow.refused)
    return tuple(sorted(found.items(), key=lambda one: (one[0] == UNKNOWN, -one[1], one[0])))


def _decided(decided: Iterable[Decided]) -> tuple[tuple[str, str, dict[str, int]], ...]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for one in decided:
        found.setdefault((one.role, one.via), Counter())[one.verdict] += 1
    return tuple((role, via, dict(verdicts)) for (role, via), verdicts in sorted(found.items()))
